"""The arguments of CREATE, LIST, XLIST, LSUB and STATUS.

RFC 3501, section 9; RFC 5258, section 6 (LIST-EXTENDED); RFC 5819 (LIST-STATUS); RFC 6154
(SPECIAL-USE, CREATE-SPECIAL-USE). Every function begins at the space behind the command's name.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import TypeVar

from . import commands
from .characters import ATOM_CHAR
from .commands import Command
from .lexer import Cursor, GrammarError

Element = TypeVar("Element")

SELECTION_OPTIONS = frozenset({"SUBSCRIBED", "REMOTE", "RECURSIVEMATCH", "SPECIAL-USE"})
RETURN_OPTIONS = frozenset({"SUBSCRIBED", "CHILDREN", "SPECIAL-USE"})  # and STATUS
STATUS_ITEMS = frozenset(
    {
        "MESSAGES",
        "RECENT",  # RFC 3501 only
        "UIDNEXT",
        "UIDVALIDITY",
        "UNSEEN",
        "DELETED",  # RFC 9051 only
        "SIZE",  # RFC 8438
        "APPENDLIMIT",  # RFC 7889
        "HIGHESTMODSEQ",  # RFC 7162
    }
)

# RECURSIVEMATCH modifies one of these (list-select-base-opt).
_BASE_OPTIONS = frozenset({"SUBSCRIBED"})

_ATTRIBUTE = re.compile(rb"\\" + ATOM_CHAR + rb"+")


def mailbox(cursor: Cursor) -> bytes:
    """SP mailbox"""
    cursor.space("a mailbox name")
    return cursor.mailbox()


def create(tag: bytes, cursor: Cursor) -> Command:
    """CREATE; its one parameter is USE (RFC 6154, section 6)."""
    name = mailbox(cursor)
    if cursor.at_end():
        return commands.Create(tag, name)
    cursor.space("parameters")
    cursor.expect(b"(")
    if not cursor.skip_name(b"USE"):
        cursor.fail("USE")
    cursor.space("special-use attributes")
    attributes = _list_of(cursor, _use_attribute, may_be_empty=True)
    cursor.expect(b")")
    return commands.Create(tag, name, tuple(dict.fromkeys(attributes)))


def _use_attribute(cursor: Cursor) -> str:
    octets = cursor.take(_ATTRIBUTE) or cursor.fail("a special-use attribute")
    return octets.decode("ascii")


def list_(tag: bytes, cursor: Cursor) -> Command:
    """LIST, basic or extended in one or more of three ways (RFC 5258, section 1)."""
    cursor.space("a reference name")
    extended = cursor.peek() == b"("
    selection: frozenset[str] = frozenset()
    if extended:
        selection = frozenset(_list_of(cursor, _selection_option, may_be_empty=True))
        if "RECURSIVEMATCH" in selection and not selection & _BASE_OPTIONS:
            raise GrammarError("RECURSIVEMATCH needs SUBSCRIBED beside it")
        cursor.space("a reference name")
    reference = cursor.mailbox()
    cursor.space("a mailbox name or pattern")
    if cursor.peek() == b"(":
        extended = True
        patterns = _list_of(cursor, Cursor.list_mailbox)
    else:
        patterns = (cursor.list_mailbox(),)
    returned: list[str] = []
    status: list[str] = []
    if not cursor.at_end():
        extended = True
        cursor.space("RETURN")
        if not cursor.skip_name(b"RETURN"):
            cursor.fail("RETURN")
        cursor.space("return options")
        for option, items in _list_of(cursor, _return_option, may_be_empty=True):
            returned.append(option)
            status += items
    return commands.List(
        tag,
        reference,
        patterns,
        extended,
        selection,
        frozenset(returned),
        tuple(dict.fromkeys(status)),
    )


def basic_list(
    command: Callable[[bytes, bytes, bytes], Command],
) -> Callable[[bytes, Cursor], Command]:
    """LSUB and XLIST: a reference and a pattern, nothing else."""

    def parse(tag: bytes, cursor: Cursor) -> Command:
        reference = mailbox(cursor)
        cursor.space("a mailbox name or pattern")
        return command(tag, reference, cursor.list_mailbox())

    return parse


def status(tag: bytes, cursor: Cursor) -> Command:
    """STATUS"""
    name = mailbox(cursor)
    cursor.space("a list of status items")
    return commands.Status(tag, name, _list_of(cursor, _status_item))


def _status_item(cursor: Cursor) -> str:
    name = cursor.name("a status item").decode("ascii")
    if name not in STATUS_ITEMS:
        raise GrammarError("unknown status item")
    return name


def _selection_option(cursor: Cursor) -> str:
    name = cursor.name("a selection option").decode("ascii")
    if name not in SELECTION_OPTIONS:
        raise GrammarError("unknown selection option")
    return name


def _return_option(cursor: Cursor) -> tuple[str, tuple[str, ...]]:
    """The option, and the items of STATUS."""
    name = cursor.name("a return option").decode("ascii")
    if name == "STATUS":
        cursor.space("a list of status items")
        return name, _list_of(cursor, _status_item)
    if name not in RETURN_OPTIONS:
        raise GrammarError("unknown return option")
    return name, ()


def _list_of(
    cursor: Cursor, read: Callable[[Cursor], Element], *, may_be_empty: bool = False
) -> tuple[Element, ...]:
    """A parenthesised list."""
    cursor.expect(b"(")
    if may_be_empty and cursor.skip(b")"):
        return ()
    elements = [read(cursor)]
    while not cursor.skip(b")"):
        cursor.space("another one")
        elements.append(read(cursor))
    return tuple(elements)

"""The parameters, modifiers and the search key of RFC 7162 (CONDSTORE, QRESYNC), section 7."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from itertools import pairwise
from typing import Any

from .characters import ATOM_CHAR
from .commands import Resync, SearchModseq, SequenceSet
from .lexer import MAXIMUM_NUMBER64, Cursor, GrammarError

_DIGITS = re.compile(rb"[0-9]+")
_ENTRY_NAME = re.compile(rb"/flags/\\?" + ATOM_CHAR + rb"+", re.IGNORECASE)
_ENTRY_TYPES = frozenset({b"PRIV", b"SHARED", b"ALL"})


def select_parameters(cursor: Cursor) -> tuple[bool, Resync | None]:
    """What follows the mailbox name of SELECT: whether CONDSTORE is there, and QRESYNC."""
    cursor.space("parameters")
    found = _in_parentheses(cursor, {b"CONDSTORE": _nothing, b"QRESYNC": _resync}, "parameters")
    return b"CONDSTORE" in found, found.get(b"QRESYNC")


def fetch_modifiers(cursor: Cursor, uid: bool) -> tuple[int | None, bool]:
    """What follows the data items of FETCH: the value of CHANGEDSINCE, and whether VANISHED."""
    cursor.space("modifiers")
    readers = {b"CHANGEDSINCE": _spaced_modseq, b"VANISHED": _nothing}
    found = _in_parentheses(cursor, readers, "modifiers")
    vanished = b"VANISHED" in found
    if vanished and not uid:
        raise GrammarError("VANISHED is for UID FETCH only")
    if vanished and b"CHANGEDSINCE" not in found:
        raise GrammarError("VANISHED needs CHANGEDSINCE beside it")
    return found.get(b"CHANGEDSINCE"), vanished


def store_modifiers(cursor: Cursor) -> int | None:
    """What stands before the name of the data item of STORE: the value of UNCHANGEDSINCE."""
    readers = {b"UNCHANGEDSINCE": _spaced_modseq_or_zero}
    found = _in_parentheses(cursor, readers, "modifiers")
    cursor.space("FLAGS")
    value: int = found[b"UNCHANGEDSINCE"]
    return value


def search_modseq(cursor: Cursor, _depth: int) -> SearchModseq:
    """The key MODSEQ. The name and the type of an entry are checked, and mean nothing (3.1.5)."""
    cursor.space("a mod-sequence")
    if cursor.peek() == b'"':
        if not _ENTRY_NAME.fullmatch(cursor.string()):
            raise GrammarError('the name of an entry is "/flags/" and a flag')
        cursor.space("the type of an entry")
        if cursor.name("the type of an entry") not in _ENTRY_TYPES:
            raise GrammarError("the type of an entry is priv, shared or all")
        cursor.space("a mod-sequence")
    return SearchModseq(_modseq(cursor, least=0))


Reader = Callable[[Cursor], Any]


def _in_parentheses(cursor: Cursor, readers: Mapping[bytes, Reader], what: str) -> dict[bytes, Any]:
    """Names with their values, in parentheses, each name at most once."""
    cursor.expect(b"(")
    found: dict[bytes, Any] = {}
    while not found or not cursor.skip(b")"):
        if found:
            cursor.space("another one")
        name = cursor.name(what)
        if name not in readers or name in found:
            raise GrammarError(f"{what}: each of {b', '.join(readers).decode()} once")
        found[name] = readers[name](cursor)
    return found


def _nothing(_cursor: Cursor) -> None:
    """A name that has no value."""


def _modseq(cursor: Cursor, least: int = 1) -> int:
    """mod-sequence-value; mod-sequence-valzer where ``least`` is 0."""
    digits = cursor.take(_DIGITS) or cursor.fail("a mod-sequence")
    significant = digits.lstrip(b"0") or b"0"
    if len(significant) > 19 or not least <= int(significant) <= MAXIMUM_NUMBER64:
        raise GrammarError(f"a mod-sequence is from {least} to {MAXIMUM_NUMBER64}")
    return int(significant)


def _spaced_modseq(cursor: Cursor) -> int:
    cursor.space("a mod-sequence")
    return _modseq(cursor)


def _spaced_modseq_or_zero(cursor: Cursor) -> int:
    cursor.space("a mod-sequence")
    return _modseq(cursor, least=0)


def _resync(cursor: Cursor) -> Resync:
    """uidvalidity SP mod-sequence-value [SP known-uids] [SP seq-match-data]"""
    cursor.space("what is known of the mailbox")
    cursor.expect(b"(")
    uid_validity = cursor.nz_number()
    cursor.space("a mod-sequence")
    modseq = _modseq(cursor)
    uids = None
    matches = None
    more = cursor.skip(b" ")
    if more and cursor.peek() != b"(":
        uids = _known(cursor)
        more = cursor.skip(b" ")
    if more:
        matches = _matches(cursor)
    cursor.expect(b")")
    return Resync(uid_validity, modseq, uids, matches)


def _matches(cursor: Cursor) -> tuple[SequenceSet, SequenceSet]:
    cursor.expect(b"(")
    numbers = _known(cursor)
    cursor.space("the UIDs of these messages")
    uids = _known(cursor)
    cursor.expect(b")")
    for known in (numbers, uids):
        spans = _spans(known)
        if any(low > high for low, high in spans) or any(
            before[1] >= after[0] for before, after in pairwise(spans)
        ):
            raise GrammarError("numbers and UIDs have to be in ascending order")
    if _size(numbers) != _size(uids):
        raise GrammarError("there have to be as many UIDs as numbers")
    return numbers, uids


def _known(cursor: Cursor) -> SequenceSet:
    found = cursor.sequence_set()
    if found.saved or any(None in span for span in found.ranges):
        raise GrammarError("a set of what is known has neither * nor $")
    return found


def _spans(known: SequenceSet) -> list[tuple[int, int]]:
    return [(low or 0, high or 0) for low, high in known.ranges]


def _size(known: SequenceSet) -> int:
    return sum(high - low + 1 for low, high in _spans(known))

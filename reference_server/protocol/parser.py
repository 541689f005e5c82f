"""From a framed command to its typed value (RFC 3501, sections 6 and 9).

A further command is a row of ``COMMANDS`` and a function that reads its arguments, from the
space behind its name on; ``parse_command`` itself looks for the end of the command.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Collection
from typing import Literal

from . import commands, mailbox_arguments
from .characters import read_tag
from .commands import Command, Malformed
from .dates import parse_date_time
from .fetch_arguments import fetch_items
from .framing import Frame
from .lexer import Cursor, GrammarError
from .mailbox_arguments import mailbox
from .modseq_arguments import fetch_modifiers, select_parameters, store_modifiers
from .search_arguments import result_options, search_criteria

_BASE64 = re.compile(rb"=(?= |\Z)|(?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?")
_QUOTED_TEXT = re.compile(rb'"[^"]*"')

Parse = Callable[[bytes, Cursor], Command]


def parse_command(frame: Frame, revision2: bool = False, absent: Collection[bytes] = ()) -> Command:
    """The command in ``frame``; ``Malformed`` where it breaks the grammar. Never raises.

    The tag of a ``Malformed`` is ``b"*"`` where none could be read. ``revision2``: the client
    enabled IMAP4rev2; quoted strings may hold UTF-8, sizes have 63 bits. ``absent``: names of
    commands that this server does not offer, so that they are unknown.
    """
    first = frame.parts[0]
    tag = read_tag(first) if isinstance(first, bytes) else None
    if tag is None:
        return Malformed(b"*", "a command begins with a tag and a space")
    cursor = Cursor(frame.parts, revision2)
    cursor.skip(tag)
    try:
        cursor.space("a command")
        command = _look_up(COMMANDS, cursor, absent)(tag, cursor)
        cursor.end()
    except GrammarError as fault:
        return Malformed(tag, str(fault))
    return command


def _look_up(table: dict[bytes, Parse], cursor: Cursor, absent: Collection[bytes] = ()) -> Parse:
    name = cursor.name("a command")
    parse = table.get(name)
    if parse is None or name in absent:
        raise GrammarError("unknown command")
    return parse


def _bare(command: type[Command]) -> Parse:
    """A command without arguments."""
    return lambda tag, _cursor: command(tag)


def _named(command: Callable[[bytes, bytes], Command]) -> Parse:
    """A command whose only argument is a mailbox name."""
    return lambda tag, cursor: command(tag, mailbox(cursor))


def _enable(tag: bytes, cursor: Cursor) -> Command:
    names: list[str] = []
    while not names or not cursor.at_end():
        cursor.space("the name of a capability")
        names.append(cursor.name("the name of a capability").decode("ascii"))
    return commands.Enable(tag, tuple(names))


def _select(tag: bytes, cursor: Cursor, read_only: bool = False) -> Command:
    name = mailbox(cursor)
    if cursor.at_end():
        return commands.Select(tag, name, read_only)
    condstore, resync = select_parameters(cursor)
    return commands.Select(tag, name, read_only, condstore, resync)


def _examine(tag: bytes, cursor: Cursor) -> Command:
    return _select(tag, cursor, read_only=True)


def _authenticate(tag: bytes, cursor: Cursor) -> Command:
    """With an initial response (RFC 4959) if there is one."""
    cursor.space("a mechanism")
    mechanism = cursor.name("a mechanism").decode("ascii")
    if cursor.at_end():
        return commands.Authenticate(tag, mechanism)
    cursor.space("an initial response")
    response = cursor.take(_BASE64) or cursor.fail("an initial response in base64")
    return commands.Authenticate(tag, mechanism, response)


def _login(tag: bytes, cursor: Cursor) -> Command:
    cursor.space("a user name")
    user = cursor.astring("a user name")
    cursor.space("a password")
    return commands.Login(tag, user, cursor.astring("a password"))


def _id(tag: bytes, cursor: Cursor) -> Command:
    """Within the limits of RFC 2971, 3.3."""
    cursor.space("NIL or a list of fields and values")
    if cursor.skip_name(b"NIL"):
        return commands.Id(tag, None)
    cursor.expect(b"(")
    fields: dict[bytes, tuple[bytes, bytes | None]] = {}
    while not cursor.skip(b")"):
        if fields:
            cursor.space("a field")
        field = cursor.string("a field")
        cursor.space("a value")
        value = None if cursor.skip_name(b"NIL") else cursor.string("a value or NIL")
        if len(field) > 30 or len(value or b"") > 1024:
            raise GrammarError("a field has at most 30 octets, a value 1024")
        if field.lower() in fields:
            raise GrammarError("the same field twice")
        fields[field.lower()] = field, value
        if len(fields) > 30:
            raise GrammarError("at most 30 fields")
    return commands.Id(tag, tuple(fields.values()))


def _rename(tag: bytes, cursor: Cursor) -> Command:
    return commands.Rename(tag, mailbox(cursor), mailbox(cursor))


def _append(tag: bytes, cursor: Cursor) -> Command:
    name = mailbox(cursor)
    flags: tuple[str, ...] = ()
    internal_date = None
    cursor.space("a message")
    if cursor.peek() == b"(":
        flags = cursor.flag_list()
        cursor.space("a message")
    if (text := cursor.take(_QUOTED_TEXT)) is not None:
        try:
            internal_date = parse_date_time(text)
        except ValueError as error:
            raise GrammarError(f"bad date-time: {error}") from None
        cursor.space("a message")
    binary = cursor.skip(b"~")
    return commands.Append(tag, name, cursor.literal(), flags, internal_date, binary)


def _copy(tag: bytes, cursor: Cursor, uid: bool = False) -> Command:
    cursor.space("a sequence set")
    messages = cursor.sequence_set()
    return commands.Copy(tag, messages, mailbox(cursor), uid)


def _move(tag: bytes, cursor: Cursor, uid: bool = False) -> Command:
    cursor.space("a sequence set")
    messages = cursor.sequence_set()
    return commands.Move(tag, messages, mailbox(cursor), uid)


def _fetch(tag: bytes, cursor: Cursor, uid: bool = False) -> Command:
    cursor.space("a sequence set")
    messages = cursor.sequence_set()
    cursor.space("a data item")
    items = fetch_items(cursor)
    if cursor.at_end():
        return commands.Fetch(tag, messages, items, uid)
    changed_since, vanished = fetch_modifiers(cursor, uid)
    return commands.Fetch(tag, messages, items, uid, changed_since, vanished)


def _store(tag: bytes, cursor: Cursor, uid: bool = False) -> Command:
    cursor.space("a sequence set")
    messages = cursor.sequence_set()
    cursor.space("FLAGS")
    unchanged_since = store_modifiers(cursor) if cursor.peek() == b"(" else None
    item = STORE_ITEMS.get(cursor.name("FLAGS"))
    if item is None:
        raise GrammarError("unknown data item for STORE")
    operation, silent = item
    cursor.space("flags")
    flags = cursor.flag_list() if cursor.peek() == b"(" else cursor.flags()
    return commands.Store(tag, messages, operation, flags, silent, uid, unchanged_since)


def _search(tag: bytes, cursor: Cursor, uid: bool = False) -> Command:
    cursor.space("a search key")
    options = None
    if cursor.skip_name(b"RETURN"):
        cursor.space("result options")
        options = result_options(cursor)
        cursor.space("a search key")
    key, charset = search_criteria(cursor)
    return commands.Search(tag, key, charset, uid, options)


def _uid(tag: bytes, cursor: Cursor) -> Command:
    cursor.space("a command")
    return _look_up(UID_COMMANDS, cursor)(tag, cursor)


def _uid_expunge(tag: bytes, cursor: Cursor) -> Command:
    cursor.space("a sequence set")
    return commands.Expunge(tag, cursor.sequence_set())


def _with_uids(parse: Callable[[bytes, Cursor, bool], Command]) -> Parse:
    return lambda tag, cursor: parse(tag, cursor, True)


STORE_ITEMS: dict[bytes, tuple[Literal["set", "add", "remove"], bool]] = {
    b"FLAGS": ("set", False),
    b"FLAGS.SILENT": ("set", True),
    b"+FLAGS": ("add", False),
    b"+FLAGS.SILENT": ("add", True),
    b"-FLAGS": ("remove", False),
    b"-FLAGS.SILENT": ("remove", True),
}

UID_COMMANDS: dict[bytes, Parse] = {
    b"COPY": _with_uids(_copy),
    b"EXPUNGE": _uid_expunge,
    b"FETCH": _with_uids(_fetch),
    b"MOVE": _with_uids(_move),
    b"SEARCH": _with_uids(_search),
    b"STORE": _with_uids(_store),
}

COMMANDS: dict[bytes, Parse] = {
    b"APPEND": _append,
    b"AUTHENTICATE": _authenticate,
    b"CAPABILITY": _bare(commands.Capability),
    b"CHECK": _bare(commands.Check),
    b"CLOSE": _bare(commands.Close),
    b"COPY": _copy,
    b"CREATE": mailbox_arguments.create,
    b"DELETE": _named(commands.Delete),
    b"ENABLE": _enable,
    b"EXAMINE": _examine,
    b"EXPUNGE": _bare(commands.Expunge),
    b"FETCH": _fetch,
    b"ID": _id,
    b"IDLE": _bare(commands.Idle),
    b"LIST": mailbox_arguments.list_,
    b"LOGIN": _login,
    b"LOGOUT": _bare(commands.Logout),
    b"LSUB": mailbox_arguments.basic_list(commands.Lsub),
    b"MOVE": _move,
    b"NAMESPACE": _bare(commands.Namespace),
    b"NOOP": _bare(commands.Noop),
    b"RENAME": _rename,
    b"SEARCH": _search,
    b"SELECT": _select,
    b"STARTTLS": _bare(commands.StartTls),
    b"STATUS": mailbox_arguments.status,
    b"STORE": _store,
    b"SUBSCRIBE": _named(commands.Subscribe),
    b"UID": _uid,
    b"UNSELECT": _bare(commands.Unselect),
    b"UNSUBSCRIBE": _named(commands.Unsubscribe),
    b"XLIST": mailbox_arguments.basic_list(commands.Xlist),
}

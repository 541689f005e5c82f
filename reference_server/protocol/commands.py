"""The typed commands of RFC 3501, section 6: what a parsed command line means.

Mailbox names stay as the octets on the wire (``bytes``), with every case variant of INBOX
folded to ``b"INBOX"``; the session decodes them, because the encoding depends on its state.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Literal, Protocol


class Octets(Protocol):
    """A message's octets: ``bytes``, or an ``mmap`` over a spooled literal."""

    def __len__(self) -> int: ...

    def __getitem__(self, index: slice, /) -> bytes: ...

    def find(self, sub: bytes, start: int = ..., end: int = ..., /) -> int: ...


@dataclass(frozen=True, slots=True)
class SequenceSet:
    """A sequence-set: ranges in the order sent; ``None`` stands for ``*`` (section 9).

    With ``saved`` the search result variable, ``$``, belongs to it (RFC 5182).
    """

    ranges: tuple[tuple[int | None, int | None], ...]
    saved: bool = False


@dataclass(frozen=True, slots=True)
class Section:
    """A section (6.4.5): part numbers, a part specifier, and header field names if it takes any.

    ``specifier`` is "", "HEADER", "HEADER.FIELDS", "HEADER.FIELDS.NOT", "TEXT" or "MIME".
    """

    part: tuple[int, ...] = ()
    specifier: str = ""
    fields: tuple[bytes, ...] = ()


@dataclass(frozen=True, slots=True)
class Command:
    """What every command has: its tag."""

    tag: bytes


# Any state


@dataclass(frozen=True, slots=True)
class Capability(Command):
    pass


@dataclass(frozen=True, slots=True)
class Noop(Command):
    pass


@dataclass(frozen=True, slots=True)
class Logout(Command):
    pass


@dataclass(frozen=True, slots=True)
class Id(Command):
    """ID (RFC 2971): pairs of field and value; None for NIL, as a value and for the whole list."""

    fields: tuple[tuple[bytes, bytes | None], ...] | None


# Not authenticated


@dataclass(frozen=True, slots=True)
class StartTls(Command):
    pass


@dataclass(frozen=True, slots=True)
class Authenticate(Command):
    """AUTHENTICATE. ``initial_response`` is still base64; ``b"="`` stands for an empty one."""

    mechanism: str  # upper case
    initial_response: bytes | None = None


@dataclass(frozen=True, slots=True)
class Login(Command):
    user: bytes
    password: bytes


# Authenticated


@dataclass(frozen=True, slots=True)
class Enable(Command):
    """ENABLE (RFC 5161); ``names`` in upper case."""

    names: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Resync:
    """The parameter QRESYNC (RFC 7162, 3.2.5): what a client knows of a mailbox. No set has ``*``.

    ``matches`` is a sample of sequence numbers and, in the same order, the UIDs they had.
    """

    uid_validity: int
    modseq: int
    uids: SequenceSet | None = None
    matches: tuple[SequenceSet, SequenceSet] | None = None


@dataclass(frozen=True, slots=True)
class Select(Command):
    """SELECT, or EXAMINE where ``read_only``; with the parameters of RFC 7162."""

    mailbox: bytes
    read_only: bool = False
    condstore: bool = False
    resync: Resync | None = None


@dataclass(frozen=True, slots=True)
class Create(Command):
    """CREATE; ``uses`` are special-use attributes (RFC 6154), spelled as sent."""

    mailbox: bytes
    uses: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Delete(Command):
    mailbox: bytes


@dataclass(frozen=True, slots=True)
class Rename(Command):
    mailbox: bytes
    new_name: bytes


@dataclass(frozen=True, slots=True)
class Subscribe(Command):
    mailbox: bytes


@dataclass(frozen=True, slots=True)
class Unsubscribe(Command):
    mailbox: bytes


@dataclass(frozen=True, slots=True)
class List(Command):
    """LIST; what is beyond RFC 3501 makes it ``extended`` (RFC 5258). Options in upper case.

    ``status`` are the items of the return option STATUS (RFC 5819).
    """

    reference: bytes
    patterns: tuple[bytes, ...]
    extended: bool = False
    selection: frozenset[str] = frozenset()
    returned: frozenset[str] = frozenset()
    status: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Xlist(Command):
    """LIST that always shows the special uses; no RFC has it."""

    reference: bytes
    pattern: bytes


@dataclass(frozen=True, slots=True)
class Lsub(Command):
    reference: bytes
    pattern: bytes


@dataclass(frozen=True, slots=True)
class Namespace(Command):
    """RFC 2342."""


@dataclass(frozen=True, slots=True)
class Status(Command):
    """STATUS; ``items`` are upper-case names such as "MESSAGES", in the order asked for."""

    mailbox: bytes
    items: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Append(Command):
    """APPEND; ``binary`` where the message came as a literal8, which may hold NUL (RFC 3516)."""

    mailbox: bytes
    message: Octets
    flags: tuple[str, ...] = ()
    internal_date: datetime | None = None  # always with a time zone
    binary: bool = False


@dataclass(frozen=True, slots=True)
class Idle(Command):
    """RFC 2177. Its end, DONE, is a line of its own and no command."""


# Selected


@dataclass(frozen=True, slots=True)
class Check(Command):
    pass


@dataclass(frozen=True, slots=True)
class Close(Command):
    pass


@dataclass(frozen=True, slots=True)
class Unselect(Command):
    """RFC 3691."""


@dataclass(frozen=True, slots=True)
class Expunge(Command):
    """EXPUNGE, or UID EXPUNGE (RFC 4315) where ``uids`` is given."""

    uids: SequenceSet | None = None


@dataclass(frozen=True, slots=True)
class FetchItem:
    """One data item to fetch (6.4.5).

    ``name`` is "FLAGS", "INTERNALDATE", "RFC822.SIZE", "ENVELOPE", "BODY" (the non-extensible
    structure), "BODYSTRUCTURE", "UID", "MODSEQ", "RFC822", "RFC822.HEADER", "RFC822.TEXT", or
    "BODY[]" with ``section``, ``peek`` and ``partial`` = (first octet, count). So have
    "BINARY[]" and "BINARY.SIZE[]" (RFC 3516), whose section has no part specifier.
    Macros are expanded by the parser.
    """

    name: str
    section: Section | None = None
    peek: bool = False
    partial: tuple[int, int] | None = None


@dataclass(frozen=True, slots=True)
class Fetch(Command):
    """FETCH; ``changed_since`` and ``vanished`` are its modifiers (RFC 7162)."""

    messages: SequenceSet
    items: tuple[FetchItem, ...]
    uid: bool = False
    changed_since: int | None = None
    vanished: bool = False


@dataclass(frozen=True, slots=True)
class Store(Command):
    """STORE; ``operation`` is "set", "add" or "remove" (FLAGS, +FLAGS, -FLAGS).

    ``unchanged_since`` is its modifier (RFC 7162).
    """

    messages: SequenceSet
    operation: Literal["set", "add", "remove"]
    flags: tuple[str, ...]
    silent: bool = False
    uid: bool = False
    unchanged_since: int | None = None


@dataclass(frozen=True, slots=True)
class Copy(Command):
    messages: SequenceSet
    mailbox: bytes
    uid: bool = False


@dataclass(frozen=True, slots=True)
class Move(Command):
    """MOVE (RFC 6851)."""

    messages: SequenceSet
    mailbox: bytes
    uid: bool = False


# Search keys (6.4.4)


@dataclass(frozen=True, slots=True)
class SearchAll:
    pass


@dataclass(frozen=True, slots=True)
class SearchAnd:
    keys: tuple[SearchKey, ...]


@dataclass(frozen=True, slots=True)
class SearchOr:
    left: SearchKey
    right: SearchKey


@dataclass(frozen=True, slots=True)
class SearchNot:
    key: SearchKey


@dataclass(frozen=True, slots=True)
class SearchFlag:
    """A flag or keyword that is set, or is not. NEW is And(Recent, not Seen); OLD is not Recent."""

    flag: str  # with its backslash: "\\Seen", "\\Recent", "$Forwarded"
    present: bool = True


@dataclass(frozen=True, slots=True)
class SearchText:
    """A string to find: ``field`` is "BCC" "CC" "FROM" "SUBJECT" "TO" "BODY" "TEXT", or "HEADER".

    ``value`` is still in the command's CHARSET; for HEADER, ``name`` is the field name.
    """

    field: str
    value: bytes
    name: bytes = b""


@dataclass(frozen=True, slots=True)
class SearchDate:
    """``when`` is "before", "on" or "since"; ``sent`` compares Date: instead of INTERNALDATE."""

    when: Literal["before", "on", "since"]
    day: date
    sent: bool = False


@dataclass(frozen=True, slots=True)
class SearchSize:
    """LARGER or SMALLER than ``octets``."""

    larger: bool
    octets: int


@dataclass(frozen=True, slots=True)
class SearchSequence:
    """A sequence set, or UID with one."""

    messages: SequenceSet
    uid: bool = False


@dataclass(frozen=True, slots=True)
class SearchModseq:
    """Changed at this mod-sequence or later (RFC 7162). The name of an entry means nothing here."""

    modseq: int


SearchKey = (
    SearchAll
    | SearchAnd
    | SearchOr
    | SearchNot
    | SearchFlag
    | SearchText
    | SearchDate
    | SearchSize
    | SearchSequence
    | SearchModseq
)


@dataclass(frozen=True, slots=True)
class Search(Command):
    """SEARCH; ``options`` are those of RETURN (RFC 4731, RFC 5182), None where it is not there.

    Options are "MIN", "MAX", "ALL", "COUNT" and "SAVE".
    """

    key: SearchKey
    charset: str | None = None  # upper case, as named by the client
    uid: bool = False
    options: frozenset[str] | None = None


@dataclass(frozen=True, slots=True)
class Malformed(Command):
    """A command that breaks the grammar. ``tag`` is ``b"*"`` where none could be read."""

    reason: str = field(default="syntax error")

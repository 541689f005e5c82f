"""The typed responses of RFC 3501, section 7: what the server says, before it is octets.

A value inside a response is one of ``Value``:

=============  =====================================================================
``Atom``       octets that go out as they are (flags, names of items, numbers as text)
``int``        a number
``None``       NIL
``bytes``      a string: quoted where its octets allow, a literal otherwise
``Utf8``       a string in UTF-8, quoted even where it is not ASCII (RFC 9051, 4.3)
``Binary``     octets, perhaps with NUL: a literal8 then, a string otherwise (RFC 3516)
``Encoded``    octets that were encoded before (a stored ENVELOPE)
``Stream``     a literal, or literal8, whose octets come in chunks, never whole in memory
``tuple``      a parenthesised list
=============  =====================================================================
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal


class Atom(bytes):
    """Octets sent without quoting."""


class Utf8(bytes):
    """A string whose quoted form may hold UTF-8: only for a client that enabled IMAP4rev2."""


class Binary(bytes):
    """Decoded content, which may hold any octet."""


class Encoded(bytes):
    """Octets that are wire format already."""


@dataclass(frozen=True, slots=True)
class Stream:
    """A literal of ``size`` octets, delivered by ``chunks``; ``binary`` where NUL is in them."""

    size: int
    chunks: Iterable[bytes]
    binary: bool = False


Value = Atom | Encoded | bytes | int | None | Stream | tuple["Value", ...]


@dataclass(frozen=True, slots=True)
class Code:
    """A response code: its name and what follows it, e.g. ``Code("UIDNEXT", (4392,))``."""

    name: str
    values: tuple[Value, ...] = ()


@dataclass(frozen=True, slots=True)
class Condition:
    """OK, NO, BAD, PREAUTH or BYE (7.1); untagged where ``tag`` is ``None``."""

    kind: Literal["OK", "NO", "BAD", "PREAUTH", "BYE"]
    text: str
    code: Code | None = None
    tag: bytes | None = None


@dataclass(frozen=True, slots=True)
class Data:
    """Untagged data by name: CAPABILITY, LIST, LSUB, STATUS, SEARCH, FLAGS, NAMESPACE, ..."""

    name: str
    values: tuple[Value, ...] = ()


@dataclass(frozen=True, slots=True)
class Numbered:
    """Untagged data that begins with a number: EXISTS, RECENT, EXPUNGE."""

    number: int
    name: Literal["EXISTS", "RECENT", "EXPUNGE"]


@dataclass(frozen=True, slots=True)
class FetchData:
    """``* number FETCH (name value ...)``; names are wire octets such as ``b"BODY[1]<0>"``."""

    number: int
    items: tuple[tuple[bytes, Value], ...]


@dataclass(frozen=True, slots=True)
class FetchTable:
    """Many FETCH responses with the same items.

    A row is the message's number, then the value of each name; all of them ``int``, ``Atom`` or
    ``Encoded``, so that a row is one formatting operation.
    """

    names: tuple[bytes, ...]
    rows: Iterable[tuple[int | bytes, ...]]


@dataclass(frozen=True, slots=True)
class Continuation:
    """A command continuation request (7.5)."""

    text: str = ""


Response = Condition | Data | Numbered | FetchData | FetchTable | Continuation

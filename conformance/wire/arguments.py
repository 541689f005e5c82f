"""Arguments of a command, and the octets that they become.

========================  ============================================================
``str``, ``bytes``        verbatim: ``"1:*"``, ``"(FLAGS UID)"``
``int``                   in decimal
``Quoted("a b")``         a quoted string, with its escapes
``Literal(b"...")``       a synchronizing literal: the client waits for ``+``
``NonSync(b"...")``       a non-synchronizing literal (RFC 7888)
``Mailbox("Entwürfe")``   a mailbox name in modified UTF-7, with IMAP4rev2 in UTF-8: an atom
                          where it can be one
``Joined("A[", x, "]")``  its arguments without spaces between them
a list or tuple           its elements in parentheses
========================  ============================================================
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from conformance.wire import mailbox_names

_ASTRING = re.compile(rb"[!#$&'+,\-./0-9:;<=>?@A-Z\[\]^_`a-z|}~]+")


@dataclass(frozen=True, slots=True)
class Quoted:
    value: str | bytes


@dataclass(frozen=True, slots=True)
class Literal:
    octets: bytes


@dataclass(frozen=True, slots=True)
class NonSync:
    octets: bytes


@dataclass(frozen=True, slots=True)
class Mailbox:
    name: str


class Joined:
    """Arguments that follow each other without a space."""

    def __init__(self, *arguments: Argument) -> None:
        self.arguments = arguments


Argument = str | bytes | int | Quoted | Literal | NonSync | Mailbox | Joined | Sequence["Argument"]


def astring(octets: bytes) -> bytes:
    """``octets`` as an atom or a quoted string. ``ValueError`` where only a literal would do."""
    return octets if _ASTRING.fullmatch(octets) else quoted(octets)


def quoted(octets: bytes, *, utf8: bool = False) -> bytes:
    """``octets`` as a quoted string.

    ``ValueError`` for NUL, CR, LF, and for 8-bit octets but with ``utf8`` (RFC 9051).
    """
    if any(octet in b"\0\r\n" or (octet > 0x7F and not utf8) for octet in octets):
        raise ValueError(f"{octets!r} cannot be a quoted string")
    return b'"' + octets.replace(b"\\", b"\\\\").replace(b'"', b'\\"') + b'"'


def word(value: str) -> Argument:
    """An argument for any string: an atom or quoted if it can be, a literal otherwise."""
    octets = value.encode("utf-8")
    try:
        return astring(octets)
    except ValueError:
        return Literal(octets)


def encode_command(
    tag: str, name: str, arguments: Sequence[Argument], *, utf8: bool = False
) -> list[bytes]:
    """The octets of a command, cut behind each literal for which the client has to wait.

    With ``utf8`` mailbox names go out in UTF-8 instead of modified UTF-7.
    """
    pieces = [bytearray(f"{tag} {name}".encode("ascii"))]
    for argument in arguments:
        pieces[-1] += b" "
        _append(pieces, argument, utf8)
    pieces[-1] += b"\r\n"
    return [bytes(piece) for piece in pieces]


def _append(pieces: list[bytearray], argument: Argument, utf8: bool) -> None:
    match argument:
        case str():
            pieces[-1] += argument.encode("utf-8")
        case bytes():
            pieces[-1] += argument
        case int():
            pieces[-1] += str(argument).encode("ascii")
        case Quoted(value):
            pieces[-1] += quoted(value.encode("ascii") if isinstance(value, str) else value)
        case Mailbox(name) if utf8 and not name.isascii():
            pieces[-1] += quoted(name.encode("utf-8"), utf8=True)
        case Mailbox(name):
            pieces[-1] += astring(name.encode("ascii") if utf8 else mailbox_names.encode(name))
        case Literal(octets):
            pieces[-1] += b"{%d}\r\n" % len(octets)
            pieces.append(bytearray(octets))
        case NonSync(octets):
            pieces[-1] += b"{%d+}\r\n" % len(octets) + octets
        case Joined():
            for element in argument.arguments:
                _append(pieces, element, utf8)
        case _:
            pieces[-1] += b"("
            for index, element in enumerate(argument):
                if index:
                    pieces[-1] += b" "
                _append(pieces, element, utf8)
            pieces[-1] += b")"

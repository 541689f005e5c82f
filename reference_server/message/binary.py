"""BINARY: content without its transfer encoding, and content that needs one (RFC 3516)."""

from __future__ import annotations

import binascii
import re
from collections.abc import Iterator

from reference_server.message.decoding import transfer_decoded
from reference_server.message.header import field_extent
from reference_server.message.parts import MAXIMUM_HEADER, Part, Reader
from reference_server.message.sections import find_part
from reference_server.protocol.commands import Octets

_LINE_ORIENTED = ("7BIT", "8BIT", "QUOTED-PRINTABLE")
_ENCODINGS = (*_LINE_ORIENTED, "BINARY", "BASE64")
_BARE_LINE_FEED = re.compile(rb"(?<!\r)\n")
_BASE64_LINE = 57  # octets in a line of 76 characters (RFC 2045, 6.8)
_CHUNK = _BASE64_LINE * 4096


class NoLeafError(Exception):
    """BINARY is not for a multipart or a message (RFC 9051, 6.4.5)."""


class UnknownEncodingError(Exception):
    """Octets that cannot be told, or cannot be stored: UNKNOWN-CTE."""


def check_binary(message: Part, numbers: tuple[int, ...]) -> Part | None:
    """The part that BINARY[numbers] names; None where the message has none.

    Without numbers it is the message as a whole, whose own encoding is always the identity.
    Raises NoLeafError, UnknownEncodingError.
    """
    if not numbers:
        return message
    part = find_part(message, numbers)
    if part is None:
        return None
    if part.parts:
        raise NoLeafError
    if part.encoding not in _ENCODINGS:
        raise UnknownEncodingError
    return part


def binary_content(
    message: Part, numbers: tuple[int, ...], octets: Octets
) -> Iterator[bytes] | None:
    """The decoded content of the part, in chunks; see ``check_binary``.

    Lines of a text end with CRLF, however the message has them (RFC 3516, 6).
    """
    part = check_binary(message, numbers)
    if part is None:
        return None
    if not numbers:
        return _slices(octets, part.header, part.stop)
    chunks = transfer_decoded(part, octets)
    if part.type == "TEXT" and part.encoding in _LINE_ORIENTED:
        return _with_crlf(chunks)
    return chunks


def _with_crlf(chunks: Iterator[bytes]) -> Iterator[bytes]:
    last = b""
    for chunk in filter(None, chunks):
        lines = _BARE_LINE_FEED.sub(b"\r\n", chunk)
        if last == b"\r" and chunk.startswith(b"\n"):
            lines = lines[1:]  # its CR came with the chunk before
        last = chunk[-1:]
        yield lines


def _slices(octets: Octets, start: int, stop: int) -> Iterator[bytes]:
    for position in range(start, stop, _CHUNK):
        yield octets[position : min(position + _CHUNK, stop)]


def encode_binary(message: Octets) -> Iterator[bytes]:
    """``message`` without NUL, in chunks: parts that hold it are put into base64.

    Only parts that say that they are BINARY can be. Raises UnknownEncodingError, before the
    first chunk, where NUL is anywhere else.
    """
    parts = [part for part in _leaves(Reader(message).read().part) if _holds_nul(part, message)]
    position = 0
    for part in parts:
        if part.encoding != "BINARY" or message.find(b"\0", position, part.body) >= 0:
            raise UnknownEncodingError
        position = part.stop
    if message.find(b"\0", position) >= 0:
        raise UnknownEncodingError
    return _encoded(message, parts)


def _leaves(part: Part) -> Iterator[Part]:
    if not part.parts:
        yield part
    for inner in part.parts:
        yield from _leaves(inner)


def _holds_nul(part: Part, message: Octets) -> bool:
    return message.find(b"\0", part.body, part.stop) >= 0


def _encoded(message: Octets, parts: list[Part]) -> Iterator[bytes]:
    position = 0
    for part in parts:
        header = message[part.header : min(part.body, part.header + MAXIMUM_HEADER)]
        start, stop = field_extent(header, b"content-transfer-encoding")
        yield from _slices(message, position, part.header + start)
        yield b"Content-Transfer-Encoding: base64\r\n"
        yield from _slices(message, part.header + stop, part.body)
        for chunk in _slices(message, part.body, part.stop):
            yield b"".join(
                binascii.b2a_base64(chunk[line : line + _BASE64_LINE], newline=False) + b"\r\n"
                for line in range(0, len(chunk), _BASE64_LINE)
            )
        position = part.stop
    yield from _slices(message, position, len(message))

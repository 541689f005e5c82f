"""From typed responses to octets (RFC 3501, sections 7 and 9).

Whatever values come in, what goes out keeps the grammar: response text holds no line end,
strings that may not be quoted are literals, and no NUL is ever sent.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator
from typing import Any

from .characters import ASTRING_CHAR
from .commands import Section
from .responses import (
    Atom,
    Binary,
    Code,
    Condition,
    Continuation,
    Data,
    Encoded,
    FetchData,
    FetchTable,
    Numbered,
    Response,
    Stream,
    Utf8,
    Value,
)

BLOCK = 64 * 1024
"""The responses of a table are gathered into blocks of about so many octets."""

QUOTED_LIMIT = 1024
"""A string of more octets than this is sent as a literal."""

_NOT_QUOTABLE = re.compile(rb"[\x00\r\n\x80-\xff]")
_UNCHANGED = re.compile(rb'[^\x00\r\n\x80-\xff"\\]*+')
_NO_LINE = re.compile(rb"[\x00\r\n]")
_QUOTED_SPECIALS = re.compile(rb'["\\]')
_ASTRING_ATOM = re.compile(ASTRING_CHAR + rb"+")
_NOT_PRINTABLE = re.compile(r"[^\x20-\x7e]")


def encode(response: Response) -> Iterable[bytes]:
    """The octets of one response: a line, or blocks of about ``BLOCK`` octets.

    ``ValueError`` where a ``Stream`` does not deliver its size: the client can no longer tell
    where the literal ends, so the connection is lost.
    """
    line = _ENCODERS[type(response)](response)
    return _BLOCK_ENCODERS[type(response)](response) if line is None else (line,)


# Values


def encode_value(value: Value) -> bytes:
    """The octets of a value that is no ``Stream`` and holds none (``TypeError``)."""
    if value is None:
        return b"NIL"
    encoder = _VALUE_ENCODERS.get(type(value))
    if encoder is None:
        raise TypeError(f"no value of a response: {type(value).__name__}")
    return encoder(value)


def encode_string(octets: bytes) -> bytes:
    """string: quoted where the octets allow it, a literal otherwise."""
    if len(octets) <= QUOTED_LIMIT and _UNCHANGED.fullmatch(octets):
        return b'"' + octets + b'"'
    if len(octets) > QUOTED_LIMIT or _NOT_QUOTABLE.search(octets):
        return b"{%d}\r\n%b" % (len(octets), _without_nul(octets))
    return b'"%b"' % _QUOTED_SPECIALS.sub(rb"\\\g<0>", octets)


def _encode_utf8(octets: bytes) -> bytes:
    """string, with UTF-8 in quoted strings (RFC 9051, 4.3)."""
    if len(octets) > QUOTED_LIMIT or _NO_LINE.search(octets):
        return encode_string(octets)
    return b'"%b"' % _QUOTED_SPECIALS.sub(rb"\\\g<0>", octets)


def encode_section(section: Section, origin: int | None = None, item: bytes = b"BODY") -> bytes:
    """``BODY[section]<origin>``: how a FETCH response names a section (7.4.2)."""
    name = b".".join(b"%d" % number for number in section.part)
    if section.specifier:
        name += (b"." if name else b"") + section.specifier.encode("ascii")
    if section.fields:
        name += b" (%b)" % b" ".join(_encode_astring(field) for field in section.fields)
    return b"%b[%b]" % (item, name) if origin is None else b"%b[%b]<%d>" % (item, name, origin)


def _encode_astring(octets: bytes) -> bytes:
    return octets if _ASTRING_ATOM.fullmatch(octets) else encode_string(octets)


def _encode_binary(octets: bytes) -> bytes:
    if b"\0" in octets:
        return b"~{%d}\r\n%b" % (len(octets), octets)
    return encode_string(octets)


def _encode_list(values: tuple[Value, ...]) -> bytes:
    return b"(" + b" ".join(map(encode_value, values)) + b")"


def _without_nul(octets: bytes) -> bytes:
    # A literal is CHAR8, which excludes NUL; another octet keeps its size and offsets true.
    return octets.replace(b"\0", b"\x80") if b"\0" in octets else octets


_VALUE_ENCODERS: dict[type, Callable[[Any], bytes]] = {
    Atom: bytes,
    Binary: _encode_binary,
    Encoded: bytes,
    Utf8: _encode_utf8,
    int: b"%d".__mod__,
    bytes: encode_string,
    tuple: _encode_list,
}


# Responses


def _encode_fetch(response: FetchData) -> bytes | None:
    """The whole response; ``None`` where an item is a ``Stream``."""
    items: list[bytes] = []
    for name, value in response.items:
        if type(value) is Encoded:  # most of what is fetched by the thousand
            items.append(b"%b %b" % (name, value))
        elif type(value) is Stream:
            return None
        else:
            items.append(name + b" " + encode_value(value))
    return b"* %d FETCH (%b)\r\n" % (response.number, b" ".join(items))


def _encode_table(response: FetchTable) -> Iterator[bytes]:
    """All FETCH responses of a table; each column keeps to the kind that its first row has."""
    rows = iter(response.rows)
    first = next(rows, None)
    if first is None:
        return
    kinds = (b"%d" if isinstance(value, int) else b"%b" for value in first[1:])
    names = (name.replace(b"%", b"%%") for name in response.names)
    items = (b" ".join(item) for item in zip(names, kinds, strict=True))
    template = b"* %%d FETCH (%b)\r\n" % b" ".join(items)
    lines = [template % first]
    size = len(lines[0])
    for row in rows:
        if size >= BLOCK:
            yield b"".join(lines)
            lines.clear()
            size = 0
        line = template % row
        lines.append(line)
        size += len(line)
    yield b"".join(lines)


def _stream_fetch(response: FetchData) -> Iterator[bytes]:
    """A FETCH response in which streams stand for values, chunk by chunk."""
    before = b"* %d FETCH (" % response.number
    for name, value in response.items:
        if isinstance(value, Stream):
            mark = b"~" if value.binary else b""
            yield b"%b%b %b{%d}\r\n" % (before, name, mark, value.size)
            yield from _chunks(value)
        else:
            yield b"%b%b " % (before, name) + encode_value(value)
        before = b" "
    yield b")\r\n"


def _chunks(stream: Stream) -> Iterator[bytes]:
    missing = stream.size
    for chunk in stream.chunks:
        missing -= len(chunk)
        if missing < 0:
            break
        yield chunk if stream.binary else _without_nul(chunk)
    if missing:
        raise ValueError(f"a stream of {stream.size} octets is {-missing:+} octets off")


def _encode_condition(response: Condition) -> bytes:
    return b"%b %b %b%b\r\n" % (
        b"*" if response.tag is None else response.tag,
        response.kind.encode("ascii"),
        _encode_code(response.code),
        # text is at least one character.
        _encode_text(response.text, response.code) or response.kind.encode("ascii"),
    )


def _encode_continuation(response: Continuation) -> bytes:
    return b"+ %b\r\n" % _encode_text(response.text, None)


def _encode_code(code: Code | None) -> bytes:
    if code is None:
        return b""
    return b"[%b] " % b" ".join((code.name.encode("ascii"), *map(encode_value, code.values)))


def _encode_text(text: str, code: Code | None) -> bytes:
    printable = _NOT_PRINTABLE.sub("?", text)
    if code is None and printable.startswith("["):  # would be read as a response code
        printable = "(" + printable[1:]
    return printable.encode("ascii")


def _encode_data(response: Data) -> bytes:
    words = (response.name.encode("ascii"), *map(encode_value, response.values))
    return b"* %b\r\n" % b" ".join(words)


def _encode_numbered(response: Numbered) -> bytes:
    return b"* %d %b\r\n" % (response.number, response.name.encode("ascii"))


_ENCODERS: dict[type, Callable[[Any], bytes | None]] = {
    Condition: _encode_condition,
    Continuation: _encode_continuation,
    Data: _encode_data,
    FetchData: _encode_fetch,
    FetchTable: lambda _: None,
    Numbered: _encode_numbered,
}

# For what _ENCODERS gives None.
_BLOCK_ENCODERS: dict[type, Callable[[Any], Iterator[bytes]]] = {
    FetchData: _stream_fetch,
    FetchTable: _encode_table,
}

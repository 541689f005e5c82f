"""Structured MIME header fields: a value and its parameters (RFC 2045, 5.1; RFC 2183)."""

from __future__ import annotations

import re
from typing import NamedTuple
from urllib.parse import unquote_to_bytes

from reference_server.message.lexical import remove_comments, unquote

_TOKEN = rb"[^\x00-\x20\x7f-\xff()<>@,;:\\\"/\[\]?=]++"
_TYPE = re.compile(rb"(%b)[ \t]*+/[ \t]*+(%b)[ \t]*+(?:;|$)" % (_TOKEN, _TOKEN))
_VALUE = re.compile(rb"(%b)[ \t]*+(?:;|$)" % _TOKEN)
# Values are read more widely than tokens: "name=a report.pdf" is common, and plain in meaning.
# What is no parameter is stepped over up to the next semicolon.
_PARAMETER = re.compile(
    rb'[ \t]*+([^\x00-\x20;="()]++)[ \t]*+=[ \t]*+'
    rb'(?:"((?:[^"\\]++|\\.)*+)"?+[^;]*+|([^;"]*+)[^;]*+)'
    rb"(?:;|$)|[^;]*+;|[^;]++$",
    re.DOTALL,
)

Parameters = tuple[tuple[bytes, bytes], ...]
"""Attribute (upper case) and value, in the order of the field."""


class ContentType(NamedTuple):
    """A media type: ``type`` and ``subtype`` in upper case."""

    type: bytes
    subtype: bytes
    parameters: Parameters = ()

    @property
    def is_multipart(self) -> bool:
        return self.type == b"MULTIPART"

    @property
    def is_message(self) -> bool:
        return self.type == b"MESSAGE" and self.subtype == b"RFC822"

    @property
    def has_lines(self) -> bool:
        """Whether BODYSTRUCTURE has the size in lines (RFC 3501, 7.4.2)."""
        return self.type == b"TEXT" or self.is_message

    @property
    def boundary(self) -> bytes:
        """The boundary of a multipart; a gateway may have added the white space behind it.

        Empty where there is none (RFC 2046, 5.1.1: 1 to 70 characters, the last one no space).
        """
        return (self.parameter(b"BOUNDARY") or b"").rstrip(b" \t\r")

    def parameter(self, attribute: bytes) -> bytes | None:
        """The value of the first parameter of that name (upper case).

        One that is encoded, or continued in others, is put together (RFC 2231, 3 and 4).
        """
        values = dict(reversed(self.parameters))
        whole = _piece(values, attribute, first=True)
        if whole is not None:
            return whole
        pieces: list[bytes] = []
        while True:
            number = len(pieces)
            piece = _piece(values, b"%b*%d" % (attribute, number), first=number == 0)
            if piece is None:
                return b"".join(pieces) if pieces else None
            pieces.append(piece)


def _piece(values: dict[bytes, bytes], name: bytes, *, first: bool) -> bytes | None:
    """A parameter or a section of one; ``name*`` is encoded, the first one names a charset."""
    if name in values:
        return values[name]
    encoded = values.get(name + b"*")
    if encoded is None:
        return None
    return unquote_to_bytes(encoded.split(b"'", 2)[-1] if first else encoded)


DEFAULT = ContentType(b"TEXT", b"PLAIN", ((b"CHARSET", b"US-ASCII"),))
"""What a missing or malformed Content-Type means (RFC 2045, 5.2)."""

DIGEST_DEFAULT = ContentType(b"MESSAGE", b"RFC822")
"""What a missing Content-Type means inside a multipart/digest (RFC 2046, 5.1.5)."""


def parse_content_type(value: bytes) -> ContentType:
    """A Content-Type from its unfolded value; ``DEFAULT`` if it is malformed.

    A multipart that names no boundary is malformed, too: it cannot be taken apart.
    """
    value = remove_comments(value)
    found = _TYPE.match(value)
    if found is None:
        return DEFAULT
    content = ContentType(found[1].upper(), found[2].upper(), _parameters(value, found.end()))
    if content.is_multipart and not content.boundary:
        return DEFAULT
    return content


def parse_disposition(value: bytes) -> tuple[bytes, Parameters] | None:
    """A Content-Disposition (RFC 2183): its type in upper case, and its parameters."""
    value = remove_comments(value)
    found = _VALUE.match(value)
    return None if found is None else (found[1].upper(), _parameters(value, found.end()))


def parse_encoding(value: bytes) -> bytes:
    """A Content-Transfer-Encoding (RFC 2045, 6) in upper case; 7BIT where it names none."""
    return remove_comments(value).rstrip(b";").strip().upper() or b"7BIT"


def parse_languages(value: bytes) -> tuple[bytes, ...]:
    """The tags of a Content-Language (RFC 3282): separated by commas."""
    tags = (tag.strip() for tag in remove_comments(value).split(b","))
    return tuple(tag for tag in tags if tag)


def _parameters(value: bytes, start: int) -> Parameters:
    return tuple(
        (
            found[1].upper(),
            unquote(found[2]) if found[2] is not None else found[3].strip(b" \t"),
        )
        for found in _PARAMETER.finditer(value, start)
        if found[1]
    )

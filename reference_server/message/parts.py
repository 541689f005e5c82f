"""The tree of MIME parts of a message, with octet offsets (RFC 2045, RFC 2046, 5)."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from reference_server.checkpoint import checkpoint
from reference_server.message.fields import (
    DEFAULT,
    DIGEST_DEFAULT,
    ContentType,
    parse_content_type,
    parse_encoding,
)
from reference_server.message.header import Header, header_end
from reference_server.protocol.commands import Octets

MAXIMUM_DEPTH = 100
MAXIMUM_PARTS = 10_000
OPAQUE = ContentType(b"APPLICATION", b"OCTET-STREAM")
"""How a multipart or message is shown that is nested deeper than ``MAXIMUM_DEPTH``."""

_LONGEST_DELIMITER_LINE = 1000
_CHUNK = 1 << 20


@dataclass(frozen=True, slots=True)
class Part:
    """A message or MIME part: ``message[header:body]`` and ``message[body:stop]``.

    ``parts`` holds the parts of a multipart, or the one message inside a MESSAGE/RFC822.
    Names are in upper case. The header includes its blank line; the line end in front of a
    boundary delimiter belongs to the delimiter (RFC 2046, 5.1.1).
    """

    header: int
    body: int
    stop: int
    type: str
    subtype: str
    encoding: str
    charset: str
    parts: tuple[Part, ...] = ()

    @property
    def is_multipart(self) -> bool:
        return self.type == "MULTIPART" and bool(self.parts)

    @property
    def is_message(self) -> bool:
        return self.type == "MESSAGE" and bool(self.parts)


@dataclass(frozen=True, slots=True)
class Entity:
    """A part together with its header, as long as it is being digested."""

    part: Part
    header: Header
    content: ContentType
    parts: tuple[Entity, ...]


class Reader:
    """Takes ``message`` apart; for one use of ``read``."""

    def __init__(self, message: Octets) -> None:
        self._message = message
        self._parts_left = MAXIMUM_PARTS

    def read(self) -> Entity:
        """The message as a whole, with its parts nested in it."""
        return self._entity(0, len(self._message), DEFAULT, depth=0)

    def _entity(self, start: int, stop: int, default: ContentType, depth: int) -> Entity:
        checkpoint()
        message = self._message
        body = header_end(message, start, stop)
        header = Header(message[start:body])
        value = header.first(b"content-type")
        content = default if value is None else parse_content_type(value)
        extents: list[tuple[int, int]] = []
        inner = DEFAULT
        if content.is_multipart or content.is_message:
            if depth >= MAXIMUM_DEPTH or self._parts_left <= 0:
                content = OPAQUE
            elif content.is_message:
                extents = [(body, stop)]
            else:
                boundary = content.parameter(b"BOUNDARY") or b""
                # The grammar of BODYSTRUCTURE knows no multipart without a part.
                extents = self._delimited(body, stop, boundary) or [(stop, stop)]
                inner = DIGEST_DEFAULT if content.subtype == b"DIGEST" else DEFAULT
        self._parts_left -= len(extents)
        parts = tuple(self._entity(*extent, inner, depth + 1) for extent in extents)
        encoding = header.first(b"content-transfer-encoding")
        part = Part(
            start,
            body,
            stop,
            content.type.decode("latin-1"),
            content.subtype.decode("latin-1"),
            "7BIT" if encoding is None else parse_encoding(encoding).decode("latin-1"),
            (content.parameter(b"CHARSET") or b"").decode("latin-1"),
            tuple(entity.part for entity in parts),
        )
        return Entity(part, header, content, parts)

    def _delimited(self, start: int, stop: int, boundary: bytes) -> list[tuple[int, int]]:
        """The extents of the parts between the delimiter lines of ``message[start:stop]``.

        A part that no delimiter follows ends at ``stop``. When too many parts have been seen,
        the rest belongs to the last one.
        """
        extents: list[tuple[int, int]] = []
        opened: int | None = None
        for delimiter, following, closes in self._delimiters(start, stop, boundary):
            if opened is not None:
                extents.append((opened, max(opened, delimiter)))
            opened = None if closes else following
            if closes or len(extents) + 1 >= self._parts_left:
                break
        if opened is not None:
            extents.append((opened, stop))
        return extents

    def _delimiters(
        self, start: int, stop: int, boundary: bytes
    ) -> Iterator[tuple[int, int, bool]]:
        """Each delimiter line: where the line end before it begins, where the next line begins,
        and whether it is the closing one.

        RFC 2046, 5.1.1, lets a prefix of the line suffice. Only white space is accepted behind
        the boundary, though, so that a boundary may be the beginning of another one.
        """
        message = self._message
        pattern = b"\n--" + boundary
        # The line feed that ends the header may be the one in front of the first delimiter.
        position = max(start - 1, 0)
        while (found := message.find(pattern, position, stop)) >= 0:
            behind = found + len(pattern)
            end = message.find(b"\n", behind, stop)
            if end < 0:
                end = stop
            position = end
            if end - behind > _LONGEST_DELIMITER_LINE:
                continue
            rest = message[behind:end].rstrip(b" \t\r")
            if rest in (b"", b"--"):
                before = found - (message[max(found - 1, 0) : found] == b"\r")
                yield before, min(end + 1, stop), rest == b"--"


def count_lines(message: Octets, start: int, stop: int) -> int:
    """The number of line ends in ``message[start:stop]``: the size in lines of RFC 3501, 7.4.2."""
    return sum(
        message[chunk : min(chunk + _CHUNK, stop)].count(b"\n")
        for chunk in range(start, stop, _CHUNK)
    )


def dump_structure(part: Part) -> bytes:
    """The tree in the compact form that ``load_structure`` reads."""
    return json.dumps(_as_list(part), separators=(",", ":")).encode("ascii")


def load_structure(data: bytes) -> Part:
    """The tree that ``digest`` put into ``Digest.structure``."""
    return _from_list(json.loads(data))


def _as_list(part: Part) -> list[Any]:
    return [
        part.header,
        part.body,
        part.stop,
        part.type,
        part.subtype,
        part.encoding,
        part.charset,
        [_as_list(inner) for inner in part.parts],
    ]


def _from_list(items: list[Any]) -> Part:
    header, body, stop, type_, subtype, encoding, charset, inner = items
    parts = tuple(map(_from_list, inner))
    return Part(header, body, stop, type_, subtype, encoding, charset, parts)

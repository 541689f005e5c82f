"""The tree of MIME parts of a message, with octet offsets (RFC 2045, RFC 2046, 5)."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from reference_server.checkpoint import checkpoint
from reference_server.message.fields import (
    DEFAULT,
    DIGEST_DEFAULT,
    ContentType,
    parse_content_type,
    parse_encoding,
)
from reference_server.message.header import Header
from reference_server.message.scanner import EmptyLine, Scanner
from reference_server.protocol.commands import Octets

MAXIMUM_DEPTH = 100
MAXIMUM_PARTS = 10_000
MAXIMUM_DESCRIPTIONS = 2 << 20
"""Octets of descriptions; once there are so many, no further part begins."""

MAXIMUM_HEADER = 1 << 20
MAXIMUM_PART_HEADER = 256 * 1024
"""Octets that are read of the header of a message, and of the header of a part of it."""

OPAQUE = ContentType(b"APPLICATION", b"OCTET-STREAM")
"""How a multipart or message is shown that is nested deeper than ``MAXIMUM_DEPTH``."""

_COMPACT = json.JSONEncoder(separators=(",", ":"))
_LONGEST_NAME = 127  # octets of a type or a subtype (RFC 6838, 4.2), and of anything that is known


class Part(NamedTuple):
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


class Description(NamedTuple):
    """The description of a header in BODYSTRUCTURE, in wire format.

    ``basic`` is a multipart's subtype or the fields up to the encoding, ``envelope`` is for the
    message inside a MESSAGE/RFC822 alone.
    """

    basic: bytes = b""
    envelope: bytes = b""
    extension: bytes = b""


NO_DESCRIPTION = Description()

Describe = Callable[[Header, ContentType, bool], Description]
"""Describes a header, its content type, and whether it is a message inside another."""


class Entity(NamedTuple):
    """A part with its description and the line ends in its body, as long as it is digested.

    Lines are counted where BODYSTRUCTURE shows them: of texts and messages.
    """

    part: Part
    description: Description
    lines: int
    parts: tuple[Entity, ...]


@dataclass(slots=True)
class _Open:
    """A part whose end has not been seen. Without ``content`` its header has not ended, either."""

    start: int
    default: ContentType
    is_message: bool  # the message as a whole, or one inside a MESSAGE/RFC822
    content: ContentType | None = None
    body: int = 0
    encoding: bytes = b""
    boundary: bytes | None = None  # of a multipart, as long as its delimiters count
    description: Description = NO_DESCRIPTION
    lines_before: int = 0
    parts: list[Entity] = field(default_factory=list)


def _undescribed(_header: Header, _content: ContentType, _is_message: bool) -> Description:
    return NO_DESCRIPTION


class Reader:
    """Takes ``message`` apart, in one pass; for one use of ``read``.

    When too many parts, or parts that are too long to describe, have been seen, the rest of the
    message belongs to the last one.
    """

    def __init__(self, message: Octets, describe: Describe = _undescribed) -> None:
        self._message = message
        self._describe = describe
        self._scanner = Scanner(message)
        self._open: list[_Open] = []  # from the message as a whole to the innermost part
        self._parts_left = MAXIMUM_PARTS
        self._room = MAXIMUM_DESCRIPTIONS

    def read(self) -> Entity:
        """The message as a whole, with its parts nested in it."""
        scanner, size = self._scanner, len(self._message)
        self._open.append(_Open(0, DEFAULT, is_message=True))
        position = 0
        first = self._message[:2]
        if first == b"\r\n" or first[:1] == b"\n":
            position = self._end_header(2 if first == b"\r\n" else 1) - 1
        while (in_header := self._open[-1].content is None) or scanner.boundaries:
            found = scanner.next(position, in_header=in_header)
            if found is None:
                break
            if isinstance(found, EmptyLine):
                self._end_header(found.following)
            elif found.closes:
                self._finish(found.level + 1, found.before)
                self._close(self._open[found.level])
            elif self._parts_left <= 0 or self._room <= 0:
                break
            else:
                self._finish(found.level + 1, found.before)
                self._begin_part(found.following)
            # The line feed that ends a line may be the one in front of the next delimiter.
            position = found.following - 1
        entity = self._finish(0, size)
        assert entity is not None, "the message as a whole is among those that end"
        return entity

    def _begin_part(self, start: int) -> None:
        """Begin a part of the innermost multipart."""
        multipart = self._open[-1].content
        is_digest = multipart is not None and multipart.subtype == b"DIGEST"
        self._begin(_Open(start, DIGEST_DEFAULT if is_digest else DEFAULT, is_message=False))

    def _begin(self, part: _Open) -> None:
        self._open.append(part)
        self._parts_left -= 1

    def _end_header(self, body: int) -> int:
        """Read the header of the innermost part, whose body begins at ``body``; returns that.

        A message inside it begins there, too.
        """
        checkpoint()
        part, level = self._open[-1], len(self._open) - 1
        limit = MAXIMUM_PART_HEADER if level else MAXIMUM_HEADER
        header = Header(self._message[part.start : min(body, part.start + limit)])
        value = header.first(b"content-type")
        content = part.default if value is None else parse_content_type(value)
        divided = content.is_multipart or content.is_message
        if divided and (level >= MAXIMUM_DEPTH or self._parts_left <= 0):
            content, divided = OPAQUE, False
        part.body, part.content = body, content
        encoding = header.first(b"content-transfer-encoding")
        part.encoding = b"7BIT" if encoding is None else parse_encoding(encoding)
        part.description = self._describe(header, content, part.is_message and level > 0)
        self._room -= sum(map(len, part.description))
        if content.has_lines:
            part.lines_before = self._scanner.lines_before(body)
        if divided and content.is_message:
            self._begin(_Open(body, DEFAULT, is_message=True))
        elif divided and content.boundary not in self._scanner.boundaries:
            part.boundary = content.boundary
            self._scanner.boundaries[part.boundary] = level
        return body

    def _close(self, part: _Open) -> None:
        """A multipart has no further delimiter."""
        if part.boundary is not None:
            del self._scanner.boundaries[part.boundary]
            part.boundary = None

    def _finish(self, level: int, stop: int) -> Entity | None:
        """End the parts from this level on; the last one ended, the outermost."""
        entity = None
        if level < len(self._open):
            # An empty part between two delimiter lines shares their line end with the second.
            stop = max(stop, self._open[level].start)
        while level < len(self._open):
            part = self._open[-1]
            if part.content is None:
                part.start = min(part.start, stop)
                self._end_header(stop)
            elif part.content.is_multipart and not part.parts:
                # The grammar of BODYSTRUCTURE knows no multipart without a part.
                self._begin_part(stop)
            else:
                self._close(part)
                entity = self._entity(self._open.pop(), part.content, stop)
                if self._open:
                    self._open[-1].parts.append(entity)
        return entity

    def _entity(self, part: _Open, content: ContentType, stop: int) -> Entity:
        body = min(part.body, stop)
        lines = 0
        if content.has_lines and body == part.body:
            lines = self._scanner.lines_before(stop) - part.lines_before
        return Entity(
            Part(
                min(part.start, stop),
                body,
                stop,
                _name(content.type),
                _name(content.subtype),
                _name(part.encoding),
                _name(content.parameter(b"CHARSET") or b""),
                tuple(entity.part for entity in part.parts),
            ),
            part.description,
            lines,
            tuple(part.parts),
        )


def _name(octets: bytes) -> str:
    return octets[:_LONGEST_NAME].decode("latin-1")


def dump_structure(part: Part) -> bytes:
    """The tree in the compact form that ``load_structure`` reads."""
    return _COMPACT.encode(_as_list(part)).encode("ascii")


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

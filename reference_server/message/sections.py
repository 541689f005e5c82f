"""BODY[section]: which octets a section names (RFC 3501, 6.4.5)."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import NamedTuple

from reference_server.message.header import WINDOW, Header, subset_of_long
from reference_server.message.parts import Part
from reference_server.protocol.commands import Octets, Section


class Extent(NamedTuple):
    """The octets ``message[start:stop]``."""

    start: int
    stop: int


@dataclass(frozen=True, slots=True)
class LongSubset:
    """A subset of the fields of a header that is too long to be held."""

    message: Octets
    header: Extent
    section: Section

    def chunks(self) -> Iterator[bytes]:
        """Its octets, from the beginning each time."""
        matching = self.section.specifier == "HEADER.FIELDS"
        return subset_of_long(self.message, *self.header, self.section.fields, matching=matching)


def find_section(
    part: Part, section: Section, message: Octets
) -> bytes | Extent | LongSubset | None:
    """The octets of ``section`` in ``message``, whose structure is ``part``.

    An extent, so that a large section need not be in memory, or ``bytes`` for a subset of
    header fields, if the header is not a very long one. ``None`` where the message has no such
    part, or where HEADER or TEXT is asked of a part that is no message.
    """
    found = part
    if section.part:
        named = find_part(part, section.part)
        if named is None:
            return None
        if section.specifier == "":
            return Extent(named.body, named.stop)
        if section.specifier == "MIME":
            return Extent(named.header, named.body)
        if not named.is_message:
            return None
        (found,) = named.parts
    match section.specifier:
        case "":
            return Extent(found.header, found.stop)
        case "HEADER":
            return Extent(found.header, found.body)
        case "TEXT":
            return Extent(found.body, found.stop)
        case "HEADER.FIELDS" | "HEADER.FIELDS.NOT":
            if found.body - found.header > WINDOW:
                return LongSubset(message, Extent(found.header, found.body), section)
            header = Header(message[found.header : found.body])
            return header.subset(section.fields, matching=section.specifier == "HEADER.FIELDS")
    return None


def find_part(message: Part, numbers: tuple[int, ...]) -> Part | None:
    """The part that ``numbers`` lead to, from the message they are counted in."""
    candidates = _parts_of_message(message)
    found = None
    for number in numbers:
        if not 1 <= number <= len(candidates):
            return None
        found = candidates[number - 1]
        candidates = _parts_of_message(found.parts[0]) if found.is_message else found.parts
    return found


def _parts_of_message(message: Part) -> tuple[Part, ...]:
    """A message that is no multipart has one part, its body."""
    return message.parts if message.is_multipart else (message,)

"""What FETCH tells of a message, typed: ENVELOPE, body structure, sections, and all its items.

As in ``values``: strings are ``bytes`` and ``None`` for NIL; what is compared without regard to
case is in upper case.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

from conformance.wire.errors import Deviation, UnexpectedResponse
from conformance.wire.received import ReceivedItems


@dataclass(frozen=True, slots=True)
class Address:
    """An address of an ENVELOPE: personal name, source route, local part, domain."""

    name: bytes | None
    route: bytes | None
    mailbox: bytes | None
    host: bytes | None


@dataclass(frozen=True, slots=True)
class Envelope:
    """ENVELOPE (7.4.2); an address list is ``None`` for NIL."""

    date: bytes | None
    subject: bytes | None
    sent_from: tuple[Address, ...] | None
    sender: tuple[Address, ...] | None
    reply_to: tuple[Address, ...] | None
    to: tuple[Address, ...] | None
    cc: tuple[Address, ...] | None
    bcc: tuple[Address, ...] | None
    in_reply_to: bytes | None
    message_id: bytes | None


Parameters = tuple[tuple[str, bytes], ...]
"""Parameters of a body part: (name in upper case, value); empty for NIL."""

BodyExtension = None | bytes | int | tuple["BodyExtension", ...]


@dataclass(frozen=True, slots=True)
class Disposition:
    """body-fld-dsp: the type in upper case and its parameters."""

    kind: str
    parameters: Parameters


@dataclass(frozen=True, slots=True)
class Extension:
    """The extension data of a body part (BODYSTRUCTURE only), NIL as ``None``.

    ``count`` is the number of fields that were sent (of MD5 or parameters, disposition, language,
    location, then future ones). A language is always a tuple, also where a single string was sent.
    """

    count: int
    md5: bytes | None = None
    disposition: Disposition | None = None
    language: tuple[bytes, ...] | None = None
    location: bytes | None = None
    future: tuple[BodyExtension, ...] = ()


@dataclass(frozen=True, slots=True)
class Part:
    """A part that is not a multipart.

    ``lines`` for TEXT/* and MESSAGE/RFC822 only, ``envelope`` and ``body`` for MESSAGE/RFC822 only.
    ``extension`` is ``None`` where no extension data was sent.
    """

    type: str
    subtype: str
    parameters: Parameters
    id: bytes | None
    description: bytes | None
    encoding: str
    octets: int
    lines: int | None = None
    envelope: Envelope | None = None
    body: Body | None = None
    extension: Extension | None = None

    def part(self, number: int) -> Body:
        """The part with that number; what is no multipart is its own part 1 (6.4.5)."""
        return _part((self,), number)


@dataclass(frozen=True, slots=True)
class Multipart:
    """A multipart: its parts and subtype; ``parameters`` are part of the extension data."""

    parts: tuple[Body, ...]
    subtype: str
    parameters: Parameters = ()
    extension: Extension | None = None

    def part(self, number: int) -> Body:
        """The part with that number; UnexpectedResponse where there are fewer."""
        return _part(self.parts, number)


def _part(parts: tuple[Body, ...], number: int) -> Body:
    if number > len(parts):
        raise UnexpectedResponse(f"the body structure has {len(parts)} parts, not {number}")
    return parts[number - 1]


Body = Part | Multipart


@dataclass(frozen=True, slots=True)
class Section:
    """The name of a body section (6.4.5).

    ``part`` are the part numbers; ``specifier`` is ``""``, HEADER, HEADER.FIELDS,
    HEADER.FIELDS.NOT, TEXT or MIME; ``fields`` are the field names in upper case; ``origin`` is the
    origin octet of a partial fetch.
    """

    part: tuple[int, ...] = ()
    specifier: str = ""
    fields: tuple[str, ...] = ()
    origin: int | None = None

    def __str__(self) -> str:
        words = [str(number) for number in self.part] + ([self.specifier] if self.specifier else [])
        fields = f" ({' '.join(self.fields)})" if self.fields else ""
        origin = "" if self.origin is None else f"<{self.origin}>"
        return f"BODY[{'.'.join(words)}{fields}]{origin}"


ItemName = str | Section
FetchValue = None | int | bytes | str | tuple[str, ...] | Envelope | Part | Multipart


@dataclass(frozen=True, slots=True)
class FetchData:
    """FETCH (7.4.2): ``items`` in the order sent; for an item sent twice, the later value.

    Keys are upper-case names (``"UID"``, ``"RFC822.SIZE"``, ``"BINARY.SIZE[1.2]"``) and ``Section``
    for BODY[...].
    """

    number: int
    items: Mapping[ItemName, FetchValue] = field(default_factory=dict)

    def __post_init__(self) -> None:
        object.__setattr__(self, "items", ReceivedItems(self.items, "item of FETCH"))

    def _item(self, name: ItemName) -> FetchValue:
        if name not in self.items:
            have = ", ".join(map(str, self.items)) or "nothing"
            raise MissingItemError(f"FETCH of message {self.number} lacks {name}; it has {have}")
        return self.items[name]

    @property
    def names(self) -> list[str]:
        """The items, as text, in the order sent."""
        return [str(name) for name in self.items]

    @property
    def uid(self) -> int:
        value = self._item("UID")
        assert isinstance(value, int)
        return value

    @property
    def flags(self) -> frozenset[str]:
        """System flags in the RFC's spelling, keywords as sent."""
        value = self._item("FLAGS")
        assert isinstance(value, tuple)
        return frozenset(value)

    @property
    def size(self) -> int:
        """RFC822.SIZE, in octets."""
        value = self._item("RFC822.SIZE")
        assert isinstance(value, int)
        return value

    @property
    def modseq(self) -> int:
        """MODSEQ (RFC 7162)."""
        value = self._item("MODSEQ")
        assert isinstance(value, int)
        return value

    @property
    def internal_date(self) -> str:
        """INTERNALDATE as sent, e.g. ``"17-Jul-1996 02:44:25 -0700"``; see ``moment``."""
        value = self._item("INTERNALDATE")
        assert isinstance(value, str)
        return value

    @property
    def envelope(self) -> Envelope:
        value = self._item("ENVELOPE")
        assert isinstance(value, Envelope)
        return value

    @property
    def body(self) -> Body:
        """The non-extensible BODY."""
        value = self._item("BODY")
        assert isinstance(value, Part | Multipart)
        return value

    @property
    def body_structure(self) -> Body:
        value = self._item("BODYSTRUCTURE")
        assert isinstance(value, Part | Multipart)
        return value

    def section(self, name: str = "", origin: int | None = None) -> bytes | None:
        """The octets of ``BODY[name]<origin>``, e.g. ``section("1.2.MIME")``; ``None`` for NIL."""
        wanted = f"BODY[{name}]" + ("" if origin is None else f"<{origin}>")
        return self.octets(wanted)

    def text(self, name: str = "") -> bytes:
        """The octets of ``BODY[name]``; UnexpectedResponse for NIL."""
        octets = self.section(name)
        if octets is None:
            raise UnexpectedResponse(f"FETCH of message {self.number} has NIL for BODY[{name}]")
        return octets

    def octets(self, name: str) -> bytes | None:
        """The octets of a string item, e.g. BODY[...]<...>, BINARY[1.2], RFC822.TEXT."""
        value = self[name]
        assert value is None or isinstance(value, bytes)
        return value

    def __getitem__(self, name: str) -> FetchValue:
        return self._item(item_name(name))

    def __contains__(self, name: object) -> bool:
        return isinstance(name, str) and item_name(name) in self.items


class MissingItemError(Deviation):
    """A FETCH response without an item that the case relies on."""


class NoSuchDateError(Deviation, ValueError):
    """A date and time that does not exist."""


_SECTION_NAME = re.compile(
    r"BODY\[(?P<part>[1-9][0-9]*(?:\.[1-9][0-9]*)*)?\.?(?P<specifier>[A-Z.]*)"
    r"(?: \((?P<fields>[^)]*)\))?\](?:<(?P<origin>[0-9]+)>)?"
)


def item_name(name: str) -> ItemName:
    """The key of ``FetchData.items`` for an item as one writes it, e.g. ``"BODY[1.MIME]"``."""
    upper = name.upper()
    found = _SECTION_NAME.fullmatch(upper)
    if found is None:
        return upper
    part, specifier, fields, origin = found.group("part", "specifier", "fields", "origin")
    return Section(
        tuple(map(int, part.split("."))) if part else (),
        specifier,
        tuple(fields.split()) if fields else (),
        None if origin is None else int(origin),
    )


def moment(date_time: str) -> datetime:
    """An INTERNALDATE as an instant. Raises ``NoSuchDateError`` for a date that does not exist."""
    try:
        return datetime.strptime(date_time.strip(), "%d-%b-%Y %H:%M:%S %z")
    except ValueError:
        raise NoSuchDateError(f"INTERNALDATE {date_time!r} is no date") from None

"""FETCH of message texts: sections, partial and whole, large ones as streams (6.4.5, 7.4.2)."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Any

from reference_server.checkpoint import checkpoint
from reference_server.message import (
    Extent,
    LongSubset,
    Part,
    binary_content,
    find_section,
)
from reference_server.protocol.commands import FetchItem, Octets, Section
from reference_server.protocol.dates import format_date_time
from reference_server.protocol.encoder import encode_section
from reference_server.protocol.responses import (
    Binary,
    Encoded,
    FetchData,
    Response,
    Stream,
    Value,
)
from reference_server.session.fetching_binary import (
    BINARY,
    Content,
    binary_size,
    binary_value,
    read_value,
)
from reference_server.session.stored import stored_structure
from reference_server.session.streams import CHUNK, SMALL, certain
from reference_server.session.view import View
from reference_server.storage import StoreDamaged

# Data items that storage keeps, by column; but for the date, as they go onto the wire.
COLUMNS = {
    "INTERNALDATE": "internal_date",
    "RFC822.SIZE": "size",
    "ENVELOPE": "envelope",
    "BODY": "body",
    "BODYSTRUCTURE": "bodystructure",
}

# The older names of some sections (6.4.5). RFC822.HEADER does not set \\Seen.
_RFC822 = {
    "RFC822": FetchItem("RFC822", Section()),
    "RFC822.HEADER": FetchItem("RFC822.HEADER", Section(specifier="HEADER"), peek=True),
    "RFC822.TEXT": FetchItem("RFC822.TEXT", Section(specifier="TEXT")),
}
_FLAGS, _UID, _MODSEQ = FetchItem("FLAGS"), FetchItem("UID"), FetchItem("MODSEQ")
_SEEN = frozenset({"\\Seen"})
_BATCH = 64  # messages that get \\Seen together, shortly before they are sent


@dataclass(slots=True)
class Counter:
    """How many messages were found so far."""

    messages: int = 0


def fetch_texts(
    view: View, uids: Sequence[int], items: Sequence[FetchItem], found: Counter
) -> Iterator[Response]:
    """A FETCH response a message. Sets \\Seen where an item does, and shows the new flags."""
    items = [_RFC822.get(item.name, item) for item in items]
    marks = not view.read_only and any(item.section and not item.peek for item in items)
    columns = [COLUMNS[item.name] for item in items if item.name in COLUMNS]
    if any(item.section not in (None, Section()) or item.name in BINARY for item in items):
        columns.append("structure")
    columns = [*dict.fromkeys(columns), "octets"]
    # What a client is told of \\Seen without having asked (3.2.4 of RFC 7162 adds two).
    unasked = [_FLAGS] if view.modseqs is None else [_FLAGS, _UID, _MODSEQ]
    plain, with_seen = (
        (shown, {item.name for item in shown})
        for shown in (items, list(dict.fromkeys([*items, *unasked])))
    )
    for start in range(0, len(uids), _BATCH):
        batch = uids[start : start + _BATCH]
        marked: set[int] = set()
        if marks:
            marked = {uid for uid in batch if "\\Seen" not in view.flags[uid]} - view.vanished
            if marked:
                stored = view.mailbox.store_flags(sorted(marked), "add", _SEEN, view)
                marked = set(stored.flags)
                view.refresh()
                yield from view.announce_flags()
        for uid, *values in view.mailbox.rows(batch, columns):
            found.messages += 1
            message = _Message(view, uid, dict(zip(columns, values, strict=True)))
            shown, names = with_seen if uid in marked else plain
            view.told((uid,), names)
            yield FetchData(view.number(uid), tuple(message.item(item) for item in shown))


class _Message:
    """One message, while its items are put together."""

    def __init__(self, view: View, uid: int, stored: dict[str, Any]) -> None:
        self._view = view
        self._uid = uid
        self._stored = stored
        self._octets: Octets = stored["octets"]
        self._structure: Part | None = None
        self._room = CHUNK  # octets of texts that may still be held

    def item(self, item: FetchItem) -> tuple[bytes, Value]:
        """The name and the value of an item."""
        checkpoint()
        name = item.name.encode("ascii")
        if item.section is not None:
            origin = item.partial and item.partial[0]
            match item.name:
                case "BODY[]":
                    name = encode_section(item.section, origin)
                case "BINARY[]":
                    name = encode_section(item.section, origin, b"BINARY")
                    content = self._content(item.section)
                    value = binary_value(content, item.partial, self._left())
                    return name, self._held(value) if isinstance(value, Binary) else value
                case "BINARY.SIZE[]":
                    name = encode_section(item.section, item=b"BINARY.SIZE")
                    return name, binary_size(self._content(item.section))
            return name, self._text(item.section, item.partial)
        match item.name:
            case "UID":
                return name, self._uid
            case "FLAGS":
                return name, Encoded(self._view.flag_list(self._uid))
            case "MODSEQ":
                return name, Encoded(self._view.modseq_list(self._uid))
            case "INTERNALDATE":
                return name, format_date_time(self._stored["internal_date"])
            case "RFC822.SIZE":
                return name, int(self._stored["size"])
        return name, Encoded(self._stored[COLUMNS[item.name]])

    def _text(self, section: Section, partial: tuple[int, int] | None) -> Value:
        found = self._find(section)
        if found is None:
            return None
        if isinstance(found, LongSubset):
            value = read_value(found.chunks, partial, self._left())
            if isinstance(value, Stream):
                return replace(value, binary=False)
            return value and self._held(value)
        start, stop = found if isinstance(found, Extent) else (0, len(found))
        if partial is not None:
            first, count = partial
            start = min(start + first, stop)
            stop = min(start + count, stop)
        if stop - start <= self._left():
            octets = self._octets if isinstance(found, Extent) else found
            return self._held(octets[start:stop])
        return Stream(stop - start, certain(self._chunks(section, start, stop)))

    def _chunks(self, section: Section, start: int, stop: int) -> Iterator[bytes]:
        """The octets of a section. It is looked up once more: nothing is held until then."""
        found = self._find(section)
        octets = found if isinstance(found, bytes) else self._octets
        for position in range(start, stop, CHUNK):
            chunk = octets[position : min(position + CHUNK, stop)]
            if len(chunk) != min(CHUNK, stop - position):
                raise StoreDamaged("a message is shorter than it was")
            yield chunk

    def _left(self) -> int:
        return max(SMALL, self._room)

    def _held(self, octets: bytes) -> bytes:
        self._room -= len(octets)
        return octets

    def _find(self, section: Section) -> bytes | Extent | LongSubset | None:
        if section == Section():
            return Extent(0, len(self._octets))
        return find_section(self._part(), section, self._octets)

    def _content(self, section: Section) -> Content:
        return lambda: binary_content(self._part(), section.part, self._octets)

    def _part(self) -> Part:
        if self._structure is None:
            self._structure = stored_structure(self._stored["structure"])
        return self._structure

"""The keys of SEARCH (RFC 3501, 6.4.4): from a key to a filter over UIDs.

A filter takes UIDs, ascending, and gives those that match. Cheap filters come first, so that
what has to read messages sees as few of them as possible. All that can be wrong with a key is
found when it is compiled, before anything is searched.

A mailbox is searched a batch at a time, and no filter holds more than the key says: there may be
thousands of keys, and a hundred thousand messages.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from enum import IntEnum
from typing import Any

from reference_server.checkpoint import checkpoint
from reference_server.message import (
    body_contains,
    fold,
    header_contains,
    text_contains,
)
from reference_server.protocol.commands import (
    SearchAnd,
    SearchDate,
    SearchFlag,
    SearchKey,
    SearchModseq,
    SearchNot,
    SearchOr,
    SearchSequence,
    SearchSize,
    SearchText,
    SequenceSet,
)
from reference_server.session.condstore import changed_since
from reference_server.session.outcome import Bad
from reference_server.session.stored import stored_day, stored_structure
from reference_server.session.uid_sets import join
from reference_server.session.view import View

Select = Callable[[Sequence[int]], Sequence[int]]

_BATCH = 500  # messages
_SAVED = SequenceSet((), saved=True)

# Fields that storage keeps decoded and folded, by column.
TEXT_COLUMNS = {"SUBJECT": "subject", "FROM": "sender", "TO": "to", "CC": "cc", "BCC": "bcc"}


def leaves(key: SearchKey) -> Iterator[SearchKey]:
    """The keys that a key is put together from, with AND, OR and NOT."""
    match key:
        case SearchAnd():
            for inner in key.keys:
                yield from leaves(inner)
        case SearchOr():
            yield from leaves(key.left)
            yield from leaves(key.right)
        case SearchNot():
            yield from leaves(key.key)
        case _:
            yield key


class Cost(IntEnum):
    VIEW = 0  # known to the session
    COLUMN = 1  # a number or a date in storage
    TEXT_COLUMN = 2  # a text in storage
    MESSAGE = 3  # the message itself


@dataclass(frozen=True, slots=True)
class Filter:
    cost: Cost
    select: Select


def find(wanted: Filter, uids: Sequence[int]) -> list[int]:
    """Those of these UIDs, ascending, that a filter selects."""
    found: list[int] = []
    for start in range(0, len(uids), _BATCH):
        found += wanted.select(uids[start : start + _BATCH])
    return found


class Compiler:
    """Makes filters for one search. ``codec`` is that of the search's CHARSET."""

    def __init__(self, view: View, codec: str) -> None:
        self._view = view
        self._codec = codec
        self._compiled: dict[SearchKey, Filter] = {}  # the same key needs one filter
        self._saved: list[int] | None = None  # UIDs of the search result variable

    def compile(self, key: SearchKey) -> Filter:
        """The filter for a key. Raises Bad."""
        match key:
            case SearchAnd():
                return _all_of([self.compile(inner) for inner in key.keys])
            case SearchOr():
                return _any_of(self.compile(key.left), self.compile(key.right))
            case SearchNot():
                inner = self.compile(key.key)
                return Filter(inner.cost, lambda uids: _without(uids, inner.select(uids)))
        compiled = self._compiled.get(key)
        if compiled is None:
            compiled = self._compiled[key] = self._leaf(key)
        return compiled

    def _leaf(self, key: SearchKey) -> Filter:
        match key:
            case SearchFlag():
                return self._flag(key)
            case SearchSequence():
                return self._sequence(key)
            case SearchSize():
                limit = key.octets
                if key.larger:
                    return self._rows(Cost.COLUMN, ["size"], lambda size: size > limit)
                return self._rows(Cost.COLUMN, ["size"], lambda size: size < limit)
            case SearchDate():
                return self._date(key)
            case SearchText():
                return self._text(key)
            case SearchModseq():
                view, before = self._view, key.modseq - 1
                return Filter(Cost.VIEW, lambda uids: changed_since(view, uids, before))
        return Filter(Cost.VIEW, lambda uids: uids)

    def _sequence(self, key: SearchSequence) -> Filter:
        view = self._view
        # Numbers are looked up now: changes may be taken in between compiling and searching.
        spans = join(view.spans(key.messages, uid=key.uid))
        listed = _between([(view.uids[start], view.uids[stop - 1]) for start, stop in spans])
        if not key.messages.saved:
            return listed
        if self._saved is None:
            self._saved = [view.uids[place] for place in view.positions(_SAVED, uid=key.uid)]
        saved = self._saved
        return _any_of(listed, Filter(Cost.VIEW, lambda uids: _common(uids, saved)))

    def _flag(self, key: SearchFlag) -> Filter:
        view, recent, present = self._view, self._view.recent, key.present
        if key.flag == "\\Recent":
            return Filter(
                Cost.VIEW, lambda uids: [uid for uid in uids if (uid in recent) == present]
            )
        name = key.flag.lower()

        def select(uids: Sequence[int]) -> Sequence[int]:
            flags = view.flags
            # One set of flags has many messages: look into each set once.
            wanted = {
                known
                for known in {flags[uid] for uid in uids}
                if any(flag.lower() == name for flag in known) == present
            }
            return [uid for uid in uids if flags[uid] in wanted]

        return Filter(Cost.VIEW, select)

    def _date(self, key: SearchDate) -> Filter:
        """Days are compared as they are written, whatever the time and the zone (6.4.4)."""
        matches = _COMPARE[key.when]
        day = key.day
        if key.sent:
            return self._rows(
                Cost.COLUMN,
                ["sent"],
                lambda sent: sent is not None and matches(stored_day(sent), day),
            )
        return self._rows(Cost.COLUMN, ["internal_date"], lambda when: matches(when.date(), day))

    def _text(self, key: SearchText) -> Filter:
        try:
            needle = fold(key.value.decode(self._codec))
        except UnicodeDecodeError:
            raise Bad("a string is not in the charset of the search") from None
        column = TEXT_COLUMNS.get(key.field)
        if column is not None:
            return self._rows(
                Cost.TEXT_COLUMN, [column], lambda text: text is not None and needle in text
            )
        name = key.name

        def matches(structure: bytes, octets: Any) -> bool:
            checkpoint()
            part = stored_structure(structure)
            match key.field:
                case "HEADER":
                    return header_contains(part, octets, name, needle)
                case "BODY":
                    return body_contains(part, octets, needle)
            return text_contains(part, octets, needle)

        return self._rows(Cost.MESSAGE, ["structure", "octets"], matches)

    def _rows(self, cost: Cost, columns: Sequence[str], matches: Callable[..., bool]) -> Filter:
        mailbox = self._view.mailbox

        def select(uids: Sequence[int]) -> Sequence[int]:
            return [uid for uid, *values in mailbox.rows(uids, columns) if matches(*values)]

        return Filter(cost, select)


_COMPARE: dict[str, Callable[[date, date], bool]] = {
    "before": date.__lt__,
    "on": date.__eq__,
    "since": date.__ge__,
}


def _all_of(filters: Iterable[Filter]) -> Filter:
    ordered = sorted(filters, key=lambda inner: inner.cost)

    def select(uids: Sequence[int]) -> Sequence[int]:
        for inner in ordered:
            if not uids:
                break
            checkpoint()
            uids = inner.select(uids)
        return uids

    return Filter(ordered[-1].cost, select)


def _any_of(left: Filter, right: Filter) -> Filter:
    first, second = sorted((left, right), key=lambda inner: inner.cost)

    def select(uids: Sequence[int]) -> Sequence[int]:
        found = first.select(uids)
        return sorted([*found, *second.select(_without(uids, found))])

    return Filter(second.cost, select)


def _between(ranges: Sequence[tuple[int, int]]) -> Filter:
    """The UIDs in ranges (first, last) that ascend and do not overlap."""

    def select(uids: Sequence[int]) -> Sequence[int]:
        found: list[int] = []
        if not uids:
            return found
        # The first range that does not end before these UIDs begin.
        place = bisect_left(ranges, uids[0], key=lambda ends: ends[1])
        while place < len(ranges) and ranges[place][0] <= uids[-1]:
            first, last = ranges[place]
            if first <= uids[0] and uids[-1] <= last:
                return uids
            found += uids[bisect_left(uids, first) : bisect_right(uids, last)]
            place += 1
        return found

    return Filter(Cost.VIEW, select)


def _common(uids: Sequence[int], others: Sequence[int]) -> Sequence[int]:
    """The UIDs that are in both, which ascend."""
    if not uids:
        return uids
    near = set(others[bisect_left(others, uids[0]) : bisect_right(others, uids[-1])])
    return [uid for uid in uids if uid in near]


def _without(uids: Sequence[int], excluded: Sequence[int]) -> Sequence[int]:
    removed = set(excluded)
    return [uid for uid in uids if uid not in removed]

"""A selected mailbox as a client must see it: numbers, UIDs, flags."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

from conformance.oracle import rules
from conformance.oracle.record import MailboxRecord
from conformance.oracle.rules import Rule
from conformance.wire.grammar import FetchData, UidSet

Finding = tuple[Rule, str]

MOST_KEPT = 4096  # messages of a view whose UIDs are remembered
SYSTEM_FLAGS = ("\\Answered", "\\Flagged", "\\Deleted", "\\Seen", "\\Draft")


@dataclass(slots=True)
class View:
    """The picture that one session's responses give of its mailbox.

    ``count`` is the number of messages, ``known`` is false before it was reported. ``uids`` has
    an entry for each of the first MOST_KEPT, ``None`` where the UID is not known: no case has so
    many messages, but a server may claim that there are billions. The messages up to ``initial``
    were there when UIDNEXT was reported, the others came later.
    """

    name: str
    selected_at: int
    known: bool = False
    count: int = 0
    uids: list[int | None] = field(default_factory=list)
    initial: int = 0
    uid_next: int | None = None
    uid_validity: int | None = None
    flags: frozenset[str] | None = None
    permanent: frozenset[str] | None = None
    highest_modseq: int | None = None
    has_modseqs: bool = True
    record: MailboxRecord = field(default_factory=MailboxRecord)
    _modseqs: dict[int, int] = field(default_factory=dict)
    _gone: set[int] = field(default_factory=set)
    _last_known: int = 0  # no UID is known of the messages after it

    def exists(self, number: int) -> Iterator[Finding]:
        """EXISTS has come."""
        if self.known and number < self.count:
            found = f"EXISTS {number} came where there were {self.count} messages"
            yield rules.EXISTS_SHRINKS, found
        self.count = number
        del self.uids[number:]
        self._last_known = min(self._last_known, number)
        self._keep()
        self.known = True

    def _keep(self) -> None:
        self.uids += [None] * (min(self.count, MOST_KEPT) - len(self.uids))

    def expunge(self, number: int, now: int) -> Iterator[Finding]:
        """EXPUNGE has come."""
        if number > self.count:
            if self.known:
                yield (
                    rules.EXPUNGE_RANGE,
                    f"EXPUNGE {number} came where there were {self.count} messages",
                )
            return
        uid = self.uids.pop(number - 1) if number <= len(self.uids) else None
        self.count -= 1
        self._keep()
        self.initial -= number <= self.initial
        self._last_known -= number <= self._last_known
        if uid is not None:
            self._gone.add(uid)
            self.record.expunged.setdefault(uid, now)

    def vanished(self, uids: UidSet, now: int) -> Iterator[Finding]:
        """VANISHED without (EARLIER) has come."""
        if self.known and len(uids) > self.count:
            found = f"{len(uids)} messages vanished where there were {self.count}"
            yield rules.VANISHED, found
            return
        if len(uids) > MOST_KEPT:  # nothing is remembered of so many
            self.count -= len(uids) if self.known else 0
            self.uids.clear()
            self._last_known = 0
            self._keep()
            return
        for uid in uids if self.known else ():
            index = self._place(uid)
            if index is None and self.count > len(self.uids):
                self.count -= 1  # one of those that are not remembered
                continue
            if index is None:
                yield rules.VANISHED, f"there was no message with UID {uid}"
                continue
            self.uids[index] = uid
            self._last_known = max(self._last_known, index + 1)
            yield from self.expunge(index + 1, now)

    def _place(self, uid: int) -> int | None:
        """Where the message with this UID is, or one that can be it: those not told are alike."""
        for index, known in enumerate(self.uids[: self._last_known]):
            if known == uid:
                return index
            if known is not None and known > uid:
                break
        else:
            index = len(self.uids)
        unknown = index - 1
        return unknown if unknown >= 0 and self.uids[unknown] is None else None

    def fetched(self, data: FetchData, now: int) -> Iterator[Finding]:
        """FETCH has come."""
        if data.number > self.count:
            if self.known:
                yield rules.FETCH_RANGE, f"FETCH {data.number} came with {self.count} messages told"
            return
        if data.number > len(self.uids):
            return
        if "UID" in data:
            yield from self._learn(data.number, data.uid, now)
        if "FLAGS" in data:
            yield from self._show(data.flags, data.number)
        uid = self.uids[data.number - 1]
        if uid is not None and "MODSEQ" in data:
            before = self._modseqs.get(uid, 0)
            if data.modseq < before:
                found = f"the mod-sequence of UID {uid} was {before}, now it is {data.modseq}"
                yield rules.MODSEQ_FALLS, found
            self._modseqs[uid] = data.modseq
            self.record.modseq.lift(data.modseq, now)
        if uid is not None:
            for contradiction in self.record.message(uid).contradictions(data):
                yield rules.IMMUTABLE, f"of the message with UID {uid}, {contradiction}"

    def _learn(self, number: int, uid: int, now: int) -> Iterator[Finding]:
        known = self.uids[number - 1]
        if known == uid:
            return
        if known is not None:
            yield rules.UID_CHANGES, f"message {number} had UID {known}, now it has {uid}"
        expunged = self.record.expunged.get(uid)
        if uid in self._gone or (expunged is not None and expunged < self.selected_at):
            yield rules.UID_REUSED, f"UID {uid} of message {number} belonged to an expunged message"
        self.uids[number - 1] = uid
        below = self._nearest(range(number - 2, -1, -1))
        above = self._nearest(range(number, self._last_known))
        self._last_known = max(self._last_known, number)
        if (below is not None and uid <= below) or (above is not None and uid >= above):
            around = f"{below or 'none'} below and {above or 'none'} above"
            yield rules.UID_ORDER, f"message {number} has UID {uid}, with UIDs {around}"
        if self.uid_next is not None:
            if number <= self.initial and uid >= self.uid_next:
                found = (
                    f"UIDNEXT was {self.uid_next} when message {number} with UID {uid} was there"
                )
                yield rules.UID_NEXT, found
            if number > self.initial and uid < self.uid_next:
                found = f"UIDNEXT was {self.uid_next} before message {number} came with UID {uid}"
                yield rules.UID_NEXT, found
        self.record.uid_next.lift(uid + 1, now)

    def _nearest(self, indices: range) -> int | None:
        """The first known UID at the indices."""
        return next((uid for uid in map(self.uids.__getitem__, indices) if uid is not None), None)

    def _show(self, flags: frozenset[str], number: int) -> Iterator[Finding]:
        if self.flags is None:
            return
        creatable = self.permanent is None or "\\*" in self.permanent
        for flag in sorted(flags):
            if flag == "\\Recent" or flag.lower() in self.flags:
                continue
            if flag.startswith("\\") or not creatable:
                yield rules.FLAGS_ANNOUNCED, f"message {number} shows {flag}"

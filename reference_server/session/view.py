"""One session's view of the mailbox that it has selected (RFC 3501, 2.3.1.2, 5.2, 7.4.1).

Sequence numbers belong to a session. The view has its own list of UIDs, which changes only
when the client is told. Storage announces every change at once, from any thread; the changes
wait in a queue until ``refresh`` takes them in and ``tell`` makes responses of them.

A message is in one of three places: in ``uids`` (told), in ``_arrived`` (not yet told), or in
both ``uids`` and ``vanished`` (expunged, and the client does not know).
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Callable, Collection, Container, Iterable, Iterator, Mapping, Sequence

from reference_server.checkpoint import undisturbed
from reference_server.protocol.commands import SequenceSet
from reference_server.protocol.responses import (
    Atom,
    Code,
    Condition,
    Data,
    FetchTable,
    Numbered,
    Response,
)
from reference_server.session.changes import ChangeQueue
from reference_server.session.flags import SYSTEM_FLAGS, FlagLists, flag_list
from reference_server.session.outcome import Bad
from reference_server.session.uid_sets import uid_set, union
from reference_server.storage import Added, Change, Expunged, Flags, FlagsChanged, Gone, Mailbox

MAX_UID = 0xFFFFFFFF


class View:
    """A selected mailbox as the client sees it. Raises MailboxMissing when it cannot be opened.

    Only the session's own thread uses it, except for ``mailbox_changed``. With ``revision2``
    no message is \\Recent (RFC 9051, appendix E, 12). ``condstore``: the client knows what a
    mod-sequence is; ``qresync``: it wants VANISHED instead of EXPUNGE (RFC 7162).
    """

    def __init__(
        self,
        mailbox: Mailbox,
        *,
        read_only: bool,
        revision2: bool = False,
        condstore: bool = False,
        qresync: bool = False,
    ) -> None:
        self.mailbox = mailbox
        self.read_only = read_only
        self._revision2 = revision2
        self._qresync = qresync
        self.rouse: Callable[[], None] | None = None  # called for each change (IDLE)
        self._queue = ChangeQueue(self)
        self.last_shown = MAX_UID
        snapshot = mailbox.open(self, claim_recent=not read_only, with_modseqs=condstore)
        self.uid_validity = snapshot.uid_validity
        self.uid_next = snapshot.uid_next  # as far as changes are taken in
        self.flags: dict[int, Flags] = snapshot.messages  # without \Recent
        self._shares_flags = True  # with other sessions, as most mailboxes seldom change
        self.uids: list[int] = list(self.flags)
        self.last_shown = self.uids[-1] if self.uids else 0
        self.recent: set[int] = set() if revision2 else set(snapshot.recent)
        self.vanished: set[int] = set()
        self.saved: Sequence[int] = ()  # $, the search result variable (RFC 5182); ascending
        self.gone = False  # the mailbox itself was deleted
        self._arrived: list[int] = []
        self._changed: set[int] = set()  # messages whose flags the client has to be told
        self._told_recent = len(self.recent)
        # No message has another: each keyword was added to the mailbox's before it was stored.
        self._known_flags: dict[str, None] = dict.fromkeys((*SYSTEM_FLAGS, *snapshot.keywords))
        self._unknown_flags: dict[str, None] = {}
        self._encoded = FlagLists(recent=False)
        self._encoded_recent = FlagLists(recent=True)
        self.highest_modseq = snapshot.highest_modseq  # of all changes taken in
        self.modseqs = snapshot.modseqs  # by UID; None: the client does not know of them
        # Of the messages in _changed, flags and mod-sequence as the client knows them.
        self._before: dict[int, tuple[Flags, int]] = {}
        self._has_removals = False  # not yet reported to storage as reported to the client
        self._untold_expunge: int | None = None  # the mod-sequence of the first in vanished
        self._held_back = False  # the client has been given a lower one than the highest

    # What storage tells

    def mailbox_changed(self, change: Change) -> None:
        """Take note of a change. Called from any thread, in the order of the changes."""
        self._queue.put(change)
        rouse = self.rouse
        if rouse is not None:
            rouse()

    def leave(self) -> None:
        """Be told of changes no more."""
        with undisturbed():
            self.mailbox.leave(self)

    def use_modseqs(self) -> None:
        """From now on the client is told mod-sequences."""
        self.modseqs = self.mailbox.modseqs()
        self.refresh()  # what is in them, is in the flags, too
        # What was expunged got a new one with that (RFC 7162, 3.2.6): this is not less.
        for uid in self.vanished:
            self.modseqs.setdefault(uid, self.highest_modseq)

    def refresh(self) -> None:
        """Take in what storage has announced. Sequence numbers stay as they are."""
        for change in self._queue.take():
            match change:
                case Added(modseq=modseq):
                    self._add(change)
                case FlagsChanged(flags, origin, modseq):
                    self._change_flags(flags, modseq, own=origin is self)
                case Expunged(uids, modseq=modseq):
                    self._expunge(uids, modseq)
                case Gone():
                    self.gone = True
                    return
            self.highest_modseq = modseq

    def _add(self, change: Added) -> None:
        added = dict(change.messages)
        self._own_flags().update(added)
        self._arrived.extend(added)
        self.uid_next = max([self.uid_next, *(uid + 1 for uid in added)])
        if change.recent_for(self) and not self._revision2:
            self.recent.update(added)
        if self.modseqs is not None:
            self.modseqs.update(dict.fromkeys(added, change.modseq))
        self._note_flags(added.values())

    def _change_flags(self, flags: Mapping[int, Flags], modseq: int, *, own: bool) -> None:
        if self.modseqs is not None:
            if not own:
                for uid in flags.keys() & self.modseqs.keys() - self._changed:
                    self._before[uid] = self.flags[uid], self.modseqs[uid]
            self.modseqs.update(dict.fromkeys(flags, modseq))
        self._own_flags().update(flags)
        self._note_flags(flags.values())
        if not own:  # the command that made an own change answers for it
            self._changed.update(flags)

    def _expunge(self, uids: Sequence[int], modseq: int) -> None:
        self._has_removals = True
        never_told = set(uids).intersection(self._arrived)
        if never_told:
            self._arrived = [uid for uid in self._arrived if uid not in never_told]
            self._forget(never_told)
        self.vanished.update(uid for uid in uids if uid not in never_told)
        if self.vanished and self._untold_expunge is None:
            self._untold_expunge = modseq

    def _forget(self, uids: Iterable[int]) -> None:
        self.recent.difference_update(uids)
        self._changed.difference_update(uids)
        own_flags = self._own_flags()
        for uid in uids:
            del own_flags[uid]
            if self.modseqs is not None:
                self.modseqs.pop(uid, None)

    def _own_flags(self) -> dict[int, Flags]:
        if self._shares_flags:
            self.flags, self._shares_flags = dict(self.flags), False
        return self.flags

    def _note_flags(self, flag_sets: Iterable[Flags]) -> None:
        for flags in set(flag_sets):
            for flag in flags:
                if flag not in self._known_flags:
                    self._unknown_flags[flag] = None

    # What the client is told

    def tell(self, *, expunges: bool) -> Iterator[Response]:
        """All news as responses; removals only where ``expunges`` (never in FETCH, STORE, SEARCH).

        Removals come first, so that all other numbers are those after them.
        """
        # Before what was announced is taken in: nobody removes a message for good that is new here.
        self.last_shown = MAX_UID
        self.refresh()
        if expunges and self.vanished:
            yield from self._tell_expunged()
        if self._arrived:
            self.uids.extend(self._arrived)
            self._changed.difference_update(self._arrived)
            self._arrived = []
            yield Numbered(len(self.uids), "EXISTS")
        self.last_shown = self.uids[-1] if self.uids else 0
        recent = self.count_recent()
        if recent != self._told_recent:
            self._told_recent = recent
            yield Numbered(recent, "RECENT")
        yield from self.announce_flags()
        if self._changed:
            changed = sorted(self._changed - self.vanished)
            self._changed.clear()
            self._before.clear()
            yield self.flag_table(changed)
        if self.modseqs is not None and (self._untold_expunge or self._held_back):
            yield self._safe_modseq()
        if self._has_removals and not self.vanished:
            self._has_removals = False
            self.mailbox.reported(self, self.highest_modseq)

    def _safe_modseq(self) -> Response:
        """HIGHESTMODSEQ before the first removal that the client does not know (RFC 7162, 3.2)."""
        modseq = self.highest_modseq
        self._held_back = self._untold_expunge is not None
        if self._untold_expunge is not None:
            modseq = self._untold_expunge - 1
        return Condition("OK", "all changes up to it were told", Code("HIGHESTMODSEQ", (modseq,)))

    def _tell_expunged(self) -> Iterator[Response]:
        expunged, before = sorted(self.vanished), self.uids
        self.uids = [uid for uid in self.uids if uid not in self.vanished]
        self.saved = [uid for uid in self.saved if uid not in self.vanished]
        self._forget(self.vanished)
        self.vanished = set()
        self._untold_expunge = None
        if self._qresync:
            yield Data("VANISHED", (uid_set(expunged),))
            return
        # Each number is that of the moment: those before it are removed already (7.4.1).
        for removed, uid in enumerate(expunged):
            yield Numbered(bisect_left(before, uid) + 1 - removed, "EXPUNGE")

    def flag_table(self, uids: Collection[int], *, flags: bool = True) -> FetchTable:
        """FETCH responses that the client did not ask for: they have all that it needs.

        That is the UID (RFC 9051, 6.3.13; appendix E, 21), the flags but for a STORE that is
        silent, and the mod-sequence for a client that knows of it (RFC 7162, 3.2.4).
        """
        columns: dict[bytes, Iterable[int | bytes]] = {b"UID": uids}
        if flags:
            columns[b"FLAGS"] = map(self.flag_list, uids)
        if self.modseqs is not None:
            columns[b"MODSEQ"] = map(self.modseq_list, uids)
        rows = list(zip(map(self.number, uids), *columns.values(), strict=True))
        return FetchTable(tuple(columns), rows)

    def announce_flags(self) -> Iterator[Response]:
        """FLAGS, if flags came up that the client has not been told of (7.2.6)."""
        if self._unknown_flags:
            self._known_flags.update(self._unknown_flags)
            self._unknown_flags.clear()
            yield Data("FLAGS", (self.known_flags(),))

    def known_flags(self) -> tuple[Atom, ...]:
        """The flags that are in use in the mailbox."""
        return flag_list(self._known_flags)

    def count_recent(self) -> int:
        """The number of \\Recent messages among those that the client knows."""
        return len(self.recent) - sum(uid in self.recent for uid in self._arrived)

    def first_unseen(self) -> int | None:
        """The sequence number of the first message without \\Seen."""
        flags = self.flags
        for number, uid in enumerate(self.uids, 1):
            if "\\Seen" not in flags[uid]:
                return number
        return None

    def flag_list(self, uid: int) -> bytes:
        """The encoded flags of a message, with \\Recent."""
        return (self._encoded_recent if uid in self.recent else self._encoded)[self.flags[uid]]

    def modseq_list(self, uid: int) -> bytes:
        """The encoded mod-sequence of a message (permsg-modsequence, RFC 7162)."""
        assert self.modseqs is not None, "whoever asks has begun to use them"
        return b"(%d)" % self.modseqs[uid]

    def known_at(self, uids: Iterable[int], modseq: int) -> dict[int, Flags]:
        """The flags that the client knows, of the messages that did not change after ``modseq``.

        As far as the client knows: what waits to be told is disregarded.
        """
        known: dict[int, Flags] = {}
        for uid in uids:
            if uid in self._changed:
                before = self._before.get(uid)
            else:
                before = self.flags[uid], (self.modseqs or {}).get(uid, modseq + 1)
            if before is not None and before[1] <= modseq:
                known[uid] = before[0]
        return known

    def tell_again(self, uids: Iterable[int]) -> None:
        """Let the client be told of these messages with the next news."""
        self._changed.update(uids)

    def told(self, uids: Iterable[int], items: Container[str]) -> None:
        """The client is being told these items by other means: is that all the news there is?"""
        if self._changed and "FLAGS" in items and (self.modseqs is None or "MODSEQ" in items):
            self._changed.difference_update(uids)

    # What the client means

    def positions(self, messages: SequenceSet, *, uid: bool) -> Sequence[int]:
        """Indexes into ``uids``, ascending, each once. UIDs that are not there are left out.

        So are saved messages that were expunged, even if the client does not know (RFC 5182, 2.1).
        Raises Bad for a sequence number that is out of range, and for ``*`` without messages.
        """
        spans = self.spans(messages, uid=uid)
        if messages.saved:
            spans += [
                self._span_of_uids(one, one) for one in self.saved if one not in self.vanished
            ]
        return union(spans)

    def spans(self, messages: SequenceSet, *, uid: bool) -> list[tuple[int, int]]:
        """``positions`` as spans (start, stop), one a range, without the saved messages."""
        find = self._span_of_uids if uid else self._span_of_numbers
        return [find(low, high) for low, high in messages.ranges]

    def _span_of_numbers(self, low: int | None, high: int | None) -> tuple[int, int]:
        count = len(self.uids)
        first, last = sorted((count if low is None else low, count if high is None else high))
        if not 1 <= first <= last <= count:
            raise Bad(f"message number out of range: there are {count} messages")
        return first - 1, last

    def _span_of_uids(self, low: int | None, high: int | None) -> tuple[int, int]:
        if not self.uids:
            return 0, 0
        greatest = self.uids[-1]
        first, last = sorted((greatest if low is None else low, greatest if high is None else high))
        return bisect_left(self.uids, first), bisect_right(self.uids, last)

    def number(self, uid: int) -> int:
        """The sequence number of a message that the client knows."""
        return bisect_left(self.uids, uid) + 1

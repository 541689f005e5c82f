"""The changes of a mailbox that a session has yet to take in, however long it is silent."""

from __future__ import annotations

import threading
from collections.abc import Sequence
from dataclasses import replace

from reference_server.storage import Added, Change, Expunged, FlagsChanged, Gone, Observer

MERGE_ABOVE = 10_000  # messages named in the queue
_GROWTH = 4  # times what merging left, before it is worth merging again


class ChangeQueue:
    """Changes in their order, with no more in them than there are messages to tell of.

    A silent session would gather changes for as long as it is silent. When there are many, those
    that later ones have made needless are left out: all but the last flags of a message, and the
    messages that came and went. ``owner`` is the observer whose own changes stay as they are,
    since those are answered in a way of their own.
    """

    def __init__(self, owner: Observer) -> None:
        self._owner = owner
        self._lock = threading.Lock()
        self._changes: list[Change] = []
        self._size = 0
        self._merge_above = MERGE_ABOVE

    def put(self, change: Change) -> None:
        """Add a change. Called from any thread, in the order of the changes."""
        with self._lock:
            self._changes.append(change)
            self._size += _size(change)
            if self._size > self._merge_above:
                self._changes = merge(self._changes, self._owner)
                self._size = sum(map(_size, self._changes))
                self._merge_above = max(MERGE_ABOVE, _GROWTH * self._size)

    def take(self) -> list[Change]:
        """All changes there are; they are in the queue no more."""
        if not self._changes:
            return []
        with self._lock:
            changes, self._changes = self._changes, []
            self._size = 0
            self._merge_above = MERGE_ABOVE
        return changes


def merge(changes: Sequence[Change], owner: Observer) -> list[Change]:
    """Changes that, taken in by ``owner``'s view, leave it as ``changes`` would."""
    fleeting = _fleeting(changes)
    needless = set(fleeting)  # messages whose flags are changed again later on, too
    merged: list[Change] = []
    any_removal = False
    for change in reversed(changes):
        match change:
            case Added(messages):
                kept = [entry for entry in messages if entry[0] not in fleeting]
                change = replace(change, messages=kept)
            case Expunged(uids):
                change = replace(change, uids=[uid for uid in uids if uid not in fleeting])
            case FlagsChanged(flags, origin):
                own = origin is owner
                if own:  # what others did before an own change and after it is told apart
                    needless = set(fleeting)
                left = {uid: flags[uid] for uid in flags.keys() - needless}
                change = replace(change, flags=left)
                if not own:
                    needless.update(left)
        # If empty, too: the last change has the highest mod-sequence, and without a removal
        # storage would not hear that all up to the last one have been reported.
        is_last_removal = isinstance(change, Expunged) and not any_removal
        any_removal = any_removal or is_last_removal
        if not merged or is_last_removal or _size(change):
            merged.append(change)
    merged.reverse()
    return merged


def _fleeting(changes: Sequence[Change]) -> set[int]:
    """The messages that came and went."""
    came = {uid for change in changes if isinstance(change, Added) for uid, _ in change.messages}
    went = {uid for change in changes if isinstance(change, Expunged) for uid in change.uids}
    return came & went


def _size(change: Change) -> int:
    """How many messages a change names; Gone counts like one."""
    match change:
        case Added(messages):
            return len(messages)
        case FlagsChanged(flags):
            return len(flags)
        case Expunged(uids):
            return len(uids)
        case Gone():
            return 1

"""The observers of a mailbox, and the messages removed while they show them (RFC 2180, 4.1.1)."""

from __future__ import annotations

import logging
from collections.abc import Mapping
from dataclasses import dataclass
from math import inf

from reference_server.storage.content import Contents
from reference_server.storage.ghosts import Ghosts
from reference_server.storage.values import Change, Observer

log = logging.getLogger(__name__)


@dataclass(slots=True)
class _Watcher:
    """An observer; the removals up to the mod-sequence ``reported`` are known to its client."""

    observer: Observer
    claims_recent: bool
    reported: int


class Watchers:
    """The observers of one mailbox, first come first. Used under the write lock only."""

    def __init__(self, contents: Contents, ghosts: Ghosts) -> None:
        self._contents = contents
        self._ghosts = ghosts
        self._watchers: list[_Watcher] = []

    def add(self, observer: Observer, claims_recent: bool, modseq: int) -> None:
        """Announce to this observer what changes after this mod-sequence."""
        self._watchers.append(_Watcher(observer, claims_recent, modseq))

    def remove(self, observer: Observer) -> None:
        """Stop announcing to this observer. An unknown one is ignored."""
        self._watchers = [watcher for watcher in self._watchers if watcher.observer is not observer]
        self._drop_ghosts()

    def clear(self) -> None:
        """Remove all observers; each still has to leave."""
        self._watchers = []

    def claimant(self) -> Observer | None:
        """The observer for which new messages are \\Recent."""
        return next((one.observer for one in self._watchers if one.claims_recent), None)

    def besides(self, origin: Observer | None) -> bool:
        """Whether there are observers other than this one."""
        return any(watcher.observer is not origin for watcher in self._watchers)

    def publish(self, change: Change) -> None:
        """Announce a change to all observers."""
        for watcher in self._watchers:
            try:
                watcher.observer.mailbox_changed(change)
            except Exception:
                log.exception("an observer failed")

    def keep(self, removed: Mapping[int, int], origin: Observer | None, modseq: int) -> None:
        """Keep the removed messages, ids by UID, that observers other than ``origin`` show.

        Once the removal was announced: what no observer shows by now, none will show.
        """
        shown = max(
            watcher.observer.last_shown
            for watcher in self._watchers
            if watcher.observer is not origin
        )
        ghosts = {uid: message for uid, message in removed.items() if uid <= shown}
        if ghosts:
            self._ghosts.add(modseq, ghosts)
            self._contents.hold(ghosts.values())

    def reported(self, observer: Observer, modseq: int) -> None:
        """The observer has reported all removals up to this mod-sequence to its client."""
        for watcher in self._watchers:
            if watcher.observer is observer:
                watcher.reported = modseq
        self._drop_ghosts()

    def _drop_ghosts(self) -> None:
        """Drop the ghosts that no observer shows any more."""
        lowest = min((watcher.reported for watcher in self._watchers), default=inf)
        dropped = self._ghosts.drop(lowest)
        if dropped:
            self._contents.release(dropped)

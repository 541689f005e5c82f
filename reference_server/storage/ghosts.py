"""Messages that were removed while sessions still show them (RFC 2180, 4.1.1)."""

from __future__ import annotations

from collections import deque
from collections.abc import Mapping


class Ghosts:
    """Those of one mailbox, by UID. Used under the write lock only.

    They are as many as the sessions show: a removal that every session has reported to its client
    has none.
    """

    def __init__(self) -> None:
        self._messages: dict[int, int] = {}
        self._removals: deque[tuple[int, list[int]]] = deque()  # (mod-sequence, UIDs), ascending

    def add(self, modseq: int, messages: Mapping[int, int]) -> None:
        """Keep these messages, ids by UID, which were removed with this mod-sequence."""
        self._messages.update(messages)
        self._removals.append((modseq, list(messages)))

    def find(self, uid: int) -> int | None:
        """The id of the message that had this UID."""
        return self._messages.get(uid)

    def drop(self, modseq: float) -> list[int]:
        """Drop those that were removed with this mod-sequence or before; their message ids."""
        dropped: list[int] = []
        while self._removals and self._removals[0][0] <= modseq:
            _, uids = self._removals.popleft()
            dropped += [self._messages.pop(uid) for uid in uids]
        return dropped

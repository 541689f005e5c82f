"""Failures of the store in the log: a full disk fails every command, and is one line a minute."""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable

from reference_server.storage import StorageFailure

logger = logging.getLogger(__name__)

SECONDS = 60.0  # between two lines about the same kind of failure


class FailureLog:
    """One line in SECONDS a kind of failure, with the number of those left out. Thread-safe."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._lock = threading.Lock()
        self._last: dict[str, tuple[float, int]] = {}  # by kind: time of the line, left out since

    def report(self, failure: StorageFailure | OSError, what: str) -> None:
        """Log that ``what`` failed, unless a line of this kind is too recent."""
        kind = failure.kind if isinstance(failure, StorageFailure) else str(failure.errno)
        now = self._clock()
        with self._lock:
            then, left_out = self._last.get(kind, (now - SECONDS, 0))
            if now - then < SECONDS:
                self._last[kind] = then, left_out + 1
                return
            self._last[kind] = now, 0
        since = f" ({left_out} more since the last line about this)" if left_out else ""
        logger.error("%s failed: %s%s", what, failure, since)

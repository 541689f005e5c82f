"""The capabilities of one connection: when they may change (RFC 9051, 6.1.1, 6.2.1, 7.1)."""

from __future__ import annotations

from collections.abc import Iterator

from conformance.oracle import rules
from conformance.oracle.view import Finding
from conformance.wire.commands import CommandTracker, SentCommand

_CHANGING = {"STARTTLS", "LOGIN", "AUTHENTICATE"}


class Capabilities:
    """The names a server has listed, and whether that was all; empty once they may have changed."""

    def __init__(self) -> None:
        self._known: tuple[frozenset[str], bool] | None = None

    def forget(self) -> None:
        """TLS has begun: what was known is void (6.2.1)."""
        self._known = None

    def completed(self, command: SentCommand) -> None:
        """A command has succeeded."""
        if command.name in _CHANGING:
            self._known = None

    def listed(
        self, capabilities: tuple[str, ...], tracker: CommandTracker, whole: bool
    ) -> Iterator[Finding]:
        """A list of capabilities, ``whole`` where CAPABILITY asked for it.

        One that comes unasked in a response code may be a part: 7.1 does not say that it is all.
        """
        offered = frozenset(capabilities)
        if any(one.name in _CHANGING for one in tracker.outstanding):
            self._known = None
            return
        before = self._known
        if whole or before is None or not before[1]:
            self._known = offered, whole
        if before is None:
            return
        listed, was_whole = before
        gone = sorted(listed - offered) if whole else []
        new = sorted(offered - listed) if was_whole else []
        if gone or new:
            yield rules.CAPABILITIES, f"vanished: {gone}, appeared: {new}"

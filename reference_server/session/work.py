"""The command that a session carries out, and what ends it before it is finished."""

from __future__ import annotations

import threading
import time

from reference_server.session.channel import Channel, Disconnected, ShuttingDown, Timeout

LOOK_SECONDS = 0.05
"""The least time between two looks of a working session; checkpoints between cost little."""

SIGN = b"* OK still working\r\n"
"""Valid between any two responses (RFC 3501, 7.1.1)."""

PARTING_SECONDS = 0.8
"""The time to finish a response that was begun when the server shuts down."""


class Work:
    """Decides at each checkpoint of a session whether it goes on. Used by its thread only.

    ``longest``: seconds that a command may work without sending anything.
    """

    def __init__(self, channel: Channel, stopping: threading.Event, longest: float) -> None:
        self._channel = channel
        self._stopping = stopping
        self._longest = longest
        self._next_look = 0.0  # monotonic, as all times here
        self._deadline = 0.0
        self._parting: float | None = None
        self.in_response = False  # in one that cannot be interrupted: a literal has its length

    def renew(self) -> None:
        """A command begins, or has sent something."""
        self._deadline = time.monotonic() + self._longest

    def check(self) -> None:
        """Raise what ends the work: ShuttingDown, Disconnected, or Timeout."""
        now = time.monotonic()
        if now < self._next_look:
            return
        self._next_look = now + LOOK_SECONDS
        if self._stopping.is_set():
            self._part(now)
        self.look_for_client()
        if now > self._deadline:
            if self.in_response:
                raise Disconnected("a response took too long")
            raise Timeout

    def look_for_client(self) -> None:
        """Raise Disconnected if the client has left."""
        if self._channel.is_gone(b"" if self.in_response else SIGN):
            raise Disconnected("the client left while its command was carried out")

    def _part(self, now: float) -> None:
        if not self.in_response:
            raise ShuttingDown
        if self._parting is None:
            self._parting = now + PARTING_SECONDS
        if now > self._parting:
            raise Disconnected("cut off in a long response: the server is shutting down")

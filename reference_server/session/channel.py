"""What a session needs of its connection. ``network`` gives it over a socket, tests in memory."""

from __future__ import annotations

import os
from typing import Literal, Protocol


class Timeout(Exception):  # noqa: N818 - a condition of the connection, not a fault
    """The client was silent for too long."""


class Disconnected(Exception):  # noqa: N818 - a condition of the connection, not a fault
    """The connection is gone: nothing more can be sent or received."""


class Wakeup:
    """Rouses a session that waits in IDLE. A file descriptor, so that a socket can be awaited too."""

    def __init__(self) -> None:
        self._reader, self._writer = os.pipe()
        os.set_blocking(self._reader, False)
        os.set_blocking(self._writer, False)

    def set(self) -> None:
        """Rouse the session. Callable from any thread, any number of times."""
        try:
            os.write(self._writer, b"!")
        except BlockingIOError:
            pass  # the pipe is full: the session will wake up as it is
        except OSError:
            pass  # closed: IDLE is over

    def clear(self) -> None:
        """Forget earlier calls of ``set``. To be called before looking at what has changed."""
        try:
            while os.read(self._reader, 512):
                pass
        except BlockingIOError:
            pass

    def fileno(self) -> int:
        """A descriptor that is readable after ``set``."""
        return self._reader

    def close(self) -> None:
        os.close(self._reader)
        os.close(self._writer)


class Channel(Protocol):
    """A connection to one client. Deadlines are the channel's own affair."""

    secure: bool  # TLS is on
    peer: str  # the client's address, for the log

    def receive(self) -> bytes:
        """The next octets; ``b""`` at the end. Raises Timeout, Disconnected."""
        ...

    def send(self, data: bytes) -> None:
        """Send all of ``data``. Raises Timeout, Disconnected."""
        ...

    def start_tls(self) -> None:
        """Do the handshake; ``secure`` is true afterwards. Raises Disconnected if it fails."""
        ...

    def wait(self, wakeup: Wakeup) -> Literal["data", "wakeup", "timeout"]:
        """Wait until ``receive`` would not block or ``wakeup`` is set."""
        ...

    def interrupt(self) -> None:
        """Make a ``receive`` that waits in another thread, and every later one, return ``b""``."""
        ...

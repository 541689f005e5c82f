"""What a session needs of its connection. ``network`` gives it over a socket, tests in memory."""

from __future__ import annotations

import contextlib
import os
import threading
from typing import Literal, Protocol


class Ending(Exception):  # noqa: N818 - a condition of the connection, not a fault
    """The end of a session, wherever it is raised."""


class Timeout(Ending):
    """The client was inactive for too long, or its command took too long."""


class Disconnected(Ending):
    """The connection is gone: nothing more can be sent or received."""


class ShuttingDown(Ending):
    """The server is being stopped: the client is to be sent BYE."""


class Wakeup:
    """Rouses a session that waits in IDLE: a file descriptor, to be awaited beside the socket."""

    def __init__(self) -> None:
        self._reader, self._writer = os.pipe()
        os.set_blocking(self._reader, False)
        os.set_blocking(self._writer, False)
        # Held while a descriptor is used, so that none is written to after it was closed: by then
        # its number may belong to another client's socket.
        self._lock = threading.Lock()
        self._closed = False

    def set(self) -> None:
        """Rouse the session. Callable from any thread, any number of times, also after close."""
        with self._lock:
            if not self._closed:
                with contextlib.suppress(BlockingIOError):  # full: it wakes up as it is
                    os.write(self._writer, b"!")

    def clear(self) -> None:
        """Forget earlier calls of ``set``. To be called before looking at what has changed."""
        with contextlib.suppress(BlockingIOError):
            while os.read(self._reader, 512):
                pass

    def fileno(self) -> int:
        """A descriptor that is readable after ``set``."""
        return self._reader

    def close(self) -> None:
        with self._lock:
            self._closed = True
            os.close(self._reader)
            os.close(self._writer)


class Channel(Protocol):
    """A connection to one client. Deadlines are the channel's own affair."""

    secure: bool  # TLS is on
    peer: str  # the client's address, for the log
    authenticated: bool  # set by the session at login: a longer silence is allowed from then on
    in_command: bool  # set by the session: a part of a command has come, its rest is awaited

    def receive(self) -> bytes:
        """The next octets; ``b""`` at the end. Raises Timeout, Disconnected."""
        ...

    def send(self, data: bytes) -> None:
        """Send all of ``data``. Raises Timeout, Disconnected."""
        ...

    def renew(self) -> None:
        """The client was active, by a whole command: its silence begins with the next waiting.

        After login the channel itself takes every octet that comes for activity.
        """
        ...

    def start_tls(self) -> None:
        """Do the handshake; ``secure`` is true afterwards. Raises Disconnected if it fails."""
        ...

    def wait(self, wakeup: Wakeup) -> Literal["data", "wakeup", "timeout"]:
        """Wait until ``receive`` would not block or ``wakeup`` is set.

        "timeout" when the client has been silent for too long, however often it was roused.
        """
        ...

    def is_gone(self, sign: bytes) -> bool:
        """Whether the client has left for sure. Does not wait, and receives nothing.

        A client that has ended its sending may still read answers. Where that is the case,
        ``sign`` is sent now and then, unless it is empty: a client that has left resets the
        connection when something arrives.
        """
        ...

    def interrupt(self) -> None:
        """Make a ``receive`` that waits in another thread, and every later one, return ``b""``.

        From now on ``send`` waits a short time only.
        """
        ...

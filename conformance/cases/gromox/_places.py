"""Taking the places of a server that has few (context_num)."""

import contextlib
import socket
import struct
import time

from conformance.wire.channel import Channel

PATIENCE = 5.0  # seconds in which a place must have become free
PAUSE = 0.02
MOST_LINES = 100


class Guest:
    """A client that knocks; `admitted` if the greeting is OK, whatever else it may be."""

    def __init__(self, endpoint, transcript):
        self._deadline = endpoint.deadline
        self._transcript = transcript
        self.channel = Channel.open(endpoint)
        try:
            if endpoint.tls:
                self.channel.start_tls("implicit TLS")
            self.greeting = self.read_line()
        except BaseException:
            self.close()
            raise
        self.admitted = self.greeting.startswith(b"* OK")

    def write(self, octets):
        self._transcript.record("C", "guest", octets)
        with contextlib.suppress(OSError):  # closed already; the next line read is b""
            self.channel.write(octets)

    def read_line(self):
        """The next response; b"" where the server has closed the connection."""
        try:
            line = self.channel.read(self._deadline)
        except EOFError:
            line = b""
        self._transcript.record("S", "guest", line or b"[closed]\r\n")
        return line

    def ask(self, command):
        """Send a command; the tagged response, or the continuation request."""
        self.write(b"t " + command + b"\r\n")
        for _ in range(MOST_LINES):
            line = self.read_line()
            if not line or line.startswith((b"t ", b"+")):
                return line
        raise AssertionError(f"no answer to {command!r} in {MOST_LINES} responses")

    def await_end(self):
        """Read until the server has closed the connection."""
        for _ in range(MOST_LINES):
            if not self.read_line():
                return
        raise AssertionError(f"{MOST_LINES} responses instead of the end of the connection")

    def close(self):
        self.channel.close()

    def reset(self):
        """Close so that the server gets an error instead of an end."""
        at_once = struct.pack("ii", 1, 0)
        self.channel.socket.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, at_once)
        self.close()


def enter(knock, kind=None):
    """Take a place: the guest, or None where no place becomes free."""
    deadline = time.monotonic() + PATIENCE
    while time.monotonic() < deadline:
        guest = knock(kind)
        if guest.admitted:
            return guest
        guest.close()
        time.sleep(PAUSE)
    return None


def is_full(knock, kind=None):
    """Whether one more is not admitted, and the connection closed."""
    guest = knock(kind)
    if not guest.admitted:
        guest.await_end()
    return not guest.admitted

"""A raw IMAP client that costs little: it looks for the tagged line and counts the rest."""

import contextlib
import socket
from collections.abc import Callable, Iterator
from dataclasses import dataclass

DEADLINE_SECONDS = 300
TAIL = 512  # octets kept to find the last line in; a tagged line is shorter


class BenchmarkError(Exception):
    """A server that does not answer, or not as it must."""


@dataclass(frozen=True)
class Endpoint:
    """Where a server listens, without TLS and with TLS from the start, and as whom to log in."""

    host: str
    port: int
    tls_port: int
    user: str
    password: str

    def connect(self) -> "Client":
        return Client(self)

    @contextlib.contextmanager
    def session(self, mailbox: str | None = None) -> Iterator["Client"]:
        """A logged-in client, the mailbox selected; logs out at the end."""
        client = self.connect()
        try:
            client.log_in()
            if mailbox:
                client.command(f"SELECT {mailbox}")
            yield client
            client.command("LOGOUT")
        finally:
            client.close()


class Client:
    def __init__(self, endpoint: Endpoint) -> None:
        self.endpoint = endpoint
        self.tags = 0
        self.tail = b""
        self.buffer = bytearray(256 * 1024)
        self.socket = socket.create_connection((endpoint.host, endpoint.port), DEADLINE_SECONDS)
        self.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self.read_until(lambda tail: tail.startswith(b"* OK"))

    def log_in(self) -> None:
        self.command(f"LOGIN {self.endpoint.user} {self.endpoint.password}")

    def command(self, text: str | bytes, *, at_least: int = 0) -> int:
        """Send a command (octets may hold a non-synchronizing literal), wait for its OK.

        Returns how many octets were answered; raises BenchmarkError for fewer than `at_least`,
        which is how a server that leaves out what was asked for would show.
        """
        return self.finish(self.send(text), at_least=at_least)

    def send(self, *texts: str | bytes) -> bytes:
        """Send commands at once. Returns the tag of the last one."""
        octets = b""
        for text in texts:
            self.tags += 1
            line = text.encode() if isinstance(text, str) else text
            octets += b"T%d %s\r\n" % (self.tags, line)
        self.socket.sendall(octets)
        return b"T%d " % self.tags

    def finish(self, tag: bytes, *, at_least: int = 0) -> int:
        def tagged(tail: bytes) -> bool:
            return tail.endswith(b"\r\n") and tail.startswith(tag, tail.rfind(b"\n", 0, -1) + 1)

        count = self.read_until(tagged)
        line = self.tail[self.tail.rfind(tag) :]
        if not line.startswith(tag + b"OK"):
            raise BenchmarkError(f"answered {line.decode(errors='replace').strip()}")
        if count < at_least:
            raise BenchmarkError(f"answered {count} octets where at least {at_least} are due")
        return count

    def read_until(self, found: Callable[[bytes], bool]) -> int:
        """Receive until the last octets satisfy `found`. Returns how many octets came."""
        self.tail = b""
        count = 0
        while not found(self.tail):
            received = self.socket.recv_into(self.buffer)
            if not received:
                raise BenchmarkError("the server closed the connection")
            count += received
            fresh = bytes(self.buffer[max(0, received - TAIL) : received])
            self.tail = (self.tail + fresh)[-TAIL:]
        return count

    def begin_idle(self) -> bytes:
        """Send IDLE and wait for the continuation. Returns the tag to finish with."""
        tag = self.send("IDLE")
        self.read_until(lambda tail: b"+" in tail)
        return tag

    def end_idle(self, tag: bytes) -> None:
        self.socket.sendall(b"DONE\r\n")
        self.finish(tag)

    def close(self) -> None:
        self.socket.close()


def append(mailbox: str, message: bytes) -> bytes:
    """An APPEND command with a non-synchronizing literal (RFC 7888)."""
    return b"APPEND %s {%d+}\r\n%s" % (mailbox.encode(), len(message), message)

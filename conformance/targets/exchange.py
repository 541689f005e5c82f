"""imaplib's connection, but each of its exchanges has an end, whatever the server sends.

imaplib alone waits as long as octets come, and keeps all of them.
"""

import contextlib
import imaplib
import re
import socket
import ssl
import time
from typing import Any

from imapclient import IMAPClient

from conformance.wire.arguments import encode_command, word

LITERAL = re.compile(rb"\{(\d{1,10})\+?\}\r?\n\Z")
MOST = 4 << 20  # octets of an answer: tens of thousands of mailboxes
AT_ONCE = 1 << 16


class TooLongError(Exception):
    """A server has sent more octets than it may."""


class Bounds:
    """How long, in seconds, and how large, in octets, an answer may be that is received."""

    def __init__(self, seconds: float, octets: int) -> None:
        self._seconds = seconds
        self._octets = octets
        self.begin()

    def begin(self) -> None:
        """The next answer is waited for from now on."""
        self._deadline = time.monotonic() + self._seconds
        self._left = self._octets

    def receive(self, stream: socket.socket) -> bytes:
        """What has come, b"" at the end. Raises TooLongError, and OSError, also TimeoutError."""
        if self._left <= 0:
            raise TooLongError(f"an answer of more than {self._octets} octets")
        remaining = self._deadline - time.monotonic()
        if remaining <= 0:
            raise TimeoutError("timed out")
        stream.settimeout(remaining)
        octets = stream.recv(AT_ONCE)
        self._left -= len(octets)
        return octets


class Connection(imaplib.IMAP4):
    """A connection to a server, with TLS from the start if there is a `context`.

    TimeoutError if it does not greet within `seconds`; imaplib's abort, and the connection is
    gone, where a later answer does not come within them, or is too long.
    """

    def __init__(
        self, host: str, port: int, context: ssl.SSLContext | None, seconds: float
    ) -> None:
        self._context = context
        self._seconds = seconds
        self._bounds = Bounds(seconds, MOST)
        self._received = bytearray()
        self._source: socket.socket | None = None  # where it was received from
        super().__init__(host, port)

    # These are what imaplib's documentation permits to override.

    def open(self, host: str = "", port: int = 143, timeout: float | None = None) -> None:  # noqa: ARG002
        self.host, self.port = host, port
        self.sock = socket.create_connection((host, port), self._seconds)
        if self._context is not None:
            self.sock = self._context.wrap_socket(self.sock, server_hostname=host)
        self._bounds.begin()

    def shutdown(self) -> None:
        with contextlib.suppress(OSError):
            self.sock.shutdown(socket.SHUT_RDWR)
        self.sock.close()

    def send(self, data: Any) -> None:
        self._bounds.begin()
        self.sock.settimeout(self._seconds)
        super().send(data)

    def readline(self) -> bytes:
        begin = 0
        while (end := self._buffer().find(b"\n", begin)) < 0:
            begin = len(self._received)
            if not self._receive():
                return self._take(begin)
        return self._take(end + 1)

    def read(self, size: int) -> bytes:
        while len(self._buffer()) < size and self._receive():
            pass
        return self._take(size)

    def _buffer(self) -> bytearray:
        if self._source is not self.sock:
            self._source = self.sock
            self._received.clear()  # it came before TLS, from anybody
        return self._received

    def _receive(self) -> bool:
        """Receive more; False at the end."""
        try:
            octets = self._bounds.receive(self.sock)
        except TimeoutError:
            if not hasattr(self, "welcome"):
                raise
            raise self._given_up(f"no whole answer within {self._seconds:g} s") from None
        except TooLongError as error:
            raise self._given_up(str(error)) from None
        self._received += octets
        return bool(octets)

    def _given_up(self, reason: str) -> Exception:
        with contextlib.suppress(OSError):
            self.sock.shutdown(socket.SHUT_RDWR)  # nor is a LOGOUT waited for
        return self.abort(reason)

    def _take(self, size: int) -> bytes:
        octets = bytes(self._received[:size])
        del self._received[:size]
        return octets

    def log_in(self, user: str, password: str) -> None:
        """LOGIN, with literals where that takes them; imaplib's error if it is refused."""
        begin = b"tag LOGIN "
        first, *rest = encode_command("tag", "LOGIN", [word(user), word(password)])
        if rest:
            self.literal = _Pieces(rest).next  # type: ignore[assignment]
        arguments: Any = first[len(begin) : -2]  # octets: imaplib would encode text
        status, data = self.xatom("LOGIN", arguments)
        if status != "OK":
            raise self.error(data[-1])
        self.state = "AUTH"

    def pipeline(self, lines: list[bytes]) -> list[tuple[str, bytes]]:
        """Send these commands together; the status and the text that answer each.

        Each has its time and size for the answer. What comes besides is passed over.
        """
        tags = [b"pipeline%d" % number for number in range(len(lines))]
        self.send(b"".join(b"%b %b\r\n" % each for each in zip(tags, lines, strict=True)))
        return [self._tagged(tag) for tag in tags]

    def _tagged(self, tag: bytes) -> tuple[str, bytes]:
        self._bounds.begin()
        while line := self.readline():
            if line.startswith(tag + b" "):
                _, status, *text = line.rstrip().split(b" ", 2)
                return status.decode("ascii", "replace").upper(), b"".join(text)
            while literal := LITERAL.search(line):
                self.read(int(literal[1]))
                line = self.readline()
        raise self.abort("the connection was closed")


class _Pieces:
    """The rest of a command, a piece for each continuation request."""

    def __init__(self, pieces: list[bytes]) -> None:
        self._pieces = pieces

    def next(self, _request: bytes) -> bytes:
        if not self._pieces:
            raise imaplib.IMAP4.error("more continuation requests than literals")
        return self._pieces.pop(0).removesuffix(b"\r\n")


class Client(IMAPClient):  # type: ignore[misc]
    """An IMAPClient on such a connection, which is its `connection`; with TLS, given a context."""

    def __init__(
        self, host: str, port: int, context: ssl.SSLContext | None, seconds: float
    ) -> None:
        self.connection = Connection(host, port, context, seconds)
        super().__init__(host, port, ssl=context is not None, ssl_context=context, timeout=seconds)

    def _create_IMAP4(self) -> Connection:  # noqa: N802 - there is no other way to give it one
        return self.connection

"""imaplib's connection, but each of its exchanges has an end, whatever the server sends.

imaplib alone waits as long as octets come, and keeps all of them.
"""

import contextlib
import imaplib
import socket
import ssl
import time
from typing import Any

from imapclient import IMAPClient

from conformance.wire.arguments import encode_command, word

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

    def _create_socket(self, _timeout: float | None = None) -> socket.socket:
        stream = socket.create_connection((self.host, self.port), self._seconds)
        if self._context is not None:
            stream = self._context.wrap_socket(stream, server_hostname=self.host)
        self._bounds.begin()
        return stream

    def send(self, data: Any) -> None:
        self._bounds.begin()
        self.sock.settimeout(self._seconds)
        super().send(data)

    def _get_tagged_response(self, tag: bytes, expect_bye: bool = False) -> Any:
        self._bounds.begin()  # of commands that are sent together each has its time
        return super()._get_tagged_response(tag, expect_bye)  # type: ignore[misc]

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
        status, data = self._simple_command("LOGIN", first[len(begin) : -2])
        if status != "OK":
            raise self.error(data[-1])
        self.state = "AUTH"


class _Pieces:
    """The rest of a command, a piece for each continuation request."""

    def __init__(self, pieces: list[bytes]) -> None:
        self._pieces = pieces

    def next(self, _request: bytes) -> bytes:
        if not self._pieces:
            raise imaplib.IMAP4.error("more continuation requests than literals")
        return self._pieces.pop(0).removesuffix(b"\r\n")


class Client(IMAPClient):  # type: ignore[misc]
    """An IMAPClient on such a connection."""

    def _create_IMAP4(self) -> Connection:  # noqa: N802
        context = self.ssl_context if self.ssl else None
        return Connection(self.host, self.port, context, self._timeout.connect)

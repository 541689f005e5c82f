"""The octets of a connection: a socket, TLS, and whole responses cut from what comes."""

from __future__ import annotations

import contextlib
import socket
import ssl
import time

from conformance.wire.allowance import Allowance
from conformance.wire.endpoint import Endpoint
from conformance.wire.errors import ConnectionEnded, DeadlineExpired, TlsFailed
from conformance.wire.grammar import Framer

_CHUNK = 65536


class Channel:
    """A socket to a server. ``readable`` is false once TLS has failed or all is closed.

    ``received``: how many octets have come.
    """

    def __init__(
        self,
        endpoint: Endpoint,
        connected: socket.socket,
        allowance: Allowance | None = None,
    ) -> None:
        self.endpoint = endpoint
        self.allowance = Allowance() if allowance is None else allowance
        self.socket = connected
        self.framer = Framer()
        self.readable = True
        self.received = 0

    @classmethod
    def open(cls, endpoint: Endpoint, allowance: Allowance | None = None) -> Channel:
        """Connect; ``OSError`` where nobody listens."""
        connected = socket.create_connection((endpoint.host, endpoint.port), endpoint.deadline)
        connected.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        return cls(endpoint, connected, allowance)

    def write(self, octets: bytes) -> None:
        """Send all octets. ``TimeoutError`` if the server does not take them, or ``OSError``."""
        self.socket.settimeout(self.endpoint.deadline)
        self.socket.sendall(octets)

    def read(self, seconds: float) -> bytes:
        """The octets of the next response.

        ``TimeoutError`` if it is not complete after ``seconds`` (0: with what is there already),
        ``ConnectionEnded`` if the server has closed the connection, ``Flooded`` beyond the
        allowance.
        """
        begin = time.monotonic()
        try:
            return self._read(seconds)
        finally:
            self.allowance.spend(time.monotonic() - begin, self.endpoint.deadline)

    def _read(self, seconds: float) -> bytes:
        deadline = time.monotonic() + seconds
        remaining = seconds
        while True:
            octets = self.framer.next()
            if octets is not None:
                self.allowance.take(len(octets), len(octets) - self.framer.read_literals)
                return octets
            self.allowance.check(self.framer.announced, self.framer.text)
            if remaining < 0:
                raise TimeoutError
            self.socket.settimeout(remaining)
            try:
                chunk = self.socket.recv(_CHUNK)
            except (BlockingIOError, ssl.SSLWantReadError):
                raise TimeoutError from None
            except TimeoutError:
                raise
            except OSError:
                chunk = b""
            if not chunk:
                raise ConnectionEnded
            self.received += len(chunk)
            self.framer.feed(chunk)
            remaining = deadline - time.monotonic()

    def start_tls(self, how: str) -> None:
        """The TLS handshake; ``how`` names it in errors. Raises ``TlsFailed``."""
        self.socket.settimeout(self.endpoint.deadline)
        try:
            self.socket = self.endpoint.tls_context().wrap_socket(
                self.socket, server_hostname=self.endpoint.host
            )
        except TimeoutError:
            self.readable = False
            raise DeadlineExpired("the TLS handshake", self.endpoint.deadline) from None
        except OSError as error:
            self.readable = False
            raise TlsFailed(f"{how} failed: {error}") from error

    @property
    def tls_version(self) -> str | None:
        """The version of TLS in use, e.g. ``"TLSv1.3"``; ``None`` in plain text."""
        return self.socket.version() if isinstance(self.socket, ssl.SSLSocket) else None

    def end_sending(self) -> None:
        """Close this side's direction only."""
        self.socket.shutdown(socket.SHUT_WR)

    def close(self) -> None:
        """Close both directions."""
        self.readable = False
        with contextlib.suppress(OSError):
            self.socket.close()

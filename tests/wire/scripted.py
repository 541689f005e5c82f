"""A server that says what a test has written down, in the buffer of a socket pair."""

import socket

from conformance.oracle import Checker
from conformance.wire import Connection, Endpoint
from conformance.wire.channel import Channel


class Script:
    """A connection and the server's end of it; nothing waits, as all is sent beforehand."""

    def __init__(self, *lines: bytes, checker: Checker | None = None, deadline: float = 0.2):
        self.server, client = socket.socketpair()
        self.server.setblocking(False)
        endpoint = Endpoint("scripted", 0, deadline=deadline)
        self.connection = Connection(endpoint, Channel(endpoint, client), checker=checker)
        self.says(*lines)

    def says(self, *lines: bytes) -> None:
        """The server sends lines; CRLF is added."""
        self.server.sendall(b"".join(line + b"\r\n" for line in lines))

    def closes(self) -> None:
        self.server.shutdown(socket.SHUT_WR)

    def heard(self) -> bytes:
        """What the client has sent since the last call."""
        try:
            return self.server.recv(1 << 20)
        except BlockingIOError:
            return b""

    def close(self) -> None:
        self.connection.close()
        self.server.close()

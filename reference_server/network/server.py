"""The listeners, one thread a connection, and their common end."""

from __future__ import annotations

import contextlib
import errno
import logging
import socket
import socketserver
import ssl
import threading
from collections.abc import Callable
from typing import Any

from reference_server.config.directives import Place
from reference_server.config.levels import NOTICE
from reference_server.config.live import Live
from reference_server.config.settings import ConfigurationError
from reference_server.network.connections import Connections, Conversation
from reference_server.session.channel import Channel

logger = logging.getLogger(__name__)

STACK_SIZE = 1 << 20  # octets of address space; only what a thread touches becomes memory
EVERY_ADDRESS = "::"
EVERY_ADDRESS_IPV4 = "0.0.0.0"
_NO_IPV6 = (errno.EAFNOSUPPORT, errno.EADDRNOTAVAIL, socket.EAI_ADDRFAMILY)


class Listener(socketserver.ThreadingTCPServer):
    """One listening socket. ``secure``: TLS from the first octet. Raises OSError."""

    allow_reuse_address = True
    daemon_threads = True
    request_queue_size = 128

    def __init__(self, address: str, port: int, secure: bool, connections: Connections) -> None:
        self.secure = secure
        self._connections = connections
        found = socket.getaddrinfo(address, port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE)
        self.address_family, *_, location = found[0]
        super().__init__((str(location[0]), port), socketserver.BaseRequestHandler)

    def __str__(self) -> str:
        """The address and port listened on."""
        return _place(*self.socket.getsockname()[:2])

    def server_bind(self) -> None:
        if self.address_family == socket.AF_INET6:  # for IPv4 as well, whatever the system's habit
            self.socket.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, 0)
        super().server_bind()

    def finish_request(self, request: Any, client_address: Any) -> None:
        """Called in the connection's own thread."""
        host, port = client_address[:2]
        self._connections.handle(request, host.removeprefix("::ffff:"), port, self.secure)

    def shutdown_request(self, request: Any) -> None:
        request.close()  # the channel has ended the connection in order

    def handle_error(self, request: Any, client_address: Any) -> None:  # noqa: ARG002
        logger.exception("connection from %s could not be served", client_address)

    def stop(self) -> None:
        """Stop listening, at once."""
        stopping = threading.Thread(target=self.shutdown)
        stopping.start()
        with contextlib.suppress(OSError):
            self.socket.shutdown(socket.SHUT_RDWR)  # wakes the loop that ``shutdown`` ends
        stopping.join()
        self.server_close()


class Server:
    """The listeners that the settings ask for; connections are accepted once it is made.

    ``start`` begins a session on a channel. Raises ConfigurationError where no listener is asked
    for, or one cannot be had.
    """

    def __init__(
        self,
        live: Live,
        tls: ssl.SSLContext | None,
        start: Callable[[Channel], Conversation],
    ) -> None:
        threading.stack_size(STACK_SIZE)
        settings = live.settings
        self._connections = Connections(live, tls, start)
        self._listeners: list[Listener] = []
        ports = [(settings.imap_listen_port, False)]
        if tls is not None:
            ports.append((settings.imap_listen_tls_port, True))
        for port, secure in ports:
            if port is not None:
                listener = _listen(settings.imap_listen_addr, port, secure, self._connections)
                self._listeners.append(listener)
        if not self._listeners:
            raise ConfigurationError("imap_listen_port, imap_listen_tls_port: nothing to listen on")
        for listener in self._listeners:
            threading.Thread(target=listener.serve_forever, daemon=True).start()

    def places(self) -> list[str]:
        """Where it listens: ``imap=ADDR:PORT``, ``imaps=ADDR:PORT``."""
        return [f"imap{'s' * listener.secure}={listener}" for listener in self._listeners]

    def shut_down(self) -> None:
        """End every session with BYE, and stop listening. Takes seconds at most."""
        self._connections.shut_down()
        for listener in self._listeners:
            listener.stop()


def _listen(address: str, port: int, secure: bool, connections: Connections) -> Listener:
    try:
        try:
            return Listener(address, port, secure, connections)
        except OSError as error:
            if address != EVERY_ADDRESS or error.errno not in _NO_IPV6:
                raise
            logger.log(NOTICE, "no IPv6 here: listening on IPv4 only")
            return Listener(EVERY_ADDRESS_IPV4, port, secure, connections)
    except OSError as error:
        raise ConfigurationError(f"cannot listen on {_place(address, port)}: {error}") from error


def _place(address: str, port: int) -> str:
    return f"[{address}]:{port}" if ":" in address else f"{address}:{port}"

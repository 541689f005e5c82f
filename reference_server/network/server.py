"""The listeners, one thread a connection, and their common end."""

from __future__ import annotations

import contextlib
import errno
import logging
import socket
import socketserver
import ssl
import threading
import time
from collections.abc import Callable, Sequence
from typing import Any

from reference_server.config.directives import Place
from reference_server.config.levels import NOTICE
from reference_server.config.live import Live
from reference_server.config.settings import ConfigurationError, Settings
from reference_server.network.connections import Connections, Conversation
from reference_server.session.channel import Channel

logger = logging.getLogger(__name__)

STACK_SIZE = 1 << 20  # octets of address space; only what a thread touches becomes memory
EVERY_ADDRESS = "::"
EVERY_ADDRESS_IPV4 = "0.0.0.0"
DEFAULT_PLACES = Settings.imap_listen
RETRY_SECONDS = 0.1
_TOO_MANY_FILES = (errno.EMFILE, errno.ENFILE)
_NO_IPV6 = (errno.EAFNOSUPPORT, errno.EADDRNOTAVAIL, socket.EAI_ADDRFAMILY)


class Listener(socketserver.ThreadingTCPServer):
    """One listening socket. ``secure``: TLS from the first octet. Raises OSError."""

    allow_reuse_address = True
    daemon_threads = True
    request_queue_size = 128

    def __init__(self, address: str, port: int, secure: bool) -> None:
        self.secure = secure
        self._is_short = False
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

    def serve(self, connections: Connections) -> None:
        """Have ``connections`` handle each client, from now on."""
        self._connections = connections
        threading.Thread(target=self.serve_forever, daemon=True).start()

    def get_request(self) -> tuple[Any, Any]:
        """Accept a client. One that cannot be accepted waits, and so does this thread."""
        try:
            accepted = super().get_request()
        except OSError as error:
            if error.errno in _TOO_MANY_FILES:
                if not self._is_short:
                    logger.warning("no file descriptor is free (imap_fd_limit): clients wait")
                self._is_short = True
                time.sleep(RETRY_SECONDS)  # the listening socket stays readable all the while
            raise
        self._is_short = False
        return accepted

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
    """The listeners that the settings ask for. Clients may connect, and wait until ``serve``.

    Raises ConfigurationError where no listener is asked for, or one cannot be had.
    """

    def __init__(self, live: Live, tls: ssl.SSLContext | None) -> None:
        threading.stack_size(STACK_SIZE)
        settings = live.settings
        self._live = live
        self._tls = tls
        self._listeners: list[Listener] = []
        wanted = [(place, False) for place in plain_places(settings)]
        if tls is not None:
            wanted += [(place, True) for place in tls_places(settings)]
        for place, secure in wanted:
            try:
                self._listeners.append(_listen(place, secure))
            except OSError as error:
                key = "imap_listen_tls" if secure else "imap_listen"
                if not is_given(settings, key):
                    key += "_port"
                text = _place(*place)
                raise settings.fault(key, f"cannot listen on {text}: {error}") from error
        if not self._listeners:
            raise ConfigurationError("imap_listen, imap_listen_tls: nothing to listen on")

    def serve(self, start: Callable[[Channel], Conversation]) -> None:
        """Serve clients, each in a thread of its own. ``start`` begins a session on a channel."""
        self._connections = Connections(self._live, self._tls, start)
        for listener in self._listeners:
            listener.serve(self._connections)

    def places(self) -> list[str]:
        """Where it listens: ``imap=ADDR:PORT`` or ``imaps=ADDR:PORT`` for each listener."""
        return [f"imap{'s' * listener.secure}={listener}" for listener in self._listeners]

    def shut_down(self) -> None:
        """End every session with BYE, and stop listening. Takes seconds at most."""
        self._connections.shut_down()
        for listener in self._listeners:
            listener.stop()


def plain_places(settings: Settings) -> Sequence[Place]:
    """Where connections begin without TLS: imap_listen goes before the older directives."""
    if is_given(settings, "imap_listen"):
        return settings.imap_listen
    return _older_form(settings, settings.imap_listen_port)


def tls_places(settings: Settings) -> Sequence[Place]:
    """Where connections begin with TLS: imap_listen_tls goes before the older directives.

    Those name no port unless told to. So the default of the newer form is only for a
    configuration that says nothing about listening.
    """
    untold = settings.imap_listen_tls_port is None and plain_places(settings) == DEFAULT_PLACES
    if untold or is_given(settings, "imap_listen_tls"):
        return settings.imap_listen_tls
    return _older_form(settings, settings.imap_listen_tls_port)


def is_given(settings: Settings, key: str) -> bool:
    """Whether a list was read from a file: then it is another object, even if it is equal."""
    return getattr(settings, key) is not getattr(Settings, key)


def _older_form(settings: Settings, port: int | None) -> Sequence[Place]:
    return () if port is None else (Place(settings.imap_listen_addr, port),)


def _listen(place: Place, secure: bool) -> Listener:
    """Raises OSError."""
    try:
        return Listener(*place, secure)
    except OSError as error:
        if place.address != EVERY_ADDRESS or error.errno not in _NO_IPV6:
            raise
        logger.log(NOTICE, "no IPv6 here: listening on IPv4 only")
        return Listener(EVERY_ADDRESS_IPV4, place.port, secure)


def _place(address: str, port: int) -> str:
    return f"[{address}]:{port}" if ":" in address else f"{address}:{port}"

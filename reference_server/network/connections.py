"""All connections there are, and the places for sessions among them."""

from __future__ import annotations

import logging
import socket
import ssl
import threading
from collections.abc import Callable
from typing import Protocol

from reference_server.config.live import Live
from reference_server.network.channel import Patience, SocketChannel
from reference_server.network.log import name_client
from reference_server.network.proxy_protocol import ProxyHeaderError
from reference_server.session.channel import Channel, Disconnected

logger = logging.getLogger(__name__)

LOBBY_SIZE = 64  # connections without a session, beyond context_num: see ``_make_way``
FAREWELL_SECONDS = 3.0
ABORT_SECONDS = 1.0


class Conversation(Protocol):
    """What is held over a channel: a session."""

    def run(self) -> None:
        """From the greeting to the end."""

    def turn_away(self) -> None:
        """Instead of ``run``: say that there is no place for it."""

    def shut_down(self) -> None:
        """Called from another thread: end soon, with BYE."""


class Connections:
    """Serves each client in the thread it is given, and ends them all."""

    def __init__(
        self,
        live: Live,
        tls: ssl.SSLContext | None,
        start: Callable[[Channel], Conversation],
    ) -> None:
        self._live = live
        self._tls = tls
        self._start = start
        settings = live.settings
        self._settings = settings  # without live directives: those are read when they are used
        self._patience = Patience(
            before_login=settings.imap_conn_timeout,
            after_login=settings.imap_autologout_time,
            sending=settings.imap_conn_timeout,
        )
        self._changed = threading.Condition()
        self._channels: dict[SocketChannel, Conversation | None] = {}
        # Those that shake hands, are refused, or part, in the order of their coming.
        self._lobby: dict[SocketChannel, None] = {}
        self._sessions = 0
        self._closing = False

    def handle(self, connection: socket.socket, peer: str, port: int, secure: bool) -> None:
        """Serve one client to its end. ``secure``: TLS from the first octet."""
        name_client(peer, port)
        with self._changed:
            if self._closing:
                connection.close()
                return
            self._make_way()
            channel = SocketChannel(connection, peer, self._tls, self._patience)
            self._channels[channel] = self._lobby[channel] = None
        try:
            # Header and handshake take no place: those who stall them keep nobody out.
            if self._live.settings.imap_accept_haproxy:
                self._learn_client(channel)
            if secure:
                channel.start_tls()
            self._converse(channel)
        except Disconnected as reason:
            logger.info("%s", reason)
        except ProxyHeaderError as error:  # the proxy is set up wrongly, or passed by
            logger.warning("no PROXY header, which imap_accept_haproxy asks for: %s", error)
        except Exception:
            logger.exception("connection ended by a fault in the server")
        finally:
            channel.close()
            with self._changed:
                del self._channels[channel]
                self._lobby.pop(channel, None)
                self._changed.notify_all()

    def _make_way(self) -> None:
        """Cut off who has been longest in a full lobby: who stalls there keeps nobody out."""
        if len(self._lobby) < self._settings.context_num + LOBBY_SIZE:
            return
        longest = next(iter(self._lobby))
        del self._lobby[longest]
        longest.abort()
        logger.warning("cut off %s: too many connections have no session", longest.peer)

    def _learn_client(self, channel: SocketChannel) -> None:
        """Take the client's address from the PROXY header."""
        source = channel.read_proxy_header()
        if source is not None:
            logger.debug("a proxy for %s, port %d", source.address, source.port)
            channel.peer = source.address
            name_client(*source)

    def _converse(self, channel: SocketChannel) -> None:
        conversation = self._start(channel)
        with self._changed:
            free = self._sessions < self._settings.context_num and not self._closing
            if free:
                self._sessions += 1
                self._channels[channel] = conversation
                self._lobby.pop(channel, None)
        if not free:
            logger.warning("refused: %d sessions are open", self._settings.context_num)
            conversation.turn_away()
            return
        logger.info("connected%s", " with TLS" if channel.secure else "")
        try:
            conversation.run()
        finally:
            with self._changed:
                self._channels[channel] = self._lobby[channel] = None
                self._sessions -= 1
        logger.info("disconnected")

    def shut_down(self) -> None:
        """Have every session say BYE, and wait for their ends; who takes too long is cut off."""
        with self._changed:
            self._closing = True
            for channel, conversation in self._channels.items():
                if conversation is None:
                    channel.interrupt()
                else:
                    conversation.shut_down()
            if self._changed.wait_for(lambda: not self._channels, FAREWELL_SECONDS):
                return
            logger.warning("%d connections cut off", len(self._channels))
            for channel in self._channels:
                channel.abort()
            self._changed.wait_for(lambda: not self._channels, ABORT_SECONDS)

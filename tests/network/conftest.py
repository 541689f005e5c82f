"""Certificates, and a server whose conversation is as simple as can be."""

import contextlib
import socket
import ssl
from concurrent.futures import ThreadPoolExecutor

import pytest

from reference_server.config.live import Live
from reference_server.config.settings import Settings
from reference_server.network.channel import Patience, SocketChannel
from reference_server.network.server import Server
from reference_server.network.tls import tls_context
from reference_server.session.channel import Disconnected, Timeout

GENEROUS = Patience(before_login=30, after_login=30, sending=30)
FLOOD_SIZE = 64 << 20  # octets, more than any socket buffers


class Echo:
    """Says "hello", gives back what it gets, says "bye" at "quit" and at the end.

    At "tls" it turns on TLS, at "flood" it sends FLOOD_SIZE octets.
    """

    def __init__(self, channel):
        self.channel = channel

    def run(self):
        try:
            self.channel.send(b"hello " + self.channel.peer.encode())
            while (data := self.channel.receive()) not in (b"", b"quit"):
                if data == b"fault":
                    raise RuntimeError("a fault in the conversation")
                self.channel.send(bytes(FLOOD_SIZE) if data == b"flood" else data)
                if data == b"tls":
                    self.channel.start_tls()
            self.channel.send(b"bye")
        except Timeout:
            self.channel.send(b"timeout")
        except Disconnected:
            pass

    def turn_away(self):
        self.channel.send(b"full")

    def shut_down(self):
        self.channel.interrupt()


@pytest.fixture
def server_tls(certificate):
    return tls_context(
        Settings(
            imap_support_tls=True,
            imap_certificate_path=(certificate.chain,),
            imap_private_key_path=(certificate.key,),
        )
    )


@pytest.fixture
def client_tls(certificate):
    return ssl.create_default_context(cafile=str(certificate.authority))


@pytest.fixture
def start_server(server_tls):
    """Factory of (server, ports by name) with Echo conversations."""
    servers = []

    def start(**settings):
        settings.setdefault("imap_listen_addr", "127.0.0.1")
        settings.setdefault("imap_listen_port", 0)
        server = Server(Live(Settings(imap_listen_tls_port=0, **settings)), server_tls)
        server.serve(Echo)
        servers.append(server)
        places = dict(place.split("=") for place in server.places())
        return server, {name: int(place.rpartition(":")[2]) for name, place in places.items()}

    yield start
    for server in servers:
        server.shut_down()


@pytest.fixture
def connect():
    """Factory of client sockets with a deadline."""
    with contextlib.ExitStack() as sockets:

        def connect(port, host="127.0.0.1"):
            return sockets.enter_context(socket.create_connection((host, port), timeout=60))

        yield connect


@pytest.fixture
def make_channel(server_tls):
    """Factory of (channel, the client's socket)."""
    opened = []

    def make(patience=GENEROUS, tls=server_tls):
        with socket.create_server(("127.0.0.1", 0)) as listening:
            client = socket.create_connection(listening.getsockname(), timeout=60)
            accepted, _ = listening.accept()
        channel = SocketChannel(accepted, "127.0.0.1", tls, patience)
        opened.append((channel, client))
        return channel, client

    yield make
    for channel, client in opened:
        client.close()
        channel.close()


@pytest.fixture
def thread():
    with ThreadPoolExecutor() as pool:
        yield pool.submit


@pytest.fixture
def over_tls(make_channel, client_tls, thread):
    """Factory of (channel, the client's socket) with TLS on."""

    def make(patience=GENEROUS):
        channel, client = make_channel(patience)
        handshake = thread(channel.start_tls)
        secured = client_tls.wrap_socket(client, server_hostname="localhost")
        handshake.result()
        return channel, secured

    return make

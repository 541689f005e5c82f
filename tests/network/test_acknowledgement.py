"""The system acknowledges what a client waits to see acknowledged: TCP_QUICKACK (tcp(7))."""

import socket
import ssl
import threading

import pytest

from reference_server.accounts import Account, Directory
from reference_server.accounts.passwords import Plain
from reference_server.network.channel import Patience, SocketChannel
from reference_server.session.service import Service
from reference_server.session.session import Session
from reference_server.storage import Store

pytestmark = pytest.mark.skipif(
    not hasattr(socket, "TCP_QUICKACK"), reason="this system has no TCP_QUICKACK"
)

LOGIN = b"a LOGIN alice@x.test secret\r\n"
ANNOUNCEMENT = b"b APPEND INBOX {10}\r\n"
LITERAL = b"Subject:x\n"


class Watched:
    """A socket that records when it is told to acknowledge at once."""

    quick = threading.Semaphore(0)

    def setsockopt(self, level, option, value, *rest):
        super().setsockopt(level, option, value, *rest)
        if (level, option, value) == (socket.IPPROTO_TCP, socket.TCP_QUICKACK, 1):
            self.quick.release()


class WatchedSocket(Watched, socket.socket):
    pass


class WatchedTls(Watched, ssl.SSLSocket):
    pass


@pytest.fixture(params=["clear", "tls"])
def client(request, monkeypatch, server_tls, client_tls):
    """A client's socket; a session serves the other end."""
    monkeypatch.setattr(Watched, "quick", threading.Semaphore(0))
    server_tls.sslsocket_class = WatchedTls
    with socket.create_server(("127.0.0.1", 0)) as listening:
        client = socket.create_connection(listening.getsockname(), timeout=20)
        accepted, _ = listening.accept()
    channel = SocketChannel(
        WatchedSocket(fileno=accepted.detach()), "127.0.0.1", server_tls, Patience(30, 30, 30)
    )
    store = Store(None)
    service = Service(store, Directory([Account("alice@x.test", Plain.of("secret"))]))

    def serve():
        if request.param == "tls":
            channel.start_tls()
        Session(channel, service).run()
        channel.close()

    thread = threading.Thread(target=serve)
    thread.start()
    if request.param == "tls":
        client = client_tls.wrap_socket(client, server_hostname="localhost")
    yield client
    client.close()
    thread.join(20)
    assert not thread.is_alive()
    store.close()


@pytest.fixture
def read_until(client):
    """Read from the server up to these octets."""

    def read(octets):
        seen = b""
        while octets not in seen:
            received = client.recv(4096)
            assert received, seen
            seen += received

    return read


def was_acknowledged():
    """Whether the session comes to acknowledge what it has received; it waits for more then."""
    return Watched.quick.acquire(timeout=20)


def test_each_piece_of_a_literal_is_acknowledged_at_once(client, read_until):
    client.sendall(LOGIN)
    read_until(b"a OK")
    client.sendall(ANNOUNCEMENT)
    read_until(b"+ ")
    client.sendall(LITERAL[:4])
    assert was_acknowledged()
    client.sendall(LITERAL[4:])
    assert was_acknowledged()
    client.sendall(b"\r\n")
    read_until(b"b OK")


def test_whole_commands_are_acknowledged_with_their_responses(client, read_until):
    client.sendall(LOGIN)
    read_until(b"a OK")
    client.sendall(b"b NOOP\r\n")
    read_until(b"b OK")
    client.sendall(b"c LOGOUT\r\n")
    read_until(b"c OK")
    assert not Watched.quick.acquire(blocking=False)

"""Listeners and places, with conversations that only echo."""

import contextlib
import socket
import ssl
import threading

import pytest

from reference_server.config.live import Live
from reference_server.config.settings import ConfigurationError, Settings
from reference_server.network import channel, connections
from reference_server.network import server as server_module
from reference_server.network.server import Server
from tests.network.conftest import FLOOD_SIZE


def test_a_conversation_and_the_clients_address(start_server, connect):
    _, ports = start_server()
    client = connect(ports["imap"])
    assert client.recv(100) == b"hello 127.0.0.1"
    client.sendall(b"question")
    assert client.recv(100) == b"question"


def test_ipv4_clients_of_an_ipv6_listener_have_ipv4_addresses(start_server, connect):
    if not socket.has_dualstack_ipv6():
        pytest.skip("this machine has no IPv6")
    server, ports = start_server(imap_listen_addr="::")
    assert server.places()[0] == f"imap=[::]:{ports['imap']}"
    assert connect(ports["imap"]).recv(100) == b"hello 127.0.0.1"
    assert connect(ports["imap"], "::1").recv(100) == b"hello ::1"


def test_without_ipv6_every_address_is_every_ipv4_address(start_server, connect, monkeypatch):
    class NoIPv6(server_module.Listener):
        def __init__(self, address, *rest):
            if ":" in address:
                raise OSError(server_module.errno.EAFNOSUPPORT, "no such family")
            super().__init__(address, *rest)

    monkeypatch.setattr(server_module, "Listener", NoIPv6)
    server, ports = start_server(imap_listen_addr="::")
    assert server.places()[0] == f"imap=0.0.0.0:{ports['imap']}"
    assert connect(ports["imap"]).recv(100) == b"hello 127.0.0.1"


def test_implicit_tls(start_server, connect, client_tls):
    _, ports = start_server()
    client = client_tls.wrap_socket(connect(ports["imaps"]), server_hostname="localhost")
    assert client.recv(100) == b"hello 127.0.0.1"


def test_starting_tls(start_server, connect, client_tls):
    _, ports = start_server()
    client = connect(ports["imap"])
    client.recv(100)
    client.sendall(b"tls")
    assert client.recv(100) == b"tls"
    secured = client_tls.wrap_socket(client, server_hostname="localhost")
    secured.sendall(b"question")
    assert secured.recv(100) == b"question"


def test_no_tls_no_tls_listener():
    settings = Settings(imap_listen_addr="127.0.0.1", imap_listen_port=0, imap_listen_tls_port=0)
    server = Server(Live(settings), None)
    server.serve(lambda channel: channel)
    assert [place.partition("=")[0] for place in server.places()] == ["imap"]
    server.shut_down()


def test_nothing_to_listen_on():
    settings = Settings(imap_listen_addr="127.0.0.1", imap_listen_port=None)
    with pytest.raises(ConfigurationError, match="nothing to listen on"):
        Server(Live(settings), None)


def test_a_port_in_use(start_server):
    _, ports = start_server()
    with pytest.raises(ConfigurationError, match=f"127.0.0.1:{ports['imap']}: .*in use"):
        start_server(imap_listen_port=ports["imap"])


def test_an_address_of_another_machine(start_server):
    with pytest.raises(ConfigurationError, match=r"cannot listen on 192\.0\.2\.1:0"):
        start_server(imap_listen_addr="192.0.2.1")


def test_failed_and_stalled_handshakes_harm_nobody(start_server, connect, client_tls):
    """Not even when there are more of them than places."""
    _, ports = start_server(context_num=2)
    stalled = [connect(ports["imaps"]) for _ in range(3)]
    garbled = connect(ports["imaps"])
    garbled.sendall(b"a LOGIN alice secret\r\n")
    while garbled.recv(100):  # an alert at most, then the end
        pass
    client = client_tls.wrap_socket(connect(ports["imaps"]), server_hostname="localhost")
    assert client.recv(100) == b"hello 127.0.0.1"
    assert all(socket.fileno() >= 0 for socket in stalled)


def test_a_client_that_does_not_trust_the_certificate(start_server, connect, client_tls):
    _, ports = start_server()
    with pytest.raises(ssl.SSLCertVerificationError):
        ssl.create_default_context().wrap_socket(
            connect(ports["imaps"]), server_hostname="localhost"
        )
    client = client_tls.wrap_socket(connect(ports["imaps"]), server_hostname="localhost")
    assert client.recv(100) == b"hello 127.0.0.1"


@pytest.mark.parametrize("name", ["imap", "imaps"])
def test_a_full_server_turns_away(start_server, connect, client_tls, name):
    _, ports = start_server(context_num=2)

    clients = []

    def enter():
        client = connect(ports[name])
        if name == "imaps":
            client = client_tls.wrap_socket(client, server_hostname="localhost")
        clients.append(client)
        return client, client.recv(100)

    first, greeting = enter()
    assert greeting == b"hello 127.0.0.1"
    assert enter()[1] == b"hello 127.0.0.1"
    refused, greeting = enter()
    assert greeting == b"full"
    assert refused.recv(100) == b""
    first.sendall(b"quit")
    assert first.recv(100) == b"bye"
    assert first.recv(100) == b""  # the place is free before the client sees the end
    assert enter()[1] == b"hello 127.0.0.1"


@pytest.mark.parametrize("name", ["imap", "imaps"])
def test_who_stalls_a_handshake_keeps_nobody_out(
    start_server, connect, client_tls, monkeypatch, caplog, name
):
    """The one that has waited longest makes way; sessions stay."""
    monkeypatch.setattr(connections, "LOBBY_SIZE", 2)
    _, ports = start_server(context_num=2)
    talking = connect(ports["imap"])
    assert talking.recv(100) == b"hello 127.0.0.1"
    stalled = [connect(ports["imaps"]) for _ in range(5)]
    assert stalled[0].recv(100) == b""
    client = connect(ports[name])
    if name == "imaps":
        client = client_tls.wrap_socket(client, server_hostname="localhost")
    assert client.recv(100) == b"hello 127.0.0.1"
    assert caplog.text.count("cut off 127.0.0.1: too many connections have no session") >= 1
    talking.sendall(b"question")
    assert talking.recv(100) == b"question"


def test_everyone_over_the_limit_is_told(start_server, connect, monkeypatch):
    monkeypatch.setattr(connections, "LOBBY_SIZE", 1)
    _, ports = start_server(context_num=1)
    talking = connect(ports["imap"])
    assert talking.recv(100) == b"hello 127.0.0.1"
    assert [connect(ports["imap"]).recv(100) for _ in range(8)] == [b"full"] * 8


def test_a_fault_ends_one_connection_and_is_logged(start_server, connect, caplog):
    _, ports = start_server()
    faulty, other = connect(ports["imap"]), connect(ports["imap"])
    assert faulty.recv(100) == other.recv(100) == b"hello 127.0.0.1"
    faulty.sendall(b"fault")
    assert faulty.recv(100) == b""
    assert "a fault in the conversation" in caplog.text
    other.sendall(b"question")
    assert other.recv(100) == b"question"


def test_shut_down_lets_everybody_say_bye(start_server, connect, client_tls):
    server, ports = start_server()
    clients = [connect(ports["imap"]) for _ in range(5)]
    secured = client_tls.wrap_socket(connect(ports["imaps"]), server_hostname="localhost")
    for client in [*clients, secured]:
        assert client.recv(100) == b"hello 127.0.0.1"
    in_handshake = connect(ports["imaps"])
    ending = threading.Thread(target=server.shut_down)
    ending.start()
    for client in [*clients, secured]:
        assert client.recv(100) == b"bye"
        assert client.recv(100) == b""
        client.close()
    in_handshake.close()
    ending.join()
    with pytest.raises(ConnectionRefusedError):
        connect(ports["imap"])


def test_shut_down_cuts_off_who_does_not_read(start_server, connect, monkeypatch):
    monkeypatch.setattr(connections, "FAREWELL_SECONDS", 0.05)
    server, ports = start_server()
    deaf = connect(ports["imap"])
    assert deaf.recv(100) == b"hello 127.0.0.1"
    deaf.sendall(b"flood")
    assert deaf.recv(100)
    server.shut_down()
    received = 0
    with contextlib.suppress(ConnectionError):
        while data := deaf.recv(1 << 20):
            received += len(data)
    assert received < FLOOD_SIZE


def test_two_hundred_connections(start_server, connect):
    _, ports = start_server(context_num=200)
    clients = [connect(ports["imap"]) for _ in range(200)]
    for client in clients:
        assert client.recv(100) == b"hello 127.0.0.1"
    for client in clients:
        client.sendall(b"question")
    for client in clients:
        assert client.recv(100) == b"question"


def leave_by_reset(client):
    client.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, b"\1\0\0\0\0\0\0\0")
    client.close()


def fail_in_handshake(client):
    client.sendall(b"tls")
    assert client.recv(100) == b"tls"
    client.sendall(b"x" * 500)


ENDINGS = {
    "a fault in the server": lambda client: client.sendall(b"fault"),
    "a reset": leave_by_reset,
    "a handshake that fails": fail_in_handshake,
    "silence": lambda _client: None,
    "not reading": lambda client: client.sendall(b"flood"),
}


@pytest.mark.directive("context_num", "imap_conn_timeout")
@pytest.mark.parametrize("ending", ENDINGS)
def test_a_place_is_free_after(start_server, connect, monkeypatch, ending):
    """More in conformance/cases/gromox; this is what cannot be had from outside, or in no time."""
    monkeypatch.setattr(channel, "LINGER_SECONDS", 0.01)
    impatient = ending in ("silence", "not reading")
    server, ports = start_server(context_num=1, imap_conn_timeout=0.05 if impatient else 30)
    client = connect(ports["imap"])
    assert client.recv(100) == b"hello 127.0.0.1"
    ENDINGS[ending](client)
    everything = server._connections
    with everything._changed:
        assert everything._changed.wait_for(lambda: not everything._channels, timeout=60)
    assert connect(ports["imap"]).recv(100) == b"hello 127.0.0.1"

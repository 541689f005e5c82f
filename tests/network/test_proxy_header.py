"""Connections that must begin with a PROXY header: what gets through, and what gets nowhere."""

import contextlib
import dataclasses
import random
import selectors
import socket
import struct
import time

import pytest

from reference_server.config.live import Live
from reference_server.config.settings import Settings
from reference_server.network.proxy_protocol import SIGNATURE
from reference_server.network.server import Server
from tests.network.conftest import Echo

pytestmark = pytest.mark.directive("imap_accept_haproxy", "proxy")

CLIENT = bytes([192, 0, 2, 7]) + bytes([198, 51, 100, 1]) + struct.pack("!HH", 56324, 143)
TCP4 = SIGNATURE + b"\x21\x11" + struct.pack("!H", len(CLIENT)) + CLIENT
LOCAL = SIGNATURE + b"\x20\x00\x00\x00"


def test_the_address_is_the_clients(start_server, connect):
    _, ports = start_server(imap_accept_haproxy=2)
    client = connect(ports["imap"])
    client.sendall(TCP4 + b"question")
    answer = client.recv(100)
    while answer != b"hello 192.0.2.7question":
        octets = client.recv(100)
        assert octets, f"closed after {answer!r}"
        answer += octets


def test_a_local_connection_keeps_the_peers_address(start_server, connect):
    _, ports = start_server(imap_accept_haproxy=2)
    client = connect(ports["imap"])
    client.sendall(LOCAL)
    assert client.recv(100) == b"hello 127.0.0.1"


def test_the_tls_handshake_follows(start_server, connect, client_tls):
    _, ports = start_server(imap_accept_haproxy=2)
    client = connect(ports["imaps"])
    client.sendall(TCP4)
    client = client_tls.wrap_socket(client, server_hostname="localhost")
    assert client.recv(100) == b"hello 192.0.2.7"


def test_the_directive_is_read_for_each_connection(connect):
    settings = Settings(imap_listen_addr="127.0.0.1", imap_listen_port=0)
    live = Live(settings)
    server = Server(live, None)
    server.serve(Echo)
    port = int(server.places()[0].rpartition(":")[2])
    assert connect(port).recv(100) == b"hello 127.0.0.1"
    live.renew(dataclasses.replace(settings, imap_accept_haproxy=2))
    client = connect(port)
    client.sendall(TCP4)
    assert client.recv(100) == b"hello 192.0.2.7"
    server.shut_down()


def test_headers_that_stall_take_no_place(start_server, connect):
    _, ports = start_server(imap_accept_haproxy=2, context_num=2)
    stalled = [connect(ports["imap"]) for _ in range(3)]
    for client in stalled:
        client.sendall(TCP4[:20])
    client = connect(ports["imap"])
    client.sendall(TCP4)
    assert client.recv(100) == b"hello 192.0.2.7"


def test_one_deadline_for_the_whole_header(start_server, connect):
    """Who sends an octet now and then does not put it off."""
    _, ports = start_server(imap_accept_haproxy=2, imap_conn_timeout=1)
    client = connect(ports["imap"])
    client.settimeout(0.1)
    for octet in SIGNATURE + b"\x21\x11\x01\x00" + bytes(256):
        try:
            client.sendall(bytes([octet]))
            assert client.recv(100) == b"", "an answer to an unfinished header"
            return
        except TimeoutError:
            continue
        except ConnectionError:  # closed with octets of ours unread
            return
    pytest.fail("the connection was never closed")


def test_a_client_that_goes_away_within_its_header_is_logged(start_server, connect, caplog):
    caplog.set_level("INFO", "reference_server")
    _, ports = start_server(imap_accept_haproxy=2)
    client = connect(ports["imap"])
    client.sendall(TCP4[:-1])
    client.shutdown(socket.SHUT_WR)
    assert client.recv(100) == b""
    assert "ended before its PROXY header" in caplog.text


def test_a_connection_reset_within_its_header(start_server, connect, caplog):
    caplog.set_level("INFO", "reference_server")
    server, ports = start_server(imap_accept_haproxy=2)
    client = connect(ports["imap"])
    client.sendall(TCP4[:-1])
    client.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    client.close()
    other = connect(ports["imap"])
    other.sendall(TCP4)
    assert other.recv(100) == b"hello 192.0.2.7"
    server.shut_down()
    assert "reset" in caplog.text
    assert "Traceback" not in caplog.text


def test_what_is_no_header_is_logged(start_server, connect, caplog):
    """An operator sees it, with the address from which it came."""
    _, ports = start_server(imap_accept_haproxy=2)
    client = connect(ports["imap"])
    client.sendall(b"PROXY TCP4 192.0.2.7 198.51.100.1 56324 143\r\n")
    assert client.recv(100) == b""
    lines = [record for record in caplog.records if record.levelname == "WARNING"]
    assert [line.getMessage() for line in lines] == [
        "no PROXY header, which imap_accept_haproxy asks for: it has version 1"
    ]


def test_shutting_down_does_not_wait_for_a_header(start_server, connect):
    server, ports = start_server(imap_accept_haproxy=2)
    client = connect(ports["imap"])
    client.sendall(TCP4[:5])
    server.shut_down()
    with contextlib.suppress(ConnectionResetError):  # closed with octets of ours unread
        assert client.recv(100) == b""


def broken(choice: random.Random) -> bytes:
    """Octets that are no header, or not a whole one; made from a good one or from nothing."""
    octets = bytearray(TCP4)
    match choice.randrange(7):
        case 0:  # not the signature
            octets[choice.randrange(12)] ^= choice.randint(1, 255)
        case 1:  # not version 2, or no command
            octets[12] = choice.choice([n for n in range(256) if n not in (0x20, 0x21)])
        case 2:  # too short for its addresses
            octets[14:16] = struct.pack("!H", choice.randrange(12))
        case 3:  # cut off
            del octets[choice.randrange(len(octets)) :]
        case 4:  # longer than what comes
            octets[14:16] = struct.pack("!H", choice.randint(13, 65535))
        case 5:  # version 1
            octets[:] = b"PROXY TCP4 192.0.2.7 198.51.100.1 %d 143\r\n" % choice.randrange(65536)
        case 6:
            octets[:] = choice.randbytes(choice.randint(1, 300))
    return bytes(octets)


@pytest.mark.parametrize("seed", range(2))
def test_malformed_headers_by_the_hundred(start_server, connect, caplog, seed):
    """None gets a greeting, each is closed, none is a fault; others are served meanwhile."""
    _, ports = start_server(imap_accept_haproxy=2, imap_conn_timeout=1, context_num=200)
    choice = random.Random(seed)
    waiting = selectors.DefaultSelector()
    for _ in range(200):
        client = connect(ports["imap"])
        octets = broken(choice)
        at = choice.randint(0, len(octets))
        client.sendall(octets[:at])
        client.sendall(octets[at:])
        client.setblocking(False)
        waiting.register(client, selectors.EVENT_READ, octets)

    served = connect(ports["imap"])
    served.sendall(TCP4)
    assert served.recv(100) == b"hello 192.0.2.7"

    deadline = time.monotonic() + 60
    while waiting.get_map():
        ready = waiting.select(deadline - time.monotonic())
        assert ready, f"never closed: {[key.data for key in waiting.get_map().values()]}"
        for key, _ in ready:
            try:
                answer = key.fileobj.recv(100)
            except ConnectionResetError:  # closed with octets of ours unread
                answer = b""
            assert answer == b"", f"answered to {key.data!r}"
            waiting.unregister(key.fileobj)
    assert "Traceback" not in caplog.text

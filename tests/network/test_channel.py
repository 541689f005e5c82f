"""A channel over a socket: deadlines, waiting, interruption, TLS."""

import select
import socket
import ssl
import threading

import pytest

from reference_server.network import channel as channel_module
from reference_server.network.channel import Patience
from reference_server.session.channel import Disconnected, Timeout, Wakeup

pytestmark = pytest.mark.directive("imap_conn_timeout", "imap_autologout_time")


@pytest.fixture
def wakeup():
    wakeup = Wakeup()
    yield wakeup
    wakeup.close()


def test_receive_and_send(make_channel):
    channel, client = make_channel()
    client.sendall(b"request")
    assert channel.receive() == b"request"
    channel.send(b"response")
    assert client.recv(100) == b"response"
    assert channel.secure is False


def test_the_end_is_empty(make_channel):
    channel, client = make_channel()
    client.close()
    assert channel.receive() == b""


def test_a_reset_is_an_end_for_receive_and_disconnected_for_send(make_channel):
    channel, client = make_channel()
    client.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, b"\1\0\0\0\0\0\0\0")
    client.close()
    assert channel.receive() == b""
    with pytest.raises(Disconnected):
        channel.send(b"response")


def test_silence_before_login_and_after(make_channel):
    channel, client = make_channel(Patience(before_login=0.01, after_login=30, sending=30))
    with pytest.raises(Timeout):
        channel.receive()
    channel.authenticated = True
    channel.renew()
    client.sendall(b"late")
    assert channel.receive() == b"late"
    impatient, _ = make_channel(Patience(before_login=30, after_login=0.01, sending=30))
    impatient.authenticated = True
    with pytest.raises(Timeout):
        impatient.receive()


def test_a_client_that_stops_reading_is_given_up(make_channel):
    channel, _ = make_channel(Patience(before_login=30, after_login=30, sending=0.05))
    with pytest.raises(Disconnected, match="stopped reading"):
        channel.send(bytes(64 << 20))


def test_a_client_that_reads_slowly_is_not_given_up(make_channel, monkeypatch, clock):
    """It makes no room for more in the time, but it takes what the system holds for it."""
    monkeypatch.setattr(channel_module, "GLANCE_SECONDS", 0.01)
    channel, _ = make_channel(Patience(before_login=30, after_login=30, sending=0.05))
    held = iter([5000, 4000, 4000, 3000, 2000, 1000] + [1000] * 1000)
    seen = []

    def undelivered():
        clock.now += 0.01
        seen.append(next(held))
        return seen[-1]

    monkeypatch.setattr(channel, "_undelivered", undelivered)
    with pytest.raises(Disconnected, match="stopped reading"):
        channel.send(bytes(64 << 20))
    assert seen[:6] == [5000, 4000, 4000, 3000, 2000, 1000]


def test_what_is_undelivered(make_channel):
    channel, client = make_channel(Patience(before_login=30, after_login=30, sending=0.01))
    assert channel._undelivered() == 0
    with pytest.raises(Disconnected):
        channel.send(bytes(64 << 20))
    held = channel._undelivered()
    assert held > 0
    while channel._undelivered() == held:
        assert client.recv(1 << 20)


def test_a_slow_reader_gets_everything(make_channel, thread):
    channel, client = make_channel()
    data = bytes(range(256)) * 40000
    sending = thread(channel.send, data)
    received = bytearray()
    while len(received) < len(data):
        received += client.recv(3000)
    sending.result()
    assert received == data


def test_wait_for_data_or_for_a_wakeup(make_channel, wakeup):
    channel, client = make_channel()
    wakeup.set()
    assert channel.wait(wakeup) == "wakeup"
    client.sendall(b"DONE")
    assert channel.wait(wakeup) == "data"  # data goes first
    assert channel.receive() == b"DONE"
    wakeup.clear()
    client.close()
    assert channel.wait(wakeup) == "data"  # the end is something to receive


def test_octets_of_tls_that_say_nothing_do_not_hide_a_wakeup(over_tls, wakeup):
    """Half a record, or a new key: there is something to read, and nothing to receive."""
    channel, client = over_tls()
    socket.socket.sendall(client, b"\x17\x03\x03\x00\x40half")
    assert select.select([channel._socket], [], [], 20)[0]
    wakeup.set()
    assert channel.wait(wakeup) == "wakeup"


def test_what_wait_has_seen_is_received(over_tls, wakeup):
    channel, client = over_tls()
    client.sendall(b"DONE\r\n")
    assert channel.wait(wakeup) == "data"
    assert channel.wait(wakeup) == "data"
    assert channel.receive() == b"DONE\r\n"


def test_wait_ends_by_itself(make_channel, wakeup):
    channel, _ = make_channel(Patience(before_login=0.01, after_login=30, sending=30))
    assert channel.wait(wakeup) == "timeout"


class Clock:
    """Time that passes only where a test says so, and in waiting that ends without an event."""

    def __init__(self):
        self.now = 1000.0

    def monotonic(self):
        return self.now


@pytest.fixture
def clock(monkeypatch):
    clock = Clock()
    monkeypatch.setattr(channel_module, "time", clock)
    return clock


def test_before_login_octets_alone_are_no_activity(make_channel, clock):
    channel, client = make_channel(Patience(before_login=10, after_login=30, sending=30))
    for octet in b"abc":
        client.sendall(bytes([octet]))
        assert channel.receive() == bytes([octet])
        clock.now += 3
    client.sendall(b"d")
    clock.now += 1
    with pytest.raises(Timeout):  # though there is something to receive
        channel.receive()


def test_before_login_the_server_says_what_is_activity(make_channel, clock):
    channel, client = make_channel(Patience(before_login=10, after_login=30, sending=30))
    for _ in range(4):
        client.sendall(b"a NOOP\r\n")
        assert channel.receive() == b"a NOOP\r\n"
        clock.now += 9  # the command takes so long
        channel.renew()


def test_after_login_every_octet_is_activity(make_channel, clock):
    channel, client = make_channel(Patience(before_login=1, after_login=10, sending=30))
    channel.authenticated = True
    for _ in range(4):
        client.sendall(b"a")
        assert channel.receive() == b"a"
        clock.now += 9


def test_being_roused_is_no_activity(make_channel, wakeup, clock):
    channel, _ = make_channel(Patience(before_login=1, after_login=10, sending=30))
    channel.authenticated = True
    wakeup.set()
    for _ in range(4):
        assert channel.wait(wakeup) == "wakeup"
        clock.now += 3
    assert channel.wait(wakeup) == "timeout"


def test_a_handshake_has_one_span_and_its_end_begins_another(over_tls, clock):
    channel, client = over_tls(Patience(before_login=10, after_login=10, sending=30))
    clock.now += 11
    client.sendall(b"request")
    assert channel.receive() == b"request"


def test_a_client_that_timed_out_is_not_waited_for_again(make_channel, monkeypatch):
    """It reads nothing either: its last word has little time."""
    monkeypatch.setattr(channel_module, "LINGER_SECONDS", 0.01)
    channel, _ = make_channel(Patience(before_login=0.01, after_login=30, sending=30))
    with pytest.raises(Timeout):
        channel.receive()
    with pytest.raises(Disconnected, match="stopped reading"):
        channel.send(bytes(64 << 20))


def test_a_span_beyond_what_poll_takes_is_no_fault(make_channel, wakeup):
    channel, client = make_channel(Patience(before_login=1e9, after_login=1e9, sending=1e9))
    client.sendall(b"x")
    assert channel.wait(wakeup) == "data"
    assert channel.receive() == b"x"


def test_a_wakeup_from_another_thread(make_channel, wakeup, thread):
    channel, _ = make_channel()
    waiting = thread(channel.wait, wakeup)
    wakeup.set()
    assert waiting.result(timeout=60) == "wakeup"


def test_interrupt_ends_waiting_but_sending_goes_on(make_channel, wakeup, thread):
    channel, client = make_channel()
    receiving = thread(channel.receive)
    channel.interrupt()
    assert receiving.result(timeout=60) == b""
    assert channel.wait(wakeup) == "data"
    client.sendall(b"more")
    assert channel.receive() == b""
    channel.send(b"BYE")
    assert client.recv(100) == b"BYE"


def test_interrupt_over_tls(over_tls, thread):
    channel, client = over_tls()
    receiving = thread(channel.receive)
    channel.interrupt()
    assert receiving.result(timeout=60) == b""
    channel.send(b"BYE")
    assert client.recv(100) == b"BYE"


def test_abort_frees_a_blocked_sender(make_channel, thread):
    channel, _ = make_channel()
    sending = thread(channel.send, bytes(64 << 20))
    channel.abort()
    with pytest.raises(Disconnected):
        sending.result(timeout=60)


def test_tls(over_tls):
    channel, client = over_tls()
    assert channel.secure is True
    client.sendall(b"request")
    assert channel.receive() == b"request"
    channel.send(bytes(100000))
    received = 0
    while received < 100000:
        received += len(client.recv(65536))


def test_octets_decrypted_but_not_yet_taken_are_data(over_tls, wakeup, monkeypatch):
    """One TLS record read in pieces: poll sees nothing, yet there is something to receive."""
    monkeypatch.setattr("reference_server.network.channel.RECEIVE_SIZE", 1)
    channel, client = over_tls()
    client.sendall(b"DONE")
    assert channel.receive() == b"D"
    assert channel.wait(wakeup) == "data"
    assert b"".join(channel.receive() for _ in range(3)) == b"ONE"


def test_a_record_that_comes_in_two_parts_is_waited_for(make_channel, client_tls, thread):
    channel, client = make_channel()
    incoming, outgoing = ssl.MemoryBIO(), ssl.MemoryBIO()
    client_object = client_tls.wrap_bio(incoming, outgoing, server_hostname="localhost")
    handshake = thread(channel.start_tls)
    while True:
        try:
            client_object.do_handshake()
            break
        except ssl.SSLWantReadError:
            client.sendall(outgoing.read())
            incoming.write(client.recv(65536))
    client.sendall(outgoing.read())
    handshake.result(timeout=60)
    client_object.write(b"request")
    record = outgoing.read()
    client.sendall(record[:10])
    receiving = thread(channel.receive)
    client.sendall(record[10:])
    assert receiving.result(timeout=60) == b"request"


@pytest.mark.parametrize("octets", [b"a NOOP\r\n", b"", bytes(5000)])
def test_a_handshake_that_is_none(make_channel, octets):
    channel, client = make_channel()
    client.sendall(octets)
    client.shutdown(socket.SHUT_WR)
    with pytest.raises(Disconnected, match="TLS handshake failed"):
        channel.start_tls()
    assert channel.secure is False


def test_a_handshake_that_stalls(make_channel):
    channel, _ = make_channel(Patience(before_login=0.01, after_login=30, sending=30))
    with pytest.raises(Disconnected, match="stalled"):
        channel.start_tls()


def test_a_handshake_can_be_interrupted(make_channel, thread):
    channel, _ = make_channel()
    handshake = thread(channel.start_tls)
    channel.interrupt()
    with pytest.raises(Disconnected):
        handshake.result(timeout=60)


def test_no_tls_without_a_context(make_channel):
    channel, _ = make_channel(tls=None)
    with pytest.raises(Disconnected, match="TLS is off"):
        channel.start_tls()


def test_closing_does_not_take_back_what_was_sent(make_channel):
    """Octets of the client left unread must not turn the end into a reset."""
    channel, client = make_channel()
    client.sendall(b"x" * 100000)
    channel.send(b"BYE")
    closing = threading.Thread(target=channel.close)
    closing.start()
    assert client.recv(100) == b"BYE"
    assert client.recv(100) == b""
    client.close()
    closing.join()


def test_closing_tls_says_so(over_tls, thread):
    channel, client = over_tls()
    channel.send(b"BYE")
    closing = thread(channel.close)
    assert client.recv(100) == b"BYE"
    assert client.recv(100) == b""  # a missing close_notify would be an SSLEOFError
    client.close()
    closing.result(timeout=60)

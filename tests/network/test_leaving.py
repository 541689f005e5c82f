"""A client that has left is noticed, and no other is taken for one."""

import imaplib
import select
import socket
import struct
import time

import pytest

from reference_server.network import channel as channel_module
from reference_server.session.channel import Disconnected
from reference_server.session.work import SIGN

DEADLINE_SECONDS = 30
LOGIN = b"a LOGIN alice@example.test alicepw\r\nb SELECT INBOX\r\n"
KEYS = b" ".join(b"NOT TEXT q%d" % number for number in range(4000))
SIZES = b" ".join(b"BINARY.PEEK[1]<%d.999999999>" % n for n in range(1000))

# Commands of minutes in a mailbox of long texts.
LONG = {"search": b"SEARCH " + KEYS, "fetch": b"FETCH 1:* (" + SIZES + b")"}


def reset(client):
    """Close so that the connection is reset at once."""
    client.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    client.close()


def wait_until_gone(channel, sign=SIGN):
    """Ask again whenever the socket has something to tell; False when the deadline has passed."""
    deadline = time.monotonic() + DEADLINE_SECONDS
    poll = select.poll()
    poll.register(channel._socket, 0)  # errors and hang-ups
    while time.monotonic() < deadline:
        if channel.is_gone(sign):
            return True
        poll.poll(50)
    return False


def test_a_client_that_is_there(make_channel):
    """Idle, or with commands that wait: it is sent nothing, and no octet is taken."""
    channel, client = make_channel()
    assert not channel.is_gone(SIGN)
    client.sendall(b"waiting")
    select.select([channel._socket], [], [], 20)
    assert not channel.is_gone(SIGN)
    assert channel.receive() == b"waiting"
    channel.send(b"answer")
    assert client.recv(100) == b"answer"


@pytest.mark.parametrize("leave", [socket.socket.close, reset])
def test_a_client_that_left(make_channel, leave):
    channel, client = make_channel()
    client.sendall(b"a command")
    leave(client)
    assert wait_until_gone(channel)


def test_a_client_that_reset_the_connection_within_a_response(make_channel):
    """Seen although nothing may be sent to find out."""
    channel, client = make_channel()
    reset(client)
    assert wait_until_gone(channel, b"")


@pytest.mark.parametrize("leave", [socket.socket.close, reset])
def test_a_client_that_left_under_tls(over_tls, leave):
    channel, client = over_tls()
    leave(client)
    assert wait_until_gone(channel)


def test_a_client_that_only_ended_its_sending(make_channel, monkeypatch):
    """It gets a sign now and then, and all answers."""
    monkeypatch.setattr(channel_module, "SIGN_SECONDS", 3600)
    channel, client = make_channel()
    client.sendall(b"commands")
    client.shutdown(socket.SHUT_WR)
    assert channel.receive() == b"commands"
    assert channel.receive() == b""
    for _ in range(100):
        assert not channel.is_gone(SIGN)
    channel.send(b"answer")
    with client.makefile("rb") as stream:
        assert stream.read(len(SIGN) + 6) == SIGN + b"answer"


def test_no_sign_within_a_response(make_channel):
    channel, client = make_channel()
    client.shutdown(socket.SHUT_WR)
    assert channel.receive() == b""
    assert not channel.is_gone(b"")
    channel.send(b"answer")
    assert client.recv(100) == b"answer"


def test_a_sign_that_has_no_room(make_channel, monkeypatch):
    """The part that could not be sent goes before the next octets, another sign among them."""
    monkeypatch.setattr(channel_module, "SIGN_SECONDS", 0)
    channel, client = make_channel()
    client.shutdown(socket.SHUT_WR)
    assert channel.receive() == b""
    wide = channel._socket

    class Narrow:
        fileno = wide.fileno

        def send(self, octets):
            channel._socket = wide
            return wide.send(octets[:3])

    for _ in range(2):
        channel._socket = Narrow()
        assert not channel.is_gone(SIGN)
    channel.send(b"answer")
    with client.makefile("rb") as stream:
        assert stream.read(2 * len(SIGN) + 6) == 2 * SIGN + b"answer"


def test_a_slow_reader_is_not_waited_for_when_the_server_ends(make_channel, thread):
    """Elsewhere it has `sending` seconds, here as long as the test's deadline."""
    channel, _client = make_channel()
    sending = thread(channel.send, bytes(64 << 20))
    poll = select.poll()
    poll.register(channel._socket, select.POLLOUT)
    deadline = time.monotonic() + DEADLINE_SECONDS
    while poll.poll(0):  # until the client's buffers are full
        assert time.monotonic() < deadline
    channel.interrupt()
    with pytest.raises(Disconnected, match=r"reading|reads too slowly"):
        sending.result(20)


def test_nor_one_that_goes_on_reading_slowly(make_channel, monkeypatch):
    monkeypatch.setattr(channel_module, "PARTING_SECONDS", 0)
    channel, _client = make_channel()
    channel.interrupt()
    with pytest.raises(Disconnected, match="reads too slowly"):
        channel.send(bytes(64 << 20))


@pytest.fixture
def crowded(start_reference):
    """A server with one session slot, and a mailbox in which a command may take minutes."""
    server = start_reference(context_num="1")
    text = b"Subject: long\r\n\r\n" + b"hidden words\r\n" * 50_000
    client = imaplib.IMAP4(*server.imap, timeout=DEADLINE_SECONDS)
    client.login(server.user, server.password)
    for _ in range(5):
        assert client.append("INBOX", None, None, text)[0] == "OK"
    client.logout()
    return server


def greeted(server):
    """A connection that is given the slot, and its stream."""
    deadline = time.monotonic() + DEADLINE_SECONDS
    while time.monotonic() < deadline:
        client = socket.create_connection(server.imap, timeout=DEADLINE_SECONDS)
        stream = client.makefile("rb")
        if stream.readline().startswith(b"* OK "):
            return client, stream
        stream.close()
        client.close()
    raise AssertionError("the slot did not become free")


def begin(server, command):
    """A connection on which a long command has begun."""
    client, stream = greeted(server)
    client.sendall(LOGIN)
    while not stream.readline().startswith(b"b OK"):
        pass
    client.sendall(b"c " + LONG[command] + b"\r\n")
    return client, stream


@pytest.mark.slow
@pytest.mark.parametrize("leave", [socket.socket.close, reset])
@pytest.mark.parametrize("command", LONG)
def test_the_slot_of_a_client_that_left_is_free(crowded, command, leave):
    client, stream = begin(crowded, command)
    stream.close()
    leave(client)
    client, stream = greeted(crowded)
    stream.close()
    client.close()


@pytest.mark.slow
@pytest.mark.parametrize("command", LONG)
def test_bye_in_a_long_command(crowded, command):
    client, stream = begin(crowded, command)
    assert crowded.end() == 0
    *_, last = stream.read().splitlines()
    assert last.startswith(b"* BYE ")
    stream.close()
    client.close()


@pytest.mark.slow
def test_a_client_that_ended_its_sending_gets_the_answer(crowded):
    client, stream = greeted(crowded)
    keys = b" ".join(KEYS.split()[: 3 * 20])
    client.sendall(LOGIN + b"c SEARCH " + keys + b"\r\nd LOGOUT\r\n")
    client.shutdown(socket.SHUT_WR)
    lines = stream.read().splitlines()
    assert [line for line in lines if line.startswith(b"c ")] == [b"c OK SEARCH completed"]
    assert b"* SEARCH " + b" ".join(b"%d" % number for number in range(1, 6)) in lines
    assert lines[-1].startswith(b"d OK")
    stream.close()
    client.close()

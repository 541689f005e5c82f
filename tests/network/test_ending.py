"""SIGTERM and SIGINT end the server, whatever its sessions do; SIGPIPE does nothing."""

import contextlib
import imaplib
import os
import signal
import socket
import struct
import subprocess
import time

import pytest

pytestmark = pytest.mark.directive("signals")

LOGIN = b"a LOGIN alice@example.test alicepw\r\n"

# What a client sends, in turn, and how the last line begins that it waits for after that; a line
# may be awaited without sending anything.
SITUATIONS = {
    "greeted": [],
    "half a command": [(b"a NOOP\r\nb LOG", b"a OK")],
    "half a literal": [(b"a LOGIN {5}\r\n", b"+"), (b"ali", None)],
    "an exchange of AUTHENTICATE": [(b"a AUTHENTICATE PLAIN\r\n", b"+")],
    "logged in": [(LOGIN, b"a OK")],
    "selected": [(LOGIN + b"b SELECT INBOX\r\n", b"b OK")],
    "idle": [(LOGIN + b"b SELECT INBOX\r\nc IDLE\r\n", b"+")],
    "half a message": [(LOGIN + b"b APPEND INBOX {2000000}\r\n", b"+"), (b"x" * 500000, None)],
}


@pytest.fixture
def open_client(client_tls):
    """Factory of (socket, its stream), greeted; with TLS where a port for that is given."""
    with contextlib.ExitStack() as opened:

        def open_client(place, tls=False):
            client = socket.create_connection(place, timeout=30)
            if tls:
                client = client_tls.wrap_socket(
                    client, server_hostname="localhost", suppress_ragged_eofs=False
                )
            opened.enter_context(client)
            stream = opened.enter_context(client.makefile("rb"))
            assert stream.readline().startswith(b"* OK ")
            return client, stream

        yield open_client


def play(situation, client, stream):
    for octets, awaited in SITUATIONS[situation]:
        client.sendall(octets)
        while awaited is not None and not stream.readline().startswith(awaited):
            pass


def serve_until(server, text, times, client, stream):
    """Have a client served until the text stands in the log so many times."""
    deadline = time.monotonic() + 30
    while server.log.count(text) < times:
        assert time.monotonic() < deadline, server.log
        client.sendall(b"a NOOP\r\n")
        assert stream.readline().startswith(b"a OK")


@pytest.mark.parametrize("ending", [signal.SIGTERM, signal.SIGINT])
def test_every_session_gets_bye(reference_process, open_client, ending):
    """In every state, in plain text and under TLS, and then an end in order."""
    clients = {}
    for situation in SITUATIONS:
        for tls in False, True:
            place = reference_process.imaps if tls else reference_process.imap
            clients[situation, tls] = open_client(place, tls)
            play(situation, *clients[situation, tls])
    assert reference_process.end(ending) == 0
    for which, (_, stream) in clients.items():
        assert stream.readline().startswith(b"* BYE "), which
        assert stream.read() == b"", which  # under TLS without close_notify this would raise


def test_no_connection_is_needed_to_end(reference_process):
    assert reference_process.end() == 0
    with pytest.raises(ConnectionRefusedError):
        socket.create_connection(reference_process.imap, timeout=30)


def test_an_answer_that_is_held_back_is_given(start_reference, open_client):
    """A failed login is not waited for; its answer comes before BYE."""
    server = start_reference(auth_fail_delay="1h")
    client, stream = open_client(server.imap)
    client.sendall(b"a LOGIN alice@example.test wrong\r\n")
    serve_until(server, "login rejected", 1, *open_client(server.imap))
    assert server.end() == 0
    assert stream.readline().startswith(b"a NO ")
    assert stream.readline().startswith(b"* BYE ")
    assert stream.read() == b""


def test_who_shakes_hands_is_told_nothing(reference_process, open_client):
    """Between plain text and TLS there is no way to say BYE; the end is not held up."""
    starting, stream = open_client(reference_process.imap)
    starting.sendall(b"a STARTTLS\r\n")
    assert stream.readline().startswith(b"a OK")
    with socket.create_connection(reference_process.imaps, timeout=30) as silent:
        # Connections are accepted in the order in which they came.
        open_client(reference_process.imaps, tls=True)
        assert reference_process.end() == 0
        assert stream.read() == silent.recv(100) == b""


@pytest.mark.usefixtures("deaf")
def test_two_signals(reference_process, open_client):
    """The second, while sessions end, changes nothing: also where some of them do not read."""
    _, stream = open_client(reference_process.imap)
    reference_process.process.send_signal(signal.SIGTERM)
    assert stream.readline().startswith(b"* BYE ")
    reference_process.process.send_signal(signal.SIGINT)
    assert reference_process.end() == 0
    assert stream.read() == b""


@pytest.fixture
def deaf(reference_process, open_client):
    """Three clients that stop reading in the middle of a large answer: (socket, its stream)."""
    large = b"Subject: large\r\n\r\n" + (b"x" * 70 + b"\r\n") * 100_000
    client = imaplib.IMAP4(*reference_process.imap, timeout=30)
    client.login(reference_process.user, reference_process.password)
    assert client.append("INBOX", None, None, large)[0] == "OK"
    client.logout()
    clients = [open_client(reference_process.imap) for _ in range(3)]
    for socket_, stream in clients:
        fetches = b"".join(b"c%d FETCH 1 BODY.PEEK[]\r\n" % number for number in range(20))
        socket_.sendall(LOGIN + b"b SELECT INBOX\r\n" + fetches)
        while not stream.readline().startswith(b"* 1 FETCH"):
            pass
    return clients


def test_clients_that_vanish_while_they_are_written_to(reference_process, open_client, deaf):
    """The next write fails, which is the end of that session alone."""
    other = open_client(reference_process.imap)
    for client, stream in deaf:
        # With this close resets the connection.
        client.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        stream.close()
        client.close()
    before = 1  # the client that filled the mailbox
    serve_until(reference_process, "disconnected\n", before + len(deaf), *other)
    assert reference_process.end() == 0
    assert "ERROR" not in reference_process.log


def test_sigpipe_is_ignored(reference_process, open_client):
    reference_process.process.send_signal(signal.SIGPIPE)
    client, stream = open_client(reference_process.imap)
    client.sendall(b"a NOOP\r\n")
    assert stream.readline().startswith(b"a OK")
    assert reference_process.end() == 0


def test_a_log_that_nobody_reads_any_more(reference_process, open_client):
    """stderr is a pipe, and its reader has gone."""
    reference_process.end()
    reader, writer = os.pipe()
    with subprocess.Popen(
        [*reference_process.program, "-c", str(reference_process.folder / "imap.cfg")],
        stdout=subprocess.PIPE,
        stderr=writer,
    ) as process:
        os.close(writer)
        ready = process.stdout.readline().decode()
        os.close(reader)
        host, _, port = ready.split()[1].removeprefix("imap=").rpartition(":")
        for _ in range(3):
            client, stream = open_client((host, int(port)))
            client.sendall(LOGIN + b"b LOGOUT\r\n")
            assert b"b OK" in stream.read()
        process.send_signal(signal.SIGTERM)
        assert process.wait(timeout=30) == 0

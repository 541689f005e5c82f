"""The memory that APPEND of a large message takes, and FETCH of what is computed from it."""

import re
import socket
from itertools import chain, repeat
from pathlib import Path

import pytest

MIB = 1 << 20
SIZE = 63 * MIB  # octets of a message: a little less than what APPENDLIMIT allows
LIMIT = 64 * MIB  # above rest
PEAK = "VmHWM"
REST = "VmRSS"

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(
        not Path("/proc/self/clear_refs").exists(), reason="needs Linux's /proc to reset the peak"
    ),
]


def padded(head, filler, tail=b""):
    """Octets of a message in pieces: ``head``, then ``filler`` again and again."""
    count = max(0, SIZE - len(head) - len(tail)) // len(filler)
    return chain([head], repeat(filler, count), [tail])


def multipart(boundary=b"b"):
    return b"Content-Type: multipart/mixed; boundary=" + boundary + b"\r\n\r\n"


def shapes():
    line = b"x" * 998 + b"\r\n"
    digits = b"QUJD" * 19 + b"\r\n"
    address = b"Some One <someone@example.test>, " * 1000
    parameters = b"a=b;" * 16_000
    depth = 99
    heads = b"".join(
        b"--b%d\r\n%b" % (level - 1, multipart(b"b%d" % level)) for level in range(1, depth)
    )
    ends = b"".join(b"\r\n--b%d--" % level for level in reversed(range(depth)))
    # A few octets that take many: "a," is an address of 17, three times where From says it all.
    addresses = b"From: " + b"a," * (120 << 10) + b"\r\n"
    forwarded = b"--b\r\nContent-Type: message/rfc822\r\n\r\n" + addresses + b"\r\ntext\r\n"
    described = (
        b"--b\r\nContent-Type: a/b;"
        + b"a*0=b;" * 10_000
        + b"\r\nContent-Disposition: x;"
        + parameters
    )
    return {
        "one line of a header": padded(b"Subject: ", b"x" * MIB, b"\r\n\r\ntext"),
        "encoded words": padded(b"Subject: ", b"=?utf-8?q?=C3=A4?= " * 4096, b"\r\n\r\ntext"),
        "octets of no charset": padded(b"Subject: ", b"\xff" * MIB, b"\r\n\r\ntext"),
        "a folded field": padded(b"Subject: x\r\n", b" " + line, b"\r\n\r\ntext"),
        "many fields of one name": padded(b"", b"To: " + b"a@b," * 1600 + b"\r\n", b"\r\ntext"),
        "many short fields": padded(b"", b"a:\n" * 4096, b"\n"),
        "a header without colons": padded(b"", b"x\n" * MIB),
        "a large address list": padded(b"To: ", address, b"a@b\r\n\r\n"),
        "short addresses": padded(addresses, b"To: " + b"a," * (120 << 10) + b"\r\n", b"\r\n"),
        "a large parameter": padded(b'Content-Type: text/plain; a="', b"x" * MIB, b'"\r\n\r\n'),
        "many parameters": padded(b"Content-Type: text/plain; ", parameters, b"\r\n\r\n"),
        "a large boundary": padded(b"Content-Type: multipart/mixed; boundary=", b"x" * MIB),
        "tiny parts": padded(multipart(), b"--b\r\n\r\nx\r\n" * 4096),
        "nested multiparts": padded(multipart(b"b0") + heads + b"\r\n", line, ends),
        "lines like delimiters": padded(multipart(b"b0") + heads + b"\r\n", b"--b\n" * 4096, ends),
        "nested messages": padded(b"Content-Type: message/rfc822\r\n\r\n" * 99, line),
        "messages from many": padded(multipart(), forwarded),
        "parts with many parameters": padded(multipart(), described + b"\r\n\r\nx\r\n"),
        "base64": padded(b"Content-Transfer-Encoding: base64\r\n\r\n", digits),
        "no line at all": padded(b"", b"x" * MIB),
    }


class Client:
    """A client that keeps nothing of what it reads but the tagged response."""

    def __init__(self, process):
        self.process = process
        self.socket = socket.create_connection(process.imap, timeout=120)
        self.tail = b""
        self.command(b"LOGIN %b %b" % (process.user.encode(), process.password.encode()))

    def command(self, *pieces):
        self.socket.sendall(b"t ")
        for piece in pieces:
            self.socket.sendall(piece)
        self.socket.sendall(b"\r\n")
        tail = b""
        while not re.search(rb"(?:\A|\n)t [^\n]*\r\n\Z", tail):
            received = self.socket.recv(1 << 16)
            assert received, "the server closed the connection"
            tail = (tail + received)[-300:]
        assert tail.rpartition(b"\nt ")[2].removeprefix(b"t ").startswith(b"OK"), tail

    def status(self, name):
        text = Path(f"/proc/{self.process.process.pid}/status").read_text()
        return int(re.search(rf"{name}:\s+(\d+) kB", text)[1]) * 1024

    def taken(self, *pieces):
        """Octets of memory above rest, at the worst moment of this command."""
        Path(f"/proc/{self.process.process.pid}/clear_refs").write_text("5")
        rest = self.status(REST)
        self.command(*pieces)
        return self.status(PEAK) - rest


@pytest.fixture
def client(reference_process):
    client = Client(reference_process)
    client.command(b"APPEND INBOX {4+}\r\ntext")  # what is loaded once is loaded
    client.command(b"SELECT INBOX")
    client.command(b"FETCH 1 (ENVELOPE BODYSTRUCTURE)")
    yield client
    client.socket.close()


@pytest.mark.parametrize("name", shapes())
def test_a_large_message_takes_little_memory(client, name):
    pieces = list(shapes()[name])
    size = sum(map(len, pieces))
    assert size >= SIZE - 2 * MIB
    taken = {"APPEND": client.taken(b"APPEND INBOX {%d+}\r\n" % size, *pieces)}
    for item in (b"ENVELOPE", b"BODY", b"BODYSTRUCTURE", b"BODY.PEEK[HEADER]", b"BODY.PEEK[]"):
        taken[item.decode()] = client.taken(b"FETCH 2 " + item)
    taken["SEARCH"] = client.taken(b"SEARCH SUBJECT needle TO needle")
    print(name, {command: f"{octets / MIB:.1f} MiB" for command, octets in taken.items()})
    assert max(taken.values()) < LIMIT, taken

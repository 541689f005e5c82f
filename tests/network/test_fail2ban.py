"""Refused logins in the log, as fail2ban reads them, and as attackers try to write them."""

import ast
import base64
import ipaddress
import socket
import subprocess
import time

import pytest

pytestmark = pytest.mark.directive("log", "throttling", "imap_auth_times", "imap_accept_haproxy")

# The manual's pattern, with the names by which fail2ban knows address and user.
PATTERN = r"rhost=\[<HOST>\]\S* user=<F-USER>\S+</F-USER> .*(auth|login.*|logon) rejected:"
VICTIM = "198.51.100.7"


def plain(*fields):
    return base64.b64encode(b"\0".join(fields))


def encoded(text):
    return base64.b64encode(text.encode()).decode()


def proxy_header(client):
    """PROXY protocol version 2 for TCP, from this address to any."""
    address = ipaddress.ip_address(client).packed
    family = b"\x11" if len(address) == 4 else b"\x21"
    block = address + bytes(len(address)) + bytes.fromhex("c351008f")
    return b"\r\n\r\n\0\r\nQUIT\n\x21" + family + len(block).to_bytes(2, "big") + block


@pytest.fixture
def fail2ban(required_tool):
    """What fail2ban finds in a log: (address, user, time) of each failure."""
    program = required_tool("fail2ban-regex", "fail2ban")

    def read(log):
        command = [program, "--raw", "--out", "row", str(log), PATTERN]
        ended = subprocess.run(command, capture_output=True, text=True, timeout=60, check=False)
        assert "Traceback" not in ended.stderr, ended.stderr
        rows = [ast.literal_eval(line.rstrip(",")) for line in ended.stdout.splitlines() if line]
        return [(address, values["user"], seconds) for address, seconds, values in rows]

    return read


@pytest.fixture
def attempt(start_reference):
    """The server, and a function that plays one connection of a client behind a proxy."""
    server = start_reference(imap_accept_haproxy="2", imap_auth_times="2", imap_cmd_debug="2")

    def attempt(client, octets):
        with socket.create_connection(server.imap, timeout=30) as connection:
            connection.sendall(proxy_header(client) + octets)
            connection.shutdown(socket.SHUT_WR)
            stream = connection.makefile("rb")
            assert stream.readline().startswith(b"* OK")
            return stream.read()

    return server, attempt


REFUSED = {
    "192.0.2.1": (b"a LOGIN dave@example.test wrong\r\n", "dave@example.test"),
    "192.0.2.2": (b"a AUTHENTICATE PLAIN " + plain(b"", b"nobody", b"x") + b"\r\n", "nobody"),
    "192.0.2.3": (b"a AUTHENTICATE PLAIN\r\n" + plain(b"", b"nobody", b"x") + b"\r\n", "nobody"),
    "192.0.2.4": (
        f"a AUTHENTICATE LOGIN\r\n{encoded('root')}\r\n{encoded('x')}\r\n".encode(),
        "root",
    ),
    "2001:db8::5": (b"a LOGIN nobody x\r\n", "nobody"),
    "192.0.2.6": (b"a LOGIN bob@example.test!alice@example.test bobpw\r\n", "bob@example.test"),
    "192.0.2.7": (b"a LOGIN carol@example.test wrong\r\n", "carol@example.test"),
    "192.0.2.8": (b"a LOGIN carol@example.test wrong again\r\n", None),  # BAD
    "192.0.2.9": (b'a LOGIN "carol@example.test" "wrong again"\r\n', "carol@example.test"),
    "192.0.2.10": (b"a LOGIN carol@example.test carolpw\r\n", "carol@example.test"),  # blocked
    "192.0.2.11": (b"a LOGIN alice@example.test alicepw\r\n", None),
    "192.0.2.12": (b"a NOOP\r\n", None),
}


def test_each_refused_login_is_found(attempt, fail2ban):
    server, play = attempt
    begun = time.time()
    for client, (octets, user) in REFUSED.items():
        answer = play(client, octets)
        assert (b"a NO " in answer) == (user is not None)
    assert server.end() == 0
    found = fail2ban(server.folder / "log")
    assert [(address, user) for address, user, _ in found] == [
        (client, user) for client, (_, user) in REFUSED.items() if user
    ]
    for *_, seconds in found:
        assert int(begun) <= seconds <= time.time()


CLAIM = f"rhost=[{VICTIM}] user=x method=LOGIN login rejected: failed"


def literal(octets):
    return b"{%d+}\r\n%b" % (len(octets), octets)


HOSTILE_NAMES = [
    f"rhost=[{VICTIM}]".encode(),
    CLAIM.encode(),
    f"x {CLAIM}".encode(),
    f"x\r\n2026-01-01 10:00:00,000 WARNING {CLAIM}".encode(),
    f"x\u2028{CLAIM}".encode(),
    f"x\x85{CLAIM}".encode("latin-1"),
    f"x\x1b[2K\r{CLAIM}".encode(),
    f"] user=y auth rejected: {CLAIM}".encode(),
    f"nobody!{CLAIM}".encode(),
    f"nobody!\n{CLAIM}".encode(),
    f"RHOST=[{VICTIM}]".encode(),
    b"",
    b"x" * 5000 + CLAIM.encode(),
]


def test_no_name_gets_another_address_banned(attempt, fail2ban):
    server, play = attempt
    expected = []
    for number, name in enumerate(HOSTILE_NAMES):
        for method, octets in enumerate(
            [
                b"a LOGIN " + literal(name) + b" x\r\n",
                b"a AUTHENTICATE PLAIN " + plain(name, b"nobody%d" % number, b"x") + b"\r\n",
                b"a AUTHENTICATE LOGIN\r\n" + base64.b64encode(name) + b"\r\neA==\r\n",
            ]
        ):
            client = f"192.0.{method}.{number}"
            assert b"a NO " in play(client, octets)
            expected.append(client)
    assert server.end() == 0
    assert [address for address, *_ in fail2ban(server.folder / "log")] == expected


def test_no_other_command_gets_an_address_banned(attempt, fail2ban):
    """Not even with imap_cmd_debug=2, which quotes what a client sends."""
    server, play = attempt
    log_in = b"l LOGIN alice@example.test alicepw\r\n"
    auth_claim = CLAIM.replace("LOGIN login", "x auth").encode()
    for prefix in b"", log_in:
        for line in (
            CLAIM.encode(),
            auth_claim,
            b"a CREATE " + literal(auth_claim),
            b'a CREATE "%b"' % auth_claim,
            b'a ID ("name" "%b")' % auth_claim,
            b"rhost=[198.51.100.7] user=x auth rejected:",
            b"rhost=[198.51.100.7] NOOP user=x auth rejected:",
            b"a NOOP \rrhost=[198.51.100.7] user=x auth rejected:",
            b"a STORE 1 FLAGS (\\rhost=[198.51.100.7] user=x auth rejected:",
            b"a AUTHENTICATE " + auth_claim,
        ):
            play("192.0.2.1", prefix + line + b"\r\n")
    assert server.end() == 0
    assert "STORE 1 FLAGS" in server.log
    assert fail2ban(server.folder / "log") == []


@pytest.mark.parametrize("address", ["127.0.0.1", "::1"])
def test_the_address_of_who_comes_without_a_proxy(start_reference, fail2ban, address):
    server = start_reference(imap_listen_addr=address, reference_store=":memory:")
    with socket.create_connection((address, server.imap[1]), timeout=30) as connection:
        connection.sendall(b"a LOGIN nobody x\r\nb LOGOUT\r\n")
        assert b"a NO " in connection.makefile("rb").read()
    assert server.end() == 0
    assert [address for address, *_ in fail2ban(server.folder / "log")] == [address]

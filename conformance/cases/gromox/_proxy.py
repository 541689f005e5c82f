"""Headers of the PROXY protocol, version 2, made by hand (section 2.2 of its specification)."""

import ipaddress
import re
import secrets
import ssl
import struct

from conformance.wire import ServerClosed

SIGNATURE = bytes.fromhex("0D0A0D0A 000D0A51 5549540A")
LOCAL, PROXY = 0, 1
UNSPEC, TCP4, TCP6, UNIX = 0x00, 0x11, 0x21, 0x31
CLIENT, CLIENT6 = "192.0.2.7", "2001:db8::7"  # from the ranges for documentation: nobody's
VERSION1 = f"PROXY TCP4 {CLIENT} 198.51.100.1 56324 143\r\n".encode()


def header(family, block, *, command=PROXY, version=2, length=None):
    """A header with any content; `length` instead of the true one."""
    first = version << 4 | command
    size = len(block) if length is None else length
    return SIGNATURE + struct.pack("!BBH", first, family, size) + block


def addresses(source, destination="198.51.100.1"):
    """The address block of TCP or UDP."""
    packed = b"".join(ipaddress.ip_address(each).packed for each in (source, destination))
    return packed + struct.pack("!HH", 56324, 143)


def tcp4(source=CLIENT, tlvs=b""):
    """A client at an IPv4 address."""
    return header(TCP4, addresses(source) + tlvs)


def tcp6(source=CLIENT6):
    """A client at an IPv6 address."""
    return header(TCP6, addresses(source, "2001:db8::1"))


def unix(path):
    """A client at a UNIX socket."""
    return header(UNIX, path.encode().ljust(108, b"\0") + b"/run/imap".ljust(108, b"\0"))


def tlv(kind, value):
    """One type-length-value vector."""
    return struct.pack("!BH", kind, len(value)) + value


def expect_no_greeting(connection, *, timeout=None):
    """The connection is closed, and nothing is sent before."""
    try:
        said = connection.read_response(awaited="the end of the connection", timeout=timeout)
    except ServerClosed as closed:
        if closed.partial:
            raise
    else:
        raise AssertionError(f"the server says {said}")


def nobody():
    """A user name that no account has, and no line of the log until now."""
    return f"gximap-{secrets.token_hex(8)}@example.test"


def client_in_log(connection, log):
    """Fail one login, and find in the log the client's address."""
    user = nobody()
    answer = connection.command("LOGIN", user, "not-the-password")
    assert answer.status == "NO", f"the login of nobody was answered {answer.status}"
    stray = answer.conditions("BAD")
    assert not stray, f"octets before the first command were taken for commands: {stray}"
    host = log.await_line(rf"rhost=\[(\S*)\]\S* user={re.escape(user)} .*rejected:")[1]
    try:
        address = ipaddress.ip_address(host)
    except ValueError:
        return host
    return str(getattr(address, "ipv4_mapped", None) or address)


def is_peer(host, connection):
    """Whether the host in the log may be this connection's own, real address."""
    own = connection.channel.socket.getsockname()[0]
    if ipaddress.ip_address(own).is_loopback:
        return host == own
    return host not in (CLIENT, CLIENT6)  # behind address translation any but the header's


def tls_in_one_write(channel, preamble, context):
    """The TLS handshake on a raw channel, with `preamble` in the same write as ClientHello.

    Returns the first octets that the server sends over TLS.
    """
    incoming, outgoing = ssl.MemoryBIO(), ssl.MemoryBIO()
    tls = context.wrap_bio(incoming, outgoing, server_hostname=channel.endpoint.host)

    def until_done(step):
        nonlocal preamble
        while True:
            try:
                return step()
            except ssl.SSLWantReadError:
                octets = preamble + outgoing.read()
                preamble = b""
                if octets:
                    channel.write(octets)
                answer = channel.socket.recv(65536)
                assert answer, "the server closed the connection within the handshake"
                incoming.write(answer)

    until_done(tls.do_handshake)
    return until_done(lambda: tls.read(1000))

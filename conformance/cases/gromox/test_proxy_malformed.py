"""What is no header of the PROXY protocol, version 2, gets no greeting."""

from dataclasses import replace

import pytest

from conformance.cases.gromox._proxy import (
    LOCAL,
    SIGNATURE,
    TCP4,
    TCP6,
    UNIX,
    VERSION1,
    addresses,
    expect_no_greeting,
    header,
    tcp4,
)
from conformance.requirements import configuration, requirement

pytestmark = configuration(imap_accept_haproxy=2)

BLOCK = addresses("192.0.2.7")
CLIENT_HELLO = bytes.fromhex("16030100c8010000c40303") + bytes(194)


def spoilt(position):
    """A good header but for one octet of its signature."""
    octets = bytearray(tcp4())
    octets[position] ^= 0x01
    return bytes(octets)


@requirement("GROMOX-imap_accept_haproxy-REFUSED")
@pytest.mark.parametrize(
    "octets",
    [
        b"a CAPABILITY\r\nb LOGOUT\r\n",
        CLIENT_HELLO,
        VERSION1,
        b"PROXY UNKNOWN\r\n" + tcp4(),
        spoilt(0),
        spoilt(len(SIGNATURE) - 1),
        b"\r\n" + tcp4(),
        header(TCP4, BLOCK, version=1),
        header(TCP4, BLOCK, version=3),
        header(TCP4, BLOCK, version=3, command=LOCAL),
        header(TCP4, BLOCK[:11]),
        header(TCP4, b"") + BLOCK,
        header(TCP6, BLOCK),
        header(UNIX, BLOCK),
    ],
    ids=[
        "commands",
        "ClientHello",
        "version 1",
        "version 1 before version 2",
        "signature, first octet",
        "signature, last octet",
        "a line before the header",
        "version nibble 1",
        "version nibble 3",
        "version nibble 3, LOCAL",
        "TCP4 of 11 octets",
        "TCP4 of no octets",
        "TCP6 of 12 octets",
        "UNIX of 12 octets",
    ],
)
def test_closed_without_a_greeting(connect, octets):
    """Without a good header the connection is closed, and no greeting is given."""
    connection = connect("proxy", preamble=octets, greeting=False)
    expect_no_greeting(connection)


@requirement("GROMOX-imap_accept_haproxy-COMMAND")
@pytest.mark.parametrize("command", [2, 15])
def test_commands_that_do_not_exist(connect, command):
    """A header with a command other than LOCAL and PROXY closes the connection."""
    connection = connect("proxy", preamble=header(TCP4, BLOCK, command=command), greeting=False)
    expect_no_greeting(connection)


@requirement("GROMOX-imap_accept_haproxy-REFUSED", "GROMOX-imap_accept_haproxy-TLS")
@pytest.mark.parametrize("octets", [spoilt(4), VERSION1], ids=["bad signature", "version 1"])
def test_no_handshake_without_a_header(connect, server, octets):
    """Where TLS comes first, a bad header is answered with nothing at all, not with an alert."""
    address = server.address("imaps")
    if address is None or server.settings.get("imap_accept_haproxy") != "2":
        pytest.skip("the target has no address for implicit TLS that expects a PROXY header")
    endpoint = replace(server.endpoint(address), tls=False)
    connection = connect(endpoint=endpoint, preamble=octets, greeting=False)
    expect_no_greeting(connection)

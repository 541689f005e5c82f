"""PROXY protocol, version 2: whom the header names, and that the session begins behind it."""

from itertools import pairwise

import pytest

from conformance.cases.gromox._proxy import (
    CLIENT,
    CLIENT6,
    LOCAL,
    SIGNATURE,
    TCP4,
    UNSPEC,
    addresses,
    client_in_log,
    header,
    is_peer,
    nobody,
    tcp4,
    tcp6,
    tls_in_one_write,
    tlv,
    unix,
)
from conformance.requirements import configuration, requirement
from conformance.targets.description import lacking_address
from conformance.wire.channel import Channel

pytestmark = configuration(imap_accept_haproxy=2)


@pytest.fixture
def proxied(connect, server):
    """proxied(octets) connects with these octets before everything; it may log in then."""

    def proxied(octets):
        connection = connect("proxy", preamble=octets)
        if "LOGINDISABLED" in server.initial_capabilities:
            connection.start_tls()
        return connection

    return proxied


@pytest.fixture
def tls_address(server):
    """The address of implicit TLS, where a header is expected there, too."""
    address = server.address("imaps")
    if address is None or server.settings.get("imap_accept_haproxy") != "2":
        pytest.skip("the target has no address for implicit TLS that expects a PROXY header")
    return server.endpoint(address)


@requirement("GROMOX-imap_accept_haproxy-HEADER")
@pytest.mark.parametrize(
    "octets", [tcp4(), tcp6(), unix("/run/webmail.sock")], ids=["TCP4", "TCP6", "UNIX"]
)
def test_a_session_behind_a_header(proxied, account, octets):
    """Behind a PROXY header a session goes as any other."""
    connection = proxied(octets)
    connection.log_in(account)
    connection.ok("EXAMINE", "INBOX")
    connection.ok("LOGOUT")
    assert connection.is_closed_by_server()


@requirement("GROMOX-imap_accept_haproxy-PROXY")
@pytest.mark.parametrize(
    ("octets", "client"), [(tcp4(), CLIENT), (tcp6(), CLIENT6)], ids=["TCP4", "TCP6"]
)
def test_the_address_of_the_header_is_the_clients(proxied, log, octets, client):
    """The address that the header gives is the client's in the log."""
    assert client_in_log(proxied(octets), log) == client


@requirement("GROMOX-imap_accept_haproxy-PROXY", level="SHOULD")
def test_the_path_of_a_unix_socket_is_the_clients(proxied, log):
    """The path that the header gives is the client's in the log.

    The manual does not say how a path stands in the place of an address.
    """
    path = "/run/webmail.sock"
    found = client_in_log(proxied(unix(path)), log)
    assert path in found, f"the log says the client is {found}"


@requirement("GROMOX-imap_accept_haproxy-LOCAL")
@pytest.mark.parametrize(
    "octets",
    [header(UNSPEC, b"", command=LOCAL), header(TCP4, addresses(CLIENT), command=LOCAL)],
    ids=["no addresses", "addresses"],
)
def test_local_keeps_the_peers_address(proxied, log, octets):
    """With the command LOCAL the real peer is the client, whatever addresses follow."""
    connection = proxied(octets)
    found = client_in_log(connection, log)
    assert is_peer(found, connection), f"the log says the client is {found}"


@requirement("GROMOX-imap_accept_haproxy-UNKNOWN")
@pytest.mark.parametrize(
    "octets",
    [
        header(UNSPEC, b""),
        header(UNSPEC, addresses(CLIENT)),
        header(0x41, addresses(CLIENT)),
    ],
    ids=["UNSPEC", "UNSPEC with octets", "family 4"],
)
def test_an_unknown_family_keeps_the_peers_address(proxied, log, octets):
    """A header with a family that is not known is skipped, and the peer is the client."""
    connection = proxied(octets)
    found = client_in_log(connection, log)
    assert is_peer(found, connection), f"the log says the client is {found}"


TLS_OF_THE_CLIENT = tlv(
    0x20, b"\x05" + bytes(4) + tlv(0x21, b"TLSv1.3") + tlv(0x23, b"TLS_AES_256_GCM_SHA384")
)


@requirement("GROMOX-imap_accept_haproxy-TLVS")
@pytest.mark.parametrize(
    "tlvs",
    [
        tlv(0x04, b""),
        tlv(0x01, b"imap") + tlv(0x02, b"mail.example.com") + TLS_OF_THE_CLIENT + tlv(0xE0, b"\n"),
        tlv(0x04, bytes(500)) * 40,
    ],
    ids=["one", "the client's TLS", "20000 octets"],
)
def test_vectors_behind_the_addresses_are_skipped(proxied, log, tlvs):
    """Type-length-value vectors behind the addresses are skipped, and the session begins."""
    assert client_in_log(proxied(tcp4(tlvs=tlvs)), log) == CLIENT


@requirement("GROMOX-imap_accept_haproxy-PROXY")
def test_each_connection_has_its_own_client(proxied, log):
    """Two connections from one proxy are for two clients."""
    first, second = proxied(tcp4("192.0.2.11")), proxied(tcp4("192.0.2.12"))
    assert client_in_log(second, log) == "192.0.2.12"
    assert client_in_log(first, log) == "192.0.2.11"


@requirement("GROMOX-imap_accept_haproxy-HEADER")
def test_a_connection_has_one_header(connect, log):
    """A second header, which a client sends through the proxy, gives it no other address."""
    connection = connect("proxy", preamble=tcp4(), greeting=False)
    connection.channel.write(tcp4("192.0.2.99"))
    user = nobody()
    connection.channel.write(f"\r\nx LOGIN {user} wrong\r\n".encode())
    connection.end_sending()
    while True:  # garbage first: it may close the connection, and never run the command
        try:
            connection.channel.read(connection.endpoint.deadline)
        except EOFError:
            break
    assert not log.lines(rf"192\.0\.2\.99\].* user={user} ")


@requirement("GROMOX-imap_accept_haproxy-TLS")
def test_starttls_comes_behind_the_header(connect, server, log):
    """STARTTLS goes on behind the header, and the client's address stays."""
    if "STARTTLS" not in server.initial_capabilities:
        pytest.skip("STARTTLS is not offered")
    connection = connect("proxy", preamble=tcp4())
    connection.start_tls()
    assert client_in_log(connection, log) == CLIENT


@requirement("GROMOX-imap_accept_haproxy-TLS")
def test_the_header_comes_before_implicit_tls(connect, tls_address, log):
    """With implicit TLS the header precedes the handshake, in plain text."""
    connection = connect(endpoint=tls_address, preamble=tcp4())
    assert client_in_log(connection, log) == CLIENT


@requirement("GROMOX-imap_accept_haproxy-TLS")
@pytest.mark.usefixtures("accounts")
def test_a_handshake_in_the_same_packet(tls_address):
    """A ClientHello that arrives with the header is not lost."""
    channel = Channel.open(tls_address)
    try:
        preamble = tcp4(tlvs=TLS_OF_THE_CLIENT)
        greeting = tls_in_one_write(channel, preamble, tls_address.tls_context())
    finally:
        channel.close()
    assert greeting.startswith(b"* OK"), f"the server greets with {greeting!r}"


@requirement("GROMOX-imap_accept_haproxy-HEADER")
@pytest.mark.usefixtures("accounts")
def test_a_command_in_the_same_packet(server):
    """A command that arrives with the header is not lost."""
    address = server.address("proxy")
    if address is None:
        pytest.skip(lacking_address("proxy"))
    channel = Channel.open(server.endpoint(address))
    try:
        channel.write(tcp4() + b"x NOOP\r\n")
        greeting = channel.read(10)
        answer = channel.read(10)
    finally:
        channel.close()
    assert greeting.startswith(b"* OK"), f"the server greets with {greeting!r}"
    assert answer.startswith(b"x OK"), f"NOOP is answered {answer!r}"


@requirement("GROMOX-imap_accept_haproxy-PIECES")
def test_a_header_in_single_octets(connect, log):
    """A header that arrives octet by octet is taken as one."""
    octets = tcp4(tlvs=tlv(0x04, b"padding"))
    connection = connect("proxy", preamble=octets[:1], greeting=False)
    connect("proxy", preamble=tcp4())  # until it is greeted, the first octet has been read
    for at in range(1, len(octets)):
        connection.channel.write(octets[at : at + 1])
    connection.read_greeting()
    assert client_in_log(connection, log) == CLIENT


@requirement("GROMOX-imap_accept_haproxy-PIECES")
def test_a_header_with_breaks(connect, log):
    """A header that arrives part by part is taken as one."""
    octets = tcp4(tlvs=tlv(0x04, b"padding"))
    cuts = [1, len(SIGNATURE), 16, 28, len(octets)]
    connection = connect("proxy", preamble=octets[: cuts[0]], greeting=False)
    for start, stop in pairwise(cuts):
        connect("proxy", preamble=tcp4())  # until it is greeted, the part before has been read
        connection.channel.write(octets[start:stop])
    connection.read_greeting()
    assert client_in_log(connection, log) == CLIENT

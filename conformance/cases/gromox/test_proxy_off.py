"""No PROXY header is expected unless imap_accept_haproxy says so."""

import pytest

from conformance.cases.gromox._proxy import client_in_log, is_peer, nobody, tcp4
from conformance.requirements import requirement
from conformance.targets.description import lacking_address
from conformance.wire.channel import Channel


@pytest.fixture(autouse=True)
def _no_header(server):
    if server.settings.get("imap_accept_haproxy", "0") != "0":
        pytest.skip("the target expects a PROXY header, its [settings] say")


@requirement("GROMOX-imap_accept_haproxy-NONE")
def test_the_greeting_waits_for_nothing(before_login, log):
    """The greeting comes to a client that sends nothing, and the peer is the client."""
    connection = before_login()
    found = client_in_log(connection, log)
    assert is_peer(found, connection), f"the log says the client is {found}"


@requirement("GROMOX-imap_accept_haproxy-NONE")
def test_a_header_is_no_header(server, log):
    """A header that nobody expects is octets like any other, and names no client."""
    address = server.address("imap")
    if address is None:
        pytest.skip(lacking_address("imap"))
    channel = Channel.open(server.endpoint(address))
    try:
        channel.write(tcp4())
        greeting = channel.read(10)
        assert greeting.startswith(b"* OK"), f"the server greets with {greeting!r}"
        user = nobody()
        channel.write(f"\r\nx LOGIN {user} wrong\r\n".encode())
        said: list[bytes] = []
        while not any(line.startswith(b"x ") for line in said):
            try:
                said.append(channel.read(10))
            except EOFError:
                break
    finally:
        channel.close()
    refused = any(b" BAD " in line or line.startswith(b"* BYE") for line in said)
    assert refused or not said, f"the server answers a header with {said!r}"
    assert not log.lines(rf"rhost=\[192\.0\.2\.7\].* user={user} ")

"""Fixtures of the cases on security: a server that demands TLS, and clients that misbehave."""

import pytest

from conformance.targets.configuration import directives
from conformance.targets.description import lacking_address
from conformance.targets.fleet import CannotConfigureError
from conformance.targets.reference import accounts
from conformance.wire.channel import Channel

SILENT = 5  # what part of the deadline a client is silent that has said all
LOOPBACK = ("127.0.0.1", "::1", "localhost")


@pytest.fixture
def demanding(fleet, server, connect, account):
    """A connection in plain text to a server that demands TLS; .account is who may log in there.

    It is the target if that lists LOGINDISABLED, or can be configured so; the reference server is
    started once more. Otherwise the case is skipped, and so it is where the password would leave
    the machine in plain text.
    """
    if server.is_reference:
        other = fleet.server(directives({"imap_force_tls": True}))
        connection = connect(endpoint=other.endpoint(other.address("imap")))
        connection.account = accounts(0)["primary"]
        return connection
    connection = connect("imap")
    if "LOGINDISABLED" not in connection.ok("CAPABILITY").capabilities:
        try:
            fleet.server(directives({"imap_force_tls": True}))
        except CannotConfigureError as error:
            pytest.skip(f"the target permits LOGIN without TLS: {error}")
        connection = connect("imap")
    if connection.endpoint.host not in LOOPBACK:
        pytest.skip("the password of the account would be sent in plain text")
    connection.account = account
    return connection


class Stranger:
    """A client that sends octets with nothing of IMAP or TLS about them."""

    def __init__(self, endpoint, transcript):
        self._channel = Channel.open(endpoint)
        self._transcript = transcript
        self._deadline = endpoint.deadline

    def write(self, octets):
        self._transcript.note("stranger", repr(octets), "C")
        self._channel.write(octets)

    def read_line(self):
        """The next line in plain text."""
        line = self._channel.read(self._deadline)
        self._transcript.note("stranger", repr(line))
        return line

    def read_all(self):
        """What comes until the server closes the connection, or is silent for a while."""
        octets = b""
        seconds = self._deadline / SILENT
        try:
            while True:
                octets += self._channel.read(seconds)
        except (TimeoutError, EOFError):
            octets += self._channel.framer.discard()
        self._transcript.note("stranger", repr(octets))
        return octets

    def close(self):
        self._channel.close()


@pytest.fixture
def stranger(server, transcript):
    """stranger(kind) connects to the address for "imap" or "imaps", a Stranger."""
    strangers = []

    def stranger(kind):
        address = server.address(kind)
        if address is None:
            pytest.skip(lacking_address(kind))
        strangers.append(Stranger(server.endpoint(address), transcript))
        return strangers[-1]

    yield stranger
    for one in strangers:
        one.close()

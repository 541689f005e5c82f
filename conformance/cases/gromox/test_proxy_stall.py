"""Connections whose PROXY header does not come to its end."""

import time
from dataclasses import replace

import pytest

from conformance.cases.gromox._proxy import SIGNATURE, expect_no_greeting, tcp4, tlv
from conformance.requirements import allow, configuration, requirement
from conformance.targets.description import lacking_address

pytestmark = configuration(imap_accept_haproxy=2)

LATEST = 1.5  # seconds behind the time that is set
HEADER = tcp4(tlvs=tlv(0x04, b"padding"))
BEGINNINGS = [b"", SIGNATURE[:5], HEADER[:16], HEADER[:27], HEADER[:-1], b"a NOOP\r\n"]


def closed_in_time(connections, begun):
    """All are closed, without a word, at most LATEST behind one second."""
    for connection in connections:
        remaining = begun + 1 + LATEST - time.monotonic()
        expect_no_greeting(connection, timeout=max(remaining, 0))


@requirement("GROMOX-imap_accept_haproxy-STALLS")
@allow("timeouts")
@configuration(imap_conn_timeout="1s")
def test_a_header_that_stalls(connect):
    """A header that does not come to its end closes the connection, and no greeting is given."""
    begun = time.monotonic()
    connections = [connect("proxy", preamble=part, greeting=False) for part in BEGINNINGS]
    closed_in_time(connections, begun)


@requirement("GROMOX-imap_accept_haproxy-STALLS", "GROMOX-imap_accept_haproxy-TLS")
@allow("timeouts")
@configuration(imap_conn_timeout="1s")
def test_a_header_that_stalls_before_tls(connect, server):
    """A header that stalls where TLS would follow closes the connection, too."""
    address = server.address("imaps")
    if address is None:
        pytest.skip(lacking_address("imaps"))
    endpoint = replace(server.endpoint(address), tls=False)
    begun = time.monotonic()
    connections = [
        connect(endpoint=endpoint, preamble=part, greeting=False) for part in BEGINNINGS[:5]
    ]
    closed_in_time(connections, begun)


@requirement("GROMOX-imap_accept_haproxy-OTHERS")
def test_others_do_not_wait_for_it(connect):
    """While headers stall, other clients are served."""
    for part in BEGINNINGS:
        connect("proxy", preamble=part, greeting=False)
    connection = connect("proxy", preamble=HEADER)
    connection.ok("NOOP")


@requirement("GROMOX-imap_accept_haproxy-REFUSED")
def test_a_client_that_leaves_within_its_header(connect):
    """A client that ends its direction in the middle of its header gets no greeting."""
    connection = connect("proxy", preamble=HEADER[:20], greeting=False)
    connection.end_sending()
    expect_no_greeting(connection)

"""Tries are a user's, not an address's: clients at several addresses, behind a proxy."""

import pytest

from conformance.cases.gromox._logins import enter, expect_blocked, expect_closed, fail
from conformance.cases.gromox._proxy import tcp4, tcp6
from conformance.requirements import allow, configuration, requirement

TRIES = 3

pytestmark = [
    configuration(
        imap_accept_haproxy=2, imap_auth_times=TRIES, block_interval_auths="3s", auth_fail_delay=0
    ),
    allow("lockout"),
    pytest.mark.usefixtures("_unblocked_afterwards"),
]


@pytest.fixture
def client_at(connect, server):
    """client_at(number) connects as a client of its own address; it may log in then."""

    def client_at(number):
        header = tcp6(f"2001:db8::{number}") if number % 2 else tcp4(f"192.0.2.{number}")
        connection = connect("proxy", preamble=header)
        if "LOGINDISABLED" in server.initial_capabilities:
            connection.start_tls()
        return connection

    return client_at


@requirement("GROMOX-imap_auth_times-USER", "GROMOX-block_interval_auths-REFUSED")
def test_tries_are_counted_over_addresses(client_at, account):
    """A failure from each of some addresses: the last closes, and blocks one more address."""
    for number in range(1, TRIES):
        fail(client_at(number), account.user)
    last = client_at(TRIES)
    fail(last, account.user)
    expect_closed(last)
    expect_blocked(client_at(TRIES + 1), account)


@requirement("GROMOX-imap_auth_times-OTHERS")
def test_an_address_is_not_blocked(client_at, account, accounts):
    """From the address at which one user was blocked another one logs in."""
    for _ in range(TRIES):
        fail(client_at(1), account.user)
    enter(client_at(1), accounts["second"])

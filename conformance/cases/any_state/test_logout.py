"""LOGOUT: RFC 3501 sections 6.1.3 and 3.4."""

import pytest

from conformance.requirements import requirement
from conformance.wire import Mailbox


@requirement(
    "RFC3501-6.1-STATE",
    "RFC3501-6.1.3-1",
    "RFC3501-6.1.3-2",
    "RFC3501-3.4-1",
    "RFC9051-6.1.3-1",
    "RFC9051-6.1.3-2",
    "RFC9051-3.4-1",
)
@pytest.mark.parametrize("state", ["connection", "authenticated", "selected"])
def test_says_bye_and_closes(request, state):
    """In every state LOGOUT brings BYE, then the tagged OK, then the end of the connection."""
    connection = request.getfixturevalue(state)
    answer = connection.command("LOGOUT")
    assert answer.status == "OK"
    assert answer.untagged_names().count("BYE") == 1
    assert connection.is_closed_by_server(), "the server keeps the connection open"


@requirement("RFC3501-2.2.2-3")
def test_takes_no_arguments(connection):
    """LOGOUT with an argument is a syntax error, answered BAD, and the connection stays."""
    assert connection.command("LOGOUT", "now").status == "BAD"
    assert connection.command("NOOP").status == "OK"


@requirement("RFC3501-6.1.3-2", "RFC3501-3-FLOW", "RFC9051-6.1.3-2")
def test_nothing_is_executed_after_it(authenticated, login, scratch):
    """A command that comes in one packet with LOGOUT, behind it, is not executed."""
    name = scratch.name()
    authenticated.send(b"x1 LOGOUT\r\nx2 CREATE " + name.encode("ascii") + b"\r\n")
    assert authenticated.finish("x1").status == "OK"
    assert authenticated.expect_close() == []
    assert login().ok("LIST", '""', Mailbox(name)).list() == []


@requirement("RFC3501-3.4-1")
def test_ends_this_connection_only(authenticated, login):
    """LOGOUT leaves another connection of the same account as it is."""
    other = login()
    authenticated.ok("LOGOUT")
    authenticated.expect_close()
    assert other.command("LIST", '""', "INBOX").status == "OK"

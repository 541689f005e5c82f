"""ID (RFC 2971) is off unless enable_rfc2971_commands is on; its syntax is tested elsewhere."""

import pytest

from conformance.requirements import configuration, requirement
from conformance.wire import Literal, Quoted
from conformance.wire.grammar import CapabilityData, IdData

on = configuration(enable_rfc2971_commands=True)
off = configuration(enable_rfc2971_commands=False)
in_every_state = pytest.mark.parametrize(
    "state", ["not authenticated", "authenticated", "selected"]
)


@pytest.fixture
def entered(before_login, account):
    """entered(state): a connection in that state."""

    def entered(state):
        connection = before_login()
        if state != "not authenticated":
            connection.log_in(account)
        if state == "selected":
            connection.ok("EXAMINE", "INBOX")
        return connection

    return entered


def capabilities(connection):
    return connection.ok("CAPABILITY").only(CapabilityData).capabilities


@off
@requirement("GROMOX-enable_rfc2971_commands-OFF")
@in_every_state
def test_is_unknown_where_it_is_off(entered, state):
    """Where ID is off it is no capability, and refused; nothing is told of the server."""
    connection = entered(state)
    assert "ID" not in capabilities(connection)
    answer = connection.command("ID", "NIL").expect("BAD", "NO")
    assert not answer.all(IdData), "the server tells its version"
    connection.ok("NOOP")


@on
@requirement("GROMOX-enable_rfc2971_commands-ON")
@in_every_state
def test_is_answered_where_it_is_on(entered, state):
    """Where ID is on it is a capability, and answered, in every state."""
    connection = entered(state)
    assert "ID" in capabilities(connection)
    connection.ok("ID", "NIL").only(IdData)


@on
@requirement("GROMOX-id-VERSION")
def test_tells_the_version(connection):
    """ID tells the server's version."""
    fields = connection.ok("ID", "NIL").id().fields or ()
    told = {name.lower(): value for name, value in fields}
    assert told.get(b"version"), f"no version in {fields}"


@on
@requirement("GROMOX-enable_rfc2971_commands-ON", "RFC2971-3.1-ARGUMENTS")
def test_takes_thirty_pairs(connection):
    """A client may tell as much as RFC 2971 allows: thirty fields."""
    pairs = " ".join(f'"field-{number}" "value {number}"' for number in range(30))
    connection.ok("ID", f"({pairs})").only(IdData)
    connection.ok("NOOP")


@on
@requirement("GROMOX-enable_rfc2971_commands-ON", "RFC2971-3.1-ARGUMENTS")
@pytest.mark.parametrize("form", [Quoted, Literal], ids=["quoted", "literal"])
def test_takes_the_longest_fields_and_values(connection, form):
    """A name of 30 octets and a value of 1024 are what RFC 2971 allows at most."""
    connection.ok("ID", [form(b"n" * 30), form(b"v" * 1024)]).only(IdData)
    connection.ok("NOOP")

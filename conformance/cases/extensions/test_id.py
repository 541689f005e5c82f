"""ID: RFC 2971.

Where the target does not offer it and is the reference server, another one is started that does.
"""

from pathlib import Path

import pytest

from conformance.requirements import requirement
from conformance.targets.reference import ReferenceServer, accounts
from conformance.wire import Endpoint, Joined, Literal
from conformance.wire.dialect import Dialect
from conformance.wire.grammar import CapabilityData, IdData

STATES = ("not authenticated", "authenticated", "selected")


@pytest.fixture(scope="session")
def identifying_server():
    """A reference server of its own that offers ID."""
    server = ReferenceServer(1, {"enable_rfc2971_commands": "yes"})
    yield server
    server.stop()


@pytest.fixture
def identifying(request, server, connect, before_login, account):
    """identifying(state): a connection in that state to a server that offers ID."""

    def of_another_server():
        other = request.getfixturevalue("identifying_server").description
        address = other.addresses["imap"]
        endpoint = Endpoint(address.host, address.port, ca_file=Path(other.ca_file))
        connection = connect(endpoint=endpoint)
        connection.dialect = Dialect({*server.capabilities, "ID"})
        return connection

    if not server.offers("ID") and not server.is_reference:
        pytest.skip("the target does not offer ID, and cannot be reconfigured")
    user = account if server.offers("ID") else accounts(0)["primary"]

    def identifying(state):
        connection = before_login() if server.offers("ID") else of_another_server()
        if state != "not authenticated":
            connection.log_in(user)
        if state == "selected":
            connection.ok("EXAMINE", "INBOX")
        return connection

    return identifying


@requirement("RFC2971-3.1-STATES", "RFC2971-3.2-1")
@pytest.mark.parametrize("state", STATES)
def test_in_any_state(identifying, state):
    """In any state ID is answered by one ID response and OK."""
    identifying(state).command("ID", "NIL").expect("OK").only(IdData)


@requirement("RFC2971-3-OFFERED")
@pytest.mark.parametrize("state", STATES[:2])
def test_is_a_capability(identifying, state):
    """A server that answers ID lists it among its capabilities."""
    connection = identifying(state)
    connection.ok("ID", "NIL").only(IdData)
    assert "ID" in connection.ok("CAPABILITY").only(CapabilityData).capabilities


@requirement("RFC2971-3.1-ARGUMENTS")
@pytest.mark.parametrize(
    "argument",
    [
        b"()",
        b'("name" "gximap")',
        b'("name" "gximap" "version" NIL "x-other" "")',
        b'("NAME" "a \\"quoted\\" \\\\ word")',
        Joined('("name" ', Literal(b"gximap"), ")"),
    ],
    ids=["empty-list", "one-pair", "nil-value", "escapes", "literal"],
)
def test_arguments(identifying, argument):
    """ID takes an empty list, pairs of strings, NIL for a value, and literals."""
    connection = identifying("not authenticated")
    connection.command("ID", argument).expect("OK").only(IdData)
    connection.ok("NOOP")


@requirement("RFC2971-3.3-1", "RFC2971-3.3-2", "RFC2971-3.3-3", "RFC2971-3.3-5")
def test_keeps_the_limits(identifying):
    """The server tells at most 30 fields, each once, of 30 octets and values of 1024 at most."""
    pairs = identifying("authenticated").ok("ID", "NIL").id().fields or ()
    assert len(pairs) <= 30
    names = [name.lower() for name, _ in pairs]
    assert len(set(names)) == len(names)
    assert all(len(name) <= 30 for name in names)
    assert all(value is None or len(value) <= 1024 for _, value in pairs)


@requirement("RFC2971-3-1", "RFC2971-3-4", "RFC2971-3-6")
def test_changes_nothing(identifying):
    """What a client says of itself changes neither the capabilities nor who may log in."""
    connection = identifying("not authenticated")
    before = connection.ok("CAPABILITY").only(CapabilityData).capabilities
    connection.ok("ID", '("name" "Outlook" "vendor" "Microsoft" "version" "1.0")')
    after = connection.ok("CAPABILITY").only(CapabilityData).capabilities
    assert sorted(after) == sorted(before)
    identifying("authenticated").ok("NOOP")


@requirement("RFC2971-3.1-BAD", "RFC2971-3.3-1", level="SHOULD")
@pytest.mark.parametrize(
    "arguments",
    ["", " gximap", ' ("name")', ' ("name" ("gximap"))', " NIL NIL", ' ("name" "gximap"'],
    ids=["nothing", "atom", "no-value", "list-as-value", "two-arguments", "open-list"],
)
def test_malformed(identifying, arguments):
    """ID with anything but a list of pairs or NIL is answered BAD."""
    connection = identifying("not authenticated")
    connection.send_line(f"bad ID{arguments}")
    answer = connection.finish("bad")
    assert answer.status == "BAD"
    assert answer.all(IdData) == []


@requirement("RFC3501-2.2.2-3", "RFC2971-3-OFFERED")
def test_is_unknown_where_it_is_not_offered(connection, server):
    """A server that does not list ID answers it BAD, as any unknown command."""
    if server.offers("ID"):
        pytest.skip("the target offers ID")
    connection.dialect = Dialect({*server.capabilities, "ID"})
    answer = connection.command("ID", "NIL")
    assert answer.status == "BAD"
    assert answer.all(IdData) == []

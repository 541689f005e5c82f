"""CAPABILITY: RFC 3501 sections 6.1.1 and 7.2.1."""

import pytest

from conformance.requirements import requirement
from conformance.wire.grammar import CapabilityData


@requirement(
    "RFC3501-6.1-STATE", "RFC3501-6.1.1-1", "RFC3501-6.1.1-2", "RFC3501-7.2.1-1", "RFC9051-6.1.1-1"
)
@pytest.mark.parametrize("state", ["connection", "authenticated", "selected"])
def test_names_imap4rev1_once(request, state):
    """In every state CAPABILITY brings one CAPABILITY response, with IMAP4rev1, before the OK."""
    answer = request.getfixturevalue(state).command("CAPABILITY")
    assert answer.status == "OK"
    assert answer.only(CapabilityData).capabilities.count("IMAP4REV1") == 1


@requirement("RFC3501-2.2.2-3")
def test_takes_no_arguments(connection):
    """CAPABILITY with an argument is a syntax error and is answered BAD."""
    assert connection.command("CAPABILITY", "IMAP4rev1").status == "BAD"


@requirement("RFC3501-7.1-CAPABILITY")
@pytest.mark.parametrize("state", ["connection", "authenticated"])
def test_says_the_same_again(request, state):
    """Two CAPABILITY commands in one state list the same capabilities."""
    connection = request.getfixturevalue(state)
    first = connection.ok("CAPABILITY").only(CapabilityData)
    second = connection.ok("CAPABILITY").only(CapabilityData)
    assert set(first.capabilities) == set(second.capabilities)


@requirement("RFC3501-7.2.1-8", "RFC3501-7.1-CAPABILITY", level="MUST")
def test_agrees_with_the_code_of_the_login(before_login, account):
    """The code CAPABILITY of a login lists nothing that CAPABILITY does not list after it."""
    connection = before_login()
    code = connection.login(account.user, account.password).code("CAPABILITY")
    if code is None:
        pytest.skip("the server sends no capabilities with the OK to LOGIN")
    listed = connection.ok("CAPABILITY").only(CapabilityData).capabilities
    assert set(code.value) <= set(listed)


@requirement("RFC3501-7.2.1-2", "RFC3501-6.1.1-3", "RFC3501-6.2.2-8", "RFC9051-6.2.2-14")
def test_names_the_mechanism_plain(before_login, server):
    """AUTH=PLAIN is listed, on the connection as it is or at least under TLS."""
    connection = before_login()
    listed = connection.ok("CAPABILITY").only(CapabilityData).capabilities
    if "AUTH=PLAIN" not in listed and "STARTTLS" in listed:
        connection.start_tls()
        listed = connection.ok("CAPABILITY").only(CapabilityData).capabilities
    elif "AUTH=PLAIN" not in listed and server.address("imaps"):
        listed = before_login("imaps").ok("CAPABILITY").only(CapabilityData).capabilities
    assert "AUTH=PLAIN" in listed

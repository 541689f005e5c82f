"""AUTHENTICATE with any mechanism: RFC 3501 section 6.2.2."""

import pytest

from conformance.cases._sasl import encode, plain
from conformance.requirements import allow, needs, requirement
from conformance.wire.grammar import CapabilityData

NOBODY = "nobody@gximap.invalid"


@pytest.fixture
def connection(before_login):
    """A connection on which AUTHENTICATE PLAIN is permitted."""
    return before_login()


@requirement("RFC3501-6.2.2-2", "RFC9051-6.2.2-3")
def test_with_an_unknown_mechanism_is_answered_no(connection):
    """AUTHENTICATE with a mechanism that the server does not support is answered NO."""
    assert connection.authenticate("XGXIMAP-NONE").status == "NO"


@requirement("RFC3501-2.2.2-3")
@pytest.mark.parametrize("arguments", ["", " ", " (PLAIN)"], ids=["none", "space", "list"])
def test_without_a_mechanism_is_bad(connection, arguments):
    """AUTHENTICATE without the name of a mechanism is a syntax error and is answered BAD."""
    assert connection.command("AUTHENTICATE" + arguments).status == "BAD"
    assert connection.command("NOOP").status == "OK"


@requirement("RFC3501-7.5-3")
def test_knows_the_mechanism_in_any_case(connection, account):
    """The name of the mechanism is case-insensitive."""
    answer = connection.authenticate("pLaIn", plain(account.user, account.password))
    assert answer.status == "OK"


@requirement("RFC3501-6.2.2-3")
def test_cancelled_is_bad(connection):
    """A client that answers the challenge with * gets a tagged BAD."""
    assert connection.authenticate("PLAIN", b"*").status == "BAD"


@requirement("RFC3501-6.2.2-3", "RFC3501-6.2.2-OK")
def test_can_be_begun_again_after_a_cancelled_one(connection, account):
    """After a cancelled exchange the connection is not authenticated, and can be by another."""
    connection.authenticate("PLAIN", b"*").expect("BAD")
    connection.command("LIST", '""', '""').expect("NO", "BAD")
    answer = connection.authenticate("PLAIN", plain(account.user, account.password))
    assert answer.status == "OK"


@requirement("RFC3501-6.2.2-BASE64")
@pytest.mark.parametrize(
    "line", [b"!!!!", b"AHgAe", b"AHgAeQ==AHgAeQ==", b"AHgA eQ=="], ids=lambda line: line.decode()
)
def test_with_a_response_that_is_not_base64_is_bad(connection, line):
    """A client response that is not base64 is answered BAD."""
    assert connection.authenticate("PLAIN", line).status == "BAD"


@requirement("RFC3501-6.2.2-BASE64", "RFC3501-6.2.3-OK", level="MUST")
def test_goes_on_with_login_after_a_response_that_is_not_base64(connection, account):
    """A client response that is not base64 logs nobody in; LOGIN can follow."""
    connection.authenticate("PLAIN", b"????").expect("BAD", "NO")
    connection.command("LIST", '""', '""').expect("NO", "BAD")
    connection.log_in(account)


@allow("lockout")
@requirement("RFC3501-6.2.2-NO", "RFC3501-6.2.2-10", "RFC3501-6.2.2-11", level="MUST")
@pytest.mark.parametrize("then", ["AUTHENTICATE", "LOGIN"])
def test_can_be_tried_again_after_a_refusal(connection, account, then):
    """After AUTHENTICATE was answered NO, AUTHENTICATE or LOGIN with the right words succeeds."""
    assert connection.authenticate("PLAIN", plain(NOBODY, "nothing")).status == "NO"
    if then == "LOGIN":
        connection.log_in(account)
    else:
        connection.authenticate("PLAIN", plain(account.user, account.password)).expect("OK")
    assert connection.command("LIST", '""', '""').status == "OK"


@requirement("RFC3501-6.2.2-9", "RFC3501-7.1-CAPABILITY", level="MUST")
def test_lists_the_capabilities_that_hold(connection, account):
    """The response code CAPABILITY of the OK lists what the CAPABILITY command lists after it."""
    answer = connection.authenticate("PLAIN", plain(account.user, account.password)).expect("OK")
    code = answer.tagged.code
    if code is None or code.name != "CAPABILITY":
        pytest.skip("the server sends no capabilities with the OK to AUTHENTICATE")
    listed = connection.ok("CAPABILITY").only(CapabilityData).capabilities
    assert set(code.value) == set(listed)


@requirement("RFC3501-6.2.2-8")
def test_offers_only_mechanisms_that_exist(connection):
    """Each mechanism that CAPABILITY lists begins an exchange, or fails for another reason.

    The exchange is cancelled at once.
    """
    listed = connection.ok("CAPABILITY").only(CapabilityData).capabilities
    mechanisms = [name.removeprefix("AUTH=") for name in listed if name.startswith("AUTH=")]
    if not mechanisms and "LOGINDISABLED" in listed:
        pytest.skip("the server lets nobody in without TLS")
    assert mechanisms, f"no mechanism is listed: {' '.join(listed)}"
    for mechanism in mechanisms:
        answer = connection.authenticate(mechanism, b"*")
        assert answer.status == "BAD", f"AUTHENTICATE {mechanism}, cancelled: {answer}"


@needs("AUTH=LOGIN")
@requirement("RFC3501-6.2.2-OK", "RFC3501-6.2.2-CHALLENGE")
def test_login_asks_twice(connection, account):
    """AUTHENTICATE LOGIN asks for user name and password, one by one, and logs in."""
    answer = connection.authenticate("LOGIN", encode(account.user), encode(account.password))
    assert answer.status == "OK"
    assert connection.command("LIST", '""', '""').status == "OK"


@allow("lockout")
@needs("AUTH=LOGIN")
@requirement("RFC3501-6.2.2-NO")
def test_login_rejects_an_unknown_user(connection):
    """AUTHENTICATE LOGIN with a user name that does not exist is answered NO."""
    assert connection.authenticate("LOGIN", encode(NOBODY), encode("nothing")).status == "NO"


@needs("AUTH=LOGIN")
@requirement("RFC3501-6.2.2-3")
def test_login_can_be_cancelled_at_the_second_question(connection, account):
    """A client that answers the second challenge of an exchange with * gets a tagged BAD."""
    assert connection.authenticate("LOGIN", encode(account.user), b"*").status == "BAD"
    connection.command("LIST", '""', '""').expect("NO", "BAD")

"""The mechanism PLAIN: RFC 3501 section 6.2.2, RFC 2595 section 6, RFC 4616 section 2."""

import pytest

from conformance.cases._sasl import encode, plain
from conformance.cases._words import mistaken
from conformance.requirements import allow, requirement

NOBODY = "nobody@gximap.invalid"


@pytest.fixture
def connection(before_login):
    """A connection on which AUTHENTICATE PLAIN is permitted."""
    return before_login()


@requirement("RFC3501-6.2.2-OK", "RFC3501-6.2.2-4", "RFC4616-2-VERIFY")
def test_logs_in(connection, account):
    """AUTHENTICATE PLAIN with the right user name and password is answered OK and logs in."""
    answer = connection.authenticate("PLAIN", plain(account.user, account.password))
    assert answer.status == "OK"
    assert connection.command("LIST", '""', '""').status == "OK"


@requirement("RFC3501-6.2.2-CHALLENGE")
def test_challenge_is_empty(connection):
    """The challenge of PLAIN, in which the client speaks first, is an empty base64 string."""
    connection.send_command("AUTHENTICATE", "PLAIN")
    assert connection.expect_continuation().text.strip() == ""
    connection.send_line(b"*")


@requirement("RFC3501-6.2.2-NO", "RFC4616-2-VERIFY")
def test_rejects_an_unknown_user(connection):
    """AUTHENTICATE PLAIN with a user name that does not exist is answered NO."""
    assert connection.authenticate("PLAIN", plain(NOBODY, "nothing")).status == "NO"
    connection.command("LIST", '""', '""').expect("NO", "BAD")


@allow("lockout")
@requirement("RFC3501-6.2.2-NO", "RFC4616-2-VERIFY")
def test_rejects_a_wrong_password(connection, account):
    """AUTHENTICATE PLAIN is answered NO for each password that is not just the right one."""
    for what, password in mistaken(account.password).items():
        answer = connection.authenticate("PLAIN", plain(account.user, password))
        assert answer.status == "NO", f"with {what}: {answer}"
    connection.command("LIST", '""', '""').expect("NO", "BAD")


@requirement("RFC3501-6.2.2-AUTHORIZATION")
def test_grants_ones_own_privileges(connection, account):
    """A client may name the user that logs in as authorization identity, too."""
    message = plain(account.user, account.password, authorization=account.user)
    assert connection.authenticate("PLAIN", message).status == "OK"


@requirement("RFC3501-6.2.2-AUTHORIZATION", "RFC4616-2-VERIFY")
def test_denies_the_privileges_of_another_user(connection, account, accounts):
    """A client that requests the privileges of a user that it may not act as is refused."""
    message = plain(account.user, account.password, authorization=accounts["second"].user)
    connection.authenticate("PLAIN", message).expect("NO", "BAD")
    connection.command("LIST", '""', '""').expect("NO", "BAD")


@allow("lockout")
@requirement("RFC4616-2-MESSAGE")
@pytest.mark.parametrize(
    "message",
    [
        pytest.param("", id="nothing"),
        pytest.param("{user} {password}", id="no NUL"),
        pytest.param("{user}\0{password}", id="one NUL"),
        pytest.param("\0{user}\0{password}\0", id="three NULs"),
        pytest.param("\0\0{password}", id="no user"),
        pytest.param("\0{user}\0", id="no password"),
        pytest.param("\0{user}\0{password}\n", id="line end"),
    ],
)
def test_rejects_a_malformed_message(connection, account, message):
    """A message of another form, though with the right words, logs nobody in."""
    octets = message.format(user=account.user, password=account.password)
    connection.authenticate("PLAIN", encode(octets)).expect("NO", "BAD")
    connection.command("LIST", '""', '""').expect("NO", "BAD")
    assert connection.command("NOOP").status == "OK"


@allow("lockout")
@requirement("RFC2595-6-3")
def test_takes_255_octets_of_everything(connection):
    """Identities and password of 255 octets each are accepted, and judged as credentials: NO."""
    message = plain("u" * 255, "p" * 255, authorization="a" * 255)
    assert connection.authenticate("PLAIN", message).status == "NO"

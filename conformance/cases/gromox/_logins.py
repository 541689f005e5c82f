"""Logging in by each of the three ways, to one's own mailbox or to that of another."""

import pytest

from conformance.cases._sasl import encode, plain
from conformance.requirements import needs
from conformance.wire import word

WRONG = "wrong-7391-gximap"
NOBODY = "nobody@gximap.invalid"

EVERY_METHOD = pytest.mark.parametrize(
    "method",
    [
        "LOGIN",
        pytest.param("AUTHENTICATE LOGIN", marks=needs("AUTH=LOGIN")),
        # That IMAP4rev2 requires it is for any_state/capability_revision2 to say.
        pytest.param("AUTHENTICATE PLAIN", marks=needs("AUTH=PLAIN", advertised=True)),
    ],
)


def log_in(connection, user, password, method="LOGIN", mailbox=None):
    """Try to log in, to `mailbox` if given: as `user!mailbox`, or by PLAIN's identity."""
    if method == "AUTHENTICATE PLAIN":
        return connection.authenticate("PLAIN", plain(user, password, mailbox or ""))
    name = user if mailbox is None else f"{user}!{mailbox}"
    if method == "AUTHENTICATE LOGIN":
        return connection.authenticate("LOGIN", encode(name), encode(password))
    return connection.command("LOGIN", word(name), word(password))


def fail(connection, user, method="LOGIN", mailbox=None):
    """Log in with a wrong password, which must be answered NO."""
    return log_in(connection, user, WRONG, method, mailbox).expect("NO")


def enter(connection, account, method="LOGIN", mailbox=None):
    """Log in with the right password, which must be answered OK."""
    return log_in(connection, account.user, account.password, method, mailbox).expect("OK")


def told(answer):
    """All that a refused client is told: status, code, text, untagged conditions."""
    conditions = [(one.kind, one.code, one.text) for one in answer.conditions()]
    return answer.status, answer.tagged.code, answer.text, conditions


def expect_closed(connection, after="the failed login that reaches imap_auth_times"):
    """The server closes the connection."""
    assert connection.is_closed_by_server(), f"the connection stays open after {after}"


def expect_blocked(connection, account, method="LOGIN"):
    """The right password is answered NO, and the connection is closed then."""
    log_in(connection, account.user, account.password, method).expect("NO")
    expect_closed(connection, "the login of a user who is blocked")

"""Logging in by each of the three ways, to one's own mailbox or to that of another."""

import pytest

from conformance.cases._sasl import encode, plain
from conformance.requirements import needs
from conformance.wire import Quoted

WRONG = "wrong-7391-gximap"
NOBODY = "nobody@gximap.invalid"

EVERY_METHOD = pytest.mark.parametrize(
    "method",
    [
        "LOGIN",
        pytest.param("AUTHENTICATE LOGIN", marks=needs("AUTH=LOGIN")),
        pytest.param("AUTHENTICATE PLAIN", marks=needs("AUTH=PLAIN")),
    ],
)


def log_in(connection, user, password, method="LOGIN", mailbox=None):
    """Try to log in, to `mailbox` if given: as `user!mailbox`, or by PLAIN's identity."""
    if method == "AUTHENTICATE PLAIN":
        return connection.authenticate("PLAIN", plain(user, password, mailbox or ""))
    name = user if mailbox is None else f"{user}!{mailbox}"
    if method == "AUTHENTICATE LOGIN":
        return connection.authenticate("LOGIN", encode(name), encode(password))
    return connection.command("LOGIN", Quoted(name), Quoted(password))


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


def is_refused_and_closed(connection, account, method="LOGIN"):
    """Whether the right password is answered NO, and the connection closed then."""
    answer = log_in(connection, account.user, account.password, method)
    return answer.status == "NO" and connection.is_closed_by_server()

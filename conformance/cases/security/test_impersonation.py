"""Logging in to the mailbox of another account: RFC 4616 sections 2 and 4; RFC 9051 section 11.7.

The Gromox manual: a denied impersonation looks exactly like a wrong password, and does not tell
whether the mailbox exists.
"""

import pytest

from conformance.cases._sasl import plain
from conformance.requirements import allow, requirement
from conformance.wire import word

NOBODY = "nobody@gximap.invalid"


def told(answer):
    """All that a client is told: status, codes, texts."""
    assert answer.status == "NO"
    conditions = [(one.kind, one.code, one.text) for one in answer.conditions()]
    return answer.tagged.code, answer.text, conditions


def log_in(connection, method, account, mailbox, password):
    """Log in as `account` to the mailbox of another: `actor!mailbox`, or by PLAIN's identity."""
    if method == "PLAIN":
        return connection.authenticate("PLAIN", plain(account.user, password, mailbox))
    return connection.command("LOGIN", word(f"{account.user}!{mailbox}"), word(password))


@pytest.fixture
def stranger_account(accounts):
    """An account without rights over the mailbox of the account `shared`, which is there."""
    assert accounts["shared"].user
    return accounts["stranger"]


@allow("lockout")
@requirement("RFC9051-11.7-1", "RFC9051-11.7-3", "RFC4616-2-VERIFY")
@pytest.mark.parametrize("method", ["LOGIN", "PLAIN"])
def test_is_denied_as_a_wrong_password_is(before_login, accounts, stranger_account, method):
    """The right password of an actor without rights is refused as a wrong password is."""
    shared = accounts["shared"].user
    right, wrong = stranger_account.password, stranger_account.password + "-wrong"
    connection = before_login()
    denied = log_in(connection, method, stranger_account, shared, right)
    mistaken = log_in(connection, method, stranger_account, shared, wrong)
    assert told(denied) == told(mistaken)
    connection.command("LIST", '""', "INBOX").expect("NO", "BAD")


@allow("lockout")
@requirement("RFC9051-11.7-1", "RFC9051-11.7-3", "RFC4616-2-VERIFY")
@pytest.mark.parametrize("method", ["LOGIN", "PLAIN"])
def test_does_not_tell_which_mailbox_exists(before_login, accounts, stranger_account, method):
    """An actor without rights is refused alike for a mailbox that exists and one that does not."""
    connection = before_login()
    answers = [
        log_in(connection, method, stranger_account, mailbox, stranger_account.password)
        for mailbox in (accounts["shared"].user, NOBODY)
    ]
    assert told(answers[0]) == told(answers[1])

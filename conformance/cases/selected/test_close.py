"""CLOSE: RFC 3501 section 6.4.2."""

import pytest

from conformance.cases._mailbox import fill, message, uids
from conformance.requirements import requirement
from conformance.wire import Literal, Mailbox


@requirement("RFC3501-6.4.2-REMOVES")
def test_removes_deleted_messages(selected):
    r"""CLOSE removes the messages marked \Deleted and keeps the others."""
    present = fill(selected, 4)
    selected.ok("STORE", "1,3", "+FLAGS.SILENT (\\Deleted)")
    selected.ok("CLOSE")
    assert selected.select(selected.mailbox).exists == 2
    assert uids(selected) == [present[1], present[3]]


@requirement("RFC3501-6.4.2-REMOVES")
def test_removes_what_another_session_has_deleted(selected, second):
    r"""CLOSE removes a message that another session has marked \Deleted."""
    fill(selected, 2)
    second.ok("NOOP")
    second.ok("STORE", 1, "+FLAGS (\\Deleted)")
    selected.ok("CLOSE")
    assert selected.select(selected.mailbox).exists == 1


@requirement("RFC3501-6.4.2-SILENT")
def test_sends_no_expunge(selected):
    """CLOSE sends no EXPUNGE for the messages that it removes, not even later."""
    fill(selected, 3, flags=("\\Deleted",))
    assert selected.ok("CLOSE").expunged == []
    assert selected.ok("NOOP").expunged == []


@requirement("RFC3501-6.4.2-STATE")
def test_returns_to_the_authenticated_state(selected):
    """After CLOSE commands on messages are refused; those of the authenticated state work."""
    fill(selected, 1)
    selected.ok("CLOSE")
    selected.command("FETCH", 1, "FLAGS").expect("BAD", "NO")
    selected.command("CLOSE").expect("BAD", "NO")
    selected.ok("STATUS", Mailbox(selected.mailbox), "(MESSAGES)")


@requirement("RFC3501-6.4.2-STATE")
def test_ends_the_news_of_the_mailbox(selected, second):
    """After CLOSE changes of the mailbox are no longer told."""
    fill(selected, 1)
    selected.ok("CLOSE")
    second.ok("NOOP")
    second.append(message(2))
    second.ok("STORE", 1, "+FLAGS (\\Flagged)")
    assert not {"EXISTS", "RECENT", "FETCH"} & set(selected.ok("NOOP").untagged_names())


@requirement("RFC3501-6.4.2-READONLY")
def test_of_a_read_only_mailbox_removes_nothing(authenticated, mailbox):
    """CLOSE of a mailbox opened by EXAMINE is answered OK, and removes nothing."""
    authenticated.ok("APPEND", Mailbox(mailbox), "(\\Deleted)", Literal(message(1)))
    authenticated.ok("EXAMINE", Mailbox(mailbox))
    authenticated.ok("CLOSE")
    assert authenticated.ok("EXAMINE", Mailbox(mailbox)).exists == 1


@requirement("RFC3501-6.4.2-IMPLICIT")
@pytest.mark.parametrize("command", ["SELECT", "EXAMINE", "LOGOUT"])
def test_implicit_close_removes_nothing(selected, elsewhere, login, command):
    """SELECT, EXAMINE and LOGOUT leave the selected mailbox without an expunge."""
    fill(selected, 2, flags=("\\Deleted",))
    arguments = [] if command == "LOGOUT" else [Mailbox(elsewhere)]
    assert selected.ok(command, *arguments).expunged == []
    assert login().ok("EXAMINE", Mailbox(selected.mailbox)).exists == 2


@requirement("RFC3501-6.4.2-BAD", "RFC3501-2.2.2-3")
def test_takes_no_arguments(selected):
    """CLOSE with an argument is answered BAD, and the mailbox stays selected."""
    fill(selected, 1, flags=("\\Deleted",))
    assert selected.command("CLOSE", Mailbox(selected.mailbox)).status == "BAD"
    assert len(uids(selected)) == 1

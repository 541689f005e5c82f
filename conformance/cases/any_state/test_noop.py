"""NOOP: RFC 3501 section 6.1.2."""

import pytest

from conformance.requirements import requirement
from conformance.wire import Mailbox

MESSAGE = b"Subject: new\r\n\r\nbody\r\n"


@requirement("RFC3501-6.1-STATE", "RFC3501-6.1.2-OK")
@pytest.mark.parametrize("state", ["connection", "authenticated", "selected"])
def test_succeeds(request, state):
    """NOOP is answered OK in every state."""
    assert request.getfixturevalue(state).command("NOOP").status == "OK"


@requirement("RFC3501-2.2.2-3")
def test_takes_no_arguments(connection):
    """NOOP with an argument is a syntax error and is answered BAD."""
    assert connection.command("NOOP", "now").status == "BAD"


@requirement("RFC3501-6.1.2-NOTHING")
def test_changes_nothing(selected):
    """After NOOP the mailbox is still selected, and its message is as it was."""
    uid = selected.append(MESSAGE, flags=["\\Deleted", "\\Seen"])
    selected.ok("NOOP")
    fetched = selected.ok("FETCH", 1, "(UID FLAGS BODY.PEEK[])").fetch(1)
    assert fetched.uid == uid
    assert {"\\Deleted", "\\Seen"} <= fetched.flags
    assert fetched["BODY[]"] == MESSAGE


@requirement("RFC3501-5.2-3", "RFC3501-6.1.2-POLL")
def test_tells_of_a_new_message(selected, second):
    """NOOP tells the new size of the mailbox when another session has added a message."""
    second.append(MESSAGE)
    assert selected.command("NOOP").exists == 1


@requirement("RFC3501-5.2-3", "RFC3501-6.1.2-POLL")
def test_tells_of_a_removed_message(selected, second):
    """NOOP tells which message is gone when another session has removed it."""
    for number in range(3):
        selected.append(MESSAGE, flags=["\\Deleted"] if number == 1 else [])
    second.ok("NOOP")
    second.ok("EXPUNGE")
    assert selected.command("NOOP").expunged == [2]


@requirement("RFC3501-5.2-4", "RFC3501-6.1.2-POLL")
def test_tells_of_changed_flags(selected, second):
    """NOOP tells the flags of a message when another session has changed them."""
    selected.append(MESSAGE)
    second.ok("NOOP")
    second.ok("STORE", 1, "+FLAGS", "(\\Flagged)")
    told = selected.command("NOOP").fetches()
    assert any(one.number == 1 and "\\Flagged" in one.flags for one in told if "FLAGS" in one)


@requirement("RFC3501-6.1.2-NOTHING")
def test_tells_nothing_of_another_mailbox(selected, second, elsewhere):
    """NOOP does not take the message that came to another mailbox for one of the selected."""
    second.select(elsewhere)
    second.append(MESSAGE)
    assert selected.command("NOOP").exists in (None, 0)
    assert selected.ok("SELECT", Mailbox(selected.mailbox)).exists == 0

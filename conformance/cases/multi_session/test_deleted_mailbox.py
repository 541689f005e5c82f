"""A selected mailbox that another session deletes or renames (RFC 3501, 6.3.4 and 6.3.5)."""

import pytest

from conformance.cases._mailbox import fill, message
from conformance.requirements import requirement
from conformance.wire import Literal, Mailbox, ServerClosed

COMMANDS = ["NOOP", "FETCH 1:* BODY.PEEK[]", "STORE 1 +FLAGS (\\Seen)", "SEARCH ALL", "EXPUNGE"]


@pytest.fixture
def other(selected, login):
    """A session with no mailbox selected; `selected` has messages 1 and 2."""
    fill(selected, 2)
    return login()


def texts(connection, *commands):
    """All texts that commands bring from a mailbox that may be gone; BYE may end the session."""
    found = set()
    try:
        for command in commands:
            for fetched in connection.command(command).fetches():
                if "BODY[]" in fetched:
                    found.add(fetched.section(""))
    except ServerClosed as closed:
        if closed.bye is None:
            raise
    return found


def assert_usable(connection, mailbox):
    """The session, if it was not ended with BYE, can select another mailbox."""
    if connection.bye is None:
        connection.select(mailbox)
        connection.append(message(9))


@requirement("RFC3501-6.3.4-OK", "RFC3501-3.4-2", "RFC9051-3.4-2")
@pytest.mark.parametrize("command", COMMANDS, ids=lambda command: command.split()[0].lower())
def test_session_outlives_its_mailbox(selected, other, elsewhere, command):
    """After DELETE by another session every command is answered, or the session ends with BYE."""
    other.command("DELETE", Mailbox(selected.mailbox))
    assert texts(selected, command, "NOOP") <= {message(1), message(2), b"", None}
    assert_usable(selected, elsewhere)


@requirement("RFC3501-6.3.4-3", "RFC3501-2.3.1-1")
def test_new_mailbox_of_that_name_is_another(selected, other, elsewhere):
    """Messages of a new mailbox with the deleted one's name do not appear in the old session."""
    name = Mailbox(selected.mailbox)
    if other.command("DELETE", name).status != "OK":
        pytest.skip("the server deletes no mailbox that a session has selected")
    other.ok("CREATE", name)
    other.ok("APPEND", name, Literal(message(3)))
    seen = texts(selected, "FETCH 1:* BODY.PEEK[]", "NOOP", "FETCH 1:* BODY.PEEK[]")
    assert message(3) not in seen
    assert_usable(selected, elsewhere)
    assert other.ok("SELECT", name).exists == 1
    assert other.ok("FETCH", 1, "BODY.PEEK[]").fetch().section("") == message(3)


@requirement("RFC3501-6.3.5-OK", "RFC3501-2.3.1-1")
def test_new_mailbox_of_a_renamed_one_is_another(selected, other, elsewhere, scratch):
    """After RENAME the session shows the messages it had, or none; not those of a new mailbox."""
    name = Mailbox(selected.mailbox)
    if other.command("RENAME", name, Mailbox(scratch.name())).status != "OK":
        pytest.skip("the server renames no mailbox that a session has selected")
    other.ok("CREATE", name)
    other.ok("APPEND", name, Literal(message(3)))
    seen = texts(selected, "NOOP", "FETCH 1:* BODY.PEEK[]")
    assert seen <= {message(1), message(2), b"", None}
    assert_usable(selected, elsewhere)

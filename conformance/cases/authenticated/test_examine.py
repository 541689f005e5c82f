"""EXAMINE: RFC 3501 section 6.3.2."""

import pytest

from conformance.requirements import requirement
from conformance.wire import Literal, Mailbox
from conformance.wire.grammar import Exists, FlagsData, Recent

MESSAGE = b"Subject: one\r\n\r\nbody\r\n"


@pytest.fixture
def examined(authenticated, mailbox):
    """A connection that examines a mailbox with one message, flagged and deleted, but unseen."""
    authenticated.ok("APPEND", Mailbox(mailbox), "(\\Flagged \\Deleted)", Literal(MESSAGE))
    authenticated.ok("EXAMINE", Mailbox(mailbox))
    authenticated.mailbox = mailbox
    return authenticated


@requirement("RFC3501-6.3.2-1", "RFC3501-6.3.2-SAME")
def test_sends_the_required_data_once(authenticated, mailbox):
    """EXAMINE brings one FLAGS, EXISTS and RECENT, and PERMANENTFLAGS, UIDNEXT and UIDVALIDITY."""
    answer = authenticated.ok("EXAMINE", Mailbox(mailbox))
    answer.only(FlagsData)
    answer.only(Exists)
    answer.only(Recent)
    codes = [one.code.name for one in answer.conditions("OK") if one.code]
    for name in ("PERMANENTFLAGS", "UIDNEXT", "UIDVALIDITY"):
        assert codes.count(name) == 1, f"EXAMINE should bring an untagged OK [{name}]"


@requirement("RFC3501-6.3.2-SAME")
def test_agrees_with_select(authenticated, mailbox):
    """EXAMINE tells the same sizes, UNSEEN, UIDNEXT and UIDVALIDITY as SELECT does next."""
    authenticated.ok("APPEND", Mailbox(mailbox), "(\\Seen)", Literal(MESSAGE))
    authenticated.ok("APPEND", Mailbox(mailbox), Literal(MESSAGE))
    told = []
    for command in ("EXAMINE", "SELECT"):
        answer = authenticated.ok(command, Mailbox(mailbox))
        numbers = [answer.number(name) for name in ("UNSEEN", "UIDNEXT", "UIDVALIDITY")]
        told.append((answer.exists, answer.recent, *numbers))
    assert told[0][0] == 2
    assert told[0] == told[1]


@requirement("RFC3501-6.3.2-3", "RFC3501-7.1-READ-ONLY")
def test_says_read_only(authenticated, mailbox):
    """The tagged OK of EXAMINE bears the response code READ-ONLY."""
    code = authenticated.ok("EXAMINE", Mailbox(mailbox)).tagged.code
    assert code is not None, "the tagged OK bears no response code"
    assert code.name == "READ-ONLY"


@requirement("RFC3501-6.3.2-2")
def test_keeps_messages_recent(authenticated, mailbox):
    """Messages that EXAMINE told of are still \\Recent for the session that selects them."""
    authenticated.ok("APPEND", Mailbox(mailbox), Literal(MESSAGE))
    authenticated.ok("EXAMINE", Mailbox(mailbox))
    authenticated.ok("FETCH", 1, "FLAGS")
    assert authenticated.ok("SELECT", Mailbox(mailbox)).recent == 1


@requirement("RFC3501-6.3.2-2")
@pytest.mark.parametrize(
    "command",
    [
        pytest.param(("STORE", 1, "FLAGS (\\Answered)"), id="store"),
        pytest.param(("FETCH", 1, "BODY[]"), id="fetch-body"),
        pytest.param(("EXPUNGE",), id="expunge"),
        pytest.param(("CLOSE",), id="close"),
    ],
)
def test_permits_no_change(examined, login, command):
    """In a mailbox that is examined no command changes flags or removes messages."""
    examined.command(*command)
    other = login()
    other.ok("EXAMINE", Mailbox(examined.mailbox))
    flags = other.ok("FETCH", 1, "FLAGS").fetch(1).flags
    assert flags - {"\\Recent"} == {"\\Flagged", "\\Deleted"}


@requirement("RFC3501-6.3.2-MISSING")
def test_of_a_missing_mailbox_is_refused(selected, scratch):
    """EXAMINE of a mailbox that does not exist is answered NO, and none is selected."""
    selected.append(MESSAGE)
    assert selected.command("EXAMINE", Mailbox(scratch.name())).status == "NO"
    assert selected.command("FETCH", 1, "FLAGS").status != "OK"


@requirement("RFC3501-6.3.2-2", "RFC3501-6.3.1-DESELECTS")
def test_after_select_is_read_only(selected):
    """EXAMINE of the mailbox that is selected takes the right to change it away."""
    selected.append(MESSAGE)
    selected.ok("EXAMINE", Mailbox(selected.mailbox))
    selected.command("STORE", 1, "+FLAGS (\\Flagged)")
    answer = selected.ok("SELECT", Mailbox(selected.mailbox))
    assert answer.exists == 1
    assert "\\Flagged" not in selected.ok("FETCH", 1, "FLAGS").fetch(1).flags

"""FLAGS, EXISTS and RECENT: RFC 3501 sections 7.2.6, 7.3.1 and 7.3.2."""

import pytest

from conformance.requirements import requirement
from conformance.wire import Literal, Mailbox

MESSAGE = b"Subject: one\r\n\r\nbody\r\n"
SYSTEM_FLAGS = {"\\Answered", "\\Flagged", "\\Deleted", "\\Seen", "\\Draft"}


@requirement("RFC3501-7.2.6-FLAGS")
@pytest.mark.parametrize("command", ["SELECT", "EXAMINE"])
def test_flags_hold_the_system_flags(authenticated, mailbox, command):
    """FLAGS lists at least the five system flags that a client can set."""
    assert set(authenticated.ok(command, Mailbox(mailbox)).flags or ()) >= SYSTEM_FLAGS


@requirement("RFC3501-7.2.6-RECENT")
def test_flags_do_not_hold_recent(authenticated, mailbox):
    r"""FLAGS does not list \Recent, which the formal syntax of flag-list leaves out."""
    assert "\\Recent" not in (authenticated.ok("SELECT", Mailbox(mailbox)).flags or ())


@requirement("RFC3501-7.2.6-FLAGS")
def test_flags_hold_the_keywords_in_use(authenticated, mailbox):
    """FLAGS lists a keyword that a message of the mailbox has."""
    authenticated.ok("APPEND", Mailbox(mailbox), "(gximap-keyword)", Literal(MESSAGE))
    answer = authenticated.ok("SELECT", Mailbox(mailbox))
    if "gximap-keyword" not in authenticated.ok("FETCH", 1, "FLAGS").fetch(1).flags:
        pytest.skip("the mailbox permits no new keywords")
    assert "gximap-keyword" in (answer.flags or ())


@requirement("RFC3501-7.3.1-EXISTS")
@pytest.mark.parametrize("command", ["SELECT", "EXAMINE"])
def test_exists_counts_all_messages(authenticated, mailbox, command):
    """EXISTS is the number of messages, whatever their flags."""
    for flags in ("(\\Seen)", "(\\Deleted)", "()"):
        authenticated.ok("APPEND", Mailbox(mailbox), flags, Literal(MESSAGE))
    assert authenticated.ok(command, Mailbox(mailbox)).exists == 3


@requirement("RFC3501-7.3.1-EXISTS", "RFC3501-5.2-3")
def test_exists_comes_when_messages_arrive(selected, login):
    """EXISTS tells the new size once another session has added messages."""
    other = login()
    for _ in range(2):
        other.ok("APPEND", Mailbox(selected.mailbox), Literal(MESSAGE))
    assert selected.ok("NOOP").exists == 2


@requirement("RFC3501-7.3.2-RECENT")
def test_recent_comes_when_messages_arrive(selected, login):
    """RECENT tells of messages that arrived while no other session has the mailbox selected."""
    login().ok("APPEND", Mailbox(selected.mailbox), Literal(MESSAGE))
    assert selected.ok("NOOP").recent == 1


@requirement("RFC3501-7.3.2-RECENT")
def test_recent_counts_the_messages_with_the_flag(authenticated, mailbox):
    """RECENT is the number of messages that FETCH and SEARCH show as recent."""
    authenticated.ok("APPEND", Mailbox(mailbox), Literal(MESSAGE))
    authenticated.ok("SELECT", Mailbox(mailbox))
    for _ in range(2):
        authenticated.ok("APPEND", Mailbox(mailbox), Literal(MESSAGE))
    recent = authenticated.ok("SELECT", Mailbox(mailbox)).recent
    fetches = authenticated.ok("FETCH", "1:3", "FLAGS").fetches()
    shown = [fetch.number for fetch in fetches if "\\Recent" in fetch.flags]
    assert authenticated.ok("SEARCH", "RECENT").search() == sorted(shown)
    assert len(shown) == recent


@requirement("RFC3501-2.3.2-RECENT", "RFC3501-7.3.2-RECENT")
def test_recent_is_for_the_first_session(authenticated, login, mailbox):
    """A message is recent for the first session that selects the mailbox, not for the next."""
    authenticated.ok("APPEND", Mailbox(mailbox), Literal(MESSAGE))
    assert authenticated.ok("SELECT", Mailbox(mailbox)).recent == 1
    later = login()
    assert later.ok("SELECT", Mailbox(mailbox)).recent == 0
    assert "\\Recent" not in later.ok("FETCH", 1, "FLAGS").fetch(1).flags

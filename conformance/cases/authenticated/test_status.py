"""STATUS: RFC 3501 sections 6.3.10 and 7.2.4."""

import pytest

from conformance.requirements import requirement
from conformance.wire import Literal, Mailbox, Quoted

MESSAGE = b"Subject: one\r\n\r\nbody\r\n"


def status(connection, mailbox, items):
    """The items of the one STATUS response to a STATUS command."""
    return connection.ok("STATUS", Mailbox(mailbox), items).status_data().items


@pytest.fixture
def filled(authenticated, mailbox):
    """The name of a mailbox with three messages, of which two are unseen."""
    for flags in ((), ("\\Seen",), ("\\Deleted", "\\Flagged")):
        authenticated.ok("APPEND", Mailbox(mailbox), flags, Literal(MESSAGE))
    return mailbox


@requirement("RFC3501-6.3.10-MESSAGES", "RFC3501-7.2.4-STATUS")
def test_messages_counts_the_messages(authenticated, filled):
    """MESSAGES counts all messages, those with \\Deleted, too."""
    assert status(authenticated, filled, "(MESSAGES)") == {"MESSAGES": 3}


@requirement("RFC3501-6.3.10-UNSEEN")
def test_unseen_counts_the_messages_without_seen(authenticated, filled):
    """UNSEEN is the number of messages without \\Seen, not the first one's."""
    assert status(authenticated, filled, "(UNSEEN)") == {"UNSEEN": 2}


@requirement("RFC3501-6.3.10-RECENT", "RFC3501-6.3.11-RECENT")
def test_recent_counts_the_messages_with_recent(authenticated, filled):
    """RECENT counts the messages that no session has been notified of."""
    assert status(authenticated, filled, "(RECENT)") == {"RECENT": 3}


@requirement("RFC3501-6.3.10-1")
def test_does_not_take_recent_away(authenticated, filled):
    """STATUS does not cause messages to lose \\Recent."""
    status(authenticated, filled, "(MESSAGES RECENT UNSEEN)")
    assert authenticated.ok("SELECT", Mailbox(filled)).recent == 3


@requirement("RFC3501-6.3.10-UIDNEXT", "RFC3501-6.3.10-UIDVALIDITY")
def test_agrees_with_select_about_uids(authenticated, filled):
    """UIDNEXT and UIDVALIDITY are those that SELECT tells."""
    items = status(authenticated, filled, "(UIDNEXT UIDVALIDITY)")
    answer = authenticated.ok("SELECT", Mailbox(filled))
    told = {name: answer.number(name) for name in ("UIDNEXT", "UIDVALIDITY")}
    assert items == told


@requirement("RFC3501-7.2.4-STATUS")
def test_returns_all_items_that_were_asked_for(authenticated, filled):
    """STATUS returns each of several items, and the name of the mailbox, in one response."""
    data = authenticated.ok(
        "STATUS", Mailbox(filled), "(UNSEEN UIDVALIDITY RECENT UIDNEXT MESSAGES)"
    ).status_data()
    assert data.mailbox == filled
    assert set(data.items) == {"MESSAGES", "RECENT", "UIDNEXT", "UIDVALIDITY", "UNSEEN"}


@requirement("RFC3501-7.5-3")
def test_takes_items_in_any_case(authenticated, filled):
    """Names of status items are not case-sensitive."""
    assert status(authenticated, filled, "(messages uNsEeN)") == {"MESSAGES": 3, "UNSEEN": 2}


@requirement("RFC3501-6.3.10-MESSAGES", "RFC3501-6.3.10-UNSEEN", "RFC3501-6.3.10-RECENT")
def test_of_an_empty_mailbox_is_zero(authenticated, mailbox):
    """MESSAGES, UNSEEN and RECENT of an empty mailbox are 0."""
    items = status(authenticated, mailbox, "(MESSAGES UNSEEN RECENT)")
    assert items == {"MESSAGES": 0, "UNSEEN": 0, "RECENT": 0}


@requirement("RFC3501-6.3.10-SELECTED")
def test_leaves_the_selected_mailbox_selected(selected, elsewhere):
    """STATUS of another mailbox leaves the one that is selected selected."""
    selected.append(MESSAGE)
    assert status(selected, elsewhere, "(MESSAGES)") == {"MESSAGES": 0}
    assert selected.ok("FETCH", 1, "BODY.PEEK[]").fetch(1).section() == MESSAGE


@requirement("RFC3501-6.3.10-MESSAGES", "RFC3501-6.3.10-UNSEEN")
def test_of_the_selected_mailbox_is_answered(selected):
    """STATUS of the mailbox that is selected is answered with its numbers."""
    selected.append(MESSAGE, flags=("\\Seen",))
    selected.append(MESSAGE)
    items = status(selected, selected.mailbox, "(MESSAGES UNSEEN)")
    assert items == {"MESSAGES": 2, "UNSEEN": 1}


@requirement("RFC3501-6.3.10-MESSAGES", "RFC3501-6.3.10-UNSEEN")
def test_follows_what_another_session_does(selected, login):
    """STATUS shows messages and flags as another session has just left them."""
    other = login()
    selected.append(MESSAGE)
    assert status(other, selected.mailbox, "(MESSAGES UNSEEN)") == {"MESSAGES": 1, "UNSEEN": 1}
    selected.ok("STORE", 1, "+FLAGS (\\Seen \\Deleted)")
    assert status(other, selected.mailbox, "(MESSAGES UNSEEN)") == {"MESSAGES": 1, "UNSEEN": 0}
    selected.ok("EXPUNGE")
    assert status(other, selected.mailbox, "(MESSAGES UNSEEN)") == {"MESSAGES": 0, "UNSEEN": 0}


@requirement("RFC3501-6.3.10-MISSING")
def test_of_a_missing_mailbox_is_refused(authenticated, scratch):
    """STATUS of a mailbox that does not exist is answered NO, without a STATUS response."""
    answer = authenticated.command("STATUS", Mailbox(scratch.name()), "(MESSAGES)")
    assert answer.status == "NO"
    assert "STATUS" not in answer.untagged_names()


@requirement("RFC3501-6.3.10-WILDCARDS")
@pytest.mark.parametrize("wildcard", ["%", "*"])
def test_does_not_accept_wildcards(authenticated, filled, wildcard):
    """A wildcard in the name given to STATUS stands for no mailbox."""
    answer = authenticated.command("STATUS", Quoted(filled + wildcard), "(MESSAGES)")
    assert answer.status != "OK"


@requirement("RFC3501-6.3.10-MISSING", "RFC3501-7.2.2-NOSELECT")
def test_of_a_noselect_name_is_refused(authenticated, scratch):
    """STATUS of a name that is only a level of hierarchy is answered NO."""
    top = scratch.name()
    authenticated.create(scratch.below(top, "inferior"))
    authenticated.command("DELETE", Mailbox(top)).expect("OK", "NO")
    entries = authenticated.ok("LIST", '""', Mailbox(top)).list()
    if entries and "\\Noselect" not in entries[0].attributes:
        pytest.skip("CREATE made the superior a mailbox, and DELETE was refused")
    assert authenticated.command("STATUS", Mailbox(top), "(MESSAGES)").status == "NO"

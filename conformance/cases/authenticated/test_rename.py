"""RENAME: RFC 3501 section 6.3.5."""

import uuid

import pytest

from conformance.requirements import allow, requirement
from conformance.wire import Literal, Mailbox

MESSAGE = b"Subject: one\r\n\r\nbody\r\n"


def listed(connection, name):
    """The names that LIST returns for this name itself."""
    return [entry.mailbox for entry in connection.ok("LIST", '""', Mailbox(name)).list()]


@requirement("RFC3501-6.3.5-OK")
def test_changes_the_name(authenticated, scratch, mailbox):
    """After RENAME the mailbox with its messages and flags has the new name, and only that."""
    new = scratch.name()
    authenticated.ok("APPEND", Mailbox(mailbox), "(\\Flagged)", Literal(MESSAGE))
    assert authenticated.command("RENAME", Mailbox(mailbox), Mailbox(new)).status == "OK"
    assert listed(authenticated, mailbox) == []
    assert listed(authenticated, new) == [new]
    assert authenticated.command("SELECT", Mailbox(mailbox)).status == "NO"
    assert authenticated.ok("SELECT", Mailbox(new)).exists == 1
    fetch = authenticated.ok("FETCH", 1, "(FLAGS BODY.PEEK[])").fetch(1)
    assert fetch.section() == MESSAGE
    assert "\\Flagged" in fetch.flags


@requirement("RFC3501-6.3.5-MISSING")
def test_of_a_missing_mailbox_is_refused(authenticated, scratch):
    """RENAME from a name that does not exist is answered NO and creates nothing."""
    new = scratch.name()
    answer = authenticated.command("RENAME", Mailbox(scratch.name()), Mailbox(new))
    assert answer.status == "NO"
    assert listed(authenticated, new) == []


@requirement("RFC3501-6.3.5-EXTANT")
def test_to_an_extant_mailbox_is_refused(authenticated, mailbox, elsewhere):
    """RENAME to the name of an extant mailbox is answered NO and changes neither."""
    authenticated.ok("APPEND", Mailbox(mailbox), Literal(MESSAGE))
    answer = authenticated.command("RENAME", Mailbox(mailbox), Mailbox(elsewhere))
    assert answer.status == "NO"
    assert authenticated.ok("SELECT", Mailbox(mailbox)).exists == 1
    assert authenticated.ok("SELECT", Mailbox(elsewhere)).exists == 0


@allow("inbox")
@requirement("RFC3501-6.3.5-EXTANT", "RFC3501-5.1-INBOX")
@pytest.mark.usefixtures("empty_inbox")
def test_to_inbox_is_refused(authenticated, mailbox):
    """RENAME to INBOX, in any case, is answered NO."""
    assert authenticated.command("RENAME", Mailbox(mailbox), "InBox").status == "NO"
    assert authenticated.command("SELECT", Mailbox(mailbox)).status == "OK"


@requirement("RFC3501-6.3.5-1", "RFC9051-6.3.6-2")
def test_renames_inferior_names(authenticated, scratch, mailbox):
    """RENAME moves mailboxes of every level below along, with their messages."""
    new = scratch.name()
    below = [("child",), ("child", "grandchild")]
    for levels in below:
        authenticated.create(scratch.below(mailbox, *levels))
    deepest = scratch.below(mailbox, "child", "grandchild")
    authenticated.ok("APPEND", Mailbox(deepest), Literal(MESSAGE))
    assert authenticated.command("RENAME", Mailbox(mailbox), Mailbox(new)).status == "OK"
    for levels in below:
        assert listed(authenticated, scratch.below(mailbox, *levels)) == []
        assert listed(authenticated, scratch.below(new, *levels)) == [scratch.below(new, *levels)]
    moved = scratch.below(new, "child", "grandchild")
    assert authenticated.ok("SELECT", Mailbox(moved)).exists == 1


@requirement("RFC3501-6.3.5-1", "RFC9051-6.3.6-2")
def test_leaves_names_that_only_begin_alike(authenticated, scratch, mailbox):
    """RENAME leaves a mailbox alone whose name has the same beginning but is no inferior."""
    old, new = scratch.below(mailbox, "old"), scratch.below(mailbox, "new")
    alike = scratch.below(mailbox, "old-alike")
    authenticated.create(old)
    authenticated.create(alike)
    assert authenticated.command("RENAME", Mailbox(old), Mailbox(new)).status == "OK"
    assert listed(authenticated, alike) == [alike]


@requirement("RFC3501-6.3.5-1", "RFC9051-6.3.6-2")
def test_of_a_noselect_name_renames_its_inferiors(authenticated, scratch):
    """RENAME of a name that is only a level of hierarchy renames what is below it."""
    old, new = scratch.name(), scratch.name()
    authenticated.create(scratch.below(old, "child"))
    answer = authenticated.command("RENAME", Mailbox(old), Mailbox(new))
    assert answer.status == "OK"
    child = scratch.below(new, "child")
    assert listed(authenticated, child) == [child]
    assert authenticated.command("SELECT", Mailbox(child)).status == "OK"


@requirement("RFC3501-6.3.5-2", "RFC3501-6.3.5-3", "RFC9051-6.3.6-3", "RFC9051-6.3.6-4")
def test_creates_superior_names(authenticated, scratch, mailbox):
    """RENAME to a name two levels below a missing one creates the names between."""
    top = scratch.name()
    middle, new = scratch.below(top, "middle"), scratch.below(top, "middle", "bottom")
    assert authenticated.command("RENAME", Mailbox(mailbox), Mailbox(new)).status == "OK"
    assert authenticated.command("SELECT", Mailbox(new)).status == "OK"
    for name in (top, middle):
        assert listed(authenticated, name) == [name]


@requirement("RFC3501-6.3.5-OK")
def test_below_itself_keeps_the_mailbox(authenticated, scratch, mailbox):
    """RENAME to a name below the mailbox itself succeeds or is refused; no message is lost."""
    new = scratch.below(mailbox, "below")
    authenticated.ok("APPEND", Mailbox(mailbox), Literal(MESSAGE))
    answer = authenticated.command("RENAME", Mailbox(mailbox), Mailbox(new)).expect("OK", "NO")
    name = new if answer.status == "OK" else mailbox
    assert authenticated.ok("SELECT", Mailbox(name)).exists == 1


@allow("inbox")
@requirement("RFC3501-6.3.5-INBOX")
@pytest.mark.usefixtures("empty_inbox")
def test_of_inbox_moves_its_messages(authenticated, scratch):
    """RENAME INBOX moves its messages to a new mailbox and leaves INBOX without them."""
    new = scratch.name()
    subject = uuid.uuid4().hex
    message = f"Subject: {subject}\r\n\r\nbody\r\n".encode()
    for _ in range(2):
        authenticated.ok("APPEND", "INBOX", Literal(message))
    assert authenticated.command("RENAME", "INBOX", Mailbox(new)).status == "OK"
    authenticated.ok("EXAMINE", Mailbox(new))
    assert len(authenticated.ok("SEARCH", "SUBJECT", subject).search()) == 2
    authenticated.ok("EXAMINE", "INBOX")
    assert authenticated.ok("SEARCH", "SUBJECT", subject).search() == []


@allow("inbox")
@requirement("RFC3501-6.3.5-INFERIORS")
@pytest.mark.usefixtures("empty_inbox")
def test_of_inbox_leaves_its_inferiors(authenticated, scratch):
    """RENAME INBOX leaves the mailboxes below INBOX where they are."""
    new = scratch.name()
    inferior = scratch.below("INBOX", uuid.uuid4().hex)
    if authenticated.command("CREATE", Mailbox(inferior)).status != "OK":
        pytest.skip("the server creates no mailbox below INBOX")
    try:
        assert authenticated.command("RENAME", "INBOX", Mailbox(new)).status == "OK"
        assert listed(authenticated, inferior) == [inferior]
        assert (
            listed(authenticated, scratch.below(new, inferior.split(scratch.delimiter)[-1])) == []
        )
    finally:
        authenticated.command("DELETE", Mailbox(inferior))

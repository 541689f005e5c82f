"""CREATE: RFC 3501 section 6.3.3."""

import pytest

from conformance.requirements import requirement
from conformance.wire import Literal, Mailbox, Quoted

MESSAGE = b"Subject: one\r\n\r\nbody\r\n"


@requirement("RFC3501-6.3.3-OK")
def test_makes_an_empty_mailbox(authenticated, scratch):
    """A mailbox that CREATE made can be selected, and it is empty."""
    name = scratch.name()
    assert authenticated.command("CREATE", Mailbox(name)).status == "OK"
    assert authenticated.ok("SELECT", Mailbox(name)).exists == 0


@requirement("RFC3501-6.3.3-OK", "RFC3501-6.3.8-SUBSET")
def test_makes_a_name_that_list_returns(authenticated, scratch):
    """LIST returns the name of a new mailbox once, without \\Noselect."""
    name = scratch.name()
    assert authenticated.command("CREATE", Mailbox(name)).status == "OK"
    entries = authenticated.ok("LIST", '""', Mailbox(name)).list()
    assert [entry.mailbox for entry in entries] == [name]
    assert "\\Noselect" not in entries[0].attributes


@requirement("RFC3501-6.3.3-EXTANT")
def test_of_an_extant_mailbox_is_refused(selected):
    """CREATE with the name of an extant mailbox is answered NO and leaves that one alone."""
    selected.append(MESSAGE)
    assert selected.command("CREATE", Mailbox(selected.mailbox)).status == "NO"
    assert selected.ok("SELECT", Mailbox(selected.mailbox)).exists == 1


@pytest.mark.xdist_group("inbox")
@requirement("RFC3501-6.3.3-EXTANT", "RFC3501-5.1-INBOX")
@pytest.mark.parametrize("name", ["INBOX", "inbox", "iNbOx"])
def test_of_inbox_is_refused(authenticated, name):
    """CREATE INBOX, in any case, is answered NO."""
    authenticated.ok("EXAMINE", "INBOX")
    assert authenticated.command("CREATE", name).status == "NO"


@requirement("RFC3501-6.3.3-1", "RFC3501-6.3.3-DELIMITER", "RFC9051-6.3.4-6")
def test_drops_a_trailing_delimiter(authenticated, scratch):
    """CREATE with the delimiter at the end makes a name without it."""
    name = scratch.name()
    declared = scratch.below(name, "")
    assert authenticated.command("CREATE", Mailbox(declared)).status == "OK"
    pattern = Quoted(name + "*")
    names = [entry.mailbox for entry in authenticated.ok("LIST", '""', pattern).list()]
    assert names == [name]


@requirement("RFC3501-6.3.3-2", "RFC3501-6.3.3-3", "RFC9051-6.3.4-7", "RFC9051-6.3.4-8")
def test_creates_superior_names(authenticated, scratch):
    """CREATE of a mailbox two levels below a missing name creates the names between."""
    top = scratch.name()
    middle, bottom = scratch.below(top, "middle"), scratch.below(top, "middle", "bottom")
    assert authenticated.command("CREATE", Mailbox(bottom)).status == "OK"
    assert authenticated.ok("SELECT", Mailbox(bottom)).exists == 0
    for name in (top, middle):
        entries = authenticated.ok("LIST", '""', Mailbox(name)).list()
        assert [entry.mailbox for entry in entries] == [name]


@requirement("RFC3501-6.3.3-OK")
def test_makes_an_inferior_of_an_extant_mailbox(authenticated, scratch, mailbox):
    """CREATE makes a mailbox below one that has messages; both can be selected."""
    inferior = scratch.below(mailbox, "inferior")
    authenticated.ok("APPEND", Mailbox(mailbox), Literal(MESSAGE))
    assert authenticated.command("CREATE", Mailbox(inferior)).status == "OK"
    assert authenticated.ok("SELECT", Mailbox(inferior)).exists == 0
    assert authenticated.ok("SELECT", Mailbox(mailbox)).exists == 1


@requirement("RFC3501-6.3.3-OK")
def test_does_not_change_the_selected_mailbox(selected, scratch):
    """CREATE leaves the mailbox that is selected selected."""
    selected.append(MESSAGE)
    assert selected.command("CREATE", Mailbox(scratch.name())).status == "OK"
    assert selected.ok("FETCH", 1, "BODY.PEEK[]").fetch(1).section() == MESSAGE


@requirement("RFC3501-6.3.3-OK")
def test_is_seen_by_another_session(authenticated, login, scratch):
    """A mailbox that one session created is there for another at once."""
    other, name = login(), scratch.name()
    assert authenticated.command("CREATE", Mailbox(name)).status == "OK"
    assert other.command("SELECT", Mailbox(name)).status == "OK"

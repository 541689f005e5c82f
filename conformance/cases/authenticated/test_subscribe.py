"""SUBSCRIBE and UNSUBSCRIBE: RFC 3501 sections 6.3.6 and 6.3.7."""

import pytest

from conformance.requirements import requirement
from conformance.wire import Mailbox


def subscribed(connection, name):
    """The names that LSUB returns for this name itself."""
    return [entry.mailbox for entry in connection.ok("LSUB", '""', Mailbox(name)).list("LSUB")]


@requirement("RFC3501-6.3.6-OK")
def test_adds_the_name(authenticated, mailbox):
    """A name is among the subscribed ones after SUBSCRIBE, and not before."""
    authenticated.command("UNSUBSCRIBE", Mailbox(mailbox))
    assert subscribed(authenticated, mailbox) == []
    assert authenticated.command("SUBSCRIBE", Mailbox(mailbox)).status == "OK"
    assert subscribed(authenticated, mailbox) == [mailbox]


@requirement("RFC3501-6.3.6-OK")
def test_lasts_beyond_the_session(authenticated, login, mailbox):
    """A subscription is there for a later session."""
    authenticated.ok("SUBSCRIBE", Mailbox(mailbox))
    authenticated.ok("LOGOUT")
    assert subscribed(login(), mailbox) == [mailbox]


@requirement("RFC3501-6.3.6-OK")
def test_twice_adds_the_name_once(authenticated, mailbox):
    """A name that SUBSCRIBE was given twice is returned once."""
    authenticated.ok("SUBSCRIBE", Mailbox(mailbox))
    authenticated.command("SUBSCRIBE", Mailbox(mailbox)).expect("OK", "NO")
    assert subscribed(authenticated, mailbox) == [mailbox]


@requirement("RFC3501-6.3.6-2", "RFC3501-6.3.9-3")
def test_outlives_the_mailbox(authenticated, mailbox):
    """A subscription stays when the mailbox is deleted."""
    authenticated.ok("SUBSCRIBE", Mailbox(mailbox))
    authenticated.ok("DELETE", Mailbox(mailbox))
    assert subscribed(authenticated, mailbox) == [mailbox]


@requirement("RFC3501-6.3.6-1", "RFC3501-6.3.6-OK")
def test_of_a_missing_mailbox_does_as_it_says(authenticated, scratch):
    """SUBSCRIBE of a name without mailbox may be refused; answered OK, it has been added."""
    name = scratch.name()
    answer = authenticated.command("SUBSCRIBE", Mailbox(name)).expect("OK", "NO")
    assert subscribed(authenticated, name) == ([name] if answer.status == "OK" else [])


@requirement("RFC3501-6.3.7-OK")
def test_unsubscribe_removes_the_name(authenticated, mailbox):
    """A name is no longer among the subscribed ones after UNSUBSCRIBE; the mailbox stays."""
    authenticated.ok("SUBSCRIBE", Mailbox(mailbox))
    assert authenticated.command("UNSUBSCRIBE", Mailbox(mailbox)).status == "OK"
    assert subscribed(authenticated, mailbox) == []
    assert authenticated.command("SELECT", Mailbox(mailbox)).status == "OK"


@requirement("RFC3501-6.3.7-OK")
def test_unsubscribe_removes_the_name_of_a_deleted_mailbox(authenticated, mailbox):
    """UNSUBSCRIBE takes a name from the list though its mailbox no longer exists."""
    authenticated.ok("SUBSCRIBE", Mailbox(mailbox))
    authenticated.ok("DELETE", Mailbox(mailbox))
    assert authenticated.command("UNSUBSCRIBE", Mailbox(mailbox)).status == "OK"
    assert subscribed(authenticated, mailbox) == []


@requirement("RFC3501-6.3.7-OK")
def test_unsubscribe_leaves_other_names(authenticated, scratch, mailbox):
    """UNSUBSCRIBE of a name leaves the subscription of a name below it."""
    inferior = scratch.below(mailbox, "inferior")
    authenticated.create(inferior)
    for name in (mailbox, inferior):
        authenticated.ok("SUBSCRIBE", Mailbox(name))
    authenticated.ok("UNSUBSCRIBE", Mailbox(mailbox))
    assert subscribed(authenticated, inferior) == [inferior]


@requirement("RFC3501-6.3.6-OK", "RFC3501-5.1.3-BASE64")
@pytest.mark.parametrize("suffix", ["-Entwürfe", "-台北"])
def test_takes_international_names(authenticated, scratch, suffix):
    """A name in modified UTF-7 comes back from LSUB as it was subscribed."""
    name = scratch.name(suffix)
    authenticated.create(name)
    authenticated.ok("SUBSCRIBE", Mailbox(name))
    assert subscribed(authenticated, name) == [name]

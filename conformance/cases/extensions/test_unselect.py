"""UNSELECT: RFC 3691."""

import pytest

from conformance.cases._mailbox import fill, message, uids
from conformance.requirements import needs, requirement
from conformance.wire import Literal, Mailbox

pytestmark = needs("UNSELECT")


@requirement("RFC3691-2-KEEPS")
def test_removes_nothing(selected):
    r"""UNSELECT removes no message, not even those marked \Deleted, and sends no EXPUNGE."""
    present = fill(selected, 2, flags=("\\Deleted",))
    assert selected.ok("UNSELECT").expunged == []
    assert selected.select(selected.mailbox).exists == 2
    assert uids(selected) == present


@requirement("RFC3691-2-OK")
def test_returns_to_the_authenticated_state(selected):
    """After UNSELECT commands on messages are refused; those of the authenticated state work."""
    fill(selected, 1)
    selected.ok("UNSELECT")
    selected.command("FETCH", 1, "FLAGS").expect("BAD", "NO")
    selected.ok("STATUS", Mailbox(selected.mailbox), "(MESSAGES)")


@requirement("RFC3691-2-OK")
def test_ends_the_news_of_the_mailbox(selected, second):
    """After UNSELECT changes of the mailbox are no longer told."""
    selected.ok("UNSELECT")
    second.append(message(1))
    assert not {"EXISTS", "RECENT", "FETCH"} & set(selected.ok("NOOP").untagged_names())


@requirement("RFC3691-2-OK", "RFC3691-2-KEEPS")
def test_of_a_read_only_mailbox(authenticated, mailbox):
    """UNSELECT leaves a mailbox opened by EXAMINE, too."""
    authenticated.ok("APPEND", Mailbox(mailbox), "(\\Deleted)", Literal(message(1)))
    authenticated.ok("EXAMINE", Mailbox(mailbox))
    authenticated.ok("UNSELECT")
    authenticated.command("CHECK").expect("BAD", "NO")
    assert authenticated.ok("EXAMINE", Mailbox(mailbox)).exists == 1


@requirement("RFC3691-4-1")
def test_any_letter_case(selected):
    """UNSELECT is understood in any letter case."""
    selected.ok("uNsElEcT")


@requirement("RFC3691-2-BAD")
def test_with_no_mailbox_selected(authenticated):
    """UNSELECT with no mailbox selected is answered BAD."""
    assert authenticated.command("UNSELECT").status == "BAD"


@requirement("RFC3501-3-STATE")
def test_before_login(connection):
    """UNSELECT before login is answered BAD or NO."""
    connection.command("UNSELECT").expect("BAD", "NO")


@requirement("RFC3691-2-BAD", "RFC3501-2.2.2-3", level="SHOULD")
@pytest.mark.parametrize("argument", ["now", "INBOX"])
def test_takes_no_arguments(selected, argument):
    """UNSELECT with an argument is answered BAD, and the mailbox stays selected."""
    assert selected.command("UNSELECT", argument).status == "BAD"
    selected.ok("CHECK")

"""The states of a connection and the ways between them: RFC 3501 section 3."""

import pytest

from conformance.requirements import requirement
from conformance.wire import Mailbox

IN_AUTHENTICATED = ("LIST", '""', '""')
IN_SELECTED = ("FETCH", "1:*", "FLAGS")


@requirement("RFC3501-3-FLOW")
@pytest.mark.parametrize("opening", ["SELECT", "EXAMINE"])
def test_follow_the_diagram(before_login, account, mailbox, opening):
    """LOGIN, SELECT, CLOSE and LOGOUT lead to the state whose commands are permitted then."""
    connection = before_login()
    connection.command(*IN_AUTHENTICATED).expect("NO", "BAD")
    connection.log_in(account)
    connection.ok(*IN_AUTHENTICATED)
    connection.command("CHECK").expect("NO", "BAD")
    connection.ok(opening, Mailbox(mailbox))
    connection.ok("CHECK")
    connection.ok(*IN_AUTHENTICATED)
    connection.ok("CLOSE")
    connection.command("CHECK").expect("NO", "BAD")
    connection.ok(*IN_AUTHENTICATED)
    connection.ok("LOGOUT")
    assert connection.is_closed_by_server()


@requirement("RFC3501-3-FLOW")
def test_a_failed_select_leads_back_to_authenticated(selected, scratch):
    """After a failed SELECT nothing is selected, and the commands of mailboxes are permitted."""
    assert selected.command("SELECT", Mailbox(scratch.name())).status == "NO"
    selected.command("CHECK").expect("NO", "BAD")
    selected.ok(*IN_AUTHENTICATED)


@requirement("RFC3501-3-FLOW")
def test_no_other_failure_changes_the_state(selected, scratch):
    """A command that fails, and one that is malformed, leave the mailbox selected."""
    assert selected.command("DELETE", Mailbox(scratch.name())).status == "NO"
    assert selected.command("STATUS", Mailbox(scratch.name()), "(MESSAGES)").status == "NO"
    selected.command("FETCH", "1:*").expect("NO", "BAD")
    assert selected.command("CHECK").status == "OK"


@requirement("RFC3501-3-FLOW")
def test_belong_to_one_connection(selected, login, connect):
    """What one connection has logged in to and selected another one has not."""
    login().command("CHECK").expect("NO", "BAD")
    connect().command(*IN_AUTHENTICATED).expect("NO", "BAD")
    assert selected.command("CHECK").status == "OK"


@requirement("RFC3501-3-STATE", "RFC3501-6.2-STATE")
@pytest.mark.parametrize("state", ["authenticated", "selected"])
@pytest.mark.parametrize("command", ["LOGIN nobody nothing", "AUTHENTICATE PLAIN", "STARTTLS"])
def test_forbid_commands_of_the_not_authenticated_state(request, state, command):
    """After login LOGIN, AUTHENTICATE and STARTTLS are answered BAD or NO and change nothing."""
    connection = request.getfixturevalue(state)
    connection.command(command).expect("NO", "BAD")
    still_permitted = ("CHECK",) if state == "selected" else IN_AUTHENTICATED
    assert connection.command(*still_permitted).status == "OK"

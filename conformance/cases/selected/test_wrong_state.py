"""The commands of the selected state where no mailbox is selected: RFC 3501 sections 3 and 6.4."""

import pytest

from conformance.requirements import requirement
from conformance.wire import Mailbox

COMMANDS = [
    "CHECK",
    "CLOSE",
    "EXPUNGE",
    "SEARCH ALL",
    "FETCH 1 FLAGS",
    "STORE 1 +FLAGS (\\Seen)",
    "COPY 1 INBOX",
    "UID SEARCH ALL",
    "UID FETCH 1 FLAGS",
    "UID STORE 1 +FLAGS (\\Seen)",
    "UID COPY 1 INBOX",
]
by_command = pytest.mark.parametrize(
    "command", [pytest.param(one, id=one.partition(" 1")[0].replace(" ", "-")) for one in COMMANDS]
)


@requirement("RFC3501-3-STATE", "RFC3501-3.1-1", "RFC9051-3.1-1")
@by_command
def test_before_login(connection, command):
    """Before login a command of the selected state is answered BAD or NO."""
    connection.command(command).expect("BAD", "NO")
    connection.ok("NOOP")


@requirement("RFC3501-3-STATE", "RFC3501-3.2-1", "RFC9051-3.2-1")
@by_command
def test_with_no_mailbox_selected(authenticated, command):
    """In the authenticated state a command of the selected state is answered BAD or NO."""
    answer = authenticated.command(command).expect("BAD", "NO")
    assert not {"SEARCH", "FETCH", "EXPUNGE"} & set(answer.untagged_names())
    authenticated.ok("NOOP")


@requirement("RFC3501-3-STATE", "RFC3501-6.3.1-DESELECTS")
def test_after_a_refused_select(selected, scratch):
    """A SELECT that is refused leaves no mailbox selected for the commands after it."""
    assert selected.command("SELECT", Mailbox(scratch.name())).status == "NO"
    for command in ("FETCH 1 FLAGS", "EXPUNGE", "CLOSE"):
        selected.command(command).expect("BAD", "NO")

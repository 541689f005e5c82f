"""MOVE and UID MOVE that fail: RFC 6851; RFC 9051 section 6.4.8."""

import pytest

from conformance.cases._mailbox import contents, fill, message, uids
from conformance.requirements import needs, requirement, revision
from conformance.wire import Literal, Mailbox

pytestmark = needs("MOVE")

both_commands = pytest.mark.parametrize("command", ["MOVE", "UID MOVE"], ids=["move", "uid-move"])


def first(command, present):
    """The number of the first message, as the command takes it."""
    return present[0] if command == "UID MOVE" else 1


def assert_unaffected(connection, present, answer):
    """Nothing was removed from the selected mailbox, and the client was told so."""
    assert answer.expunged == []
    assert answer.copy_uid is None
    assert uids(connection) == present


@both_commands
@requirement("RFC6851-3.3-TRYCREATE", "RFC9051-6.4.8-6", "RFC9051-6.4.8-8")
def test_missing_destination(selected, scratch, command):
    """MOVE to a mailbox that does not exist is answered NO, TRYCREATE at its start."""
    present = fill(selected, 2)
    answer = selected.command(command, first(command, present), Mailbox(scratch.name()))
    assert answer.status == "NO"
    assert answer.tagged.code is not None, "the tagged NO bears no response code"
    assert answer.tagged.code.name == "TRYCREATE"


@both_commands
@requirement("RFC6851-3.3-3", "RFC9051-6.4.8-3", "RFC9051-6.4.8-7")
def test_missing_destination_is_not_created(selected, scratch, command):
    """MOVE to a mailbox that does not exist creates none, and moves nothing."""
    present = fill(selected, 2)
    name = scratch.name()
    answer = selected.command(command, first(command, present), Mailbox(name)).expect("NO", "BAD")
    assert_unaffected(selected, present, answer)
    assert selected.ok("LIST", '""', Mailbox(name)).list() == []


@requirement("RFC6851-3.3-TRYCREATE", "RFC9051-6.4.8-8")
def test_missing_destination_can_be_created(selected, scratch):
    """Where TRYCREATE was told, MOVE succeeds once the mailbox has been created."""
    fill(selected, 1)
    name = scratch.name()
    assert selected.command("MOVE", 1, Mailbox(name)).status == "NO"
    selected.create(name)
    selected.ok("MOVE", 1, Mailbox(name))
    assert list(contents(selected, name).values()) == [message(1)]


@revision("IMAP4rev2")
@requirement("RFC9051-6.4.8-6", "RFC9051-6.4.8-8")
def test_no_uid_that_exists_and_no_destination(selected, scratch):
    """UID MOVE of nothing to a mailbox that does not exist creates none and removes nothing."""
    present = fill(selected, 1)
    name = scratch.name()
    answer = selected.command("UID MOVE", present[0] + 10, Mailbox(name)).expect("NO", "OK")
    assert_unaffected(selected, present, answer)
    assert selected.ok("LIST", '""', Mailbox(name)).list() == []


@both_commands
@requirement("RFC6851-3.1-NO", "RFC3501-6.3.2-2")
def test_read_only_mailbox(authenticated, mailbox, elsewhere, command):
    """From a mailbox opened by EXAMINE nothing can be moved: NO, and both stay as they were."""
    authenticated.ok("APPEND", Mailbox(mailbox), Literal(message(1)))
    authenticated.ok("EXAMINE", Mailbox(mailbox))
    present = uids(authenticated)
    assert len(present) == 1
    answer = authenticated.command(command, first(command, present), Mailbox(elsewhere))
    assert answer.status == "NO"
    assert_unaffected(authenticated, present, answer)
    assert contents(authenticated, elsewhere) == {}


@requirement("RFC6851-3.1-BAD", "RFC3501-9-NUMBER")
@pytest.mark.parametrize("sequence_set", ["3", "2:3", "*"])
def test_number_beyond_the_last(selected, elsewhere, sequence_set):
    """A number above that of the last message, also * where there is none, is answered BAD."""
    present = [] if sequence_set == "*" else fill(selected, 2)
    answer = selected.command("MOVE", sequence_set, Mailbox(elsewhere))
    assert answer.status == "BAD"
    assert_unaffected(selected, present, answer)
    assert contents(selected, elsewhere) == {}


@requirement("RFC6851-3.1-BAD", "RFC3501-2.2.2-3")
@pytest.mark.parametrize(
    "arguments",
    ["", " 1", " 0 {}", " 1  {}", " 1 {} {}", " (1) {}"],
    ids=["nothing", "no-mailbox", "zero", "two-spaces", "two-mailboxes", "list"],
)
def test_malformed(selected, elsewhere, arguments):
    """MOVE with arguments that are not a sequence set and a mailbox is answered BAD."""
    present = fill(selected, 1)
    selected.send_line("bad MOVE" + arguments.replace("{}", f'"{elsewhere}"'))
    answer = selected.finish("bad")
    assert answer.status == "BAD"
    assert_unaffected(selected, present, answer)


@both_commands
@requirement("RFC6851-5-STATE", "RFC3501-3-STATE")
@pytest.mark.parametrize("state", ["connection", "authenticated"])
def test_in_the_wrong_state(request, state, command):
    """MOVE with no mailbox selected is answered BAD or NO."""
    request.getfixturevalue(state).command(command, 1, "INBOX").expect("BAD", "NO")

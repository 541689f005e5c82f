"""OK, NO, BAD and BYE: RFC 3501 sections 7.1.1 to 7.1.5."""

import pytest

from conformance.requirements import requirement
from conformance.wire import Mailbox
from conformance.wire.grammar import Condition


@requirement("RFC3501-7.1.2-TAGGED")
def test_no_tells_of_a_command_that_could_not_be_done(authenticated, scratch):
    """A well-formed command that cannot be done is answered NO under its tag, with a text."""
    answer = authenticated.command("DELETE", Mailbox(scratch.name()))
    assert answer.status == "NO"
    assert answer.text.strip()


@requirement("RFC3501-7.1.3-TAGGED")
@pytest.mark.parametrize("command", ["NOSUCHCOMMAND", "XYZZY", "UID"])
def test_bad_tells_of_an_unknown_command(authenticated, command):
    """A command that does not exist is answered BAD under its tag."""
    assert authenticated.command(command).status == "BAD"
    assert authenticated.command("NOOP").status == "OK"


@requirement("RFC3501-7.1.3-UNTAGGED", level="SHOULD")
@pytest.mark.parametrize("line", ["", "(", "* NOOP"], ids=["empty", "parenthesis", "star"])
def test_bad_is_untagged_where_there_is_no_tag(authenticated, line):
    """A line without a valid tag is answered with an untagged BAD, and the session goes on."""
    authenticated.send_line(line)
    bad = authenticated.expect_untagged(Condition)
    assert bad.kind == "BAD"
    assert authenticated.command("NOOP").status == "OK"


@requirement("RFC3501-7.1.5-LOGOUT", "RFC3501-3.4-1", "RFC9051-3.4-1")
def test_bye_comes_before_the_end(authenticated):
    """LOGOUT brings one BYE, then the tagged OK, then the end of the connection."""
    answer = authenticated.ok("LOGOUT")
    assert answer.untagged_names().count("BYE") == 1
    assert authenticated.expect_close() == []

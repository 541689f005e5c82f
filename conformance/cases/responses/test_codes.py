"""Response codes: RFC 3501 section 7.1. READ-ONLY, READ-WRITE, TRYCREATE: with their commands."""

import pytest

from conformance.requirements import requirement
from conformance.wire import Literal, Mailbox

MESSAGE = b"Subject: one\r\n\r\nbody\r\n"


def permanent_flags(connection, command, mailbox):
    """The flags of PERMANENTFLAGS in the answer to SELECT or EXAMINE."""
    answer = connection.ok(command, Mailbox(mailbox))
    code = answer.code("PERMANENTFLAGS")
    assert code is not None, f"{command} brought no PERMANENTFLAGS"
    return set(code.value)


@requirement("RFC3501-7.1-PERMANENTFLAGS")
def test_permanentflags_are_known_flags(authenticated, mailbox):
    """Every flag of PERMANENTFLAGS but \\* is in the FLAGS response, too, and \\Recent is not."""
    answer = authenticated.ok("SELECT", Mailbox(mailbox))
    code = answer.code("PERMANENTFLAGS")
    assert code is not None, "SELECT brought no PERMANENTFLAGS"
    assert set(code.value) - {"\\*"} <= set(answer.flags or ())
    assert "\\Recent" not in code.value


@requirement("RFC3501-7.1-PERMANENTFLAGS", "RFC3501-2.3.2-PERMANENT")
def test_permanentflags_can_be_changed_permanently(selected, login):
    """A later session sees each flag of PERMANENTFLAGS that was stored, and its removal."""
    flags = permanent_flags(selected, "SELECT", selected.mailbox) - {"\\*"}
    selected.append(MESSAGE)
    for operation, expected in (("+FLAGS", flags), ("-FLAGS", set())):
        selected.ok("STORE", 1, operation, tuple(flags))
        later = login()
        later.ok("EXAMINE", Mailbox(selected.mailbox))
        assert later.ok("FETCH", 1, "FLAGS").fetch(1).flags - {"\\Recent"} == expected


@requirement("RFC3501-7.1-PERMANENTFLAGS", "RFC3501-2.3.2-PERMANENT")
def test_permanentflags_with_star_permits_keywords(selected, login):
    """Where PERMANENTFLAGS has \\*, a new keyword can be stored and lasts."""
    if "\\*" not in permanent_flags(selected, "SELECT", selected.mailbox):
        pytest.skip("the mailbox permits no new keywords")
    selected.append(MESSAGE)
    selected.ok("STORE", 1, "+FLAGS (gximap-keyword)")
    selected.ok("LOGOUT")
    later = login()
    answer = later.ok("SELECT", Mailbox(selected.mailbox))
    assert "gximap-keyword" in (answer.flags or ())
    assert "gximap-keyword" in later.ok("FETCH", 1, "FLAGS").fetch(1).flags


@requirement("RFC3501-7.1-PERMANENTFLAGS", "RFC3501-6.3.2-2")
def test_permanentflags_are_none_for_examine(authenticated, mailbox):
    """EXAMINE permits no permanent change: its PERMANENTFLAGS is empty."""
    assert permanent_flags(authenticated, "EXAMINE", mailbox) == set()


@requirement("RFC3501-7.1-UNSEEN", "RFC3501-6.3.1-2")
@pytest.mark.parametrize("command", ["SELECT", "EXAMINE"])
def test_unseen_is_the_number_of_the_first_unseen_message(authenticated, mailbox, command):
    """UNSEEN is the sequence number of the first unseen message, not how many there are."""
    for flags in ("(\\Seen)", "(\\Seen \\Flagged)", "(\\Flagged)", "()", "(\\Seen)"):
        authenticated.ok("APPEND", Mailbox(mailbox), flags, Literal(MESSAGE))
    assert authenticated.ok(command, Mailbox(mailbox)).number("UNSEEN") == 3


@requirement("RFC3501-7.1-UNSEEN")
def test_unseen_is_absent_where_all_is_seen(authenticated, mailbox):
    """Without unseen messages there is no first one that UNSEEN could tell."""
    assert authenticated.ok("SELECT", Mailbox(mailbox)).code("UNSEEN") is None
    authenticated.ok("APPEND", Mailbox(mailbox), "(\\Seen)", Literal(MESSAGE))
    assert authenticated.ok("SELECT", Mailbox(mailbox)).code("UNSEEN") is None


@requirement("RFC3501-7.1-UIDNEXT")
def test_uidnext_is_greater_than_all_uids(selected):
    """UIDNEXT of SELECT is greater than the UID of the last message."""
    uid = max(selected.append(MESSAGE) for _ in range(3))
    assert selected.ok("SELECT", Mailbox(selected.mailbox)).number("UIDNEXT") > uid


@requirement("RFC3501-7.1-UIDVALIDITY", "RFC3501-2.3.1-3")
def test_uidvalidity_is_the_same_for_all_sessions(authenticated, login, mailbox):
    """SELECT and EXAMINE tell the same UIDVALIDITY in every session."""
    told = {authenticated.ok("SELECT", Mailbox(mailbox)).number("UIDVALIDITY")}
    other = login()
    told |= {other.ok(one, Mailbox(mailbox)).number("UIDVALIDITY") for one in ("SELECT", "EXAMINE")}
    assert len(told) == 1


@requirement("RFC3501-7.1-TRYCREATE")
def test_trycreate_is_for_missing_mailboxes_only(authenticated, mailbox):
    """APPEND that fails for another reason than a missing mailbox is not told TRYCREATE."""
    date = '"99-Zzz-1996 02:44:25 -0700"'
    answer = authenticated.command("APPEND", Mailbox(mailbox), date, Literal(MESSAGE))
    assert answer.status != "OK"
    assert answer.code("TRYCREATE") is None

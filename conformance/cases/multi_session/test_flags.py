"""Flags that another session changes (RFC 3501, 5.2 and 6.4.6)."""

import pytest

from conformance.cases._mailbox import fill, flags, message
from conformance.requirements import requirement
from conformance.wire import Mailbox


@pytest.fixture
def one(selected, second):
    """One message, flagged \\Answered, that `selected` and `second` both know; its UID."""
    uid = selected.append(message(1), flags=("\\Answered",))
    assert second.ok("NOOP").exists == 1
    second.ok("FETCH", 1, "FLAGS")
    return uid


CHANGES = {
    "set": ("+FLAGS (\\Seen)", {"\\Answered", "\\Seen"}),
    "cleared": ("-FLAGS (\\Answered)", set()),
    "replaced": ("FLAGS (\\Draft)", {"\\Draft"}),
    "silently": ("+FLAGS.SILENT (\\Flagged)", {"\\Answered", "\\Flagged"}),
}


@requirement("RFC3501-5.2-4")
@pytest.mark.parametrize(("change", "expected"), CHANGES.values(), ids=CHANGES)
@pytest.mark.usefixtures("one")
def test_change_is_told(selected, second, change, expected):
    """A change of flags in one session is told to the other with NOOP, unasked."""
    second.ok("STORE", 1, change)
    assert selected.ok("NOOP").fetch(1).flags - {"\\Recent"} == expected


@requirement("RFC3501-6.4.5-FLAGS")
@pytest.mark.parametrize(("change", "expected"), CHANGES.values(), ids=CHANGES)
@pytest.mark.usefixtures("one")
def test_fetch_shows_the_change(selected, second, change, expected):
    """After NOOP, FETCH FLAGS shows what another session has stored."""
    second.ok("STORE", 1, change)
    selected.ok("NOOP")
    assert flags(selected) == expected


@requirement("RFC3501-5.2-4")
@pytest.mark.usefixtures("one")
def test_seen_by_fetch_is_told(selected, second):
    """\\Seen that a FETCH sets implicitly is told to other sessions."""
    second.ok("FETCH", 1, "BODY[]")
    assert selected.ok("NOOP").fetch(1).flags - {"\\Recent"} == {"\\Answered", "\\Seen"}


@requirement("RFC3501-2.3.2-FLAGS")
@pytest.mark.usefixtures("one")
def test_additions_of_two_sessions_both_stay(selected, second):
    """+FLAGS adds to what is there, also to what this session was not told of."""
    second.ok("STORE", 1, "+FLAGS.SILENT (\\Seen)")
    selected.ok("STORE", 1, "+FLAGS.SILENT (\\Flagged)")
    for session in (selected, second):
        session.ok("NOOP")
        assert flags(session) == {"\\Answered", "\\Seen", "\\Flagged"}


@requirement("RFC3501-2.3.2-FLAGS")
def test_stores_of_two_sessions_at_once(selected, second):
    """Stores of two sessions at the same time are all kept, and both see the same in the end."""
    fill(selected, 20)
    assert second.ok("NOOP").exists == 20
    pending = []
    for number in range(1, 21):
        for session, flag in ((selected, "\\Seen"), (second, "\\Flagged")):
            tag = session.send_command("STORE", number, f"+FLAGS ({flag})")
            pending.append((session, tag))
    for session, tag in pending:
        session.finish(tag).expect("OK")
    for session in (selected, second):
        session.ok("NOOP")
        fetched = session.ok("FETCH", "1:20", "FLAGS")
        shown = {fetched.fetch(number).flags - {"\\Recent"} for number in range(1, 21)}
        assert shown == {frozenset({"\\Seen", "\\Flagged"})}


@requirement("RFC3501-7.2.6-FLAGS", "RFC3501-5.2-4")
@pytest.mark.usefixtures("one")
def test_new_keyword_is_told(selected, second):
    """A keyword that another session has created is shown on its message."""
    answer = second.command("STORE", 1, "+FLAGS (gximap-new)")
    if answer.status == "NO":
        pytest.skip("the server does not take new keywords")
    selected.ok("NOOP")
    assert "gximap-new" in {flag.lower() for flag in flags(selected)}


@requirement("RFC3501-5.2-4", "RFC3501-7.3.1-EXISTS")
def test_examine_follows_what_others_do(selected, second):
    """A session that examines the mailbox is told of messages, flags and expunges."""
    selected.ok("EXAMINE", Mailbox(second.mailbox))
    second.append(message(1))
    assert selected.ok("NOOP").exists == 1
    second.ok("STORE", 1, "+FLAGS (\\Deleted)")
    assert "\\Deleted" in selected.ok("NOOP").fetch(1).flags
    second.ok("EXPUNGE")
    assert selected.ok("NOOP").expunged == [1]


@requirement("RFC3501-6.3.2-2")
@pytest.mark.usefixtures("one")
def test_examine_changes_nothing_for_others(selected, second):
    """What a session does after EXAMINE changes no flags that others see."""
    second.ok("EXAMINE", Mailbox(selected.mailbox))
    second.ok("FETCH", 1, "BODY[]")
    second.command("STORE", 1, "+FLAGS (\\Deleted)")
    second.command("EXPUNGE")
    second.ok("CLOSE")
    assert not selected.ok("NOOP").expunged
    assert flags(selected) == {"\\Answered"}

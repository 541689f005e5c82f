"""STORE UNCHANGEDSINCE, and STORE in a session that knows of mod-sequences (RFC 7162, 3.1.3)."""

import pytest

from conformance.cases._mailbox import fill, flags, message
from conformance.cases.extensions._condstore import aware, modseqs, prepare, told
from conformance.requirements import needs, requirement
from conformance.wire import Received

NEVER = "9223372036854775807"


def modified(answer):
    """The numbers in MODIFIED of a tagged response."""
    code = answer.tagged.code
    return set(code.value) if code and code.name == "MODIFIED" else set()


@requirement("RFC7162-3.1.3-PERFORMED", "RFC7162-3.1.3-FETCH")
@needs("CONDSTORE")
@pytest.mark.parametrize("silent", ["", ".SILENT"])
@pytest.mark.parametrize("command", ["STORE", "UID STORE"])
def test_performed(selected, command, silent):
    """Messages not changed since get the flag, and FETCH with the new MODSEQ even if silent."""
    present = prepare(selected, 2)
    before = modseqs(selected)
    which = "1:2" if command == "STORE" else f"{present[0]}:{present[1]}"
    since = max(before.values())
    answer = selected.ok(command, which, f"(UNCHANGEDSINCE {since})", f"+FLAGS{silent} (\\Seen)")
    assert modified(answer) == set()
    after = {number: answer.fetch(number).modseq for number in (1, 2)}
    assert min(after.values()) > since
    assert list(modseqs(selected).values()) == [after[1], after[2]]
    assert flags(selected, 1) == flags(selected, 2) == {"\\Seen"}
    if not silent:
        assert all("\\Seen" in answer.fetch(number).flags for number in (1, 2))


@requirement("RFC7162-3.1.3-NOT", "RFC7162-3.1.3-MODIFIED")
@needs("CONDSTORE")
@pytest.mark.parametrize("command", ["STORE", "UID STORE"])
@pytest.mark.parametrize("operation", ["FLAGS", "+FLAGS"])
def test_modified(selected, second, command, operation):
    """A message changed since stays as it is; MODIFIED names it by number, or UID in UID STORE."""
    present = prepare(selected, 5)
    selected.ok("STORE", "1", "+FLAGS (\\Deleted)")
    selected.ok("EXPUNGE")
    numbers, present = range(1, 5), present[1:]
    since = max(modseqs(selected).values())
    second.ok("NOOP")
    second.ok("STORE", "2,4", f"{operation} (\\Draft)")
    which = "1:4" if command == "STORE" else f"{present[0]}:{present[3]}"
    answer = selected.ok(command, which, f"(UNCHANGEDSINCE {since})", f"{operation} (\\Draft)")
    expected = {2, 4} if command == "STORE" else {present[1], present[3]}
    assert modified(answer) == expected
    after = modseqs(selected)
    stored = {after[present[0]], after[present[2]]}
    assert min(stored) > max(after[present[1]], after[present[3]])
    assert all(flags(selected, number) == {"\\Draft"} for number in numbers)


@requirement("RFC7162-3.1.3-NOT", "RFC7162-3.1.3-MODIFIED")
@needs("CONDSTORE")
def test_known_changes_count_too(selected):
    """What counts is the value given, not what the session was told since."""
    prepare(selected, 1)
    since = Received(modseqs(selected).values(), "mod-sequence").single
    selected.ok("STORE", "1", "+FLAGS (\\Flagged)")
    before = modseqs(selected)
    answer = selected.ok("STORE", "1", f"(UNCHANGEDSINCE {since})", "FLAGS (\\Draft)")
    assert modified(answer) == {1}
    assert flags(selected) == {"\\Flagged"}
    assert modseqs(selected) == before


@requirement("RFC7162-3.1.3-ZERO", "RFC7162-3.1.3-MODIFIED")
@needs("CONDSTORE")
@pytest.mark.parametrize(
    "change",
    ["+FLAGS (\\Seen)", "-FLAGS (\\Seen)", "FLAGS (\\Seen)"],
    ids=["add", "remove", "replace"],
)
def test_zero(selected, change):
    """UNCHANGEDSINCE 0 never changes a system flag, set or not."""
    aware(selected)
    fill(selected, 1, flags=("\\Seen",))
    selected.append(message(2))
    before = modseqs(selected)
    answer = selected.ok("STORE", "1:2", "(UNCHANGEDSINCE 0)", change)
    assert modified(answer) == {1, 2}
    assert modseqs(selected) == before
    assert (flags(selected, 1), flags(selected, 2)) == ({"\\Seen"}, set())


@requirement("RFC7162-3.1.3-SPURIOUS")
@needs("CONDSTORE")
@pytest.mark.parametrize("operation", ["+FLAGS", "-FLAGS.SILENT"])
def test_another_flag_is_no_obstacle(selected, second, operation):
    """A change of another flag that the session does not know of does not stop +FLAGS, -FLAGS."""
    aware(selected)
    fill(selected, 1, flags=("\\Seen",))
    since = Received(modseqs(selected).values(), "mod-sequence").single
    flags(selected)
    second.ok("NOOP")
    second.ok("STORE", "1", "+FLAGS.SILENT (\\Flagged)")
    name = "\\Draft" if operation == "+FLAGS" else "\\Seen"
    answer = selected.ok("STORE", "1", f"(UNCHANGEDSINCE {since})", f"{operation} ({name})")
    assert modified(answer) == set()
    expected = {"\\Seen", "\\Flagged"} ^ {name}
    assert flags(selected) == expected


@requirement("RFC7162-3.1.3-SHOWN")
@needs("CONDSTORE")
def test_modified_is_shown(selected, second):
    """The session is shown the message that failed the test, as it is now, without asking."""
    (uid,) = prepare(selected, 1)
    since = modseqs(selected)[uid]
    second.ok("NOOP")
    second.ok("STORE", "1", "+FLAGS (\\Draft)")
    answer = selected.ok("STORE", "1", f"(UNCHANGEDSINCE {since})", "FLAGS.SILENT (\\Seen)")
    assert modified(answer) == {1}
    found = told(answer, 1)
    assert found.flags - {"\\Recent"} == {"\\Draft"}
    assert found.modseq > since


@requirement("RFC7162-3.1.3-TWICE")
@needs("CONDSTORE")
def test_named_twice(selected):
    """A message that is in the set twice does not fail the second time."""
    prepare(selected, 3)
    since = max(modseqs(selected).values())
    answer = selected.ok("STORE", "2,1:3", f"(UNCHANGEDSINCE {since})", "+FLAGS (\\Seen)")
    assert modified(answer) == set()
    assert selected.ok("SEARCH", "SEEN").search() == [1, 2, 3]


@requirement("RFC7162-3.1.3-PERFORMED", "RFC7162-3.1-SPURIOUS", level="MUST")
@needs("CONDSTORE")
def test_nothing_to_change(selected):
    """A STORE that meets the condition and finds the flag set already succeeds."""
    aware(selected)
    fill(selected, 1, flags=("\\Seen",))
    since = Received(modseqs(selected).values(), "mod-sequence").single
    answer = selected.ok("STORE", "1", f"(UNCHANGEDSINCE {since})", "+FLAGS.SILENT (\\Seen)")
    assert modified(answer) == set()


@requirement("RFC7162-3.1.3-FETCH")
@needs("CONDSTORE")
def test_nothing_to_change_is_told(selected):
    """FETCH with MODSEQ also comes where the flag was set already: the operation succeeded."""
    aware(selected)
    fill(selected, 1, flags=("\\Seen",))
    since = Received(modseqs(selected).values(), "mod-sequence").single
    answer = selected.ok("STORE", "1", f"(UNCHANGEDSINCE {since})", "+FLAGS.SILENT (\\Seen)")
    assert "MODSEQ" in answer.fetch(1)


@requirement("RFC7162-3.1.3-MODIFIED")
@needs("CONDSTORE")
def test_uids_that_do_not_exist(selected):
    """UID STORE ignores UIDs that do not exist: MODIFIED does not name them."""
    (uid,) = prepare(selected, 1)
    answer = selected.ok("UID STORE", f"{uid}:{uid + 9}", "(UNCHANGEDSINCE 0)", "+FLAGS (\\Seen)")
    assert modified(answer) == {uid}


@requirement("RFC7162-3.1-AWARE", "RFC7162-3.1-RISES")
@needs("CONDSTORE")
@pytest.mark.parametrize("command", ["STORE", "UID STORE"])
def test_plain_store_tells_the_modseq(selected, command):
    """After a CONDSTORE enabling command the FETCH of a plain STORE has MODSEQ."""
    (uid,) = prepare(selected, 1)
    before = modseqs(selected)[uid]
    answer = selected.ok(command, uid if command == "UID STORE" else 1, "+FLAGS (\\Seen)")
    found = told(answer, 1)
    assert found.modseq == modseqs(selected)[uid] > before


@requirement("RFC7162-3.1-AWARE")
@needs("CONDSTORE")
def test_silent_store_is_told_to_others(selected, second):
    """A silent STORE is told to another session that knows of mod-sequences, with MODSEQ."""
    prepare(selected, 2)
    aware(second, selected.mailbox)
    selected.ok("STORE", "1:2", "+FLAGS.SILENT (\\Seen)")
    answer = second.ok("NOOP")
    expected = list(modseqs(selected).values())
    assert [told(answer, number).modseq for number in (1, 2)] == expected


@requirement("RFC3501-5.2-4")
@needs("CONDSTORE")
def test_is_told_to_a_session_that_is_not_aware(selected, second):
    """The flags that STORE UNCHANGEDSINCE sets are told to sessions without CONDSTORE, too."""
    prepare(selected, 1)
    second.ok("NOOP")
    selected.ok("STORE", "1", f"(UNCHANGEDSINCE {NEVER})", "+FLAGS (\\Draft)")
    assert "\\Draft" in second.ok("NOOP").fetch(1).flags


@requirement("RFC3501-2.2.2-3")
@needs("CONDSTORE")
@pytest.mark.parametrize(
    "modifiers",
    ["()", "(UNCHANGEDSINCE)", "(UNCHANGEDSINCE x)", "(UNCHANGEDSINCE 9223372036854775808)",
     "UNCHANGEDSINCE 1", "(UNCHANGEDSINCE 1 UNCHANGEDSINCE 1)", "(UNHEARDOF 1)"],
)  # fmt: skip
def test_malformed_modifier(selected, modifiers):
    """STORE with modifiers that break the syntax is answered BAD and changes nothing."""
    selected.append(message(1))
    assert selected.command("STORE", "1", modifiers, "+FLAGS (\\Seen)").status == "BAD"
    assert flags(selected) == set()


@requirement("RFC7162-3.1.3-NOT")
@needs("CONDSTORE")
def test_in_a_read_only_mailbox(selected):
    """STORE UNCHANGEDSINCE changes nothing in a mailbox opened by EXAMINE."""
    prepare(selected, 1)
    aware(selected, command="EXAMINE")
    answer = selected.command("STORE", "1", f"(UNCHANGEDSINCE {NEVER})", "+FLAGS (\\Seen)")
    assert answer.status != "OK" or "\\Seen" not in flags(selected)
    assert flags(selected) == set()

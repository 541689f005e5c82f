"""STORE: RFC 3501 sections 6.4.6 and 2.3.2."""

import pytest

from conformance.cases._mailbox import fill, flags
from conformance.requirements import requirement
from conformance.wire import Mailbox

KEYWORD = "gximapKeyword"


def permanent(connection):
    """The flags that can be changed permanently: PERMANENTFLAGS, all system flags without it."""
    code = connection.select(connection.mailbox).code("PERMANENTFLAGS")
    listed = code.value if code else ("\\Answered", "\\Flagged", "\\Deleted", "\\Seen", "\\Draft")
    return [flag for flag in listed if flag != "\\*"]


@pytest.fixture
def with_keywords(selected):
    """`selected`, where new keywords can be created; the case is skipped elsewhere."""
    code = selected.select(selected.mailbox).code("PERMANENTFLAGS")
    if code is not None and "\\*" not in code.value:
        pytest.skip("PERMANENTFLAGS says that no keywords can be created")
    return selected


OPERATIONS = [
    pytest.param(
        "FLAGS",
        "(\\Flagged \\Draft)",
        {"\\Flagged", "\\Draft"},
        marks=requirement("RFC3501-6.4.6-REPLACE"),
        id="replace",
    ),
    pytest.param(
        "+FLAGS",
        "(\\Flagged \\Draft)",
        {"\\Seen", "\\Answered", "\\Flagged", "\\Draft"},
        marks=requirement("RFC3501-6.4.6-ADD"),
        id="add",
    ),
    pytest.param(
        "-FLAGS",
        "(\\Seen \\Draft)",
        {"\\Answered"},
        marks=requirement("RFC3501-6.4.6-REMOVE"),
        id="remove",
    ),
    pytest.param(
        "FLAGS", "()", set(), marks=requirement("RFC3501-6.4.6-REPLACE"), id="replace-by-none"
    ),
    pytest.param(
        "+FLAGS",
        "()",
        {"\\Seen", "\\Answered"},
        marks=requirement("RFC3501-6.4.6-ADD"),
        id="add-none",
    ),
    pytest.param(
        "-FLAGS",
        "()",
        {"\\Seen", "\\Answered"},
        marks=requirement("RFC3501-6.4.6-REMOVE"),
        id="remove-none",
    ),
]


@pytest.mark.parametrize(("item", "value", "expected"), OPERATIONS)
def test_flags(selected, item, value, expected):
    r"""FLAGS replaces the flags \Seen and \Answered, +FLAGS adds to them, -FLAGS removes."""
    fill(selected, 1, flags=("\\Seen", "\\Answered"))
    selected.ok("STORE", 1, item, value)
    assert flags(selected) == expected


@requirement("RFC3501-6.4.6-SILENT")
@pytest.mark.parametrize(("item", "value", "expected"), OPERATIONS[:3])
def test_silent_stores_alike(selected, item, value, expected):
    """With .SILENT the flags are stored as they are without it."""
    fill(selected, 1, flags=("\\Seen", "\\Answered"))
    selected.ok("STORE", 1, f"{item}.SILENT", value)
    assert flags(selected) == expected


@requirement("RFC3501-6.4.6-RETURNED")
@pytest.mark.parametrize(("item", "value", "expected"), OPERATIONS[:3])
def test_returns_the_new_flags(selected, item, value, expected):
    """STORE brings an untagged FETCH with the flags as they are now."""
    fill(selected, 1, flags=("\\Seen", "\\Answered"))
    answer = selected.ok("STORE", 1, item, value)
    assert answer.fetch(1).flags - {"\\Recent"} == expected


@requirement("RFC3501-6.4.6-RETURNED")
def test_returns_every_message(selected):
    """STORE brings a FETCH for each message whose flags it has changed, with the flags of each."""
    fill(selected, 3)
    selected.ok("STORE", 2, "FLAGS.SILENT (\\Answered)")
    answer = selected.ok("STORE", "1:3", "+FLAGS (\\Flagged)")
    told = {number: answer.fetch(number).flags - {"\\Recent"} for number in (1, 2, 3)}
    assert told == {1: {"\\Flagged"}, 2: {"\\Flagged", "\\Answered"}, 3: {"\\Flagged"}}


@requirement("RFC3501-6.4.6-1", "RFC9051-6.4.6-1")
@pytest.mark.parametrize("item", ["FLAGS", "+FLAGS", "-FLAGS"])
def test_silent_returns_nothing(selected, item):
    """With .SILENT no untagged FETCH comes."""
    fill(selected, 2, flags=("\\Seen",))
    selected.ok("NOOP")
    value = "(\\Seen)" if item == "-FLAGS" else "(\\Flagged)"
    assert selected.ok("STORE", "1:2", f"{item}.SILENT {value}").fetches() == []


@requirement("RFC3501-6.4.6-2", "RFC9051-6.4.6-2")
def test_silent_hides_no_change_of_others(selected, second):
    """A change that another session made is told even if STORE with .SILENT follows it."""
    fill(selected, 1)
    second.ok("NOOP")
    second.ok("STORE", 1, "+FLAGS (\\Answered)")
    answer = selected.ok("STORE", 1, "+FLAGS.SILENT (\\Flagged)")
    told = answer.fetches() + selected.ok("NOOP").fetches()
    assert told, "no FETCH told of the flag that another session has added"
    assert told[-1].flags - {"\\Recent"} == {"\\Answered", "\\Flagged"}


@requirement("RFC3501-6.4.6-ADD", "RFC3501-9-SEQUENCESET")
def test_changes_the_messages_of_the_set_only(selected):
    """STORE changes the messages of the sequence set and no others."""
    fill(selected, 5)
    selected.ok("STORE", "*,2:1", "+FLAGS (\\Flagged)")
    assert selected.ok("SEARCH", "FLAGGED").search() == [1, 2, 5]


@requirement("RFC3501-2.3.2-PERMANENT")
def test_permanent_flags_stay(selected, second):
    """Flags of PERMANENTFLAGS are seen by a concurrent session and by the next one."""
    stored = permanent(selected)
    fill(selected, 1)
    selected.ok("STORE", 1, f"FLAGS ({' '.join(stored)})")
    wanted = {flag.lower() for flag in stored}
    second.ok("NOOP")
    assert {flag.lower() for flag in flags(second)} == wanted
    second.select(second.mailbox)
    assert {flag.lower() for flag in flags(second)} == wanted


@requirement("RFC3501-6.4.6-SYNTAX")
def test_flags_without_parentheses(selected):
    """Flags may be given without parentheses, one or several."""
    fill(selected, 1)
    selected.ok("STORE", 1, "FLAGS \\Seen")
    assert flags(selected) == {"\\Seen"}
    selected.ok("STORE", 1, "+FLAGS.SILENT \\Flagged \\Draft")
    assert flags(selected) == {"\\Seen", "\\Flagged", "\\Draft"}


@requirement("RFC3501-7.5-3")
def test_any_letter_case(selected):
    """STORE, its items and system flags are understood in any letter case."""
    fill(selected, 1)
    selected.ok("sToRe", 1, "+flags.Silent (\\sEEn \\FLAGGED)")
    assert {flag.lower() for flag in flags(selected)} == {"\\seen", "\\flagged"}
    selected.ok("STORE", 1, "-fLAGs (\\Seen \\flagged)")
    assert flags(selected) == set()


@requirement("RFC3501-2.3.2-FLAGS")
def test_flag_that_is_set_already(selected):
    """Adding a flag that is set, or removing one that is not, changes nothing; the answer is OK."""
    fill(selected, 1, flags=("\\Seen",))
    selected.ok("STORE", 1, "+FLAGS (\\Seen \\Seen)")
    selected.ok("STORE", 1, "-FLAGS (\\Draft)")
    assert flags(selected) == {"\\Seen"}


@requirement("RFC3501-2.3.2-RECENT", "RFC3501-6.4.6-REPLACE")
@pytest.mark.parametrize("reopened", [False, True], ids=["recent", "not-recent"])
@pytest.mark.parametrize(
    "arguments",
    ["FLAGS (\\Seen)", "-FLAGS (\\Recent)", "+FLAGS (\\Recent)"],
    ids=["replace", "remove", "add"],
)
def test_recent_cannot_be_altered(selected, reopened, arguments):
    r"""No STORE sets or clears \Recent, whether it is refused or not."""
    fill(selected, 1)
    if reopened:
        selected.select(selected.mailbox)
    before = "\\Recent" in selected.ok("FETCH", 1, "FLAGS").fetch(1).flags
    selected.command("STORE", 1, arguments)
    assert ("\\Recent" in selected.ok("FETCH", 1, "FLAGS").fetch(1).flags) == before


@requirement("RFC3501-7.1-STAR", "RFC3501-2.3.2-PERMANENT")
def test_new_keyword(with_keywords, login):
    r"""Where PERMANENTFLAGS has \*, a new keyword is stored, found, and listed in FLAGS."""
    fill(with_keywords, 2)
    with_keywords.ok("STORE", 2, f"+FLAGS ({KEYWORD} \\Seen)")
    assert flags(with_keywords, 2) == {KEYWORD, "\\Seen"}
    assert with_keywords.ok("SEARCH", "KEYWORD", KEYWORD).search() == [2]
    other = login()
    assert KEYWORD in (other.select(with_keywords.mailbox).flags or ())
    assert flags(other, 2) == {KEYWORD, "\\Seen"}


@requirement("RFC3501-6.4.6-REMOVE", "RFC3501-6.4.6-REPLACE")
def test_keyword_is_removed(with_keywords):
    """-FLAGS and FLAGS take a keyword away, as they do with system flags."""
    fill(with_keywords, 2)
    with_keywords.ok("STORE", "1:2", f"FLAGS ($Forwarded {KEYWORD})")
    with_keywords.ok("STORE", 1, f"-FLAGS ({KEYWORD})")
    with_keywords.ok("STORE", 2, "FLAGS (\\Seen)")
    assert flags(with_keywords, 1) == {"$Forwarded"}
    assert flags(with_keywords, 2) == {"\\Seen"}


@requirement("RFC3501-7.5-3", level="SHOULD")
def test_keyword_in_another_letter_case(with_keywords):
    """A keyword is the same keyword in any letter case."""
    fill(with_keywords, 1)
    with_keywords.ok("STORE", 1, f"+FLAGS ({KEYWORD})")
    with_keywords.ok("STORE", 1, f"+FLAGS ({KEYWORD.upper()})")
    assert len(flags(with_keywords)) == 1
    with_keywords.ok("STORE", 1, f"-FLAGS ({KEYWORD.lower()})")
    assert flags(with_keywords) == set()


@requirement("RFC3501-7.5-13", "RFC9051-9-13")
def test_unknown_system_flag_is_not_set(selected):
    r"""A flag with \ that no RFC defines is never shown, whether its STORE is refused or not."""
    fill(selected, 1)
    selected.command("STORE", 1, "+FLAGS (\\Nonsense)")
    assert flags(selected) == set()


@requirement("RFC3501-6.3.2-2", "RFC3501-2.3.2-FLAGS")
def test_of_a_read_only_mailbox(selected, login):
    """In a mailbox opened by EXAMINE, STORE changes nothing for other sessions."""
    fill(selected, 1, flags=("\\Flagged",))
    reader = login()
    reader.ok("EXAMINE", Mailbox(selected.mailbox))
    for arguments in ("FLAGS (\\Deleted)", "+FLAGS.SILENT (\\Seen)", "-FLAGS (\\Flagged)"):
        reader.command("STORE", 1, arguments)
    selected.ok("NOOP")
    assert flags(selected) == {"\\Flagged"}


@requirement("RFC3501-6.4.6-REFUSED", "RFC3501-7.1.3-TAGGED")
@pytest.mark.parametrize("command", ["STORE", "UID STORE"], ids=["store", "uid-store"])
def test_of_a_read_only_mailbox_is_no_error_of_the_client(selected, login, command):
    """In a mailbox opened by EXAMINE, STORE is answered NO, or OK where it is just ignored."""
    uid = fill(selected, 1)[0]
    reader = login()
    reader.ok("EXAMINE", Mailbox(selected.mailbox))
    number = uid if command == "UID STORE" else 1
    for arguments in ("+FLAGS (\\Flagged)", "FLAGS.SILENT (\\Seen)"):
        reader.command(command, number, arguments).expect("NO", "OK")


@requirement("RFC3501-9-NUMBER")
@pytest.mark.parametrize("sequence_set", ["3", "2:3", "*"])
def test_number_beyond_the_last(selected, sequence_set):
    """A number above that of the last message, also * where there is none, is answered BAD."""
    if sequence_set != "*":
        fill(selected, 2)
    answer = selected.command("STORE", sequence_set, "+FLAGS (\\Flagged)")
    assert answer.status == "BAD"
    if sequence_set != "*":
        assert selected.ok("SEARCH", "FLAGGED").search() == []


@requirement("RFC3501-6.4.6-BAD", "RFC3501-2.2.2-3")
@pytest.mark.parametrize(
    "arguments",
    [
        pytest.param("", id="nothing"),
        pytest.param(" 1", id="no-item"),
        pytest.param(" 1 +FLAGS", id="no-flags"),
        pytest.param(" 1 *FLAGS (\\Flagged)", id="unknown-operation"),
        pytest.param(" 1 +FLAGS.QUIET (\\Flagged)", id="unknown-suffix"),
        pytest.param(" 1 +FLAGS (\\Flagged", id="open-list"),
        pytest.param(" 1 +FLAGS ((\\Flagged))", id="list-in-list"),
        pytest.param(' 1 +FLAGS ("\\\\Flagged")', id="quoted-flag"),
        pytest.param(" 1 +FLAGS (\\Flagged) \\Seen", id="more-after-list"),
        pytest.param(" 1 +FLAGS (\\Flagged \\*)", id="star-is-no-flag"),
        pytest.param(" 0 +FLAGS (\\Flagged)", id="number-zero"),
        pytest.param(" 1,,1 +FLAGS (\\Flagged)", id="empty-number"),
    ],
)
def test_malformed_arguments(selected, arguments):
    """STORE with arguments that are missing or against the syntax is answered BAD."""
    fill(selected, 1)
    selected.send_line(f"bad STORE{arguments}")
    assert selected.finish("bad").status == "BAD"
    assert flags(selected) == set()

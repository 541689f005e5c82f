"""SEARCH by flags: RFC 3501 section 6.4.4."""

import pytest

from conformance.cases.selected._search import fill, found
from conformance.requirements import requirement
from conformance.wire import Literal, Mailbox

MESSAGE = b"Subject: flags\r\n\r\nflags\r\n"


@pytest.mark.parametrize(
    "name",
    [
        pytest.param(name, marks=requirement(f"RFC3501-6.4.4-{name}"), id=name)
        for name in ("ANSWERED", "DELETED", "DRAFT", "FLAGGED", "SEEN")
    ],
)
def test_system_flag(selected, name):
    """The key of a system flag finds the messages that carry it, its UN form all others."""
    selected.append(MESSAGE)
    selected.append(MESSAGE, flags=[f"\\{name.capitalize()}"])
    others = {"\\Answered", "\\Deleted", "\\Draft", "\\Flagged", "\\Seen"}
    selected.append(MESSAGE, flags=sorted(others - {f"\\{name.capitalize()}"}))
    assert found(selected, name) == [2]
    assert found(selected, f"UN{name}") == [1, 3]


@requirement("RFC3501-6.4.4-FLAGGED", "RFC3501-6.4.4-SEEN")
def test_follows_store(selected):
    """What STORE did to a flag is what SEARCH sees."""
    fill(selected, MESSAGE, MESSAGE, MESSAGE)
    selected.ok("STORE", "1,3", "+FLAGS", "(\\Flagged)")
    assert found(selected, "FLAGGED") == [1, 3]
    selected.ok("STORE", 1, "FLAGS", "(\\Seen)")
    assert found(selected, "FLAGGED") == [3]
    assert found(selected, "UNSEEN") == [2, 3]


@requirement("RFC3501-6.4.4-FLAGGED")
def test_sees_flags_of_another_session(selected, second):
    """A flag that another session has set is found once this session has been told of it."""
    fill(selected, MESSAGE, MESSAGE)
    second.ok("NOOP")
    second.ok("STORE", 2, "+FLAGS", "(\\Flagged)")
    selected.ok("NOOP")
    assert found(selected, "FLAGGED") == [2]


@requirement("RFC3501-6.4.4-KEYWORD")
def test_keyword(selected):
    """KEYWORD finds the messages that carry the keyword, UNKEYWORD all others."""
    fill(selected, MESSAGE, MESSAGE, MESSAGE)
    selected.command("STORE", 1, "+FLAGS", "(gximap-one)")
    selected.command("STORE", 2, "+FLAGS", "(gximap-two \\Seen)")
    flags = selected.ok("FETCH", "1:2", "FLAGS")
    if "gximap-one" not in flags.fetch(1).flags or "gximap-two" not in flags.fetch(2).flags:
        pytest.skip("the server does not keep new keywords in this mailbox")
    assert found(selected, "KEYWORD", "gximap-one") == [1]
    assert found(selected, "UNKEYWORD", "gximap-one") == [2, 3]
    assert found(selected, "KEYWORD", "gximap-two", "SEEN") == [2]


@requirement("RFC3501-6.4.4-KEYWORD")
def test_keyword_that_no_message_has(selected):
    """A keyword that no message has is no error: KEYWORD finds nothing, UNKEYWORD everything."""
    fill(selected, MESSAGE, MESSAGE)
    assert found(selected, "KEYWORD", "gximap-never-set") == []
    assert found(selected, "UNKEYWORD", "gximap-never-set") == [1, 2]


@requirement(
    "RFC3501-6.4.4-RECENT", "RFC3501-6.4.4-NEW", "RFC3501-6.4.4-OLD", "RFC3501-2.3.2-RECENT"
)
def test_recent_new_and_old(selected, login):
    """RECENT and OLD divide the mailbox; NEW is what is recent and not seen."""
    selected.append(MESSAGE)
    selected.append(MESSAGE, flags=["\\Seen"])
    selected.ok("CLOSE")  # a read-write session has been notified of messages 1 and 2
    delivering, reading = login(), login()
    for flags in ("()", "(\\Seen)"):
        delivering.ok("APPEND", Mailbox(selected.mailbox), flags, Literal(MESSAGE))
    reading.select(selected.mailbox)
    assert found(reading, "RECENT") == [3, 4]
    assert found(reading, "OLD") == [1, 2]
    assert found(reading, "NEW") == [3]
    assert found(reading, "NOT", "RECENT") == [1, 2]
    assert found(reading, "NOT", "NEW") == [1, 2, 4]
    assert found(reading, "RECENT", "UNSEEN") == [3]

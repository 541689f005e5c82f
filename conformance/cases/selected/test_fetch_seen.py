"""What sets \\Seen and what does not (RFC 3501 6.4.5)."""

import pytest

from conformance.requirements import requirement
from conformance.wire import Mailbox

MESSAGE = b"Subject: seen\r\nMIME-Version: 1.0\r\n\r\ntext\r\n"
SETTING = [
    "BODY[]",
    "BODY[HEADER.FIELDS (SUBJECT)]",
    "BODY[1]<0.1>",
    pytest.param("RFC822", marks=requirement("RFC3501-6.4.5-RFC822")),
    pytest.param("RFC822.TEXT", marks=requirement("RFC3501-6.4.5-RFC822TEXT")),
]
NOT_SETTING = [
    pytest.param("(BODY.PEEK[] BODY.PEEK[TEXT]<0.1> BODY.PEEK[HEADER.FIELDS (TO)])", id="peek"),
    pytest.param("RFC822.HEADER", marks=requirement("RFC3501-6.4.5-RFC822HEADER")),
    pytest.param(
        "(ENVELOPE BODY BODYSTRUCTURE FLAGS UID INTERNALDATE RFC822.SIZE)", id="no-section"
    ),
]


def flags(connection, number=1):
    return connection.ok("FETCH", number, "FLAGS").fetch(number).flags


@requirement("RFC3501-6.4.5-SEEN")
@pytest.mark.parametrize("item", SETTING)
def test_section_sets_seen(selected, login, item):
    """Fetching a section sets \\Seen on the messages fetched, for every session."""
    selected.append(MESSAGE)
    selected.append(MESSAGE)
    selected.ok("FETCH", "1", item)
    assert r"\Seen" in flags(selected, 1)
    assert r"\Seen" not in flags(selected, 2)
    after = login()
    after.select(selected.mailbox)
    assert r"\Seen" in flags(after, 1)
    assert r"\Seen" not in flags(after, 2)


@requirement("RFC3501-6.4.5-PEEK")
@pytest.mark.parametrize("items", NOT_SETTING)
def test_does_not_set_seen(selected, items):
    """BODY.PEEK, RFC822.HEADER and what is no section do not set \\Seen."""
    selected.append(MESSAGE)
    selected.ok("FETCH", "1", items)
    assert r"\Seen" not in flags(selected)


@requirement("RFC3501-6.4.5-5", "RFC9051-6.4.5-3")
@pytest.mark.parametrize("items", ["BODY[]", "(FLAGS BODY[TEXT])"])
def test_new_flags_are_in_the_fetch_responses(selected, items):
    """Where fetching sets \\Seen, the FETCH responses have the new flags, with the old ones."""
    selected.append(MESSAGE, flags=(r"\Flagged",))
    fetched = selected.ok("FETCH", "1", items).fetch(1)
    assert fetched.flags - {r"\Recent"} == {r"\Flagged", r"\Seen"}


@requirement("RFC3501-6.3.2-2")
def test_examine_leaves_seen_alone(selected, login):
    """In a mailbox that was opened by EXAMINE, fetching a section does not set \\Seen."""
    selected.append(MESSAGE)
    reader = login()
    reader.ok("EXAMINE", Mailbox(selected.mailbox))
    fetched = reader.ok("FETCH", "1", "(BODY[] RFC822.TEXT)").fetch(1)
    assert fetched.section("") == MESSAGE
    assert r"\Seen" not in flags(reader)
    selected.ok("NOOP")
    assert r"\Seen" not in flags(selected)


@requirement("RFC3501-6.4.5-SEEN", "RFC3501-6.4.5-FLAGS")
def test_seen_can_be_removed_and_set_again(selected):
    """\\Seen that was removed by STORE is set again when a section is fetched again."""
    selected.append(MESSAGE)
    for _ in range(2):
        selected.ok("FETCH", "1", "BODY[TEXT]")
        assert r"\Seen" in flags(selected)
        selected.ok("STORE", "1", "-FLAGS.SILENT", r"(\Seen)")
        assert r"\Seen" not in flags(selected)

"""FETCH, the command: sequence sets, macros, lists of items, errors (RFC 3501 6.4.5 and 9)."""

import pytest

from conformance.requirements import requirement

STATIC = "(INTERNALDATE RFC822.SIZE ENVELOPE BODYSTRUCTURE BODY.PEEK[] BODY.PEEK[HEADER])"
UNREQUESTED = {"UID", "FLAGS"}  # data that a server may add to any FETCH response


def append(connection, count):
    for number in range(1, count + 1):
        connection.append(b"Subject: message %d\r\n\r\ntext\r\n" % number)


@requirement("RFC3501-9-SEQUENCESET", "RFC3501-9-RANGE", "RFC3501-9-STAR")
@pytest.mark.parametrize(
    ("sequence_set", "expected"),
    [
        pytest.param("4:2", {2, 3, 4}, id="range-reversed"),
        pytest.param("5,1,3", {1, 3, 5}, id="list-out-of-order"),
        pytest.param("*", {5}, id="star"),
        pytest.param("*:4", {4, 5}, id="range-from-star"),
        pytest.param("2:4,3,4:5,3", {2, 3, 4, 5}, id="overlapping"),
        pytest.param("1,3:*", {1, 3, 4, 5}, id="list-with-star"),
    ],
)
def test_sequence_set(selected, sequence_set, expected):
    """FETCH brings the messages of the sequence set, in whatever order it names them."""
    append(selected, 5)
    answer = selected.ok("FETCH", sequence_set, "(RFC822.SIZE ENVELOPE)")
    subjects = {}
    for fetched in answer.fetches():
        if "ENVELOPE" in fetched:
            subjects[fetched.number] = fetched.envelope.subject
    assert subjects == {number: b"message %d" % number for number in expected}


@requirement("RFC3501-6.4.5-ITEMS")
def test_single_item_needs_no_parentheses(selected):
    """A single data item may stand with parentheses or without them."""
    append(selected, 1)
    for item in ("UID", "BODY", "BODY.PEEK[HEADER.FIELDS (TO SUBJECT)]<0.9>"):
        bare = selected.ok("FETCH", "1", item).fetch(1)
        in_list = selected.ok("FETCH", "1", f"({item})").fetch(1)
        name = item.replace(".PEEK", "").replace("<0.9>", "<0>")
        assert bare[name] == in_list[name]


@requirement("RFC3501-6.4.5-ITEMS")
def test_list_brings_every_item(selected):
    """A list of data items brings every one of them."""
    append(selected, 1)
    items = (
        "ENVELOPE FLAGS INTERNALDATE RFC822 RFC822.HEADER RFC822.SIZE RFC822.TEXT BODY "
        "BODYSTRUCTURE UID BODY[] BODY[HEADER] BODY[TEXT] BODY[1] BODY[HEADER.FIELDS (SUBJECT)] "
        "BODY[HEADER.FIELDS.NOT (SUBJECT)] BODY[]<0.4>"
    )
    fetched = selected.ok("FETCH", "1", f"({items})").fetch(1)
    bare = items.replace(" (", "(").replace("<0.4>", "<0>").split()
    missing = [item for item in bare if item.replace("(", " (") not in fetched]
    assert missing == []


@requirement("RFC3501-6.4.5-ITEMS")
def test_repeated_item(selected):
    """An item that is named twice is fetched."""
    append(selected, 1)
    fetched = selected.ok("FETCH", "1", "(RFC822.SIZE BODY.PEEK[TEXT] RFC822.SIZE BODY[TEXT])")
    assert fetched.fetch(1).section("TEXT") == b"text\r\n"
    assert fetched.fetch(1).size == 28


@requirement("RFC3501-7.5-3")
def test_items_in_any_letter_case(selected):
    """FETCH and the names of its items are understood in any letter case."""
    append(selected, 1)
    items = "(rfc822.Size body.peek[Header.Fields (subject)] EnVeLoPe body[text]<0.2>)"
    fetched = selected.ok("fEtCh", "1", items).fetch(1)
    assert fetched.size == 28
    assert fetched.envelope.subject == b"message 1"
    assert fetched.section("HEADER.FIELDS (SUBJECT)") == b"Subject: message 1\r\n\r\n"
    assert fetched.section("TEXT", origin=0) == b"te"


MACROS = [
    pytest.param(
        "ALL",
        {"FLAGS", "INTERNALDATE", "RFC822.SIZE", "ENVELOPE"},
        marks=requirement("RFC3501-6.4.5-ALL"),
        id="all",
    ),
    pytest.param(
        "FAST",
        {"FLAGS", "INTERNALDATE", "RFC822.SIZE"},
        marks=requirement("RFC3501-6.4.5-FAST"),
        id="fast",
    ),
    pytest.param(
        "full",
        {"FLAGS", "INTERNALDATE", "RFC822.SIZE", "ENVELOPE", "BODY"},
        marks=requirement("RFC3501-6.4.5-FULL"),
        id="full",
    ),
]


@pytest.mark.parametrize(("macro", "items"), MACROS)
def test_macro(selected, macro, items):
    """A macro brings what the list of items that it stands for brings."""
    append(selected, 1)
    by_macro = selected.ok("FETCH", "1", macro).fetch(1)
    by_list = selected.ok("FETCH", "1", f"({' '.join(sorted(items))})").fetch(1)
    assert set(by_macro.names) - UNREQUESTED == set(by_list.names) - UNREQUESTED
    for name in items:
        assert by_macro[name] == by_list[name]


@requirement("RFC3501-6.4.5-MACRO", "RFC3501-2.2.2-3", level="SHOULD")
@pytest.mark.parametrize("items", ["(FAST UID)", "ALL FAST"])
def test_macro_stands_alone(selected, items):
    """A macro together with other items, or in a list, is answered BAD."""
    append(selected, 1)
    answer = selected.command("FETCH", "1", items)
    assert answer.status == "BAD"
    assert "INTERNALDATE" not in [name for one in answer.fetches() for name in one.names]


@requirement("RFC3501-2.2.2-3", "RFC3501-6.4.5-INVALID", level="SHOULD")
@pytest.mark.parametrize(
    "arguments",
    [
        pytest.param(" 1", id="no-items"),
        pytest.param(" 1 ()", id="empty-list"),
        pytest.param(" 0 UID", id="number-zero"),
        pytest.param(" 1: UID", id="open-range"),
        pytest.param(" 1 (UID NONSENSE)", id="unknown-item"),
        pytest.param(" 1 BODY.PEEK", id="peek-without-section"),
        pytest.param(" 1 BODY.PEEK[NONSENSE]", id="unknown-section"),
        pytest.param(" 1 BODY.PEEK[HEADER.FIELDS ()]", id="empty-field-list"),
        pytest.param(" 1 BODY.PEEK[0]", id="part-zero"),
        pytest.param(" 1 BODY.PEEK[]<0.0>", id="partial-of-nothing"),
    ],
)
def test_malformed_arguments(selected, arguments):
    """FETCH with arguments that are missing or against the syntax is answered BAD."""
    append(selected, 1)
    selected.send_line(f"bad FETCH{arguments}".encode())
    answer = selected.finish("bad")
    assert answer.status == "BAD"
    assert answer.fetches() == []
    selected.ok("FETCH", "1", "UID")


@requirement("RFC3501-6.4.5-4", "RFC3501-6.4.5-INVALID", "RFC9051-6.4.5.1-2", level="SHOULD")
def test_mime_needs_a_part_number(selected):
    """BODY[MIME], without a part number before it, is answered BAD."""
    append(selected, 1)
    assert selected.command("FETCH", "1", "BODY.PEEK[MIME]").status == "BAD"


@requirement("RFC3501-9-NUMBER")
@pytest.mark.parametrize("sequence_set", ["4", "2:4"])
def test_number_of_no_message(selected, sequence_set):
    """A message sequence number greater than the number of messages is answered BAD."""
    append(selected, 3)
    assert selected.command("FETCH", sequence_set, "UID").status == "BAD"


@requirement("RFC3501-9-NUMBER")
@pytest.mark.parametrize("sequence_set", ["1", "*"])
def test_empty_mailbox_has_no_number(selected, sequence_set):
    """In an empty mailbox any message sequence number, also *, is answered BAD."""
    assert selected.command("FETCH", sequence_set, "UID").status == "BAD"


@requirement("RFC3501-3.2-1", "RFC9051-3.2-1")
@pytest.mark.parametrize("name", ["FETCH", "UID FETCH"])
def test_needs_a_selected_mailbox(authenticated, name):
    """Without a selected mailbox FETCH is refused."""
    answer = authenticated.command(name, "1", "FLAGS")
    assert answer.status in ("BAD", "NO")
    assert answer.fetches() == []


@requirement("RFC3501-6.4.5-1", "RFC3501-7.5-16", "RFC9051-6.4.5-1")
def test_static_data_stays_the_same(selected, login, messages):
    """What is static of a message is the same in another session, also after its flags changed."""
    selected.append(messages["rfc3501-6.4.5"].octets)
    first = selected.ok("FETCH", "1", STATIC).fetch(1)
    selected.ok("STORE", "1", "+FLAGS", r"(\Seen \Flagged)")
    other = login()
    other.select(selected.mailbox)
    again = other.ok("FETCH", "1", STATIC).fetch(1)
    for name in STATIC.strip("()").replace(".PEEK", "").split():
        assert first[name] == again[name], f"{name} has changed"

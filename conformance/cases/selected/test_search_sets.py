"""SEARCH by message sequence numbers and by UIDs: RFC 3501 sections 6.4.4 and 9."""

import pytest

from conformance.cases.selected._search import fill, found
from conformance.requirements import requirement

MESSAGE = b"Subject: sets\r\n\r\nsets\r\n"


@requirement("RFC3501-6.4.4-SEQUENCE", "RFC3501-9-SEQUENCESET", "RFC3501-9-RANGE", "RFC3501-9-STAR")
@pytest.mark.parametrize(
    ("sequence_set", "expected"),
    [
        ("2", [2]),
        ("*", [5]),
        ("2:4", [2, 3, 4]),
        ("4:2", [2, 3, 4]),
        ("4:*", [4, 5]),
        ("*:4", [4, 5]),
        ("5,1,3", [1, 3, 5]),
        ("1:3,2:4,3", [1, 2, 3, 4]),
    ],
)
def test_sequence_set(selected, sequence_set, expected):
    """A sequence set finds the messages with its numbers, in whatever order it names them."""
    fill(selected, *[MESSAGE] * 5)
    assert found(selected, sequence_set) == expected


@requirement("RFC3501-6.4.4-AND", "RFC3501-6.4.4-NOT", "RFC3501-6.4.4-SEQUENCE")
def test_sequence_sets_combine(selected):
    """Sequence sets are search keys as others are: they intersect, and NOT negates them."""
    fill(selected, *[MESSAGE] * 5)
    assert found(selected, "1:3", "2:5") == [2, 3]
    assert found(selected, "NOT", "2:4") == [1, 5]
    assert found(selected, "OR", "1", "(4:5 NOT *)") == [1, 4]


@requirement("RFC3501-9-NUMBER")
def test_number_beyond_the_last_message(selected):
    """A message sequence number greater than the number of messages is answered BAD."""
    fill(selected, MESSAGE, MESSAGE)
    assert selected.command("SEARCH", "3").status == "BAD"


@requirement("RFC3501-9-NUMBER")
def test_star_in_an_empty_mailbox(selected):
    """* is no message sequence number of an empty mailbox: it is answered BAD."""
    assert selected.command("SEARCH", "*").status == "BAD"


@requirement("RFC3501-6.4.4-UID", "RFC3501-9-RANGE", "RFC3501-9-STAR")
def test_uid(selected):
    """UID finds messages by unique identifier; SEARCH answers with their sequence numbers."""
    uids = fill(selected, *[MESSAGE] * 5)
    selected.ok("STORE", "1:2", "+FLAGS.SILENT", "(\\Deleted)")
    selected.ok("EXPUNGE")
    third, fourth, fifth = uids[2:]
    assert found(selected, "UID", fourth) == [2]
    assert found(selected, "UID", f"{fifth}:{fourth}") == [2, 3]
    assert found(selected, "UID", f"{fifth},{third}") == [1, 3]
    assert found(selected, "UID", "*") == [3]
    assert found(selected, "NOT", "UID", third) == [2, 3]


@requirement("RFC3501-6.4.4-UID", "RFC3501-6.4.8-IGNORED")
def test_uid_that_does_not_exist(selected):
    """UIDs that no message has are ignored, alone and as ends of a range."""
    uids = fill(selected, *[MESSAGE] * 3)
    selected.ok("STORE", 1, "+FLAGS.SILENT", "(\\Deleted)")
    selected.ok("EXPUNGE")
    assert found(selected, "UID", uids[0]) == []
    assert found(selected, "UID", uids[2] + 1000) == []
    assert found(selected, "UID", f"{uids[0]}:{uids[1]}") == [1]
    assert found(selected, "UID", f"{uids[0]},{uids[2]},{uids[2] + 1000}") == [2]


@requirement("RFC3501-6.4.4-UID", "RFC3501-6.4.8-STAR", "RFC3501-9-STAR")
def test_uid_range_from_beyond_to_star(selected):
    """A UID range to * includes the last message, even from beyond every UID."""
    uids = fill(selected, MESSAGE, MESSAGE)
    assert found(selected, "UID", f"{uids[1] + 1000}:*") == [2]
    assert found(selected, "UID", f"*:{uids[1] + 1000}") == [2]
    assert found(selected, "UID", "4294967295:*") == [2]


@requirement("RFC3501-6.4.4-UID", "RFC3501-6.4.8-IGNORED")
def test_uids_in_an_empty_mailbox(selected):
    """In an empty mailbox every UID is one that does not exist, which is no error."""
    assert found(selected, "UID", "1:*") == []
    assert found(selected, "UID", "7") == []

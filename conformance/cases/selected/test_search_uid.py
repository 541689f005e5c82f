"""UID SEARCH: RFC 3501 section 6.4.8."""

import pytest

from conformance.cases.selected._search import fill
from conformance.requirements import requirement
from conformance.wire import Literal

MESSAGE = b"Subject: unique\r\n\r\nidentifiers\r\n"


@pytest.fixture
def uids(selected):
    """The UIDs of messages 1 to 3; two others before and between them have been removed."""
    uids = fill(selected, *[MESSAGE] * 5)
    selected.ok("STORE", "1,3", "+FLAGS.SILENT", "(\\Deleted)")
    selected.ok("EXPUNGE")
    return [uids[1], uids[3], uids[4]]


def found(connection, *arguments):
    return connection.ok("UID SEARCH", *arguments).search()


@requirement("RFC3501-6.4.8-SEARCH", "RFC3501-7.2.5-NUMBERS")
def test_answers_with_uids(selected, uids):
    """The numbers of a UID SEARCH are unique identifiers; those of SEARCH are not."""
    assert found(selected, "ALL") == uids
    assert selected.ok("SEARCH", "ALL").search() == [1, 2, 3]


@requirement("RFC3501-6.4.8-SEARCH", "RFC3501-6.4.4-SEQUENCE")
def test_sequence_set_means_sequence_numbers(selected, uids):
    """A sequence set in UID SEARCH still means message sequence numbers."""
    assert found(selected, "1") == uids[:1]
    assert found(selected, "2:*") == uids[1:]


@requirement("RFC3501-6.4.8-SEARCH", "RFC3501-6.4.4-UID", "RFC3501-6.4.8-IGNORED")
def test_intersection_of_both_kinds_of_numbers(selected, uids):
    """UID SEARCH 1:2 UID n:m brings the UIDs in both the number range and the UID range."""
    between = f"{uids[0] + 1}:{uids[2] + 1000}"
    assert found(selected, "1:2", "UID", between) == uids[1:2]


@requirement("RFC3501-6.4.8-STAR", "RFC3501-6.4.8-SEARCH")
def test_range_from_beyond_to_star(selected, uids):
    """UID SEARCH UID n:* brings the UID of the last message, even if n is higher than any UID."""
    assert found(selected, "UID", f"{uids[2] + 1000}:*") == uids[2:]


@requirement("RFC3501-6.4.8-SEARCH", "RFC3501-6.4.4-2")
def test_nothing_found(selected, uids):
    """A UID SEARCH that finds nothing answers with a SEARCH response without numbers."""
    assert found(selected, "SUBJECT", "nowhere") == []
    assert found(selected, "UID", uids[0] - 1 or uids[2] + 1) == []


@requirement("RFC3501-6.4.8-SEARCH")
def test_takes_a_literal(selected, uids):
    """UID SEARCH takes the arguments of SEARCH, literals among them."""
    selected.ok("UID STORE", uids[1], "+FLAGS.SILENT", "(\\Flagged)")
    assert found(selected, "FLAGGED", "SUBJECT", Literal(b"unique")) == uids[1:2]

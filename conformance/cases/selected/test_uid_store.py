"""UID STORE, and UID as a command: RFC 3501 section 6.4.8."""

import pytest

from conformance.cases._mailbox import fill, flags
from conformance.requirements import requirement


@pytest.fixture
def uneven(selected):
    """A mailbox with two messages whose UIDs are not their numbers; `.uids` has them."""
    first, *kept = fill(selected, 3)
    selected.ok("UID STORE", first, "+FLAGS.SILENT (\\Deleted)")
    selected.ok("EXPUNGE")
    selected.uids = kept
    return selected


@requirement("RFC3501-6.4.8-NUMBERS")
def test_numbers_are_uids(uneven):
    """UID STORE changes the message with the UID, not the one with that sequence number."""
    uneven.ok("UID STORE", uneven.uids[0], "+FLAGS (\\Flagged)")
    assert flags(uneven, 1) == {"\\Flagged"}
    assert flags(uneven, 2) == set()


@requirement("RFC3501-6.4.8-1", "RFC3501-6.4.8-SEQUENCE")
def test_response_has_the_uid(uneven):
    """The FETCH responses of UID STORE bear sequence numbers, and the UID beside the flags."""
    answer = uneven.ok("UID STORE", f"{uneven.uids[0]}:{uneven.uids[1]}", "+FLAGS (\\Flagged)")
    for fetched in answer.fetches():
        assert "UID" in fetched, f"FETCH {fetched.number} in answer to UID STORE lacks the UID"
        assert fetched.uid == uneven.uids[fetched.number - 1]


@requirement("RFC3501-6.4.8-IGNORED")
def test_uid_that_does_not_exist(uneven):
    """A UID that does not exist is ignored; others in the same set are changed."""
    beyond = uneven.uids[-1] + 10
    answer = uneven.ok("UID STORE", beyond, "+FLAGS (\\Flagged)")
    assert answer.fetches() == []
    uneven.ok("UID STORE", f"1,{uneven.uids[1]},{beyond}", "+FLAGS (\\Flagged)")
    assert flags(uneven, 1) == set()
    assert flags(uneven, 2) == {"\\Flagged"}


@requirement("RFC3501-6.4.8-IGNORED")
def test_in_an_empty_mailbox(selected):
    """In an empty mailbox every UID is one that does not exist: UID STORE is answered OK."""
    assert selected.ok("UID STORE", "1:*", "+FLAGS (\\Seen)").fetches() == []


@requirement("RFC3501-6.4.8-STAR")
def test_range_above_the_last_uid(uneven):
    """A range from above the last UID to * contains the last message."""
    uneven.ok("UID STORE", f"{uneven.uids[-1] + 100}:*", "+FLAGS.SILENT (\\Flagged)")
    assert uneven.ok("UID SEARCH", "FLAGGED").search() == [uneven.uids[-1]]


@requirement("RFC3501-6.4.8-BAD", "RFC3501-2.2.2-3")
@pytest.mark.parametrize(
    "command",
    [
        pytest.param("UID", id="nothing"),
        pytest.param("UID NOOP", id="other-command"),
        pytest.param("UID 1 STORE +FLAGS (\\Flagged)", id="wrong-order"),
        pytest.param("UID STORE 1:* +FLAGS", id="no-flags"),
        pytest.param("UID STORE 0 +FLAGS (\\Flagged)", id="uid-zero"),
        pytest.param("UID STORE 4294967296 +FLAGS (\\Flagged)", id="uid-of-33-bits"),
    ],
)
def test_malformed_arguments(selected, command):
    """UID with arguments that are missing or against the syntax is answered BAD."""
    fill(selected, 1)
    selected.send_line(f"bad {command}")
    assert selected.finish("bad").status == "BAD"
    assert flags(selected) == set()

"""UID FETCH (RFC 3501 6.4.8)."""

import pytest

from conformance.requirements import requirement

MESSAGE = b"Subject: message %d\r\n\r\ntext\r\n"


@pytest.fixture
def gapped(selected):
    """A mailbox with a gap in its UIDs: messages 1, 2 and 3, whose UIDs are in .uids."""
    uids = [selected.append(MESSAGE % number) for number in range(5)]
    selected.ok("STORE", "2:3", "+FLAGS.SILENT", r"(\Deleted)")
    selected.ok("EXPUNGE")
    selected.uids = [uids[0], uids[3], uids[4]]
    selected.gone = uids[1:3]
    return selected


@requirement("RFC3501-6.4.8-1", "RFC3501-6.4.8-SEQUENCE")
@pytest.mark.parametrize("items", ["FLAGS", "(UID ENVELOPE)", "BODY[]"])
def test_brings_the_uid_and_the_sequence_number(gapped, items):
    """Every FETCH response to UID FETCH has the sequence number and the UID, asked for or not."""
    answer = gapped.ok("UID FETCH", f"{gapped.uids[0]}:{gapped.uids[2]}", items)
    found = {(fetched.number, fetched.uid) for fetched in answer.fetches()}
    assert found == set(enumerate(gapped.uids, 1))


@requirement("RFC3501-6.4.8-NUMBERS", "RFC3501-9-RANGE", "RFC3501-6.4.8-STAR")
@pytest.mark.parametrize(
    ("sequence_set", "expected"),
    [
        pytest.param("{1}", {1}, id="uid"),
        pytest.param("{2}:{0}", {0, 1, 2}, id="range-reversed"),
        pytest.param("*", {2}, id="star"),
        pytest.param("4294967295:*", {2}, id="beyond-to-star"),
        pytest.param("*:{1}", {1, 2}, id="from-star"),
        pytest.param("{0}:4294967295", {0, 1, 2}, id="range-beyond-the-end"),
    ],
)
def test_uid_set(gapped, sequence_set, expected):
    """The numbers of UID FETCH are UIDs; a range also holds UIDs that no message has."""
    answer = gapped.ok("UID FETCH", sequence_set.format(*gapped.uids), "ENVELOPE")
    found = {fetched.uid for fetched in answer.fetches() if "ENVELOPE" in fetched}
    assert found == {gapped.uids[place] for place in expected}


@requirement("RFC3501-6.4.8-IGNORED")
def test_uid_of_no_message_is_ignored(gapped):
    """A UID that no message has brings OK without data, and does not disturb the others."""
    answer = gapped.ok("UID FETCH", f"{gapped.gone[0]}:{gapped.gone[1]},4294967295", "RFC822.SIZE")
    assert [fetched for fetched in answer.fetches() if "RFC822.SIZE" in fetched] == []
    answer = gapped.ok("UID FETCH", f"{gapped.gone[1]},{gapped.uids[1]}", "RFC822.SIZE")
    assert answer.fetch(uid=gapped.uids[1]).number == 2


@requirement("RFC3501-6.4.8-IGNORED", "RFC3501-9-STAR")
@pytest.mark.parametrize("sequence_set", ["1:*", "*"])
def test_empty_mailbox(selected, sequence_set):
    """In an empty mailbox UID FETCH is answered OK without data."""
    assert selected.ok("UID FETCH", sequence_set, "(UID FLAGS)").fetches() == []


@requirement("RFC3501-6.4.8-1", "RFC3501-6.4.5-5", "RFC3501-6.4.5-SEEN", "RFC9051-6.4.5-3")
def test_sets_seen(gapped):
    """UID FETCH of a section sets \\Seen on the messages with these UIDs and on no others."""
    gapped.ok("UID FETCH", gapped.uids[1], "BODY[TEXT]")
    answer = gapped.ok("FETCH", "1:3", "FLAGS")
    seen = [fetched.number for fetched in answer.fetches() if r"\Seen" in fetched.flags]
    assert seen == [2]


@requirement("RFC3501-2.2.2-3", "RFC3501-6.4.5-INVALID", level="SHOULD")
@pytest.mark.parametrize("command", ["UID", "UID FETCH 1", "UID NOOP"])
def test_malformed(selected, command):
    """UID without a command it can stand before, or without proper arguments, is answered BAD."""
    selected.append(MESSAGE % 1)
    selected.send_line(f"bad {command}".encode())
    assert selected.finish("bad").status == "BAD"

"""SEARCH MODSEQ, and the mod-sequence in its result (RFC 7162, 3.1.5, 3.1.6, 3.1.10)."""

import pytest

from conformance.cases._mailbox import message
from conformance.cases.extensions._condstore import modseqs, prepare
from conformance.requirements import needs, requirement, revision
from conformance.wire import Received, ReceivedItems
from conformance.wire.grammar import ESearchData, SearchData


@pytest.fixture
def four(selected):
    """Four messages, of which the second changed last; mod-sequences by number: .modseq."""
    selected.uids = prepare(selected, 4)
    selected.ok("STORE", "2", "+FLAGS (\\Flagged)")
    selected.modseq = ReceivedItems(enumerate(modseqs(selected).values(), 1), "message")
    return selected


def searched(connection, *keys, command="SEARCH"):
    """The numbers found, and the mod-sequence told with them."""
    data = connection.ok(command, *keys).only(SearchData)
    return set(data.numbers), data.modseq


@requirement("RFC7162-3.1.5-KEY", "RFC7162-3.1.5-HIGHEST")
@needs("CONDSTORE")
@revision("IMAP4rev1")
def test_equal_or_greater(four):
    """MODSEQ finds messages with that mod-sequence or a greater one, and tells the highest."""
    one, two, three, last = (four.modseq[number] for number in (1, 3, 4, 2))
    assert searched(four, f"MODSEQ {one}") == ({1, 2, 3, 4}, last)
    assert searched(four, f"MODSEQ {one + 1}") == ({2, 3, 4}, last)
    assert searched(four, f"MODSEQ {three}") == ({2, 4}, last)
    assert searched(four, f"MODSEQ {two} UNFLAGGED") == ({3, 4}, three)
    assert searched(four, f"modseq {last}") == ({2}, last)


@requirement("RFC7162-3.1.5-HIGHEST")
@needs("CONDSTORE")
@revision("IMAP4rev1")
def test_nothing_found(four):
    """A SEARCH that finds nothing tells no mod-sequence."""
    assert searched(four, f"MODSEQ {four.modseq[2] + 1}") == (set(), None)
    assert searched(four, "MODSEQ 1 SEEN") == (set(), None)


@requirement("RFC7162-3.1.5-KEY", "RFC7162-3.1.5-HIGHEST")
@needs("CONDSTORE")
@revision("IMAP4rev1")
def test_within_other_keys(four):
    """MODSEQ can stand in OR, NOT and parentheses; the highest of those found is told."""
    since = four.modseq[4]
    assert searched(four, f"NOT MODSEQ {since}") == ({1, 3}, four.modseq[3])
    assert searched(four, f"OR MODSEQ {since} 1") == ({1, 2, 4}, four.modseq[2])
    assert searched(four, f"(MODSEQ {since} NOT FLAGGED)") == ({4}, since)


@requirement("RFC7162-3.1.5-KEY", "RFC7162-3.1.5-HIGHEST")
@needs("CONDSTORE")
@revision("IMAP4rev1")
def test_uid_search(four):
    """UID SEARCH MODSEQ gives UIDs, and the mod-sequence too."""
    found = searched(four, f"MODSEQ {four.modseq[4]}", command="UID SEARCH")
    assert found == ({four.uids[1], four.uids[3]}, four.modseq[2])


@requirement("RFC7162-3.1.5-KEY", "RFC7162-7-SYNTAX")
@needs("CONDSTORE")
@revision("IMAP4rev1")
def test_zero(four):
    """MODSEQ 0 finds all messages."""
    assert searched(four, "MODSEQ 0") == ({1, 2, 3, 4}, four.modseq[2])


@requirement("RFC7162-3.1.5-ENTRY")
@needs("CONDSTORE")
@revision("IMAP4rev1")
@pytest.mark.parametrize(
    "entry",
    ['"/flags/\\\\draft" all', '"/flags/\\\\Seen" PRIV', '"/flags/$mdnsent" shared'],
    ids=["system-flag", "priv", "keyword"],
)
def test_entry(four, entry):
    """The name and type of an entry may stand before the value; all or fewer messages are found."""
    every, _ = searched(four, f"MODSEQ {four.modseq[4]}")
    found, modseq = searched(four, f"MODSEQ {entry} {four.modseq[4]}")
    assert found <= every
    assert (modseq is None) == (not found)


@requirement("RFC7162-3.1.5-HIGHEST")
@needs("CONDSTORE")
@revision("IMAP4rev1")
def test_other_searches_tell_none(four):
    """A SEARCH without MODSEQ tells no mod-sequence."""
    assert searched(four, "ALL") == ({1, 2, 3, 4}, None)


@requirement("RFC7162-3.1.10-ESEARCH", "RFC4731-3.2-1")
@needs("CONDSTORE", "ESEARCH")
@pytest.mark.parametrize(
    ("options", "of"),
    [("ALL", (1, 3, 4)), ("COUNT", (1, 3, 4)), ("", (1, 3, 4)), ("MIN", (1,)), ("MAX", (4,)),
     ("MIN MAX", (1, 4)), ("MIN COUNT", (1, 3, 4))],
    ids=["all", "count", "none", "min", "max", "min-max", "min-count"],
)  # fmt: skip
def test_esearch(four, options, of):
    """ESEARCH tells the highest mod-sequence of what it returns: of MIN, MAX alone that message's.

    Message 3 changed after 4, so the messages of MIN and MAX have not the highest one.
    """
    four.ok("STORE", "3", "+FLAGS (\\Draft)")
    modseq = Received(modseqs(four).values(), "mod-sequence")
    answer = four.ok("SEARCH", f"RETURN ({options})", "MODSEQ 1 UNFLAGGED")
    assert answer.only(ESearchData).modseq == max(modseq[number - 1] for number in of)


@requirement("RFC7162-3.1.10-ESEARCH", "RFC4731-3.2-1")
@needs("CONDSTORE", "ESEARCH")
def test_esearch_finds_nothing(four):
    """ESEARCH has no MODSEQ where nothing was found, nor where it was no criterion."""
    result = four.ok("SEARCH", "RETURN (COUNT)", f"MODSEQ {four.modseq[2] + 1}").esearch()
    assert (result.count, result.modseq) == (0, None)
    result = four.ok("SEARCH", "RETURN (COUNT)", "ALL").esearch()
    assert (result.count, result.modseq) == (4, None)


@requirement("RFC3501-2.2.2-3")
@needs("CONDSTORE")
@pytest.mark.parametrize(
    "key",
    ["MODSEQ", "MODSEQ -1", "MODSEQ 9223372036854775808", 'MODSEQ "/flags/\\\\Seen" 1',
     'MODSEQ "/flags/\\\\Seen" some 1', "MODSEQ (1)"],
)  # fmt: skip
def test_malformed_key(selected, key):
    """A key MODSEQ that breaks the syntax is answered BAD."""
    selected.append(message(1))
    assert selected.command("SEARCH", key).status == "BAD"

"""SEARCH in a session that enabled IMAP4rev2: RFC 9051 sections 6.4.4 and 7.3.4."""

import pytest

from conformance.cases._mailbox import message
from conformance.cases.extensions._results import FLAGGED, esearch
from conformance.requirements import requirement, revision
from conformance.wire import Literal

pytestmark = revision("IMAP4rev2")


@requirement("RFC9051-6.4.4-DEFAULT", "RFC9051-6.4.4-9")
def test_search_is_answered_with_esearch(five):
    """SEARCH without options is answered with ESEARCH and ALL."""
    assert sorted(esearch(five, "SEARCH", "FLAGGED").all or ()) == list(FLAGGED)


@requirement("RFC9051-6.4.4-DEFAULT", "RFC9051-6.4.9-1")
def test_uid_search_is_answered_with_esearch(five):
    """UID SEARCH without options is answered with ESEARCH, the UID indicator and UIDs."""
    found = esearch(five, "UID SEARCH", "FLAGGED").all
    assert sorted(found or ()) == [five.uids[number - 1] for number in FLAGGED]


@requirement("RFC9051-6.4.4-9", "RFC9051-7.3.4-6")
@pytest.mark.parametrize("command", ["SEARCH", "UID SEARCH"], ids=["search", "uid"])
def test_nothing_found(five, command):
    """A SEARCH that finds nothing is answered with ESEARCH without ALL."""
    assert esearch(five, command, "ANSWERED").all is None


@requirement("RFC9051-6.4.4-17")
@pytest.mark.parametrize("needle", [Literal("café".encode()), '"café"'], ids=["literal", "quoted"])
def test_strings_are_utf_8(selected, needle):
    """Without CHARSET the strings of a SEARCH are UTF-8."""
    selected.append(b"Subject: =?iso-8859-1?q?caf=E9?=\r\n\r\n.\r\n")
    selected.append(message(2))
    assert sorted(esearch(selected, "SEARCH", "SUBJECT", needle).all or ()) == [1]


@requirement("RFC9051-6.4.4-15", "RFC9051-6.4.4-17")
@pytest.mark.parametrize("charset", ["UTF-8", "US-ASCII"])
def test_charset_may_be_named(five, charset):
    """CHARSET UTF-8 and US-ASCII are supported, even if they are redundant."""
    found = esearch(five, "SEARCH", "CHARSET", charset, "SUBJECT", '"message 3"').all
    assert len(found or ()) == 1


@requirement("RFC9051-6.4.4-18")
def test_unknown_charset(five):
    """A charset that the server does not support is answered NO, not BAD."""
    five.command("SEARCH", "CHARSET", "X-NO-SUCH", "SUBJECT", "x").expect("NO")


@requirement("RFC9051-6.4.4-10", "RFC9051-6.4.4-11")
def test_options(five):
    """Result options bring one ESEARCH response with what they ask for."""
    result = esearch(five, "SEARCH", "RETURN (MIN MAX COUNT)", "FLAGGED")
    assert (result.min, result.max, result.count) == (2, 5, 3)
    assert result.all is None


@requirement("RFC9051-6.4.4-SUBSTRING")
@pytest.mark.parametrize(
    "key", ["SUBJECT essag", "FROM xampl", "HEADER X-Note hidde", 'HEADER X-Note ""']
)
def test_substrings_match(selected, key):
    """A string matches where it is a substring of the text, the empty string too."""
    selected.append(b"From: a@example.test\r\nSubject: message\r\nX-Note: hidden\r\n\r\n.\r\n")
    selected.append(b"Subject: other\r\n\r\n.\r\n")
    assert sorted(esearch(selected, "SEARCH", key).all or ()) == [1]

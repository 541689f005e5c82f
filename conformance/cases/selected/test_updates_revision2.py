"""What a session with IMAP4rev2 is told of messages: RFC 9051 sections 6.3.13, 6.4.9, 7.5.2."""

import pytest

from conformance.cases._mailbox import contents, fill, flags, message
from conformance.requirements import requirement, revision
from conformance.wire import DeadlineExpired, Mailbox
from conformance.wire.grammar import FetchData

pytestmark = revision("IMAP4rev2")

KEYWORDS = ["$MDNSent", "$Forwarded", "$Junk", "$NonJunk", "$Phishing"]

CONTINUED = b"""\
Content-Type: application/x-stuff; title*0="one "; title*2=three; title*1="two "\r
\r
stuff\r
"""
WITH_CHARSET = b"""\
Content-Type: application/x-stuff; title*0*=iso-8859-1'de'Gr%FC; title*1*=%DFe\r
\r
stuff\r
"""


def flagged_by(second, number, flag):
    """Another session sets a flag of a message."""
    second.ok("NOOP")
    second.ok("STORE", number, f"+FLAGS.SILENT ({flag})")


@requirement("RFC9051-7.5.2-19", "RFC9051-5.2-2", level="MUST")
def test_unsolicited_fetch_has_the_uid(selected, second):
    """FETCH that tells of flags which another session changed includes UID."""
    present = fill(selected, 3)
    selected.ok("NOOP")
    flagged_by(second, 2, "\\Flagged")
    told = selected.ok("NOOP").fetches()
    if not told:
        pytest.skip("the server does not tell of flags that another session changed")
    assert [(one.number, one.items.get("UID")) for one in told] == [(2, present[1])]


@requirement("RFC9051-6.3.13-1", "RFC9051-7.5.2-19")
def test_fetch_in_idle_has_the_uid(selected, second):
    """FETCH that comes during IDLE includes UID."""
    present = fill(selected, 3)
    selected.ok("NOOP")
    with selected.idle():
        flagged_by(second, 2, "\\Flagged")
        try:
            told = selected.expect_untagged(FetchData)
        except DeadlineExpired:
            pytest.skip("the server does not tell of changed flags in IDLE")
    assert (told.number, told.items.get("UID")) == (2, present[1])


@requirement("RFC9051-7.5.2-19")
def test_fetch_beside_an_answer_has_the_uid(selected, second):
    """FETCH of a message that the command does not name, which comes with its answer, has UID."""
    present = fill(selected, 3)
    selected.ok("NOOP")
    flagged_by(second, 3, "\\Flagged")
    told = selected.ok("FETCH", 1, "FLAGS").fetches() + selected.ok("NOOP").fetches()
    unsolicited = [one for one in told if one.number == 3]
    if not unsolicited:
        pytest.skip("the server does not tell of flags that another session changed")
    assert {one.items.get("UID") for one in unsolicited} == {present[2]}


@requirement("RFC9051-6.4.9-2")
@pytest.mark.parametrize(
    "arguments",
    [("UID FETCH", "FLAGS"), ("UID STORE", "+FLAGS (\\Flagged)")],
    ids=["uid-fetch", "uid-store"],
)
def test_uid_commands_bring_the_uid(selected, arguments):
    """FETCH responses to UID FETCH and UID STORE include UID, which was not asked for."""
    present = fill(selected, 2)
    command, rest = arguments
    told = selected.ok(command, present[1], rest).fetches()
    assert {one.items.get("UID") for one in told if one.number == 2} == {present[1]}


@requirement("RFC9051-2.3.2-2", "RFC9051-E-1")
@pytest.mark.parametrize("keyword", KEYWORDS)
def test_keywords_are_supported(selected, elsewhere, keyword):
    """The keywords of RFC 9051 can be appended, searched for, copied and moved."""
    fill(selected, 1, flags=(keyword,))
    fill(selected, 1)
    assert flags(selected, 1) == {keyword}
    assert selected.ok("SEARCH", "KEYWORD", keyword).search() == [1]
    selected.ok("COPY", 1, Mailbox(elsewhere))
    selected.ok("MOVE", 1, Mailbox(elsewhere))
    selected.select(elsewhere)
    assert [flags(selected, number) for number in (1, 2)] == [{keyword}, {keyword}]


@requirement("RFC9051-2.3.2-2")
def test_keywords_are_compared_without_case(selected):
    """A keyword is the same in any letter case."""
    fill(selected, 1, flags=("$Forwarded",))
    assert selected.ok("SEARCH", "KEYWORD", "$forwarded").search() == [1]
    selected.ok("STORE", 1, "-FLAGS ($FORWARDED)")
    assert flags(selected, 1) == set()


def title(selected, octets):
    """The parameters of BODYSTRUCTURE of a message with one part."""
    selected.append(octets)
    return dict(selected.ok("FETCH", 1, "BODYSTRUCTURE").fetch(1).body_structure.parameters)


@requirement("RFC9051-7.5.2-13", "RFC9051-7.5.2-14")
def test_continued_parameters_are_joined(selected):
    """A parameter in continuations (RFC 2231) is one in BODYSTRUCTURE, joined by their numbers."""
    assert title(selected, CONTINUED) == {"TITLE": b"one two three"}


@requirement("RFC9051-7.5.2-13")
def test_parameters_with_charset_are_decoded(selected):
    """A parameter in continuations with a charset is joined in UTF-8, its name ends with *."""
    assert title(selected, WITH_CHARSET) == {"TITLE*": "Grüße".encode()}


@requirement("RFC9051-9-NUMBER64", "RFC9051-6.4.5-PARTIAL")
@pytest.mark.parametrize("origin", [4294967295, 4294967296, 9223372036854775807])
def test_partial_beyond_32_bits(selected, origin):
    """BODY[]<...> takes an origin of up to 63 bits; beyond the text there is nothing."""
    fill(selected, 1)
    fetched = selected.ok("FETCH", 1, f"BODY.PEEK[]<{origin}.10>").fetch(1)
    assert fetched.section("", origin=origin) == b""


@requirement("RFC9051-9-NUMBER64")
@pytest.mark.parametrize("size", [4294967296, 9223372036854775807])
def test_sizes_beyond_32_bits(selected, size):
    """SEARCH LARGER and SMALLER take sizes of up to 63 bits."""
    fill(selected, 2)
    assert selected.ok("SEARCH", "LARGER", size).search() == []
    assert selected.ok("SEARCH", "SMALLER", size).search() == [1, 2]


@requirement("RFC9051-4.3-3", "RFC9051-E-FOLDED", level="MUST")
@pytest.mark.parametrize("size", [100, 4096])
def test_small_literals_need_no_waiting(selected, size):
    """A literal of up to 4096 octets may be sent without waiting for a continuation request."""
    octets = message(1).ljust(size, b"x")
    selected.send(b"lit APPEND %s {%d+}\r\n%s\r\n" % (name(selected), size, octets))
    selected.finish("lit").expect("OK")
    assert list(contents(selected, selected.mailbox).values()) == [octets]


def name(selected):
    """The selected mailbox as an argument of raw octets."""
    return b'"%s"' % selected.mailbox.encode("ascii")


@requirement("RFC9051-4.3.1-2", "RFC9051-4.3-UTF8")
def test_utf8_in_quoted_strings(selected):
    """A quoted string of any command may hold UTF-8."""
    selected.append(b"Subject: =?utf-8?q?Gr=C3=BC=C3=9Fe?=\r\n\r\ntext\r\n")
    fill(selected, 1)
    assert selected.ok("SEARCH", "SUBJECT", '"Grüße"').search() == [1]
    assert selected.ok("SEARCH", "HEADER", '"Subject"', '"üß"').search() == [1]

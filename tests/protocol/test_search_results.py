"""Result options of SEARCH and the marker ``$`` (RFC 4731, RFC 5182)."""

import pytest

from reference_server.protocol.commands import (
    Expunge,
    Malformed,
    Search,
    SearchAll,
    SearchFlag,
    SearchSequence,
    SequenceSet,
)

SAVED = SequenceSet((), saved=True)


@pytest.mark.parametrize(
    ("octets", "options"),
    [
        (b"()", frozenset()),
        (b"(MIN)", {"MIN"}),
        (b"(min Max ALL count SAVE)", {"MIN", "MAX", "ALL", "COUNT", "SAVE"}),
        (b"(ALL ALL)", {"ALL"}),
    ],
)
def test_result_options(parse, octets, options):
    search = Search(b"a", SearchAll(), options=frozenset(options))
    assert parse(b"a SEARCH RETURN %b ALL" % octets) == search
    search = Search(b"a", SearchFlag("\\Seen"), "UTF-8", uid=True, options=frozenset(options))
    assert parse(b"a UID SEARCH return %b CHARSET UTF-8 SEEN" % octets) == search


@pytest.mark.parametrize(
    "octets",
    [b" RETURN", b" RETURN ()", b" RETURN() ALL", b" RETURN MIN ALL", b" RETURN (MIN ALL",
     b" RETURN (MIN,MAX) ALL", b" RETURN ( MIN) ALL", b" RETURN (MIN ) ALL", b" RETURN (ANY) ALL",
     b" RETURN (MIN (1)) ALL", b" RETURN () RETURN () ALL", b" CHARSET UTF-8 RETURN () ALL",
     b" RETURN (MIN)ALL", b" RETURN {3+}\r\nMIN ALL"],
)  # fmt: skip
def test_malformed_result_options(parse, octets):
    assert isinstance(parse(b"a SEARCH" + octets), Malformed)


def test_the_marker_stands_for_a_sequence_set(parse):
    assert parse(b"a FETCH $ UID").messages == SAVED
    assert parse(b"a UID STORE $ FLAGS ()").messages == SAVED
    assert parse(b"a COPY $ x").messages == SAVED
    assert parse(b"a UID EXPUNGE $") == Expunge(b"a", SAVED)
    assert parse(b"a SEARCH $").key == SearchSequence(SAVED)
    assert parse(b"a SEARCH UID $").key == SearchSequence(SAVED, uid=True)
    assert parse(b"a SEARCH KEYWORD $").key == SearchFlag("$")


def test_the_marker_may_end_a_sequence_set(parse):
    assert parse(b"a FETCH 1,3:4,$ UID").messages == SequenceSet(((1, 1), (3, 4)), saved=True)

"""The hand-written grammar against the ABNF of RFC 9051 as the abnf package has it.

Both must agree on every response, but for the differences below: there the prose of the RFC is
narrower than its ABNF, and the hand-written grammar follows the prose; and once it is wider.
"""

import re

import pytest

from conformance.wire.grammar import RFC9051
from tests.grammar.abnf_reference import revision2
from tests.grammar.comparison import Comparison, Difference, stops
from tests.grammar.test_against_abnf import DIFFERENCES as OF_REVISION_1

DIFFERENCES = [
    *OF_REVISION_1,
    Difference(
        "A number64 is less than 2^63 (comment to number64)",
        b"* STATUS x (SIZE 9223372036854775808)\r\n",
        lambda _octets, error: error.expected == "a number less than 9223372036854775808",
    ),
    Difference(
        "'Non-synchronizing literals are not allowed when sent from server' (comment to literal)",
        b"* 1 FETCH (BODY[] {1+}\r\nx)\r\n",
        lambda octets, error: re.match(rb"\{[0-9]+\+\}\r\n", octets[error.position :]) is not None,
    ),
    Difference(
        "'Each flag can only appear once per LIST response' (comment to mbx-list-oflag)",
        b'* LIST (\\Subscribed \\SUBSCRIBED) "/" x\r\n',
        stops("mbx-list-flags", "each attribute once"),
    ),
    Difference(
        "'At most one possible per LIST response' (comment to child-mbox-flag)",
        b'* LIST (\\HasChildren \\HasNoChildren) "/" x\r\n',
        stops("child-mbox-flag", "at most one of"),
    ),
    Difference(
        "Mailbox names are in UTF-8 (5.1), also where they are sent as a literal",
        b'* LIST () "/" {1}\r\n\xff\r\n',
        stops("mailbox", "a mailbox name in UTF-8"),
    ),
    Difference(
        "'The content MUST conform to eitem-vendor-tag or eitem-standard-tag', which are atoms "
        "(comment to mbox-list-extended-item-tag)",
        b'* LIST () "/" x ("two words" 1)\r\n',
        stops("mbox-list-extended-item-tag", "the name of an item"),
    ),
    Difference(
        "CHILDINFO has quoted selection options (childinfo-extended-item)",
        b'* LIST () "/" x (CHILDINFO (SUBSCRIBED))\r\n',
        lambda octets, error: re.search(rb"CHILDINFO\"? \(?", octets[: error.position]) is not None,
    ),
    Difference(
        "OLDNAME has one mailbox name in parentheses (oldname-extended-item)",
        b'* LIST () "/" x (OLDNAME ("a" "b"))\r\n',
        stops("oldname-extended-item", ""),
    ),
    Difference(
        "The results of SEARCH that RFC 9051 defines have values of their own: the rule listed "
        "earlier has priority over search-ret-data-ext; and ALL is a set of numbers that were "
        "found (7.3.4), so neither '$' (comment to search-return-data) nor '*'",
        b"* ESEARCH ALL 2:*\r\n",
        lambda octets, error: (
            error.rule in ("search-return-data", "mod-sequence-value")
            and re.search(
                rb" (?:MIN|MAX|COUNT|ALL|MODSEQ) [0-9:,]*\Z",
                octets[: error.position],
                re.IGNORECASE,
            )
            is not None
        ),
    ),
    Difference(
        "UID behind ESEARCH is the indicator, listed earlier than the name of a result",
        b"* ESEARCH UID 5\r\n",
        lambda octets, error: (
            error.rule == "search-return-data"
            and re.search(rb" UID \Z", octets[: error.position], re.IGNORECASE) is not None
        ),
    ),
]

# 4.3 and 7.5.2 have BINARY[<section-binary>]<<number>>; msg-att-static lacks the number.
_BINARY_ORIGIN = re.compile(rb"BINARY\[[0-9.]*\]<[0-9]+> ", re.IGNORECASE)

COMPARISON = Comparison(RFC9051, revision2, DIFFERENCES, _BINARY_ORIGIN.search)


@pytest.mark.slow
@pytest.mark.parametrize("seed", range(6))
def test_both_grammars_agree_on_generated_and_mutated_responses(seed):
    COMPARISON.generated(seed, 400)


@pytest.mark.parametrize("difference", DIFFERENCES, ids=lambda one: one.example.decode("latin-1"))
def test_each_known_difference_is_one(difference):
    COMPARISON.example(difference)


def test_the_abnf_forgets_the_origin_of_binary():
    octets = b"* 1 FETCH (BINARY[1]<2> {1}\r\nx)\r\n"
    assert COMPARISON.rejected(octets) is None
    with pytest.raises(AssertionError, match="only the ABNF rejects"):
        Comparison(RFC9051, revision2, DIFFERENCES).compare(octets)

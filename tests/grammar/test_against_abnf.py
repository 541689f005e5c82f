"""The hand-written grammar against the ABNF of RFC 3501 as the abnf package understands it.

Both must agree on every response, but for the differences below: there the prose of the RFC is
narrower than its ABNF, and the hand-written grammar follows the prose.
"""

import re

import pytest

from conformance.wire.grammar import grammar_of
from tests.grammar.abnf_reference import revision1
from tests.grammar.comparison import Comparison, Difference, stops

_CODE = re.compile(rb"(?:\+|[^ ]+ (?:OK|NO|BAD|BYE)) \[", re.IGNORECASE)

DIFFERENCES = [
    Difference(
        "Text that begins with '[' begins with a code: where alternatives overlap the one listed "
        "earlier has priority (section 9). The ABNF derives any such text as plain text.",
        b"* OK [READ-ONLY]\r\n",
        lambda octets, error: bool(_CODE.match(octets)) and error.position > octets.index(b"["),
    ),
    Difference(
        "A number is less than 2^32 (comments to number and nz-number)",
        b"* 4294967296 EXISTS\r\n",
        lambda _octets, error: error.expected == "a number less than 4294967296",
    ),
    Difference(
        "'Selectability flags; only one per LIST response' (comment to mbx-list-sflag)",
        b'* LIST (\\Noselect \\Marked) "/" x\r\n',
        stops("mbx-list-flags", "at most one of"),
    ),
    Difference(
        "'MUST NOT be returned on non-extensible \"BODY\" fetch' (comments to body-ext-1part and "
        "body-ext-mpart)",
        b'* 1 FETCH (BODY ("IMAGE" "PNG" NIL NIL NIL "BASE64" 4 NIL))\r\n',
        lambda octets, error: (
            error.rule == "body"
            and error.expected == "')'"
            and octets[error.position : error.position + 1] == b" "
            and re.search(rb"[( ]BODY \(", octets[: error.position], re.IGNORECASE) is not None
        ),
    ),
    Difference(
        "A part of type TEXT has its size in lines (7.4.2); media-basic derives it without",
        b'* 1 FETCH (BODY ("TEXT" "PLAIN" NIL NIL NIL "7BIT" 4))\r\n',
        lambda _octets, error: error.rule in ("body-type-text", "media-text"),
    ),
    Difference(
        "Behind the line count of a TEXT part comes a number, so MD5 cannot stand in its place",
        b'* 1 FETCH (BODYSTRUCTURE ("TEXT" "PLAIN" NIL NIL NIL "7BIT" 4 NIL))\r\n',
        lambda octets, error: (
            error.rule == "body-fld-lines"
            and re.search(rb'\("TEXT" ', octets[: error.position], re.IGNORECASE) is not None
        ),
    ),
    Difference(
        "'MESSAGE subtype MUST NOT be \"RFC822\"' (comment to body-type-basic)",
        b'* 1 FETCH (BODY ("MESSAGE" "RFC822" NIL NIL NIL "7BIT" 4))\r\n',
        lambda _octets, error: error.rule in ("body-type-msg", "media-message"),
    ),
    Difference(
        "The same, with MD5 where the envelope should be",
        b'* 1 FETCH (BODYSTRUCTURE ("MESSAGE" "RFC822" NIL NIL NIL "7BIT" 4 NIL))\r\n',
        lambda octets, error: (
            error.rule == "envelope"
            and re.search(rb'\("MESSAGE" "RFC822" ', octets[: error.position], re.IGNORECASE)
            is not None
        ),
    ),
]


COMPARISON = Comparison(
    grammar_of(frozenset({"IMAP4REV1", "UIDPLUS", "NAMESPACE", "ID", "ENABLE"})),
    revision1,
    DIFFERENCES,
)


@pytest.mark.slow
@pytest.mark.parametrize("seed", range(6))
def test_both_grammars_agree_on_generated_and_mutated_responses(seed):
    COMPARISON.generated(seed, 400)


@pytest.mark.parametrize("difference", DIFFERENCES, ids=lambda one: one.example.decode()[2:40])
def test_each_known_difference_is_one(difference):
    COMPARISON.example(difference)

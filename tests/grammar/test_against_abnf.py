"""The hand-written grammar against the RFC's ABNF as the abnf package understands it.

Both must agree on every response, but for the differences below: there the prose of the RFC is
narrower than its ABNF, and the hand-written grammar follows the prose.
"""

import re
from collections.abc import Callable
from dataclasses import dataclass

import pytest

from conformance.wire.grammar import GrammarError, grammar_of, parse_response
from tests.grammar.abnf_reference import Sentences, accepts

GRAMMAR = grammar_of(frozenset({"IMAP4REV1", "UIDPLUS", "NAMESPACE", "ID", "ENABLE"}))


@dataclass(frozen=True)
class Difference:
    """Octets that the ABNF derives and the hand-written grammar rejects, and why it does."""

    reason: str
    example: bytes
    applies: Callable[[bytes, GrammarError], bool]


def _stops(rule: str, expected: str) -> Callable[[bytes, GrammarError], bool]:
    return lambda _octets, error: error.rule == rule and error.expected.startswith(expected)


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
        "'Does not include \"\\Recent\"' (comment to flag)",
        b"* FLAGS (\\Seen \\Recent)\r\n",
        _stops("flag", "a flag other than \\Recent"),
    ),
    Difference(
        "'Selectability flags; only one per LIST response' (comment to mbx-list-sflag)",
        b'* LIST (\\Noselect \\Marked) "/" x\r\n',
        _stops("mbx-list-flags", "at most one of"),
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


def rejected(octets: bytes) -> GrammarError | None:
    """What the hand-written grammar has against the octets."""
    try:
        parse_response(octets, GRAMMAR)
    except GrammarError as error:
        return error
    return None


@pytest.mark.parametrize("seed", range(6))
def test_both_grammars_agree_on_generated_and_mutated_responses(seed):
    sentences = Sentences(seed)
    for _ in range(400):
        made = sentences.response()
        assert accepts(made), f"the generator made something that the ABNF rejects: {made!r}"
        for octets in (made, sentences.mutation(made), sentences.mutation(made)):
            compare(octets)


def compare(octets: bytes) -> None:
    error = rejected(octets)
    if accepts(octets) == (error is None):
        return
    assert error is not None, f"only the ABNF rejects {octets!r}"
    known = any(difference.applies(octets, error) for difference in DIFFERENCES)
    assert known, f"only the hand-written grammar rejects {octets!r}: {error}"


@pytest.mark.parametrize("difference", DIFFERENCES, ids=lambda one: one.example.decode()[2:40])
def test_each_known_difference_is_one(difference):
    error = rejected(difference.example)
    assert accepts(difference.example)
    assert error is not None
    assert [one for one in DIFFERENCES if one.applies(difference.example, error)] == [difference]

"""One response of a server, from its first octet to its CRLF (RFC 3501, sections 7 and 9)."""

from __future__ import annotations

import re

from conformance.wire.grammar.body import body, envelope
from conformance.wire.grammar.conditions import CONDITIONS, condition, continuation
from conformance.wire.grammar.dialects import STANDARD
from conformance.wire.grammar.message_values import (
    Body,
    Envelope,
)
from conformance.wire.grammar.scanner import Scanner
from conformance.wire.grammar.tables import Grammar
from conformance.wire.grammar.values import (
    Condition,
    Response,
)

_NAME = re.compile(rb"[A-Za-z][A-Za-z0-9-]*")


def parse_response(octets: bytes, grammar: Grammar = STANDARD) -> Response:
    """The response that ``octets`` are, literals and the final CRLF included.

    Raises ``GrammarError`` for anything that is not exactly one response.
    """
    scanner = Scanner(octets, revision2=grammar.revision2)
    response = _response(scanner, grammar)
    scanner.end("response")
    return response


def parse_greeting(octets: bytes, grammar: Grammar = STANDARD) -> Condition:
    """The greeting: an untagged OK, PREAUTH or BYE."""
    scanner = Scanner(octets, revision2=grammar.revision2)
    scanner.expect(b"* ", "greeting")
    start = scanner.position
    name = scanner.match(_NAME, "greeting", "OK, PREAUTH or BYE")[0].decode("ascii").upper()
    if name not in {"OK", "PREAUTH", "BYE"}:
        raise scanner.error("greeting", "OK, PREAUTH or BYE", start)
    greeting = condition(scanner, grammar, CONDITIONS[name], None)
    scanner.end("greeting")
    return greeting


def parse_envelope(octets: bytes) -> Envelope:
    """The value of ENVELOPE, e.g. one that a case expects."""
    scanner = Scanner(octets)
    value = envelope(scanner)
    if scanner.position != len(octets):
        raise scanner.error("envelope", "the end")
    return value


def parse_body(octets: bytes, *, extensible: bool = True) -> Body:
    """The value of BODYSTRUCTURE, or of BODY where not ``extensible``."""
    scanner = Scanner(octets)
    value = body(scanner, extensible=extensible)
    if scanner.position != len(octets):
        raise scanner.error("body", "the end")
    return value


def _response(scanner: Scanner, grammar: Grammar) -> Response:
    if scanner.accept(b"+"):
        return continuation(scanner, grammar)
    if scanner.accept(b"*"):
        scanner.space("response-data")
        return _untagged(scanner, grammar)
    tag = scanner.tag()
    scanner.space("response-tagged")
    start = scanner.position
    name = scanner.match(_NAME, "resp-cond-state", "OK, NO or BAD")[0].decode("ascii").upper()
    if name not in {"OK", "NO", "BAD"}:
        raise scanner.error("resp-cond-state", "OK, NO or BAD", start)
    return condition(scanner, grammar, CONDITIONS[name], tag)


def _untagged(scanner: Scanner, grammar: Grammar) -> Response:
    start = scanner.position
    if scanner.octets[start : start + 1].isdigit():
        number = scanner.number("response-data")
        scanner.space("response-data")
        start = scanner.position
        name = scanner.match(_NAME, "response-data", "EXISTS, RECENT, EXPUNGE or FETCH")[0]
        numbered = grammar.numbered.get(name.decode("ascii").upper())
        if numbered is None:
            raise scanner.error("response-data", "one of " + ", ".join(grammar.numbered), start)
        return numbered(scanner, grammar, number)
    name = scanner.match(_NAME, "response-data", "the name of a response")[0]
    upper = name.decode("ascii").upper()
    if upper in CONDITIONS and upper != "PREAUTH":
        return condition(scanner, grammar, CONDITIONS[upper], None)
    reader = grammar.data.get(upper)
    if reader is None:
        expected = "OK, NO, BAD, BYE or one of " + ", ".join(grammar.data)
        raise scanner.error("response-data", expected, start)
    return reader(scanner, grammar)

"""The general syntax of extensions: sets of numbers and tagged values (RFC 4466; RFC 9051, 9)."""

from __future__ import annotations

import re

from conformance.wire.grammar import words
from conformance.wire.grammar.extension_values import TaggedValue, UidSet
from conformance.wire.grammar.scanner import NUMBER64_LIMIT, Scanner

DEEPEST = 100
"""Levels of nesting that are read; each takes four of Python's frames."""

_SIMPLE = re.compile(rb"[0-9*][0-9*:,]*")


def number_set(scanner: Scanner, rule: str) -> UidSet:
    """A uid-set (RFC 4315), or a sequence-set in which ``*`` would have no meaning."""
    ranges = []
    while True:
        first = last = scanner.nz_number(rule)
        if scanner.accept(b":"):
            last = scanner.nz_number(rule)
        ranges.append((min(first, last), max(first, last)))
        if not scanner.accept(b","):
            return UidSet(tuple(ranges))


def tagged_value(scanner: Scanner) -> TaggedValue:
    """``tagged-ext-simple / "(" [tagged-ext-comp] ")"``."""
    if scanner.accept(b"()"):
        return ()
    if scanner.at(b"("):
        return _list(scanner, 0)
    return _simple(scanner)


def _simple(scanner: Scanner) -> str:
    """``sequence-set / number / number64``, and in RFC 9051 ``$``."""
    rule = "tagged-ext-simple"
    start = scanner.position
    if scanner.revision2 and scanner.accept(b"$"):
        return "$"
    text = scanner.match(_SIMPLE, rule, "a number or a sequence set")[0]
    if text.isdigit():
        scanner.position = start
        scanner.number(rule, NUMBER64_LIMIT)
        return text.decode("ascii")
    scanner.position = start
    while True:
        _sequence_number(scanner)
        if scanner.accept(b":"):
            _sequence_number(scanner)
        if not scanner.accept(b","):
            return scanner.octets[start : scanner.position].decode("ascii")
        if scanner.revision2 and scanner.accept(b"$"):
            return scanner.octets[start : scanner.position].decode("ascii")


def _sequence_number(scanner: Scanner) -> None:
    if not scanner.accept(b"*"):
        scanner.nz_number("seq-number")


def _list(scanner: Scanner, depth: int) -> tuple[TaggedValue | bytes, ...]:
    """``"(" tagged-ext-comp ")"``."""
    if depth > DEEPEST:
        raise scanner.error("tagged-ext-comp", f"at most {DEEPEST} levels of nesting")

    def element() -> TaggedValue | bytes:
        if scanner.at(b"("):
            return _list(scanner, depth + 1)
        return scanner.astring("tagged-ext-comp")

    return words.parenthesised(scanner, element, "tagged-ext-comp", may_be_empty=False)


def mod_sequence(scanner: Scanner, rule: str = "mod-sequence-value") -> int:
    """mod-sequence-value: a positive number of 63 bits (RFC 7162, section 7)."""
    start = scanner.position
    value = scanner.number(rule, NUMBER64_LIMIT)
    if value == 0:
        raise scanner.error(rule, "a number greater than 0", start)
    return value

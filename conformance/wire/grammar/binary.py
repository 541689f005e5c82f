"""The items of FETCH of BINARY (RFC 3516, section 7; RFC 9051, sections 7.5.2 and 9)."""

from __future__ import annotations

import re

from conformance.wire.grammar.message_values import FetchValue, ItemName
from conformance.wire.grammar.scanner import Scanner
from conformance.wire.grammar.tables import Grammar

_SECTION = re.compile(rb"\[(?:[1-9][0-9]*(?:\.[1-9][0-9]*)*)?\]")


def _section(scanner: Scanner) -> str:
    expected = "a section of part numbers, in brackets"
    return scanner.match(_SECTION, "section-binary", expected)[0].decode("ascii")


def _binary(scanner: Scanner, name: str) -> tuple[ItemName, FetchValue]:
    """``BINARY section-binary ["<" number ">"] SP (nstring / literal8)``.

    The origin stands in the prose of both RFCs (4.3 and 7.5.2), their ABNF forgets it.
    """
    key = name + _section(scanner)
    if scanner.accept(b"<"):
        key += f"<{scanner.size('partial')}>"
        scanner.expect(b">", "partial")
    scanner.space("msg-att-static")
    if scanner.at(b"~{"):
        return key, scanner.literal8()
    return key, scanner.nstring("msg-att-static")


def _size(scanner: Scanner, name: str) -> tuple[ItemName, FetchValue]:
    key = name + _section(scanner)
    scanner.space("msg-att-static")
    return key, scanner.size("msg-att-static")


BINARY = Grammar(items={"BINARY": _binary, "BINARY.SIZE": _size})

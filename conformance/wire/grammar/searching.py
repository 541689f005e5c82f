"""ESEARCH (RFC 4731, section 3.1; RFC 9051, sections 7.3.4 and 9)."""

from __future__ import annotations

import re

from conformance.wire.grammar.extension_values import ESearchData, TaggedValue, UidSet
from conformance.wire.grammar.scanner import Scanner
from conformance.wire.grammar.tables import Grammar
from conformance.wire.grammar.tagged import mod_sequence, number_set, tagged_value
from conformance.wire.grammar.values import Response

_LABEL = re.compile(rb"[A-Za-z_.-][A-Za-z0-9_.:-]*")
_UID = re.compile(rb" UID(?=[ \r])", re.IGNORECASE)

_RULE = "search-return-data"


def _esearch(scanner: Scanner, _grammar: Grammar) -> Response:
    tag = None
    if scanner.accept(b" ("):
        scanner.keyword(b"TAG", "search-correlator")
        scanner.space("search-correlator")
        tag = scanner.astring("tag-string").decode("utf-8", "backslashreplace")
        scanner.expect(b")", "search-correlator")
    uid = scanner.peek(_UID) is not None
    if uid:
        scanner.match(_UID, "esearch-response", "UID")
    items: dict[str, int | UidSet | TaggedValue] = {}
    while scanner.accept(b" "):
        name = scanner.match(_LABEL, _RULE, "the name of a search result")[0].decode().upper()
        scanner.space(_RULE)
        items[name] = _value(scanner, name)
    return ESearchData(tag, uid, items)


def _value(scanner: Scanner, name: str) -> int | UidSet | TaggedValue:
    match name:
        case "MIN" | "MAX":
            return scanner.nz_number(_RULE)
        case "COUNT":
            return scanner.number(_RULE)
        case "ALL":
            return number_set(scanner, _RULE)
        case "MODSEQ":
            return mod_sequence(scanner)
        case _:
            return tagged_value(scanner)


ESEARCH = Grammar(data={"ESEARCH": _esearch})

"""CONDSTORE and QRESYNC (RFC 7162, section 7)."""

from __future__ import annotations

from conformance.wire.grammar.conditions import nothing
from conformance.wire.grammar.extension_values import VanishedData
from conformance.wire.grammar.message_values import FetchValue, ItemName
from conformance.wire.grammar.scanner import NUMBER64_LIMIT, Scanner
from conformance.wire.grammar.tables import Grammar
from conformance.wire.grammar.tagged import mod_sequence, number_set
from conformance.wire.grammar.values import CodeValue, Response, SearchData


def _item(scanner: Scanner, name: str) -> tuple[ItemName, FetchValue]:
    scanner.space("fetch-mod-resp")
    scanner.expect(b"(", "fetch-mod-resp")
    value = mod_sequence(scanner, "permsg-modsequence")
    scanner.expect(b")", "fetch-mod-resp")
    return name, value


def _highest(scanner: Scanner) -> CodeValue:
    scanner.space("resp-text-code")
    return mod_sequence(scanner)


def _modified(scanner: Scanner) -> CodeValue:
    scanner.space("resp-text-code")
    return number_set(scanner, "resp-text-code")


def _status(scanner: Scanner) -> int:
    """mod-sequence-valzer: 0 where the mailbox has no mod-sequences."""
    return scanner.number("mod-sequence-valzer", NUMBER64_LIMIT)


def _search(scanner: Scanner, _grammar: Grammar) -> Response:
    """``"SEARCH" *(SP nz-number)``, and after at least one number ``SP "(MODSEQ " n ")"``."""
    numbers: list[int] = []
    while scanner.accept(b" "):
        if numbers and scanner.accept(b"("):
            scanner.keyword(b"MODSEQ", "search-sort-mod-seq")
            scanner.space("search-sort-mod-seq")
            value = mod_sequence(scanner)
            scanner.expect(b")", "search-sort-mod-seq")
            return SearchData(tuple(numbers), value)
        numbers.append(scanner.nz_number("mailbox-data"))
    return SearchData(tuple(numbers))


def _vanished(scanner: Scanner, _grammar: Grammar) -> Response:
    scanner.space("expunged-resp")
    earlier = scanner.accept(b"(")
    if earlier:
        scanner.keyword(b"EARLIER", "expunged-resp")
        scanner.expect(b")", "expunged-resp")
        scanner.space("expunged-resp")
    return VanishedData(number_set(scanner, "known-uids"), earlier)


CONDSTORE = Grammar(
    data={"SEARCH": _search},
    codes={"HIGHESTMODSEQ": _highest, "NOMODSEQ": nothing, "MODIFIED": _modified},
    items={"MODSEQ": _item},
    status={"HIGHESTMODSEQ": _status},
)
QRESYNC = Grammar(data={"VANISHED": _vanished})

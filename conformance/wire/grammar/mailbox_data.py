"""mailbox-data and capability-data (RFC 3501, sections 7.2, 7.3 and 9)."""

from __future__ import annotations

import re

from conformance.wire.grammar import words
from conformance.wire.grammar.scanner import ATOM_CHARS, Scanner
from conformance.wire.grammar.tables import Grammar
from conformance.wire.grammar.values import (
    CapabilityData,
    Exists,
    FlagsData,
    ListData,
    Recent,
    Response,
    SearchData,
    StatusData,
)

_ATTRIBUTE = re.compile(rb"\\[" + ATOM_CHARS + rb"]+")
# Of \NonExistent, which excludes them as well, RFC 3501 knows nothing.
_SELECTABILITY = {"\\Noselect", "\\Marked", "\\Unmarked"}


def _capability(scanner: Scanner, _grammar: Grammar) -> Response:
    return CapabilityData(words.capabilities(scanner))


def _flags(scanner: Scanner, _grammar: Grammar) -> Response:
    scanner.space("mailbox-data")
    return FlagsData(words.flag_list(scanner))


def _list(scanner: Scanner, _grammar: Grammar) -> Response:
    return ListData("LIST", *mailbox_list(scanner))


def _lsub(scanner: Scanner, _grammar: Grammar) -> Response:
    return ListData("LSUB", *mailbox_list(scanner))


def mailbox_list(scanner: Scanner) -> tuple[tuple[str, ...], str | None, str, bytes]:
    """``SP mailbox-list``: attributes, delimiter, the name decoded and as sent."""
    scanner.space("mailbox-data")
    start = scanner.position
    attributes = words.parenthesised(
        scanner, lambda: _attribute(scanner), "mbx-list-flags", may_be_empty=True
    )
    if sum(attribute in _SELECTABILITY for attribute in attributes) > 1:
        expected = "at most one of \\Noselect, \\Marked, \\Unmarked"
        raise scanner.error("mbx-list-flags", expected, start)
    scanner.space("mailbox-list")
    delimiter = words.delimiter(scanner, "mailbox-list")
    scanner.space("mailbox-list")
    return attributes, delimiter, *words.mailbox(scanner)


def _attribute(scanner: Scanner) -> str:
    expected = "a mailbox attribute (a backslash and an atom)"
    return words.spelled(scanner.match(_ATTRIBUTE, "mbx-list-flags", expected)[0].decode("ascii"))


def _search(scanner: Scanner, _grammar: Grammar) -> Response:
    numbers = []
    while scanner.accept(b" "):
        numbers.append(scanner.nz_number("mailbox-data"))
    return SearchData(tuple(numbers))


def _status(scanner: Scanner, grammar: Grammar) -> Response:
    scanner.space("mailbox-data")
    name, raw = words.mailbox(scanner)
    scanner.space("mailbox-data")

    def item() -> tuple[str, int | None]:
        start = scanner.position
        attribute = scanner.atom("status-att").upper()
        if attribute not in grammar.status:
            raise scanner.error("status-att", "one of " + ", ".join(grammar.status), start)
        scanner.space("status-att-list")
        return attribute, grammar.status[attribute](scanner)

    items = words.parenthesised(scanner, item, "status-att-list", may_be_empty=True)
    return StatusData(name, raw, dict(items))


def _exists(_scanner: Scanner, _grammar: Grammar, number: int) -> Response:
    return Exists(number)


def _recent(_scanner: Scanner, _grammar: Grammar, number: int) -> Response:
    return Recent(number)


def _number(scanner: Scanner) -> int:
    return scanner.number("status-att-list")


def _nz_number(scanner: Scanner) -> int:
    return scanner.nz_number("status-att-val")


MAILBOX_DATA = Grammar(
    data={
        "CAPABILITY": _capability,
        "FLAGS": _flags,
        "LIST": _list,
        "LSUB": _lsub,
        "SEARCH": _search,
        "STATUS": _status,
    },
    numbered={"EXISTS": _exists, "RECENT": _recent},
    status={
        "MESSAGES": _number,
        "RECENT": _number,
        "UIDNEXT": _number,
        "UIDVALIDITY": _number,
        "UNSEEN": _number,
    },
)

REVISION2_STATUS = Grammar(status={"UIDNEXT": _nz_number, "UIDVALIDITY": _nz_number})
"""Items of STATUS that RFC 9051 restricts to numbers from 1."""

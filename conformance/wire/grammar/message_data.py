"""message-data: EXPUNGE and FETCH with its items (RFC 3501, sections 7.4 and 9)."""

from __future__ import annotations

import re

from conformance.wire.grammar import words
from conformance.wire.grammar.body import body, envelope
from conformance.wire.grammar.message_values import (
    FetchData,
    FetchValue,
    ItemName,
    Section,
)
from conformance.wire.grammar.scanner import Scanner
from conformance.wire.grammar.tables import Grammar
from conformance.wire.grammar.values import (
    Expunge,
    Response,
)

_ITEM = re.compile(rb"[A-Za-z0-9.]+")
_DATE_TIME = re.compile(
    rb'"([ 0-9][0-9]-(?:Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec)-[0-9]{4}'
    rb' [0-9]{2}:[0-9]{2}:[0-9]{2} [-+][0-9]{4})"',
    re.IGNORECASE,
)
_PART = re.compile(rb"[1-9][0-9]*(?:\.[1-9][0-9]*)*")
_SPECIFIER = re.compile(rb"(HEADER\.FIELDS\.NOT|HEADER\.FIELDS|HEADER|TEXT|MIME)", re.IGNORECASE)


def _expunge(scanner: Scanner, _grammar: Grammar, number: int) -> Response:
    _nonzero(scanner, number)
    return Expunge(number)


def _fetch(scanner: Scanner, grammar: Grammar, number: int) -> Response:
    _nonzero(scanner, number)
    scanner.space("message-data")

    def item() -> tuple[ItemName, FetchValue]:
        start = scanner.position
        name = scanner.match(_ITEM, "msg-att", "an item of FETCH")[0].decode("ascii").upper()
        if name not in grammar.items:
            raise scanner.error("msg-att", "one of " + ", ".join(grammar.items), start)
        return grammar.items[name](scanner, name)

    items = words.parenthesised(scanner, item, "msg-att", may_be_empty=False)
    return FetchData(number, dict(items))


def _nonzero(scanner: Scanner, number: int) -> None:
    # The number came first, where EXISTS and RECENT take a number and these an nz-number.
    if number == 0 or scanner.octets[2:3] == b"0":
        raise scanner.error("message-data", "a number from 1 without leading zeros", 2)


def _flags(scanner: Scanner, name: str) -> tuple[ItemName, FetchValue]:
    scanner.space("msg-att-dynamic")
    return name, words.parenthesised(
        scanner,
        lambda: words.flag(scanner, recent=True, rule="flag-fetch"),
        "msg-att-dynamic",
        may_be_empty=True,
    )


def _envelope(scanner: Scanner, name: str) -> tuple[ItemName, FetchValue]:
    scanner.space("msg-att-static")
    return name, envelope(scanner)


def _internal_date(scanner: Scanner, name: str) -> tuple[ItemName, FetchValue]:
    scanner.space("msg-att-static")
    expected = 'a date-time: "dd-Mmm-yyyy hh:mm:ss +zzzz"'
    return name, scanner.match(_DATE_TIME, "date-time", expected)[1].decode("ascii")


def _size(scanner: Scanner, name: str) -> tuple[ItemName, FetchValue]:
    scanner.space("msg-att-static")
    return name, scanner.size("msg-att-static")


def _uid(scanner: Scanner, name: str) -> tuple[ItemName, FetchValue]:
    scanner.space("msg-att-static")
    return name, words.uniqueid(scanner)


def _nstring(scanner: Scanner, name: str) -> tuple[ItemName, FetchValue]:
    scanner.space("msg-att-static")
    return name, scanner.nstring("msg-att-static")


def _body_structure(scanner: Scanner, name: str) -> tuple[ItemName, FetchValue]:
    scanner.space("msg-att-static")
    return name, body(scanner, extensible=True)


def _body(scanner: Scanner, name: str) -> tuple[ItemName, FetchValue]:
    if scanner.at(b"["):
        section = _section(scanner)
        scanner.space("msg-att-static")
        return section, scanner.nstring("msg-att-static")
    scanner.space("msg-att-static")
    return name, body(scanner, extensible=False)


def _section(scanner: Scanner) -> Section:
    """``section ["<" number ">"]``."""
    scanner.expect(b"[", "section")
    part: tuple[int, ...] = ()
    specifier = ""
    fields: tuple[str, ...] = ()
    if scanner.peek(_PART):
        numbers = scanner.match(_PART, "section-part", "part numbers")[0]
        part = tuple(map(int, numbers.split(b".")))
    if not scanner.at(b"]"):
        if part:
            scanner.expect(b".", "section-spec")
        start = scanner.position
        found = scanner.match(_SPECIFIER, "section-text", "HEADER, HEADER.FIELDS, TEXT or MIME")
        specifier = found[0].decode("ascii").upper()
        if specifier == "MIME" and not part:
            raise scanner.error("section-msgtext", "a part number before MIME", start)
        if specifier.startswith("HEADER.FIELDS"):
            scanner.space("section-msgtext")
            names = words.parenthesised(
                scanner, lambda: scanner.astring("header-list"), "header-list", may_be_empty=False
            )
            fields = tuple(name.decode("utf-8", "backslashreplace").upper() for name in names)
    scanner.expect(b"]", "section")
    origin = None
    if scanner.accept(b"<"):
        origin = scanner.size("msg-att-static")
        scanner.expect(b">", "msg-att-static")
    return Section(part, specifier, fields, origin)


MESSAGE_DATA = Grammar(
    numbered={"EXPUNGE": _expunge, "FETCH": _fetch},
    items={
        "FLAGS": _flags,
        "ENVELOPE": _envelope,
        "INTERNALDATE": _internal_date,
        "RFC822": _nstring,
        "RFC822.HEADER": _nstring,
        "RFC822.TEXT": _nstring,
        "RFC822.SIZE": _size,
        "BODY": _body,
        "BODYSTRUCTURE": _body_structure,
        "UID": _uid,
    },
)

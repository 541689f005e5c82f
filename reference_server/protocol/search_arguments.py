"""The criteria of SEARCH (RFC 3501, 6.4.4). A further key is a row of ``SEARCH_KEYS``."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import date
from typing import Literal

from .commands import (
    SearchAll,
    SearchAnd,
    SearchDate,
    SearchFlag,
    SearchKey,
    SearchNot,
    SearchOr,
    SearchSequence,
    SearchSize,
    SearchText,
)
from .dates import parse_date
from .lexer import Cursor, GrammarError
from .modseq_arguments import search_modseq

RESULT_OPTIONS = frozenset({"MIN", "MAX", "ALL", "COUNT", "SAVE"})
"""What RETURN may ask for (RFC 4731, RFC 5182)."""

MAXIMUM_DEPTH = 200
"""How deep parentheses, NOT and OR may nest: a bound for recursion here and in evaluation."""

_DATE_TEXT = re.compile(rb'"[^"]*"|[^ ()"]+')

KeyParser = Callable[[Cursor, int], SearchKey]


def result_options(cursor: Cursor) -> frozenset[str]:
    """The options of RETURN, in parentheses, perhaps none (RFC 4466, 2.6.1)."""
    cursor.expect(b"(")
    if cursor.skip(b")"):
        return frozenset()
    options = {_result_option(cursor)}
    while not cursor.skip(b")"):
        cursor.space("a result option")
        options.add(_result_option(cursor))
    return frozenset(options)


def _result_option(cursor: Cursor) -> str:
    name = cursor.name("a result option").decode("ascii")
    if name not in RESULT_OPTIONS:
        raise GrammarError("unknown result option")
    return name


def search_criteria(cursor: Cursor) -> tuple[SearchKey, str | None]:
    """["CHARSET" SP astring SP] search-key *(SP search-key): the key, and the charset if named."""
    charset = None
    if cursor.skip_name(b"CHARSET"):
        cursor.space("a charset")
        charset = cursor.astring("a charset").decode("ascii", "replace").upper()
        cursor.space("a search key")
    keys = [_search_key(cursor, 0)]
    while not cursor.at_end():
        cursor.space("a search key")
        keys.append(_search_key(cursor, 0))
    return _all_of(keys), charset


def _all_of(keys: list[SearchKey]) -> SearchKey:
    return keys[0] if len(keys) == 1 else SearchAnd(tuple(keys))


def _search_key(cursor: Cursor, depth: int) -> SearchKey:
    if depth > MAXIMUM_DEPTH:
        raise GrammarError(f"search keys nested deeper than {MAXIMUM_DEPTH}")
    octet = cursor.peek()
    if octet == b"(":
        return _group(cursor, depth)
    if octet in (b"*", b"$") or octet.isdigit():
        return SearchSequence(cursor.sequence_set())
    parse = SEARCH_KEYS.get(cursor.name("a search key"))
    if parse is None:
        raise GrammarError("unknown search key")
    return parse(cursor, depth)


def _group(cursor: Cursor, depth: int) -> SearchKey:
    cursor.expect(b"(")
    keys = [_search_key(cursor, depth + 1)]
    while not cursor.skip(b")"):
        cursor.space("a search key")
        keys.append(_search_key(cursor, depth + 1))
    return _all_of(keys)


def _fixed(key: SearchKey) -> KeyParser:
    return lambda _cursor, _depth: key


def _flag(flag: str, present: bool = True) -> KeyParser:
    return _fixed(SearchFlag(flag, present))


def _keyword(present: bool) -> KeyParser:
    def parse(cursor: Cursor, _depth: int) -> SearchKey:
        cursor.space("a keyword")
        return SearchFlag(cursor.atom("a keyword").decode("ascii"), present)

    return parse


def _text(field: str) -> KeyParser:
    def parse(cursor: Cursor, _depth: int) -> SearchKey:
        cursor.space("a string")
        return SearchText(field, cursor.astring())

    return parse


def _header(cursor: Cursor, _depth: int) -> SearchKey:
    cursor.space("a header field name")
    name = cursor.astring("a header field name")
    cursor.space("a string")
    return SearchText("HEADER", cursor.astring(), name)


def _date(when: Literal["before", "on", "since"], sent: bool = False) -> KeyParser:
    def parse(cursor: Cursor, _depth: int) -> SearchKey:
        cursor.space("a date")
        return SearchDate(when, search_date(cursor), sent)

    return parse


def search_date(cursor: Cursor) -> date:
    octets = cursor.take(_DATE_TEXT)
    if octets is None:
        cursor.fail("a date")
    try:
        return parse_date(octets)
    except ValueError as error:
        raise GrammarError(f"bad date: {error}") from None


def _size(larger: bool) -> KeyParser:
    def parse(cursor: Cursor, _depth: int) -> SearchKey:
        cursor.space("a number")
        return SearchSize(larger, cursor.number64())

    return parse


def _not(cursor: Cursor, depth: int) -> SearchKey:
    cursor.space("a search key")
    return SearchNot(_search_key(cursor, depth + 1))


def _or(cursor: Cursor, depth: int) -> SearchKey:
    cursor.space("a search key")
    left = _search_key(cursor, depth + 1)
    cursor.space("a second search key")
    return SearchOr(left, _search_key(cursor, depth + 1))


def _uid(cursor: Cursor, _depth: int) -> SearchKey:
    cursor.space("a sequence set")
    return SearchSequence(cursor.sequence_set(), uid=True)


SEARCH_KEYS: dict[bytes, KeyParser] = {
    b"ALL": _fixed(SearchAll()),
    b"ANSWERED": _flag("\\Answered"),
    b"BCC": _text("BCC"),
    b"BEFORE": _date("before"),
    b"BODY": _text("BODY"),
    b"CC": _text("CC"),
    b"DELETED": _flag("\\Deleted"),
    b"DRAFT": _flag("\\Draft"),
    b"FLAGGED": _flag("\\Flagged"),
    b"FROM": _text("FROM"),
    b"HEADER": _header,
    b"KEYWORD": _keyword(present=True),
    b"LARGER": _size(larger=True),
    b"MODSEQ": search_modseq,
    b"NEW": _fixed(SearchAnd((SearchFlag("\\Recent"), SearchFlag("\\Seen", present=False)))),
    b"NOT": _not,
    b"OLD": _flag("\\Recent", present=False),
    b"ON": _date("on"),
    b"OR": _or,
    b"RECENT": _flag("\\Recent"),
    b"SEEN": _flag("\\Seen"),
    b"SENTBEFORE": _date("before", sent=True),
    b"SENTON": _date("on", sent=True),
    b"SENTSINCE": _date("since", sent=True),
    b"SINCE": _date("since"),
    b"SMALLER": _size(larger=False),
    b"SUBJECT": _text("SUBJECT"),
    b"TEXT": _text("TEXT"),
    b"TO": _text("TO"),
    b"UID": _uid,
    b"UNANSWERED": _flag("\\Answered", present=False),
    b"UNDELETED": _flag("\\Deleted", present=False),
    b"UNDRAFT": _flag("\\Draft", present=False),
    b"UNFLAGGED": _flag("\\Flagged", present=False),
    b"UNKEYWORD": _keyword(present=False),
    b"UNSEEN": _flag("\\Seen", present=False),
}

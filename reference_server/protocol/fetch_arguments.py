"""The data items of FETCH (RFC 3501, 6.4.5). A further item is a row of ``FETCH_ITEMS``."""

from __future__ import annotations

import re
from collections.abc import Callable

from .commands import FetchItem, Section
from .lexer import Cursor, GrammarError

_ITEM_NAME = re.compile(rb"[A-Za-z0-9.]+")
_SECTION_TEXT = re.compile(rb"[A-Za-z.]+")


def fetch_items(cursor: Cursor) -> tuple[FetchItem, ...]:
    """A macro, one data item, or several in parentheses."""
    if not cursor.skip(b"("):
        name = _item_name(cursor)
        return MACROS[name] if name in MACROS else (_fetch_item(name, cursor),)
    items = [_fetch_item(_item_name(cursor), cursor)]
    while not cursor.skip(b")"):
        cursor.space("a data item")
        items.append(_fetch_item(_item_name(cursor), cursor))
    return tuple(items)


def _item_name(cursor: Cursor) -> bytes:
    return (cursor.take(_ITEM_NAME) or cursor.fail("a data item")).upper()


def _fetch_item(name: bytes, cursor: Cursor) -> FetchItem:
    if name in MACROS:
        raise GrammarError("a macro stands alone, without parentheses")
    parse = FETCH_ITEMS.get(name)
    if parse is None:
        raise GrammarError("unknown data item")
    return parse(cursor)


def _plain(name: str) -> Callable[[Cursor], FetchItem]:
    item = FetchItem(name)
    return lambda _cursor: item


def _body(cursor: Cursor) -> FetchItem:
    """BODY alone is the structure, BODY with a section is text."""
    return _body_section(cursor, peek=False) if cursor.peek() == b"[" else FetchItem("BODY")


def _body_peek(cursor: Cursor) -> FetchItem:
    return _body_section(cursor, peek=True)


def _body_section(cursor: Cursor, peek: bool) -> FetchItem:
    return FetchItem("BODY[]", section(cursor), peek, _partial(cursor))


def _partial(cursor: Cursor) -> tuple[int, int] | None:
    if not cursor.skip(b"<"):
        return None
    first = cursor.number64()
    cursor.expect(b".")
    count = cursor.nz_number64()
    cursor.expect(b">")
    return first, count


def _binary(peek: bool) -> Callable[[Cursor], FetchItem]:
    def parse(cursor: Cursor) -> FetchItem:
        return FetchItem("BINARY[]", section_binary(cursor), peek, _partial(cursor))

    return parse


def _binary_size(cursor: Cursor) -> FetchItem:
    return FetchItem("BINARY.SIZE[]", section_binary(cursor), peek=True)


def section_binary(cursor: Cursor) -> Section:
    """section-binary: part numbers in brackets, or nothing (RFC 3516, 7)."""
    found = section(cursor)
    if found.specifier:
        raise GrammarError("BINARY takes part numbers only")
    return found


def section(cursor: Cursor) -> Section:
    """section: part numbers and part specifier, in brackets."""
    cursor.expect(b"[")
    part: list[int] = []
    while cursor.peek().isdigit():
        part.append(cursor.nz_number())
        if not cursor.skip(b"."):
            cursor.expect(b"]")
            return Section(tuple(part))
    if not part and cursor.skip(b"]"):
        return Section()
    specifier = (cursor.take(_SECTION_TEXT) or cursor.fail("a part specifier")).upper()
    parse = SECTION_TEXTS.get(specifier)
    if parse is None:
        raise GrammarError("unknown part specifier")
    if specifier == b"MIME" and not part:
        raise GrammarError("MIME needs a part number before it")
    fields = parse(cursor)
    cursor.expect(b"]")
    return Section(tuple(part), specifier.decode("ascii"), fields)


def _no_fields(_cursor: Cursor) -> tuple[bytes, ...]:
    return ()


def _header_list(cursor: Cursor) -> tuple[bytes, ...]:
    cursor.space("a list of header fields")
    cursor.expect(b"(")
    fields = [cursor.astring("a header field name")]
    while not cursor.skip(b")"):
        cursor.space("a header field name")
        fields.append(cursor.astring("a header field name"))
    return tuple(fields)


SECTION_TEXTS: dict[bytes, Callable[[Cursor], tuple[bytes, ...]]] = {
    b"HEADER": _no_fields,
    b"HEADER.FIELDS": _header_list,
    b"HEADER.FIELDS.NOT": _header_list,
    b"TEXT": _no_fields,
    b"MIME": _no_fields,
}

FETCH_ITEMS: dict[bytes, Callable[[Cursor], FetchItem]] = {
    b"ENVELOPE": _plain("ENVELOPE"),
    b"FLAGS": _plain("FLAGS"),
    b"INTERNALDATE": _plain("INTERNALDATE"),
    b"RFC822": _plain("RFC822"),
    b"RFC822.HEADER": _plain("RFC822.HEADER"),
    b"RFC822.SIZE": _plain("RFC822.SIZE"),
    b"RFC822.TEXT": _plain("RFC822.TEXT"),
    b"BODY": _body,
    b"BODY.PEEK": _body_peek,
    b"BINARY": _binary(peek=False),
    b"BINARY.PEEK": _binary(peek=True),
    b"BINARY.SIZE": _binary_size,
    b"BODYSTRUCTURE": _plain("BODYSTRUCTURE"),
    b"UID": _plain("UID"),
    b"MODSEQ": _plain("MODSEQ"),
}

_FAST = (FetchItem("FLAGS"), FetchItem("INTERNALDATE"), FetchItem("RFC822.SIZE"))

MACROS: dict[bytes, tuple[FetchItem, ...]] = {
    b"FAST": _FAST,
    b"ALL": (*_FAST, FetchItem("ENVELOPE")),
    b"FULL": (*_FAST, FetchItem("ENVELOPE"), FetchItem("BODY")),
}

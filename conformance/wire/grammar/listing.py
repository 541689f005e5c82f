"""Extensions of LIST and STATUS: LIST-EXTENDED (RFC 5258), XLIST, STATUS=SIZE (RFC 8438),
STATUS DELETED (RFC 9051), APPENDLIMIT (RFC 7889).

LIST-STATUS (RFC 5819) and SPECIAL-USE (RFC 6154) add nothing to the syntax of responses.
"""

from __future__ import annotations

from conformance.wire.grammar import words
from conformance.wire.grammar.extension_values import TaggedValue
from conformance.wire.grammar.mailbox_data import mailbox_list
from conformance.wire.grammar.scanner import NUMBER64_LIMIT, Scanner
from conformance.wire.grammar.tables import Grammar
from conformance.wire.grammar.tagged import tagged_value
from conformance.wire.grammar.values import ListData, Response

_SELECTABILITY = {"\\Noselect", "\\Marked", "\\Unmarked"}


def _list(scanner: Scanner, _grammar: Grammar) -> Response:
    """``mailbox-list``: as in RFC 3501, but for the attributes and what may follow the name."""
    start = scanner.position
    attributes, delimiter, name, raw = mailbox_list(scanner)
    folded = [attribute.lower() for attribute in attributes]
    if len(set(folded)) < len(folded):
        raise scanner.error("mbx-list-flags", "each attribute once only", start)
    if "\\NonExistent" in attributes and not _SELECTABILITY.isdisjoint(attributes):
        raise scanner.error("mbx-list-flags", "at most one of \\NonExistent and others", start)
    if {"\\HasChildren", "\\HasNoChildren"} <= set(attributes):
        expected = "at most one of \\HasChildren, \\HasNoChildren"
        raise scanner.error("child-mbox-flag", expected, start)
    extended: dict[str, TaggedValue] = {}
    if scanner.accept(b" "):
        items = words.parenthesised(
            scanner, lambda: _item(scanner), "mbox-list-extended", may_be_empty=True
        )
        extended.update(items)
    return ListData("LIST", attributes, delimiter, name, raw, extended)


def _item(scanner: Scanner) -> tuple[str, TaggedValue]:
    """``mbox-list-extended-item``; its tag may be a string."""
    start = scanner.position
    tag = scanner.astring("mbox-list-extended-item-tag")
    name = tag.decode("ascii", "backslashreplace").upper()
    if not words.is_atom(tag):
        raise scanner.error("mbox-list-extended-item-tag", "the name of an item, an atom", start)
    scanner.space("mbox-list-extended-item")
    match name:
        case "CHILDINFO":
            return name, words.parenthesised(
                scanner, lambda: _option(scanner), "childinfo-extended-item", may_be_empty=False
            )
        case "OLDNAME":
            scanner.expect(b"(", "oldname-extended-item")
            old, _ = words.mailbox(scanner)
            scanner.expect(b")", "oldname-extended-item")
            return name, old
        case _:
            return name, tagged_value(scanner)


def _option(scanner: Scanner) -> str:
    """list-select-base-opt-quoted: the selection options are always quoted."""
    return scanner.quoted("list-select-base-opt-quoted").decode("utf-8").upper()


LIST_EXTENDED = Grammar(data={"LIST": _list})


def _xlist(scanner: Scanner, _grammar: Grammar) -> Response:
    return ListData("XLIST", *mailbox_list(scanner))


XLIST = Grammar(data={"XLIST": _xlist})


def _size(scanner: Scanner) -> int:
    return scanner.number("status-att-val", NUMBER64_LIMIT)


def _number(scanner: Scanner) -> int:
    return scanner.number("status-att-val")


def _append_limit(scanner: Scanner) -> int | None:
    """``"APPENDLIMIT" SP (number / nil)``: NIL where the mailbox has no limit of its own."""
    return None if scanner.nil() else scanner.number("status-att-val")


STATUS_SIZE = Grammar(status={"SIZE": _size})
STATUS_DELETED = Grammar(status={"DELETED": _number})
APPENDLIMIT = Grammar(status={"APPENDLIMIT": _append_limit})

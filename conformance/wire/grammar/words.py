"""Rules that several responses share: parenthesised lists, flags, mailbox names, capabilities."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import TypeVar

from conformance.wire.grammar.scanner import ATOM, ATOM_CHARS, Scanner
from conformance.wire.mailbox_names import decode_leniently

Element = TypeVar("Element")

_FLAG = re.compile(rb"\\?[" + ATOM_CHARS + rb"]+")
_DELIMITER = re.compile(rb'"([\x01-\x09\x0b\x0c\x0e-\x21\x23-\x5b\x5d-\x7f]|\\["\\])"')

_SPELLING = {
    name.upper(): name
    for name in (
        "\\Answered", "\\Flagged", "\\Deleted", "\\Seen", "\\Draft", "\\Recent",
        "\\Noinferiors", "\\Noselect", "\\Marked", "\\Unmarked", "\\NonExistent",
        "\\HasChildren", "\\HasNoChildren", "\\Subscribed", "\\Remote",
        "\\All", "\\Archive", "\\Drafts", "\\Junk", "\\Sent", "\\Trash",
    )
}  # fmt: skip


def spaced(scanner: Scanner, read: Callable[[], Element]) -> tuple[Element, ...]:
    """``element *(SP element)``."""
    elements = [read()]
    while scanner.accept(b" "):
        elements.append(read())
    return tuple(elements)


def parenthesised(
    scanner: Scanner, read: Callable[[], Element], rule: str, *, may_be_empty: bool
) -> tuple[Element, ...]:
    """``"(" element *(SP element) ")"``, or also ``"()"``."""
    scanner.expect(b"(", rule)
    if may_be_empty and scanner.accept(b")"):
        return ()
    elements = spaced(scanner, read)
    scanner.expect(b")", rule)
    return elements


def spelled(word: str) -> str:
    """A flag or mailbox attribute in the spelling of the RFC; others as they are."""
    return _SPELLING.get(word.upper(), word)


def flag(scanner: Scanner, *, recent: bool = False, rule: str = "flag") -> str:
    """A flag in the RFC's spelling; ``\\Recent`` only where ``recent`` says so."""
    start = scanner.position
    name = spelled(scanner.match(_FLAG, rule, "a flag")[0].decode("ascii"))
    if name == "\\Recent" and not recent:
        raise scanner.error(rule, "a flag other than \\Recent", start)
    return name


def flag_list(scanner: Scanner) -> tuple[str, ...]:
    """The flags of FLAGS. ``\\Recent`` is let pass: a case of its own judges it.

    Section 9 leaves it out, section 7.2.6 asks for all system flags, which it is one of (2.3.2).
    """
    return parenthesised(
        scanner, lambda: flag(scanner, recent=True), "flag-list", may_be_empty=True
    )


def flag_perm(scanner: Scanner) -> str:
    return "\\*" if scanner.accept(b"\\*") else flag(scanner, rule="flag-perm")


def mailbox(scanner: Scanner) -> tuple[str, bytes]:
    """A mailbox name, decoded and as sent; any spelling of INBOX is ``"INBOX"``."""
    start = scanner.position
    raw = scanner.astring("mailbox")
    if raw.upper() == b"INBOX":
        return "INBOX", raw
    if not scanner.revision2:
        return decode_leniently(raw), raw
    try:
        return raw.decode("utf-8"), raw
    except UnicodeDecodeError:
        raise scanner.error("mailbox", "a mailbox name in UTF-8 (RFC 9051, 5.1)", start) from None


def delimiter(scanner: Scanner, rule: str) -> str | None:
    """``DQUOTE QUOTED-CHAR DQUOTE / nil``."""
    if scanner.nil():
        return None
    expected = "a quoted hierarchy delimiter or NIL"
    if scanner.revision2 and not scanner.peek(_DELIMITER):
        start = scanner.position
        delimiter = scanner.quoted(rule).decode("utf-8")
        if len(delimiter) != 1:
            raise scanner.error(rule, expected, start)
        return delimiter
    found = scanner.match(_DELIMITER, rule, expected)[1]
    return found[-1:].decode("ascii")


def is_atom(octets: bytes) -> bool:
    """Whether these octets, however they were sent, could be an atom."""
    return ATOM.fullmatch(octets) is not None


def capabilities(scanner: Scanner) -> tuple[str, ...]:
    """``*(SP capability)``, the revision in use among them; in upper case."""
    names = []
    while scanner.accept(b" "):
        names.append(scanner.atom("capability").upper())
    revision = "IMAP4rev2" if scanner.revision2 else "IMAP4rev1"
    if revision.upper() not in names:
        raise scanner.error("capability-data", f"{revision} among the capabilities")
    return tuple(names)


def uniqueid(scanner: Scanner) -> int:
    return scanner.nz_number("uniqueid")

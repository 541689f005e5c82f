"""resp-text and its codes (RFC 3501, sections 7.1 and 9)."""

from __future__ import annotations

import re

from conformance.wire.grammar import words
from conformance.wire.grammar.scanner import Scanner
from conformance.wire.grammar.tables import Grammar
from conformance.wire.grammar.values import (
    Code,
    CodeValue,
    Condition,
    Continuation,
    Kind,
)

_OTHER_CODE = re.compile(rb"[\x01-\x09\x0b\x0c\x0e-\x5c\x5e-\x7f]+")

CONDITIONS: dict[str, Kind] = {
    "OK": "OK",
    "NO": "NO",
    "BAD": "BAD",
    "BYE": "BYE",
    "PREAUTH": "PREAUTH",
}


def condition(scanner: Scanner, grammar: Grammar, kind: Kind, tag: str | None) -> Condition:
    """What follows the name of a condition, up to the CRLF."""
    scanner.space("resp-cond-state")
    code, text = resp_text(scanner, grammar)
    return Condition(kind, text, code, tag)


def continuation(scanner: Scanner, grammar: Grammar) -> Continuation:
    """What follows ``"+"``: resp-text or base64, and base64 may be empty."""
    scanner.space("continue-req")
    if scanner.at(b"\r\n"):
        return Continuation("")
    code, text = resp_text(scanner, grammar)
    return Continuation(text, code)


def resp_text(scanner: Scanner, grammar: Grammar) -> tuple[Code | None, str]:
    """``["[" resp-text-code "]" SP] text``.

    Text that begins with ``[`` begins with a code, and a code with a known name takes the
    arguments of that name: the rule that is listed earlier has priority (section 9).
    """
    if not scanner.accept(b"["):
        return None, scanner.text("resp-text")
    name = scanner.atom("resp-text-code").upper()
    reader = grammar.codes.get(name)
    value = reader(scanner) if reader else _other_code(scanner)
    scanner.expect(b"]", "resp-text-code")
    scanner.space("resp-text")
    return Code(name, value), scanner.text("resp-text")


def _other_code(scanner: Scanner) -> CodeValue:
    if not scanner.accept(b" "):
        return None
    expected = "the argument of the response code"
    return scanner.match(_OTHER_CODE, "resp-text-code", expected)[0].decode("ascii")


def nothing(_scanner: Scanner) -> CodeValue:
    """A code that has no argument."""
    return None


def _number(scanner: Scanner) -> CodeValue:
    scanner.space("resp-text-code")
    return scanner.nz_number()


def _badcharset(scanner: Scanner) -> CodeValue:
    if not scanner.accept(b" "):
        return None
    charsets = words.parenthesised(
        scanner, lambda: _charset(scanner), "resp-text-code", may_be_empty=False
    )
    return tuple(charset.decode("utf-8", "backslashreplace") for charset in charsets)


def _charset(scanner: Scanner) -> bytes:
    """An astring in RFC 3501; ``atom / quoted`` in RFC 9051."""
    if not scanner.revision2:
        return scanner.astring()
    return scanner.quoted("charset") if scanner.at(b'"') else scanner.atom("charset").encode()


def _permanent_flags(scanner: Scanner) -> CodeValue:
    scanner.space("resp-text-code")
    return words.parenthesised(
        scanner, lambda: words.flag_perm(scanner), "resp-text-code", may_be_empty=True
    )


CODES = Grammar(
    codes={
        "ALERT": nothing,
        "BADCHARSET": _badcharset,
        "CAPABILITY": words.capabilities,
        "PARSE": nothing,
        "PERMANENTFLAGS": _permanent_flags,
        "READ-ONLY": nothing,
        "READ-WRITE": nothing,
        "TRYCREATE": nothing,
        "UIDNEXT": _number,
        "UIDVALIDITY": _number,
        "UNSEEN": _number,
    }
)

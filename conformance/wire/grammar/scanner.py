"""A cursor over the octets of one response, with the lexical rules of RFC 3501, section 9.

Every method named after a rule reads exactly that rule at the cursor or raises ``GrammarError``.
"""

from __future__ import annotations

import re

from conformance.wire.errors import Deviation

# CHAR without atom-specials: ( ) { SP CTL % * " \ ]
ATOM_CHARS = rb"!#$&'+,\-./0-9:;<=>?@A-Z\[^_`a-z|}~"
_ATOM = re.compile(rb"[" + ATOM_CHARS + rb"]+")
_ASTRING_CHARS = re.compile(rb"[" + ATOM_CHARS + rb"\]]+")
_TAG = re.compile(rb"[" + ATOM_CHARS.replace(b"+", b"") + rb"\]]+")
_NUMBER = re.compile(rb"[0-9]+")
_NZ_NUMBER = re.compile(rb"[1-9][0-9]*")
_QUOTED = re.compile(rb'"((?:[\x01-\x09\x0b\x0c\x0e-\x21\x23-\x5b\x5d-\x7f]|\\["\\])*)"')
_TEXT = re.compile(rb"[\x01-\x09\x0b\x0c\x0e-\x7f]+")
_LITERAL = re.compile(rb"\{([0-9]+)\}\r\n")
_NIL = re.compile(rb"NIL", re.IGNORECASE)
_ESCAPED = re.compile(rb'\\(["\\])')

NUMBER_LIMIT = 2**32


class GrammarError(Deviation):
    """Octets that the formal syntax does not allow.

    ``rule`` is the ABNF rule being read, ``position`` the offset of the first octet that does not
    fit, ``expected`` says what would have.
    """

    def __init__(self, rule: str, position: int, expected: str, octets: bytes) -> None:
        self.rule = rule
        self.position = position
        self.expected = expected
        self.octets = octets
        before = octets[max(0, position - 60) : position]
        after = octets[position : position + 40]
        super().__init__(
            f"syntax error in {rule} at octet {position}: expected {expected}, "
            f"found {after!r} after {before!r}"
        )


class Scanner:
    """Reads ``octets`` from left to right; ``position`` is the offset of the next octet."""

    __slots__ = ("octets", "position")

    def __init__(self, octets: bytes) -> None:
        self.octets = octets
        self.position = 0

    def error(self, rule: str, expected: str, position: int | None = None) -> GrammarError:
        """The error to raise when ``expected`` is not what stands at the cursor."""
        return GrammarError(
            rule, self.position if position is None else position, expected, self.octets
        )

    def at(self, octets: bytes) -> bool:
        """Whether exactly these octets come next."""
        return self.octets.startswith(octets, self.position)

    def accept(self, octets: bytes) -> bool:
        """Skip these octets if they come next."""
        if self.octets.startswith(octets, self.position):
            self.position += len(octets)
            return True
        return False

    def expect(self, octets: bytes, rule: str) -> None:
        """Skip these octets, which must come next."""
        if not self.accept(octets):
            raise self.error(rule, repr(octets.decode("ascii")))

    def space(self, rule: str) -> None:
        """SP: exactly one space, with something behind it."""
        if not self.accept(b" "):
            raise self.error(rule, "one space")

    def match(self, pattern: re.Pattern[bytes], rule: str, expected: str) -> re.Match[bytes]:
        """Skip what ``pattern`` matches at the cursor."""
        found = pattern.match(self.octets, self.position)
        if found is None:
            raise self.error(rule, expected)
        self.position = found.end()
        return found

    def peek(self, pattern: re.Pattern[bytes]) -> re.Match[bytes] | None:
        """What ``pattern`` matches at the cursor, without moving it."""
        return pattern.match(self.octets, self.position)

    def end(self, rule: str) -> None:
        """CRLF, and nothing behind it."""
        self.expect(b"\r\n", rule)
        if self.position != len(self.octets):
            raise self.error(rule, "the end of the response")

    # Numbers

    def number(self, rule: str = "number", limit: int = NUMBER_LIMIT) -> int:
        """1*DIGIT, less than ``limit``."""
        return self._number(_NUMBER, rule, "a number", limit)

    def nz_number(self, rule: str = "nz-number", limit: int = NUMBER_LIMIT) -> int:
        """A number greater than 0, without leading zeros, less than ``limit``."""
        return self._number(_NZ_NUMBER, rule, "a number from 1 without leading zeros", limit)

    def _number(self, pattern: re.Pattern[bytes], rule: str, expected: str, limit: int) -> int:
        start = self.position
        digits = self.match(pattern, rule, expected)[0]
        # int() refuses thousands of digits; no limit of the grammar has more than twenty.
        if len(digits.lstrip(b"0")) > 20 or int(digits) >= limit:
            raise self.error(rule, f"a number less than {limit}", start)
        return int(digits)

    # Words and strings

    def atom(self, rule: str = "atom") -> str:
        return self.match(_ATOM, rule, "an atom")[0].decode("ascii")

    def tag(self) -> str:
        return self.match(_TAG, "tag", "a tag")[0].decode("ascii")

    def text(self, rule: str = "text") -> str:
        """1*TEXT-CHAR: at least one 7-bit character, no CR, LF or NUL."""
        return self.match(_TEXT, rule, "text of at least one 7-bit character")[0].decode("ascii")

    def quoted(self, rule: str = "quoted") -> bytes:
        """A quoted string of 7-bit characters; the value has its escapes undone."""
        expected = 'a quoted string of 7-bit characters, with only \\" and \\\\ as escapes'
        value = self.match(_QUOTED, rule, expected)[1]
        return _ESCAPED.sub(rb"\1", value) if b"\\" in value else value

    def literal(self, rule: str = "literal") -> bytes:
        """``{number}`` CRLF and that many octets, none of them NUL."""
        start = self.position
        announced = self.match(_LITERAL, rule, "a literal: {number} CRLF")[1]
        if len(announced.lstrip(b"0")) > 10 or int(announced) >= NUMBER_LIMIT:
            raise self.error(rule, f"a number less than {NUMBER_LIMIT}", start + 1)
        size = int(announced)
        stop = self.position + size
        if stop > len(self.octets):
            raise self.error(rule, f"{size} octets of literal, found the end", len(self.octets))
        value = self.octets[self.position : stop]
        nul = value.find(b"\0")
        if nul >= 0:
            raise self.error(rule, "CHAR8, which is any octet but NUL", self.position + nul)
        self.position = stop
        return value

    def string(self, rule: str = "string") -> bytes:
        if self.at(b'"'):
            return self.quoted(rule)
        if self.at(b"{"):
            return self.literal(rule)
        raise self.error(rule, "a string (quoted or literal)")

    def nil(self) -> bool:
        """Skip NIL if it comes next."""
        found = self.peek(_NIL)
        if found is None:
            return False
        self.position = found.end()
        return True

    def nstring(self, rule: str = "nstring") -> bytes | None:
        if self.at(b'"') or self.at(b"{"):
            return self.string(rule)
        if self.nil():
            return None
        raise self.error(rule, "a string or NIL")

    def astring(self, rule: str = "astring") -> bytes:
        if self.at(b'"') or self.at(b"{"):
            return self.string(rule)
        return self.match(_ASTRING_CHARS, rule, "an astring")[0]

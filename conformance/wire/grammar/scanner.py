"""A cursor over the octets of one response: the lexical rules of RFC 3501 and RFC 9051, section 9.

Every method named after a rule reads exactly that rule at the cursor or raises ``GrammarError``.
"""

from __future__ import annotations

import re

from conformance.wire.errors import Deviation

# CHAR without atom-specials: ( ) { SP CTL % * " \ ]
ATOM_CHARS = rb"!#$&'+,\-./0-9:;<=>?@A-Z\[^_`a-z|}~"
ATOM = re.compile(rb"[" + ATOM_CHARS + rb"]+")
_ASTRING_CHARS = re.compile(rb"[" + ATOM_CHARS + rb"\]]+")
_TAG = re.compile(rb"[" + ATOM_CHARS.replace(b"+", b"") + rb"\]]+")
_NUMBER = re.compile(rb"[0-9]+")
_NZ_NUMBER = re.compile(rb"[1-9][0-9]*")
# Possessive: a repeated group that could be backtracked into keeps 130 octets for each round.
_QUOTED = re.compile(rb'"((?:[\x01-\x09\x0b\x0c\x0e-\x21\x23-\x5b\x5d-\x7f]++|\\["\\])*+)"')
_TEXT = re.compile(rb"[\x01-\x09\x0b\x0c\x0e-\x7f]+")
# RFC 3629, section 4: UTF8-2, UTF8-3, UTF8-4
_UTF8 = (
    rb"[\xc2-\xdf][\x80-\xbf]|\xe0[\xa0-\xbf][\x80-\xbf]|[\xe1-\xec\xee\xef][\x80-\xbf]{2}"
    rb"|\xed[\x80-\x9f][\x80-\xbf]|\xf0[\x90-\xbf][\x80-\xbf]{2}|[\xf1-\xf3][\x80-\xbf]{3}"
    rb"|\xf4[\x80-\x8f][\x80-\xbf]{2}"
)
_QUOTED_UTF8 = re.compile(
    rb'"((?:[\x01-\x09\x0b\x0c\x0e-\x21\x23-\x5b\x5d-\x7f]++|\\["\\]|' + _UTF8 + rb')*+)"'
)
_TEXT_UTF8 = re.compile(rb"(?:[\x01-\x09\x0b\x0c\x0e-\x7f]++|" + _UTF8 + rb")*+")
_LITERAL = re.compile(rb"\{([0-9]+)\}\r\n")
_LITERAL8 = re.compile(rb"~\{([0-9]+)\}\r\n")
_NIL = re.compile(rb"NIL", re.IGNORECASE)
_ESCAPED = re.compile(rb'\\(["\\])')

NUMBER_LIMIT = 2**32
NUMBER64_LIMIT = 2**63


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
    """Reads ``octets`` from left to right; ``position`` is the offset of the next octet.

    With ``revision2`` by RFC 9051: UTF-8 in quoted strings and free text, which may be empty, and
    sizes of up to 63 bits.
    """

    __slots__ = ("octets", "position", "revision2")

    def __init__(self, octets: bytes, *, revision2: bool = False) -> None:
        self.octets = octets
        self.position = 0
        self.revision2 = revision2

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

    def keyword(self, word: bytes, rule: str) -> None:
        """Skip this word, in any case."""
        found = self.octets[self.position : self.position + len(word)]
        if found.upper() != word:
            raise self.error(rule, word.decode("ascii"))
        self.position += len(word)

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

    def size(self, rule: str) -> int:
        """A size or a number of lines: number in RFC 3501, number64 in RFC 9051."""
        return self.number(rule, NUMBER64_LIMIT if self.revision2 else NUMBER_LIMIT)

    def _number(self, pattern: re.Pattern[bytes], rule: str, expected: str, limit: int) -> int:
        start = self.position
        digits = self.match(pattern, rule, expected)[0]
        # int() refuses thousands of digits; no limit of the grammar has more than twenty.
        if len(digits.lstrip(b"0")) > 20 or int(digits) >= limit:
            raise self.error(rule, f"a number less than {limit}", start)
        return int(digits)

    # Words and strings

    def atom(self, rule: str = "atom") -> str:
        return self.match(ATOM, rule, "an atom")[0].decode("ascii")

    def tag(self) -> str:
        return self.match(_TAG, "tag", "a tag")[0].decode("ascii")

    def text(self, rule: str = "text") -> str:
        """1*TEXT-CHAR: at least one 7-bit character, no CR, LF or NUL. RFC 9051: [text], UTF-8."""
        if self.revision2:
            return self.match(_TEXT_UTF8, rule, "text in UTF-8")[0].decode("utf-8")
        return self.match(_TEXT, rule, "text of at least one 7-bit character")[0].decode("ascii")

    def quoted(self, rule: str = "quoted") -> bytes:
        """A quoted string; the value has its escapes undone."""
        characters = "characters in UTF-8" if self.revision2 else "7-bit characters"
        expected = f'a quoted string of {characters}, with only \\" and \\\\ as escapes'
        value = self.match(_QUOTED_UTF8 if self.revision2 else _QUOTED, rule, expected)[1]
        return _ESCAPED.sub(rb"\1", value) if b"\\" in value else value

    def literal(self, rule: str = "literal") -> bytes:
        """``{number}`` CRLF and that many octets, none of them NUL."""
        value = self._octets(_LITERAL, rule, "a literal: {number} CRLF")
        nul = value.find(b"\0")
        if nul >= 0:
            position = self.position - len(value) + nul
            raise self.error(rule, "CHAR8, which is any octet but NUL", position)
        return value

    def literal8(self, rule: str = "literal8") -> bytes:
        """``~{number}`` CRLF and that many octets of any kind (RFC 3516; RFC 9051)."""
        return self._octets(_LITERAL8, rule, "a literal8: ~{number} CRLF")

    def _octets(self, pattern: re.Pattern[bytes], rule: str, expected: str) -> bytes:
        start = self.position
        announced = self.match(pattern, rule, expected)[1]
        limit = NUMBER64_LIMIT if self.revision2 else NUMBER_LIMIT
        if len(announced.lstrip(b"0")) > 20 or int(announced) >= limit:
            raise self.error(rule, f"a number less than {limit}", start + 1)
        size = int(announced)
        stop = self.position + size
        if stop > len(self.octets):
            raise self.error(rule, f"{size} octets of literal, found the end", len(self.octets))
        value = self.octets[self.position : stop]
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

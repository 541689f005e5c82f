"""A cursor over one framed command: the tokens of RFC 3501, section 9.

Every method that reads a token either consumes it whole or raises ``GrammarError``, whose text
tells the client what was expected and where.
"""

from __future__ import annotations

import re
from typing import NoReturn

from .characters import ASTRING_CHAR, ATOM_CHAR, LIST_CHAR
from .commands import Octets, SequenceSet
from .framing import LiteralPart

MAXIMUM_NUMBER = 4_294_967_295
MAXIMUM_NUMBER64 = 9_223_372_036_854_775_807

SYSTEM_FLAGS = {
    flag.lower(): flag for flag in ("\\Answered", "\\Flagged", "\\Deleted", "\\Seen", "\\Draft")
}

_ATOM = re.compile(ATOM_CHAR + rb"+")
_ASTRING_ATOM = re.compile(ASTRING_CHAR + rb"+")
_LIST_ATOM = re.compile(LIST_CHAR + rb"+")
_FLAG = re.compile(rb"\\?" + ATOM_CHAR + rb"+")
_DIGITS = re.compile(rb"[0-9]+")
_SEQUENCE_SET = re.compile(rb"\$(?![0-9*:,$])|[0-9*][0-9*:,$]*")
_SEQUENCE_RANGE = re.compile(rb"([0-9]+|\*)(?::([0-9]+|\*))?")

_QUOTED = re.compile(rb'"([^"\\\r\n\x00]*(?:\\["\\][^"\\\r\n\x00]*)*)"')
_ESCAPED = re.compile(rb"\\(.)")


class GrammarError(Exception):
    """The command breaks the grammar; the text says how."""


class Cursor:
    """A place in a command. ``revision2``: tokens are those of RFC 9051."""

    __slots__ = ("_index", "_parts", "_position", "_revision2", "_text")

    def __init__(self, parts: tuple[bytes | LiteralPart, ...], revision2: bool = False) -> None:
        self._parts = parts
        self._revision2 = revision2
        self._index = 0
        self._position = 0
        first = parts[0]
        self._text = first if isinstance(first, bytes) else b""

    # What comes next

    def take(self, pattern: re.Pattern[bytes]) -> bytes | None:
        """Consume what matches ``pattern`` here, if anything does."""
        match = pattern.match(self._text, self._position)
        if match is None:
            return None
        self._position = match.end()
        return match[0]

    def skip(self, octets: bytes) -> bool:
        """Consume exactly ``octets``, if they come next."""
        if not self._text.startswith(octets, self._position):
            return False
        self._position += len(octets)
        return True

    def skip_name(self, name: bytes) -> bool:
        """Consume the atom that comes next if it is ``name``, in any case."""
        match = _ATOM.match(self._text, self._position)
        if match is None or match[0].upper() != name:
            return False
        self._position = match.end()
        return True

    def peek(self) -> bytes:
        """The next octet; empty at the end of the text (a literal, or the end of the command)."""
        return self._text[self._position : self._position + 1]

    def at_end(self) -> bool:
        return self._position == len(self._text) and self._index + 1 == len(self._parts)

    def fail(self, expected: str) -> NoReturn:
        """Raise the fault that says ``expected`` should have come next."""
        octet = self.peek()
        if octet:
            found = f"'{octet.decode()}'" if 0x20 < octet[0] < 0x7F else "a space"
            if octet[0] < 0x20 or octet[0] >= 0x7F:
                found = f"octet {octet[0]:02X}"
        else:
            found = "the end of the command" if self.at_end() else "a literal"
        where = f" after literal {self._index // 2}" if self._index else ""
        raise GrammarError(f"expected {expected}, not {found}, at {self._position + 1}{where}")

    # Punctuation

    def expect(self, octets: bytes) -> None:
        if not self.skip(octets):
            self.fail(f"'{octets.decode()}'")

    def space(self, before: str) -> None:
        """Exactly one space: no token begins with a second one."""
        if not self.skip(b" "):
            self.fail(f"a space and {before}")

    def end(self) -> None:
        if not self.at_end():
            self.fail("the end of the command")

    # Tokens

    def atom(self, what: str = "an atom") -> bytes:
        return self.take(_ATOM) or self.fail(what)

    def name(self, what: str) -> bytes:
        """An atom in upper case, for looking up in a table."""
        return self.atom(what).upper()

    def number(self) -> int:
        """number: an unsigned 32-bit integer."""
        digits = self.take(_DIGITS)
        return self.fail("a number") if digits is None else _number(digits)

    def nz_number(self) -> int:
        digits = self.take(_DIGITS)
        return self.fail("a number") if digits is None else _nz_number(digits)

    def number64(self) -> int:
        """number64 of RFC 9051: 63 bits; of RFC 3501, the number that stands in its place."""
        digits = self.take(_DIGITS)
        return self.fail("a number") if digits is None else _number(digits, self._size_limit)

    def nz_number64(self) -> int:
        digits = self.take(_DIGITS)
        return self.fail("a number") if digits is None else _nz_number(digits, self._size_limit)

    @property
    def _size_limit(self) -> int:
        return MAXIMUM_NUMBER64 if self._revision2 else MAXIMUM_NUMBER

    def literal(self) -> Octets:
        """A literal as it was received: perhaps not in memory."""
        if self._position != len(self._text) or self.at_end():
            self.fail("a literal")
        literal, text = self._parts[self._index + 1 : self._index + 3]
        assert isinstance(literal, LiteralPart)  # texts and literals take turns in a frame
        assert isinstance(text, bytes)
        self._index += 2
        self._position = 0
        self._text = text
        return literal.octets

    def string(self, what: str = "a string") -> bytes:
        octet = self.peek()
        if octet == b'"':
            return self._quoted()
        if octet or self.at_end():
            self.fail(what)
        return self.literal()[:]

    def astring(self, what: str = "a string") -> bytes:
        return self.take(_ASTRING_ATOM) or self.string(what)

    def mailbox(self) -> bytes:
        """mailbox: every case variant of INBOX becomes ``b"INBOX"``."""
        name = self.astring("a mailbox name")
        return b"INBOX" if name.upper() == b"INBOX" else name

    def list_mailbox(self) -> bytes:
        """list-mailbox: a mailbox name that may hold ``%`` and ``*``."""
        return self.take(_LIST_ATOM) or self.string("a mailbox name or pattern")

    def flag(self) -> str:
        """flag: system flags in their usual case; no \\Recent, and no flag-extension (9)."""
        octets = self.take(_FLAG)
        if octets is None:
            self.fail("a flag")
        flag = octets.decode("ascii")
        if flag.lower() == "\\recent":
            raise GrammarError("\\Recent is not for a client to set")
        system_flag = SYSTEM_FLAGS.get(flag.lower())
        if system_flag is None and flag.startswith("\\"):
            raise GrammarError(f"no such system flag: {flag}")
        return system_flag or flag

    def flags(self) -> tuple[str, ...]:
        """flag *(SP flag)"""
        flags = [self.flag()]
        while self.peek() == b" ":
            self.space("a flag")
            flags.append(self.flag())
        return tuple(flags)

    def flag_list(self) -> tuple[str, ...]:
        """flag-list: in parentheses, perhaps empty."""
        self.expect(b"(")
        if self.skip(b")"):
            return ()
        flags = self.flags()
        self.expect(b")")
        return flags

    def sequence_set(self) -> SequenceSet:
        octets = self.take(_SEQUENCE_SET)
        if octets is None:
            self.fail("a sequence set")
        items = octets.split(b",")
        ranges = tuple(_sequence_range(item) for item in items if item != b"$")
        return SequenceSet(ranges, saved=b"$" in items)

    def _quoted(self) -> bytes:
        match = _QUOTED.match(self._text, self._position)
        if match is None:
            raise GrammarError(
                "bad quoted string: it needs a closing quote, and a backslash only before "
                "a quote or a backslash"
            )
        self._position = match.end()
        octets = match[1]
        if not octets.isascii():
            if not self._revision2:
                raise GrammarError("8-bit octets in a quoted string: send a literal")
            try:
                octets.decode("utf-8")
            except UnicodeDecodeError:
                raise GrammarError("a quoted string that is not UTF-8") from None
        return _ESCAPED.sub(rb"\1", octets) if b"\\" in octets else octets


def _number(digits: bytes, maximum: int = MAXIMUM_NUMBER) -> int:
    # Python refuses to convert very long digit strings, so the length is looked at first.
    significant = digits.lstrip(b"0") or b"0"
    if len(significant) > 19 or int(significant) > maximum:
        raise GrammarError(f"a number is above {maximum}")
    return int(significant)


def _nz_number(digits: bytes, maximum: int = MAXIMUM_NUMBER) -> int:
    if digits.startswith(b"0"):
        raise GrammarError("a number that is or begins with 0 where it must not")
    return _number(digits, maximum)


def _sequence_range(item: bytes) -> tuple[int | None, int | None]:
    """One range of a sequence set; a single number is a range of one."""
    match = _SEQUENCE_RANGE.fullmatch(item)
    if match is None:
        raise GrammarError("bad sequence set")
    first = None if match[1] == b"*" else _nz_number(match[1])
    if match[2] is None:
        return first, first
    return first, None if match[2] == b"*" else _nz_number(match[2])

"""Address lists: mailboxes, groups, routes and the obsolete forms (RFC 5322, 3.4 and 4.4)."""

from __future__ import annotations

import re
from typing import NamedTuple

from reference_server.message.lexical import LONGEST_FIELD, comment_end, unquote

MAXIMUM_ADDRESSES = 65_536
"""Of one envelope: an address takes hundreds of octets of memory, and two of the field."""

_TEXT = rb'[^ \t"\[(),:;<>@]++'
# An address as most are written, up to its comma: ``Name <local@domain>`` or ``local@domain``.
_USUAL = re.compile(
    rb'[ \t]*+(?:(?:"([^"\\]*+)"|(%b(?: %b)*+))[ \t]*+<(%b)@(%b)>|(%b)@(%b))[ \t]*+(?:,|\Z)'
    % ((_TEXT,) * 6)
)
# White space, then a quoted string, a domain literal, an atom, or one special.
_TOKEN = re.compile(
    rb'([ \t]*+)(?:"((?:[^"\\]++|\\.)*+)"?+'
    rb'|(\[(?:[^\]\\]++|\\.)*+\]?+)|([^ \t"\[(),:;<>@.]++)|(.))',
    re.DOTALL,
)


class Address(NamedTuple):
    """An address structure of ENVELOPE (RFC 3501, 7.4.2).

    A group begins with one that has only ``mailbox``, its name, and ends with one that has
    nothing. What a malformed address lacks is empty, because ``None`` would mean a group.
    """

    name: bytes | None
    route: bytes | None
    mailbox: bytes | None
    host: bytes | None


_GROUP_END = Address(None, None, None, None)


class _Word(NamedTuple):
    text: bytes
    spaced: bool  # white space or a comment stands before it
    special: bool = False


def parse_addresses(value: bytes, most: int = MAXIMUM_ADDRESSES) -> list[Address]:
    """The addresses of an unfolded field, in order. Never fails: it makes the best of anything.

    What goes beyond ``LONGEST_FIELD`` is dropped, and so are addresses beyond ``most``.
    """
    value = value[:LONGEST_FIELD]
    addresses: list[Address] = []
    position = 0
    while len(addresses) < most and (found := _USUAL.match(value, position)):
        position = found.end()
        quoted, phrase, local, domain, bare, bare_domain = found.groups()
        if local is None:
            addresses.append(Address(None, None, bare, bare_domain))
        else:
            name = quoted.strip(b" ") if phrase is None else phrase
            addresses.append(Address(name, None, local, domain))
    if position == len(value):
        return addresses
    return _Parser(addresses).parse(value, position, most)


class _Parser:
    """Reads the addresses from the first unusual one to the end of the field."""

    def __init__(self, addresses: list[Address]) -> None:
        self.addresses = addresses
        self.in_group = False
        self._start_address()

    def _start_address(self) -> None:
        self.words: list[_Word] = []
        self.angle: list[_Word] | None = None
        self.in_angle = False
        self.comment: bytes | None = None

    def parse(self, value: bytes, position: int, most: int) -> list[Address]:
        spaced = False
        while len(self.addresses) < most and (found := _TOKEN.match(value, position)):
            position = found.end()
            space, quoted, literal, atom, special = found.groups()
            spaced = spaced or bool(space)
            if special == b"(":
                start, position = position, comment_end(value, position - 1)
                self.comment = unquote(value[start : position - value.endswith(b")", 0, position)])
                spaced = True
                continue
            if special is not None:
                self._special(special, spaced)
            elif quoted is not None:
                self._word(_Word(unquote(quoted), spaced))
            else:
                self._word(_Word(atom if literal is None else literal, spaced))
            spaced = False
        if len(self.addresses) < most:
            self._end_address()
        if self.in_group:
            self.addresses.append(_GROUP_END)
        return self.addresses

    def _word(self, word: _Word) -> None:
        if self.in_angle and self.angle is not None:
            self.angle.append(word)
        else:
            self.words.append(word)

    def _special(self, special: bytes, spaced: bool) -> None:
        if self.in_angle:
            if special == b">":
                self.in_angle = False
            else:
                self._word(_Word(special, spaced, special=True))
        elif special == b"<" and self.angle is None:
            self.angle, self.in_angle = [], True
        elif special == b",":
            self._end_address()
        elif special == b";":
            self._end_address()
            if self.in_group:
                self.addresses.append(_GROUP_END)
                self.in_group = False
        elif special == b":" and not self.in_group:
            self.addresses.append(Address(None, None, _phrase(self.words), None))
            self.in_group = True
            self._start_address()
        else:
            self._word(_Word(special, spaced, special=True))

    def _end_address(self) -> None:
        words, angle = self.words, self.angle
        comment = None if self.comment is None else self.comment.strip(b" \t")
        if angle is not None:
            name = _phrase(words) if words else comment
            route, angle = _split_route(angle)
            self.addresses.append(Address(name, route, *_split_at(angle)))
        elif len(words) == 1 or any(word.special and word.text == b"@" for word in words):
            # "fred@example.com (Fred)": the old way to name someone (RFC 5322, 3.4).
            self.addresses.append(Address(comment, None, *_split_at(words)))
        elif words:
            self.addresses.append(Address(_phrase(words), None, b"", b""))
        self._start_address()


def _phrase(words: list[_Word]) -> bytes:
    return b"".join([b" " + word.text if word.spaced else word.text for word in words]).strip(b" ")


def _split_route(words: list[_Word]) -> tuple[bytes | None, list[_Word]]:
    """``@one,@two:local@domain``: the route without its colon, and what follows it."""
    if words and words[0].special and words[0].text == b"@":
        for index, word in enumerate(words):
            if word.special and word.text == b":":
                return b"".join([word.text for word in words[:index]]), words[index + 1 :]
    return None, words


def _split_at(words: list[_Word]) -> tuple[bytes, bytes]:
    """Local part and domain. White space around their dots is obsolete syntax, and dropped."""
    for index in range(len(words) - 1, -1, -1):
        if words[index].special and words[index].text == b"@":
            domain = b"".join([word.text for word in words[index + 1 :]])
            return _local_part(words[:index]), domain
    return _local_part(words), b""


def _local_part(words: list[_Word]) -> bytes:
    pieces: list[bytes] = []
    after_dot = True
    for word in words:
        dot = word.special and word.text == b"."
        if word.spaced and not dot and not after_dot:
            pieces.append(b" ")
        pieces.append(word.text)
        after_dot = dot
    return b"".join(pieces)

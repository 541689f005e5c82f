"""One pass over a message for all that divides it: empty lines and boundary delimiter lines."""

from __future__ import annotations

import re
from typing import NamedTuple

from reference_server.checkpoint import checkpoint
from reference_server.protocol.commands import Octets

WINDOW = 256 * 1024
"""Octets that are in memory at a time, and are looked at between two checkpoints."""

_WHOLE = 1 << 20  # a message up to this size is one window
_LONGEST_DELIMITER = 2000  # octets behind "--"; a longer line is none
_BEHIND = 2  # octets of the window before: the line end in front of a delimiter
_AHEAD = _LONGEST_DELIMITER + 8  # octets of the next window: the rest of a line
_LINE = rb"--([^\n]{0,%d}+)(?=\n|\Z)" % _LONGEST_DELIMITER
_IN_BODY = re.compile(rb"\n" + _LINE)
_IN_HEADER = re.compile(rb"\n(?:\r?\n|%b)" % _LINE)


class EmptyLine(NamedTuple):
    """The line that ends a header; ``following`` is where the body begins."""

    following: int


class Delimiter(NamedTuple):
    """A boundary delimiter line (RFC 2046, 5.1.1) of the multipart ``level``.

    ``before`` is where the line end in front of it begins, ``following`` where the next line does.
    """

    level: int
    before: int
    following: int
    closes: bool


class Scanner:
    """Finds what divides ``message``, whose boundaries change as it is read. Never goes back.

    ``boundaries`` has the open multiparts by boundary, the outermost one where two are the same.
    """

    def __init__(self, message: Octets) -> None:
        self.boundaries: dict[bytes, int] = {}
        self._message = message
        self._size = len(message)
        self._start = 0
        self._stop = WINDOW if self._size > _WHOLE else self._size
        self._window = message[: min(self._stop + _AHEAD, self._size)]
        self._counted = 0  # line ends are counted up to here
        self._lines = 0

    def next(self, position: int, *, in_header: bool) -> EmptyLine | Delimiter | None:
        """The first divider from the line end at ``position`` on; None: none up to the end.

        A header ends at an empty line, or at a delimiter of a multipart around it.

        RFC 2046, 5.1.1, lets a prefix of the line suffice. Only white space is accepted behind
        the boundary, though, so that a boundary may be the beginning of another one.
        """
        pattern = _IN_HEADER if in_header else _IN_BODY
        boundaries = self.boundaries
        others: set[bytes | None] = set()  # lines that are no delimiters; most repeat each other
        while position < self._size:
            if position >= self._stop:
                self._load(position)
            start, stop = self._start, self._stop
            others.clear()
            for found in pattern.finditer(self._window, position - start):
                text = found[1]
                if text in others:
                    continue
                at = start + found.start()
                if at >= stop:
                    break
                if text is None:
                    return EmptyLine(start + found.end())
                text = text.rstrip(b" \t\r")
                level = boundaries.get(text)
                closed = boundaries.get(text[:-2]) if text.endswith(b"--") else None
                closes = closed is not None and (level is None or closed < level)
                if closes:
                    level = closed
                if level is not None:
                    before = at - (self._window[max(at - start - 1, 0) : at - start] == b"\r")
                    following = min(start + found.end() + 1, self._size)
                    return Delimiter(level, before, following, closes)
                others.add(found[1])
            position = stop
        return None

    def lines_before(self, position: int) -> int:
        """The number of line ends before ``position``.

        Linear as long as positions ascend; a step back costs as many octets as it is long.
        """
        first, last = sorted((self._counted, position))
        lines = 0
        for start in range(first, last, WINDOW):
            lines += self._message[start : min(start + WINDOW, last)].count(b"\n")
            checkpoint()
        self._lines += lines if position == last else -lines
        self._counted = position
        return self._lines

    def _load(self, position: int) -> None:
        """Have the octets from ``position`` on in the window."""
        self._start = max(position - _BEHIND, 0)
        self._stop = min(position + WINDOW, self._size)
        self._window = self._message[self._start : min(self._stop + _AHEAD, self._size)]
        checkpoint()

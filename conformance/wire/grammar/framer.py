"""Cuts what a server sends into responses, without scanning an octet twice."""

from __future__ import annotations

import re

_ANNOUNCED = re.compile(rb"\{([0-9]{1,19})\}\r?\n\Z")
# Free text may end like a literal; only an unfinished response code may hold one.
_FREE_TEXT = re.compile(
    rb"(?:\+|[^ ]+ (?:OK|NO|BAD|BYE|PREAUTH))(?: (?!\[)| \[[^\]]*\]|\r?\n)", re.IGNORECASE
)


class Framer:
    """Collects octets and yields whole responses: lines with the literals that they announce.

    A line ends at LF. Whether there is a CR before it is for the grammar to say, so that a server
    that forgets it is found out at once, not by waiting for more.
    """

    def __init__(self) -> None:
        self._buffer = bytearray()
        self._scanned = 0  # up to here there is no end of a response
        self._line = 0  # where the current line begins: behind the last literal
        self._literals = 0  # octets of the literals before it
        self.read_literals = 0  # octets of the literals in the last response

    def feed(self, octets: bytes) -> None:
        self._buffer += octets

    def next(self) -> bytes | None:
        """The next whole response with its line end; ``None`` if more octets are needed."""
        while True:
            end = self._buffer.find(b"\n", self._scanned)
            if end < 0:
                self._scanned = max(self._scanned, len(self._buffer))
                return None
            end += 1
            literal = self._literal_at(end)
            if literal is None:
                response = bytes(self._buffer[:end])
                del self._buffer[:end]
                self.read_literals = self._literals
                self._scanned = self._line = self._literals = 0
                return response
            self._literals += literal
            # May point behind the buffer: then the literal has not come as a whole.
            self._scanned = self._line = end + literal

    def _literal_at(self, end: int) -> int | None:
        """The size of the literal that the line ending at ``end`` announces."""
        announced = _ANNOUNCED.search(self._buffer, max(self._line, end - 32), end)
        if announced is None or _FREE_TEXT.match(self._buffer, 0, end):
            return None
        return int(announced[1])

    @property
    def size(self) -> int:
        """How many octets have come that were not read."""
        return len(self._buffer)

    @property
    def text(self) -> int:
        """The octets received of the next response that are in no literal."""
        return self.announced - self._literals

    @property
    def announced(self) -> int:
        """The least octets of the next response: those received, literals as a whole."""
        return max(len(self._buffer), self._line)

    @property
    def pending(self) -> bytes:
        """What has come of the next response."""
        return bytes(self._buffer)

    def discard(self) -> bytes:
        """Drop, and return, what has come but was not read."""
        dropped = bytes(self._buffer)
        self._buffer.clear()
        self._scanned = self._line = self._literals = 0
        return dropped

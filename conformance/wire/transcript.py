"""What went over the wire in a case: every octet, both ways, with its time and connection."""

from __future__ import annotations

import time
from collections import deque
from collections.abc import Iterator
from typing import Literal

_SHOWN = 2000  # octets of one entry that a person wants to see
KEPT_FIRST, KEPT_LAST = 50, 250  # entries

Side = Literal["C", "S"]


class Entry:
    """Octets that one side sent, of many the beginning and the end.

    ``seconds`` since the start of the transcript, of the first; ``size``: how many there were.
    """

    __slots__ = ("_kept", "connection", "seconds", "side", "size")

    def __init__(self, seconds: float, side: Side, connection: str, octets: bytes) -> None:
        self.seconds = seconds
        self.side = side
        self.connection = connection
        self.size = 0
        self._kept = bytearray()
        self.add(octets)

    def add(self, octets: bytes) -> None:
        """Take in what continues it."""
        self.size += len(octets)
        if len(octets) > 2 * _SHOWN:
            octets = octets[:_SHOWN] + octets[-_SHOWN:]
        self._kept += octets
        if len(self._kept) > 2 * _SHOWN:
            del self._kept[_SHOWN // 2 : -_SHOWN // 2]

    @property
    def whole_line(self) -> bool:
        return self._kept.endswith(b"\n")

    @property
    def text(self) -> str:
        """The octets for people: line ends kept as LF, what is not ASCII escaped, bulk left out."""
        octets = bytes(self._kept)
        if self.size > _SHOWN:
            half = _SHOWN // 2
            left_out = f"[... {self.size - _SHOWN} octets ...]".encode("ascii")
            octets = octets[:half] + left_out + octets[-half:]
        return (
            octets.replace(b"\r\n", b"\n")
            .decode("ascii", "backslashreplace")
            .replace("\r", "\\r")
            .replace("\0", "\\0")
            .rstrip("\n")
        )


class Transcript:
    """The entries of a case, of all its connections, in the order in which things happened.

    Of a long one the beginning and the end are kept; ``left_out`` entries between them are not.
    """

    def __init__(self) -> None:
        self._started = time.monotonic()
        self._first: list[Entry] = []
        self._last: deque[Entry] = deque(maxlen=KEPT_LAST)
        self._newest: Entry | None = None
        self._sent: Entry | None = None  # the last of the client's
        self.left_out = 0
        self.cut = False  # whether the server has closed a connection without a BYE

    def record(self, side: Side, connection: str, octets: bytes) -> None:
        """Add octets; what continues an unfinished line of the same side joins its entry."""
        if not octets:
            return
        last = self._newest
        if (
            last is not None
            and (last.side, last.connection) == (side, connection)
            and not last.whole_line
        ):
            last.add(octets)
            return
        entry = Entry(time.monotonic() - self._started, side, connection, octets)
        self._newest = entry
        if side == "C":
            self._sent = entry
        if len(self._first) < KEPT_FIRST:
            self._first.append(entry)
        else:
            self.left_out += len(self._last) == KEPT_LAST
            self._last.append(entry)

    @property
    def entries(self) -> list[Entry]:
        """The entries that are kept."""
        return [*self._first, *self._last]

    def note(self, connection: str, text: str, side: Side = "S") -> None:
        """Something that is not octets: TLS began, the server closed the connection."""
        self.record(side, connection, f"[{text}]\n".encode())

    @property
    def last_command(self) -> str:
        """The last line that the client has sent, on any connection."""
        return self._sent.text.rpartition("\n")[2] if self._sent else ""

    def __iter__(self) -> Iterator[Entry]:
        return iter(self.entries)

    def __str__(self) -> str:
        """One line of text for each line that was sent."""
        lines = []
        for entry in self.entries:
            head = f"{entry.seconds:8.3f} {entry.connection} {entry.side}: "
            lines += [head + line for line in entry.text.split("\n")]
        return "\n".join(lines)

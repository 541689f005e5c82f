"""What went over the wire in a case: every octet, both ways, with its time and connection."""

from __future__ import annotations

import time
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

_SHOWN = 2000  # octets of one entry that a person wants to see

Side = Literal["C", "S"]


@dataclass(slots=True)
class Entry:
    """Octets that one side sent. ``seconds`` since the start of the transcript, of the first."""

    seconds: float
    side: Side
    connection: str
    octets: bytearray

    @property
    def text(self) -> str:
        """The octets for people: line ends kept as LF, what is not ASCII escaped, bulk left out."""
        octets = bytes(self.octets)
        if len(octets) > _SHOWN:
            half = _SHOWN // 2
            left_out = f"[... {len(octets) - _SHOWN} octets ...]".encode("ascii")
            octets = octets[:half] + left_out + octets[-half:]
        return (
            octets.replace(b"\r\n", b"\n")
            .decode("ascii", "backslashreplace")
            .replace("\r", "\\r")
            .replace("\0", "\\0")
            .rstrip("\n")
        )


class Transcript:
    """The entries of a case, of all its connections, in the order in which things happened."""

    def __init__(self) -> None:
        self._started = time.monotonic()
        self.entries: list[Entry] = []
        self.cut = False  # whether the server has closed a connection without a BYE

    def record(self, side: Side, connection: str, octets: bytes) -> None:
        """Add octets; what continues an unfinished line of the same side joins its entry."""
        if not octets:
            return
        last = self.entries[-1] if self.entries else None
        if (
            last is not None
            and (last.side, last.connection) == (side, connection)
            and not last.octets.endswith(b"\n")
        ):
            last.octets += octets
            return
        seconds = time.monotonic() - self._started
        self.entries.append(Entry(seconds, side, connection, bytearray(octets)))

    def note(self, connection: str, text: str, side: Side = "S") -> None:
        """Something that is not octets: TLS began, the server closed the connection."""
        self.record(side, connection, f"[{text}]\n".encode())

    @property
    def last_command(self) -> str:
        """The last line that the client has sent, on any connection."""
        sent = [entry for entry in self.entries if entry.side == "C"]
        return sent[-1].text.rpartition("\n")[2] if sent else ""

    def __iter__(self) -> Iterator[Entry]:
        return iter(self.entries)

    def __str__(self) -> str:
        """One line of text for each line that was sent."""
        lines = []
        for entry in self.entries:
            head = f"{entry.seconds:8.3f} {entry.connection} {entry.side}: "
            lines += [head + line for line in entry.text.split("\n")]
        return "\n".join(lines)

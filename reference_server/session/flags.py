"""Flags on the wire (RFC 3501, 2.3.2)."""

from __future__ import annotations

from collections.abc import Iterable

from reference_server.protocol.responses import Atom
from reference_server.storage import Flags

SYSTEM_FLAGS = ("\\Answered", "\\Flagged", "\\Deleted", "\\Seen", "\\Draft")


def flag_list(flags: Iterable[str]) -> tuple[Atom, ...]:
    """Flags as a value for a response, in the order given."""
    return tuple(Atom(flag.encode("ascii")) for flag in flags)


class FlagLists(dict[Flags, bytes]):
    """Encoded flag lists, each made once: a mailbox has few sets of flags and many messages."""

    def __init__(self, *, recent: bool) -> None:
        super().__init__()
        self._recent = ["\\Recent"] if recent else []

    def __missing__(self, flags: Flags) -> bytes:
        encoded = f"({' '.join([*sorted(flags), *self._recent])})".encode("ascii")
        self[flags] = encoded
        return encoded

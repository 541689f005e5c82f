"""Octets that are not in memory, searched in windows."""

from __future__ import annotations

from reference_server.protocol.commands import Octets


def find_in_windows(octets: Octets, sub: bytes, start: int, stop: int, width: int) -> int:
    """As ``bytes.find`` in ``octets[start:stop]``, which are read ``width`` octets at a time.

    Windows end at multiples of ``width``.
    """
    if not sub:
        return start if start <= stop else -1
    while start + len(sub) <= stop:
        # The window reaches into the next one, for what lies across the border.
        border = (start // width + 1) * width
        position = octets[start : min(border + len(sub) - 1, stop)].find(sub)
        if position >= 0:
            return start + position
        start = border
    return -1

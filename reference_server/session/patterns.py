"""Mailbox name patterns with the wildcards ``*`` and ``%`` (RFC 3501, 6.3.8)."""

from __future__ import annotations

import re

_WILDCARDS = re.compile(rb"[*%]+")
_DELIMITER = ord("/")
_ANY, _LEVEL = ord("*"), ord("%")
_INBOX = b"INBOX"


class Pattern:
    """A pattern, for names as they are on the wire.

    Matching takes time in proportion to name and pattern, whatever the wildcards: a set of
    positions in the pattern moves along the name, there is no trying again.
    """

    def __init__(self, pattern: bytes) -> None:
        first, delimiter, rest = pattern.partition(b"/")
        if first.upper() == _INBOX:
            pattern = _INBOX + delimiter + rest
        self.stops_at_delimiter = b"%" in pattern
        # Wildcards in a row are as one.
        self._pattern = _WILDCARDS.sub(lambda run: b"*" if b"*" in run[0] else b"%", pattern)
        self._literals = len(_WILDCARDS.sub(b"", pattern))

    def matches(self, name: bytes) -> bool:
        """Whether the whole name matches. INBOX, and nothing else, does so in any case."""
        if name == _INBOX and _match(self._pattern.upper(), name):
            return True
        return self._literals <= len(name) and _match(self._pattern, name)


def _match(pattern: bytes, name: bytes) -> bool:
    positions = _skip_wildcards(pattern, {0})
    for octet in name:
        reached = set()
        for position in positions:
            if position == len(pattern):
                continue
            expected = pattern[position]
            if expected == _ANY or (expected == _LEVEL and octet != _DELIMITER):
                reached.add(position)
            elif expected == octet and expected != _LEVEL:
                reached.add(position + 1)
        positions = _skip_wildcards(pattern, reached)
        if not positions:
            return False
    return len(pattern) in positions


def _skip_wildcards(pattern: bytes, positions: set[int]) -> set[int]:
    """A wildcard also matches nothing."""
    skipped = {
        position + 1
        for position in positions
        if position < len(pattern) and pattern[position] in (_ANY, _LEVEL)
    }
    return positions | skipped

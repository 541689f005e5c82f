"""Mailbox name patterns with the wildcards ``*`` and ``%`` (RFC 3501, 6.3.8)."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable

_WILDCARDS = re.compile(rb"[*%]+")
_DELIMITER = ord("/")
_ANY, _LEVEL = ord("*"), ord("%")
_INBOX = b"INBOX"


class Patterns:
    """Any of several patterns, for names of at most ``longest`` octets, as on the wire.

    All patterns lie in a row, one bit an octet and one for the end of each. The bits that are
    set are the places reached so far: all of them move along the name at once, an octet takes
    a few operations on integers, whatever the wildcards, and there is no trying again.
    """

    def __init__(self, patterns: Iterable[bytes], longest: int) -> None:
        self._starts = self._ends = self._any = self._level = 0
        self._literals: defaultdict[int, int] = defaultdict(int)  # by octet
        bit = 1
        for pattern in patterns:
            if len(_WILDCARDS.sub(b"", pattern)) > longest:
                continue
            self._starts |= bit
            for octet in _normal(pattern):
                if octet == _ANY:
                    self._any |= bit
                elif octet == _LEVEL:
                    self._level |= bit
                else:
                    self._literals[octet] |= bit
                bit <<= 1
            self._ends |= bit
            bit <<= 1
        self._wildcards = self._any | self._level

    def matches(self, name: bytes) -> bool:
        """Whether the whole name matches. INBOX, and nothing else, does so in any case."""
        literals = self._literals
        places = self._skip_wildcards(self._starts)
        for octet in name:
            literal = literals.get(octet, 0)
            if name == _INBOX:
                literal |= literals.get(octet | 0x20, 0)  # the small letter
            staying = self._any if octet == _DELIMITER else self._wildcards
            places = self._skip_wildcards((places & literal) << 1 | places & staying)
            if not places:
                return False
        return bool(places & self._ends)

    def _skip_wildcards(self, places: int) -> int:
        """A wildcard also matches nothing."""
        return places | (places & self._wildcards) << 1


def _normal(pattern: bytes) -> bytes:
    """The pattern with wildcards in a row as one, and INBOX in capitals as the first level."""
    first, delimiter, rest = pattern.partition(b"/")
    if first.upper() == _INBOX:
        pattern = _INBOX + delimiter + rest
    return _WILDCARDS.sub(lambda run: b"*" if b"*" in run[0] else b"%", pattern)

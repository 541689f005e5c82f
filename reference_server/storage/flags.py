"""The flag names of one mailbox."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable

from reference_server.storage.errors import KeywordLimit
from reference_server.storage.integrity import require
from reference_server.storage.values import FlagOperation, Flags

SEEN = "\\Seen"
DELETED = "\\Deleted"
SYSTEM_FLAGS = (SEEN, "\\Answered", "\\Flagged", DELETED, "\\Draft")
RECENT = "\\recent"  # folded
KEYWORDS = ("$Forwarded",)  # what every mailbox knows from the start, as Gromox's do
MAX_KEYWORDS = 1000  # of a mailbox; they are never forgotten
LONGEST_KEYWORD = 255  # characters
_SYSTEM = {name.lower(): name for name in SYSTEM_FLAGS}


def parse(text: str) -> Flags:
    """The flags of a stored column: names separated by spaces."""
    return frozenset(text.split())


def unparse(flags: Flags) -> str:
    """The inverse of parse; the same text for equal sets."""
    return " ".join(sorted(flags))


def apply(operation: FlagOperation, before: Flags, operand: Flags) -> Flags:
    """The flags of a message after a STORE."""
    if operation == "add":
        return before | operand
    if operation == "remove":
        return before - operand
    return operand


class _Sets(dict[str, Flags]):
    """Column text to flags, parsed once: the same object for the same text."""

    def __missing__(self, text: str) -> Flags:
        require((str,), (text,), "flags of a message")
        flags = self[text] = parse(text)
        return flags


class FlagTable:
    """The spelling of the mailbox's keywords, as first used. ``sets`` shares equal flags."""

    def __init__(self, keywords: Iterable[str] = ()) -> None:
        self._spelling = dict(_SYSTEM)
        self.sets = _Sets()
        self.keywords: tuple[str, ...] = ()
        used = {keyword.lower(): keyword for keyword in keywords}
        self.learn(keyword for keyword in KEYWORDS if keyword.lower() not in used)
        self.learn(used.values())

    @classmethod
    def load(cls, connection: sqlite3.Connection, mailbox: int) -> FlagTable:
        """The table of a stored mailbox."""
        rows = connection.execute(
            "SELECT name FROM keyword WHERE mailbox = ? ORDER BY position", (mailbox,)
        )
        return cls(name for (name,) in rows)

    def learn(self, keywords: Iterable[str]) -> None:
        """Know these keywords from now on, in this spelling."""
        fresh = tuple(keywords)
        self._spelling.update((keyword.lower(), keyword) for keyword in fresh)
        self.keywords += fresh

    def spell(self, flags: Flags, fresh: dict[str, str]) -> Flags:
        """The flags in the mailbox's spelling, without \\Recent, which is not stored.

        A keyword that was never used before is noted in ``fresh``, folded name to name.
        ValueError for a name that is empty or has white space. KeywordLimit for such a keyword
        that is too long, or one too many.
        """
        spelled = set()
        for flag in sorted(flags):
            folded = flag.lower()
            if folded == RECENT:
                continue
            name = self._spelling.get(folded) or fresh.get(folded)
            if name is None:
                if flag.split() != [flag]:
                    raise ValueError(f"not a flag: {flag!r}")
                if len(flag) > LONGEST_KEYWORD:
                    raise KeywordLimit(f"a keyword is longer than {LONGEST_KEYWORD} characters")
                if len(self.keywords) + len(fresh) >= MAX_KEYWORDS:
                    raise KeywordLimit(f"the mailbox has {MAX_KEYWORDS} keywords")
                name = fresh[folded] = flag
            spelled.add(name)
        return frozenset(spelled)

    def known(self, flags: Flags) -> Flags:
        """Those of the flags that the mailbox knows, in its spelling."""
        spelled = (self._spelling.get(flag.lower()) for flag in flags)
        return frozenset(name for name in spelled if name is not None)

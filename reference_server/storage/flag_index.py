"""The flags of a mailbox's messages: in the database, and repeated in memory."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Callable, Mapping, Sequence

from reference_server.checkpoint import checkpoint
from reference_server.storage.database import Transaction
from reference_server.storage.flags import FlagTable, unparse
from reference_server.storage.integrity import require
from reference_server.storage.values import Condition, FlagOperation, Flags

_BATCH = 1000  # messages a statement: SQLite holds the pages that one has changed until it ends


class FlagIndex:
    """Flags, keywords and mod-sequences of one mailbox. Used under the write lock only.

    The database is the authority. Memory repeats, once it is needed, what every session asks for:
    the flags of each UID, ascending. It is changed after the commit, and read again after a
    rollback.
    """

    def __init__(self, mailbox: int) -> None:
        self._mailbox = mailbox
        self._flags: dict[int, Flags] | None = None
        self._lent = False  # others read it, who count on what it says now
        self._table: FlagTable | None = None

    def flags(self, connection: sqlite3.Connection) -> dict[int, Flags]:
        """The flags of each UID, ascending. Not to be changed."""
        if self._flags is None:
            sets = self.table(connection).sets
            rows = connection.execute(
                "SELECT uid, flags FROM placement WHERE mailbox = ? ORDER BY uid", (self._mailbox,)
            )
            flags = {uid: sets[text] for uid, text in rows}
            require((int,), flags, f"UIDs of mailbox {self._mailbox}")
            self._flags = flags
        return self._flags

    def lend(self, connection: sqlite3.Connection) -> dict[int, Flags]:
        """The flags of each UID, ascending, as they are now: from then on it never changes."""
        flags = self.flags(connection)
        self._lent = True
        return flags

    def table(self, connection: sqlite3.Connection) -> FlagTable:
        """The keywords, and their spelling."""
        if self._table is None:
            self._table = FlagTable.load(connection, self._mailbox)
        return self._table

    def modseqs(self, connection: sqlite3.Connection) -> dict[int, int]:
        """The mod-sequence of each UID, ascending; always read from the database."""
        rows = connection.execute(
            "SELECT uid, modseq FROM placement WHERE mailbox = ? ORDER BY uid", (self._mailbox,)
        )
        modseqs = dict(rows)
        require((int,), modseqs.values(), f"mod-sequences of mailbox {self._mailbox}")
        return modseqs

    def read_again(self) -> None:
        """Drop what memory repeats."""
        self._flags = None
        self._lent = False
        self._table = None

    def update(self, transaction: Transaction, changed: Mapping[int, Flags]) -> None:
        """After the commit, repeat these flags, which the transaction gives to messages."""
        self._after_commit(transaction, lambda flags: flags.update(changed))

    def remove(self, transaction: Transaction, uids: Sequence[int]) -> None:
        """After the commit, drop these messages."""

        def forget(flags: dict[int, Flags]) -> None:
            for uid in uids:
                flags.pop(uid, None)

        self._after_commit(transaction, forget)

    def _after_commit(
        self, transaction: Transaction, change: Callable[[dict[int, Flags]], None]
    ) -> None:
        def follow() -> None:
            if self._flags is not None:
                if self._lent:
                    self._flags, self._lent = dict(self._flags), False
                change(self._flags)

        transaction.after_commit(follow)

    def spell(self, transaction: Transaction, sets: Sequence[Flags]) -> Mapping[Flags, Flags]:
        """Each set in the mailbox's spelling; keywords that are new are kept."""
        table = self.table(transaction.connection)
        fresh: dict[str, str] = {}
        spelled = {flags: table.spell(flags, fresh) for flags in dict.fromkeys(sets)}
        if fresh:
            known = len(table.keywords)
            transaction.connection.executemany(
                "INSERT INTO keyword (mailbox, position, name) VALUES (?, ?, ?)",
                [
                    (self._mailbox, known + number, name)
                    for number, name in enumerate(fresh.values())
                ],
            )
            transaction.after_commit(lambda: table.learn(fresh.values()))
        return spelled

    def failing(
        self,
        connection: sqlite3.Connection,
        uids: Sequence[int],
        operation: FlagOperation,
        operand: Flags,
        condition: Condition,
    ) -> set[int]:
        """Those of these UIDs that do not meet the condition."""
        newer = connection.execute(
            "SELECT uid FROM placement WHERE mailbox = ? AND modseq > ?"
            " AND uid IN (SELECT value FROM json_each(?))",
            (self._mailbox, condition.unchanged_since, json.dumps(uids)),
        )
        failed = {uid for (uid,) in newer}
        if operation != "set":
            index = self.flags(connection)
            known = condition.known
            failed -= {
                uid for uid in failed & known.keys() if not (known[uid] ^ index[uid]) & operand
            }
        return failed

    def write(
        self, connection: sqlite3.Connection, changed: Mapping[int, Flags], modseq: int
    ) -> None:
        """Give these flags, and this mod-sequence, to messages in the database."""
        groups: dict[Flags, list[int]] = {}
        for uid, flags in changed.items():
            groups.setdefault(flags, []).append(uid)
        batches = (
            (flags, uids[start : start + _BATCH])
            for flags, uids in groups.items()
            for start in range(0, len(uids), _BATCH)
        )
        for flags, uids in batches:
            checkpoint()
            update = "UPDATE placement SET flags = ?, modseq = ? WHERE mailbox = ? AND uid "
            if uids[-1] - uids[0] + 1 == len(uids):
                condition = "BETWEEN ? AND ?"
                which: tuple[object, ...] = (uids[0], uids[-1])
            else:
                condition = "IN (SELECT value FROM json_each(?))"
                which = (json.dumps(uids),)
            connection.execute(update + condition, (unparse(flags), modseq, self._mailbox, *which))

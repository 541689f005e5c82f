"""The UIDs of messages that left a mailbox, for QRESYNC (RFC 7162, 5.3)."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Sequence

from reference_server.storage.errors import StoreDamaged
from reference_server.storage.integrity import require

LIMIT = 100_000  # rows of a mailbox; of the oldest only the mod-sequence of the last is kept


def note(connection: sqlite3.Connection, mailbox: int, uids: Sequence[int], modseq: int) -> None:
    """Note the removal of these messages, which becomes the mailbox's highest mod-sequence."""
    connection.execute(
        "INSERT INTO expunged (mailbox, uid, modseq) SELECT ?, value, ? FROM json_each(?)",
        (mailbox, modseq, json.dumps(uids)),
    )
    (rows,) = connection.execute(
        "UPDATE mailbox SET highest_modseq = ?, expunged_rows = expunged_rows + ? WHERE id = ?"
        " RETURNING expunged_rows",
        (modseq, len(uids), mailbox),
    ).fetchone()
    if rows > LIMIT:
        _prune(connection, mailbox, LIMIT - LIMIT // 10)  # not again with the next removal


def _prune(connection: sqlite3.Connection, mailbox: int, kept: int) -> None:
    """Keep no more than so many rows, the newest, of whole removals."""
    row = connection.execute(
        "SELECT modseq FROM expunged WHERE mailbox = ? ORDER BY modseq DESC LIMIT 1 OFFSET ?",
        (mailbox, kept),
    ).fetchone()
    if row is None:
        raise StoreDamaged(f"expunged_rows of mailbox {mailbox}: there are not so many")
    (oldest,) = row
    pruned = connection.execute(
        "DELETE FROM expunged WHERE mailbox = ? AND modseq <= ?", (mailbox, oldest)
    ).rowcount
    connection.execute(
        "UPDATE mailbox SET expunged_rows = expunged_rows - ?, expunged_after = ? WHERE id = ?",
        (pruned, oldest, mailbox),
    )


def since(connection: sqlite3.Connection, mailbox: int, modseq: int) -> list[int] | None:
    """The UIDs, ascending, removed after this mod-sequence; None: not all of them are known."""
    uids = [
        uid
        for (uid,) in connection.execute(
            "SELECT uid FROM expunged WHERE mailbox = ? AND modseq > ? ORDER BY uid",
            (mailbox, modseq),
        )
    ]
    require((int,), uids, "UIDs of expunged messages")
    # Read later than the rows: had rows been pruned before that, this would be greater.
    pruned = connection.execute(
        "SELECT 1 FROM mailbox WHERE id = ? AND expunged_after > ?", (mailbox, modseq)
    ).fetchone()
    return uids if pruned is None else None

"""Messages: their octets in chunks, and when they go."""

from __future__ import annotations

import json
import logging
import sqlite3
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime
from weakref import WeakSet

from reference_server.checkpoint import checkpoint, undisturbed
from reference_server.message import find_in_windows
from reference_server.storage.database import Database, Transaction
from reference_server.storage.errors import StorageFailure, StoreDamaged
from reference_server.storage.ghosts import Ghosts
from reference_server.storage.integrity import require
from reference_server.storage.values import NewMessage

log = logging.getLogger(__name__)

_BATCH = 500  # messages a statement: SQLite holds the pages that one has changed until it ends
CHUNK = 1 << 20  # octets; a message up to this size is one chunk


class BlobReader:
    """A stored message's octets, read piece by piece: ``len``, slices, ``find``.

    Keeps one chunk in memory. While it exists, the octets stay, even when the message is
    expunged. Not to be shared between threads.
    """

    def __init__(self, database: Database, message: int, length: int) -> None:
        self.message = message
        self._database = database
        self._length = length
        self._number = -1
        self._chunk = b""

    def __len__(self) -> int:
        return self._length

    def __getitem__(self, index: slice, /) -> bytes:
        """A slice with step 1."""
        start, stop, step = index.indices(self._length)
        if step != 1:
            raise ValueError("only slices with step 1")
        if stop <= start:
            return b""
        first, last = start // CHUNK, (stop - 1) // CHUNK
        if first == last:
            return self._load(first)[start - first * CHUNK : stop - first * CHUNK]
        pieces = [self._load(first)[start - first * CHUNK :]]
        pieces += [self._load(number) for number in range(first + 1, last)]
        pieces.append(self._load(last)[: stop - last * CHUNK])
        return b"".join(pieces)

    def find(self, sub: bytes, start: int = 0, end: int | None = None, /) -> int:
        """As ``bytes.find``."""
        start, end, _ = slice(start, end).indices(self._length)
        return find_in_windows(self, sub, start, end, CHUNK)

    def _load(self, number: int) -> bytes:
        if number != self._number:
            with self._database.read() as connection:
                row = connection.execute(
                    "SELECT octets FROM content WHERE message = ? AND chunk = ?",
                    (self.message, number),
                ).fetchone()
            expected = min(CHUNK, self._length - number * CHUNK)
            if row is None or not isinstance(row[0], bytes) or len(row[0]) != expected:
                raise StoreDamaged(f"chunk {number} of message {self.message}: missing or altered")
            self._number, self._chunk = number, row[0]
        return self._chunk


class Contents:
    """The messages of a store, whatever mailboxes they are in."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._readers: WeakSet[BlobReader] = WeakSet()
        self._held: Counter[int] = Counter()  # ghosts of each message, in all mailboxes
        self._unplaced: set[int] = set()  # those that are no ghosts: to be removed
        with database.write() as transaction:
            transaction.connection.execute(
                "DELETE FROM message WHERE id IN (SELECT message FROM unplaced)"
                " AND NOT EXISTS (SELECT 1 FROM placement WHERE placement.message = id)"
            )

    def insert(self, transaction: Transaction, message: NewMessage) -> int:
        """Store a message of one chunk; its id. It needs a placement in the same transaction."""
        message_id = _insert_row(transaction.connection, message)
        _insert_chunk(transaction.connection, message_id, 0, message.octets[:CHUNK])
        return message_id

    @contextmanager
    def staged(self, messages: Sequence[NewMessage]) -> Iterator[list[int | None]]:
        """Write the messages of several chunks; their ids, and None for each smaller one.

        A chunk is a transaction, so that others can write in between. The messages are unplaced
        until ``settle``: a failure, here or in the block, removes them, a crash leaves them to the
        next start. Before each chunk is a checkpoint.
        """
        staged: list[int | None] = []
        try:
            for message in messages:
                staged.append(None)
                for number in range(-(-len(message.octets) // CHUNK) if is_large(message) else 0):
                    checkpoint()
                    octets = message.octets[number * CHUNK : (number + 1) * CHUNK]
                    with self._database.write() as transaction:
                        connection = transaction.connection
                        message_id = staged[-1] or _insert_row(connection, message)
                        if staged[-1] is None:
                            connection.execute("INSERT INTO unplaced VALUES (?)", (message_id,))
                        _insert_chunk(connection, message_id, number, octets)
                    staged[-1] = message_id
            yield staged
        except BaseException:
            with undisturbed(), self._database.locked():
                self._unplaced.update(filter(None, staged))
                self.prune()
            raise

    def settle(self, transaction: Transaction, staged: Iterable[int | None]) -> None:
        """These messages, as ``staged`` gave them, have placements now."""
        placed = [(message,) for message in staged if message is not None]
        if placed:
            transaction.connection.executemany("DELETE FROM unplaced WHERE message = ?", placed)

    def remove_unplaced(
        self, transaction: Transaction, messages: Iterable[int], *, keep: bool = False
    ) -> None:
        """Remove those messages that have no placement any more.

        One that is being read, or is a ghost, is noted, and removed with a later call or at the
        next start; with ``keep`` all are.
        """
        messages = set(messages)
        candidates = messages | self._unplaced
        kept = candidates & {reader.message for reader in self._readers}
        kept.update(messages if keep else filter(self._held.__contains__, candidates))
        removed = candidates - kept
        if kept:
            transaction.connection.execute(
                "INSERT OR IGNORE INTO unplaced SELECT id FROM message"
                " WHERE id IN (SELECT value FROM json_each(?))"
                " AND NOT EXISTS (SELECT 1 FROM placement WHERE placement.message = id)",
                (json.dumps(list(kept)),),
            )
        ids = sorted(removed)
        for start in range(0, len(ids), _BATCH):
            checkpoint()
            transaction.connection.execute(
                "DELETE FROM message WHERE id IN (SELECT value FROM json_each(?))"
                " AND NOT EXISTS (SELECT 1 FROM placement WHERE placement.message = id)",
                (json.dumps(ids[start : start + _BATCH]),),
            )

        def follow() -> None:
            self._unplaced = {message for message in kept if message not in self._held}

        transaction.after_commit(follow)

    def hold(self, messages: Iterable[int]) -> None:
        """Keep these messages, placed or not, until as many calls of ``release`` name them."""
        self._held.update(messages)

    def release(self, messages: Iterable[int]) -> None:
        """Undo ``hold``, and remove the messages that nothing needs any more."""
        for message in messages:
            self._held[message] -= 1
            if not self._held[message]:
                del self._held[message]
                self._unplaced.add(message)
        self.prune()

    def prune(self) -> None:
        """Remove the unplaced messages that nothing needs any more, in a transaction of its own.

        If the store fails they go later. Nobody waits for the disk.
        """
        if self._unplaced:
            try:
                with self._database.write(durable=False) as transaction:
                    self.remove_unplaced(transaction, ())
            except StorageFailure as failure:
                log.info("expunged messages are not removed yet: %s", failure)

    def reader(self, mailbox: int, uid: int, ghosts: Ghosts) -> BlobReader | None:
        """A reader for the message with this UID; None: no longer there."""
        # Under the write lock: the message cannot go before its reader is known.
        with self._database.locked() as connection:
            placed = connection.execute(
                "SELECT message FROM placement WHERE mailbox = ? AND uid = ?", (mailbox, uid)
            ).fetchone()
            message = ghosts.find(uid) if placed is None else placed[0]
            row = connection.execute(
                "SELECT id, length FROM message WHERE id = ?", (message,)
            ).fetchone()
            if row is None:
                return None
            require((int,), row, "length of a message")
            reader = BlobReader(self._database, *row)
            self._readers.add(reader)
            return reader


def is_large(message: NewMessage) -> bool:
    """Whether the message has several chunks, so that it is to be staged."""
    return len(message.octets) > CHUNK


def _insert_row(connection: sqlite3.Connection, message: NewMessage) -> int:
    when = message.internal_date.isoformat(timespec="seconds")
    message_id = connection.execute(
        "INSERT INTO message (length, internal_date) VALUES (?, ?)", (len(message.octets), when)
    ).lastrowid
    assert message_id is not None
    return message_id


def _insert_chunk(connection: sqlite3.Connection, message: int, number: int, octets: bytes) -> None:
    connection.execute(
        "INSERT INTO content (message, chunk, octets) VALUES (?, ?, ?)", (message, number, octets)
    )


def parse_date(text: str, uid: int) -> datetime:
    """An internal_date column, of the message with this UID. Raises StoreDamaged."""
    try:
        when = datetime.fromisoformat(text)
    except ValueError:
        when = None
    if when is None or when.tzinfo is None:
        raise StoreDamaged(f"internal_date of a message with UID {uid} is {text!r}")
    return when

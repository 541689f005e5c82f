"""Reading columns of many messages, in batches that hold no lock in between.

Digests are computed when they are first read, and kept.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Sequence
from heapq import merge
from itertools import islice
from operator import itemgetter
from typing import Any

from reference_server.message import digest
from reference_server.storage.content import CHUNK, BlobReader, Contents, parse_date
from reference_server.storage.database import Database
from reference_server.storage.digests import DIGEST_COLUMNS, Computed
from reference_server.storage.ghosts import Ghosts
from reference_server.storage.integrity import require

BATCH_ROWS = 500
BATCH_OCTETS = 1 << 20
_SHORT = {"size", "sent", "internal_date"}  # columns

_TEXT = (str, type(None))
_KINDS = {
    "size": (int,),
    "internal_date": (str,),
    "octets": (bytes, type(None)),
    **dict.fromkeys(("envelope", "body", "bodystructure", "structure"), (bytes,)),
    **dict.fromkeys(("sent", "subject", "sender", "to", "cc", "bcc"), _TEXT),
}
"""The types of each column's values, as they are stored."""

# NULL for a message of several chunks, which is read through a BlobReader.
_OCTETS = (
    f"CASE WHEN message.length <= {CHUNK} THEN"
    " (SELECT octets FROM content WHERE content.message = message.id AND chunk = 0) END"
)
_COLUMNS = {column: f'digest."{column}"' for column in DIGEST_COLUMNS} | {
    "size": "message.length",
    "internal_date": "message.internal_date",
    "octets": _OCTETS,
}
# Of a message without digest: its id, and what the digest is made from, unless that is read anyway.
_UNDIGESTED_ID = "CASE WHEN digest.message IS NULL THEN message.id END"
_UNDIGESTED_OCTETS = f"CASE WHEN digest.message IS NULL THEN {_OCTETS} END"
_WITH_DIGEST = " LEFT JOIN digest ON digest.message = message.id"


class Reading:
    """One request for rows of a mailbox. ValueError for an unknown column."""

    def __init__(
        self,
        database: Database,
        contents: Contents,
        mailbox: int,
        ghosts: Ghosts,
        columns: Sequence[str],
    ) -> None:
        unknown = [column for column in columns if column not in _COLUMNS]
        if unknown:
            raise ValueError(f"unknown columns: {', '.join(unknown)}")
        self._database = database
        self._contents = contents
        self._mailbox = mailbox
        self._columns = ("uid", *columns)
        self._ghosts = ghosts
        self._octets = columns.index("octets") + 1 if "octets" in columns else None
        self._texts = [n for n, column in enumerate(columns, 1) if column not in _SHORT]
        self._date = columns.index("internal_date") + 1 if "internal_date" in columns else None
        self._width = len(columns) + 1
        selected = [_COLUMNS[column] for column in columns] or ["NULL"]
        self._digested = not set(DIGEST_COLUMNS).isdisjoint(columns)
        join = ""
        if self._digested:
            selected += [_UNDIGESTED_ID, _UNDIGESTED_OCTETS if self._octets is None else "NULL"]
            join = _WITH_DIGEST
        self._query = (
            f"SELECT uid, {', '.join(selected)}"
            f" FROM placement JOIN message ON message.id = placement.message{join}"
            " WHERE mailbox = ? AND uid "
        )
        self._ghost_query = f"SELECT ?, {', '.join(selected)} FROM message{join} WHERE id = ?"
        self._computed = Computed(database)

    def rows(self, uids: Sequence[int]) -> Iterator[tuple[Any, ...]]:
        """(uid, *columns) of the messages that exist, or are ghosts, in the order of ``uids``."""
        uids = list(uids)
        position = 0
        while position < len(uids):
            run = uids[position : _end_of_run(uids, position)]
            batch, complete = self._batch(run)
            if not complete:
                run = run[: run.index(batch[-1][0]) + 1]
            position += len(run)
            self._check(
                [row for row in batch if row[self._width] is None] if self._digested else batch
            )
            rows: Iterable[tuple[Any, ...]] = batch
            if len(batch) < len(run):
                missing = sorted(set(run).difference(row[0] for row in batch))
                rows = merge(batch, self._ghost_rows(missing), key=itemgetter(0))
            for row in rows:
                finished = self._finish(row)
                if finished is not None:
                    yield finished
            self._computed.keep()

    def _check(self, rows: Sequence[tuple[Any, ...]]) -> None:
        for column, values in zip(self._columns, zip(*rows, strict=True), strict=False):
            require(_KINDS.get(column, (int,)), values, f"column {column} of messages")

    def batches(self, uids: Sequence[int]) -> Iterator[list[tuple[Any, ...]]]:
        """The rows, as many at a time as hold about BATCH_OCTETS; not for the column octets."""
        batch: list[tuple[Any, ...]] = []
        octets = 0
        for row in self.rows(uids):
            batch.append(row)
            octets += self._size(row)
            if len(batch) >= BATCH_ROWS or octets >= BATCH_OCTETS:
                yield batch
                batch = []
                octets = 0
        if batch:
            yield batch

    def _size(self, row: Sequence[Any]) -> int:
        """The octets of a row's texts, roughly."""
        return sum(_length(row[n]) for n in self._texts)

    def _ghost_rows(self, uids: Sequence[int]) -> Iterator[tuple[Any, ...]]:
        # Under the write lock: a removal that is committed has its ghosts.
        with self._database.locked():
            messages = [(uid, self._ghosts.find(uid)) for uid in uids]
        for uid, message in messages:
            if message is not None:
                with self._database.read() as connection:
                    row = connection.execute(self._ghost_query, (uid, message)).fetchone()
                if row is not None:
                    yield row

    def _batch(self, run: Sequence[int]) -> tuple[list[tuple[Any, ...]], bool]:
        """The rows of ascending UIDs, and whether these are all of them."""
        if run[-1] - run[0] + 1 == len(run):
            condition = "BETWEEN ? AND ? ORDER BY uid"
            arguments: tuple[object, ...] = (self._mailbox, run[0], run[-1])
        else:
            condition = "IN (SELECT value FROM json_each(?)) ORDER BY uid"
            arguments = (self._mailbox, json.dumps(list(run)))
        with self._database.read() as connection:
            cursor = connection.execute(self._query + condition, arguments)
            if not self._texts:
                return cursor.fetchall(), True
            batch = []
            octets = 0
            for row in cursor:
                batch.append(row)
                octets += self._size(row) + (_length(row[-1]) if self._digested else 0)
                if octets >= BATCH_OCTETS:
                    cursor.close()  # ends the read transaction
                    return batch, False
            return batch, True

    def _finish(self, row: tuple[Any, ...]) -> tuple[Any, ...] | None:
        """The row as it is given out; None: its message is no longer there."""
        if self._digested and row[self._width] is not None:
            digested = self._digest(row)
            if digested is None:
                return None
            row = digested
        if self._octets is None and self._date is None:
            return row[: self._width]
        values = list(row[: self._width])
        if self._date is not None:
            values[self._date] = parse_date(values[self._date], row[0])
        if self._octets is not None and values[self._octets] is None:
            values[self._octets] = self._contents.reader(self._mailbox, values[0], self._ghosts)
            if values[self._octets] is None:
                return None
        return tuple(values)

    def _digest(self, row: tuple[Any, ...]) -> tuple[Any, ...] | None:
        """The row with the columns that the digest of its message has."""
        message, octets = row[self._width :]
        if self._octets is not None:
            octets = row[self._octets]
        if octets is None:
            octets = self._contents.reader(self._mailbox, row[0], self._ghosts)
            if octets is None:
                return None
        require((bytes, BlobReader), [octets], "column octets of messages")
        computed = digest(octets)
        self._computed.add(message, computed)
        columns = computed._asdict()
        values = zip(self._columns, row, strict=False)
        row = tuple(columns.get(column, value) for column, value in values)
        self._check([row])
        return row


def _length(value: object) -> int:
    return len(value) if isinstance(value, bytes | str) else 0


def _end_of_run(uids: Sequence[int], start: int) -> int:
    """Where the ascending UIDs from ``start`` on end, a batch at most."""
    stop = start + 1
    for uid in islice(uids, stop, start + BATCH_ROWS):
        if uid <= uids[stop - 1]:
            break
        stop += 1
    return stop

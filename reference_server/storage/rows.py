"""Reading columns of many messages, in batches that hold no lock in between."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Sequence
from heapq import merge
from itertools import islice
from operator import itemgetter
from typing import Any

from reference_server.storage.content import CHUNK, DIGEST_COLUMNS, Contents, parse_date
from reference_server.storage.database import Database
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

_COLUMNS = {column: f'message."{column}"' for column in DIGEST_COLUMNS} | {
    "internal_date": "message.internal_date",
    # NULL for a message of several chunks, which is read through a BlobReader.
    "octets": (
        f"CASE WHEN message.length <= {CHUNK} THEN"
        " (SELECT octets FROM content WHERE content.message = message.id AND chunk = 0) END"
    ),
}


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
        selected = ", ".join([_COLUMNS[column] for column in columns] or ["NULL"])
        self._query = (
            f"SELECT uid, {selected} FROM placement JOIN message ON message.id = placement.message"
            " WHERE mailbox = ? AND uid "
        )
        self._ghost_query = f"SELECT ?, {selected} FROM message WHERE id = ?"
        self._width = len(columns) + 1

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
            for column, values in zip(self._columns, zip(*batch, strict=True), strict=False):
                require(_KINDS.get(column, (int,)), values, f"column {column} of messages")
            rows: Iterable[tuple[Any, ...]] = batch
            if len(batch) < len(run):
                missing = sorted(set(run).difference(row[0] for row in batch))
                rows = merge(batch, self._ghost_rows(missing), key=itemgetter(0))
            for row in rows:
                finished = self._finish(row)
                if finished is not None:
                    yield finished

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
        return sum(len(row[n]) for n in self._texts if isinstance(row[n], bytes | str))

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
                octets += self._size(row)
                if octets >= BATCH_OCTETS:
                    cursor.close()  # ends the read transaction
                    return batch, False
            return batch, True

    def _finish(self, row: tuple[Any, ...]) -> tuple[Any, ...] | None:
        if self._octets is None and self._date is None:
            return row[: self._width]
        values = list(row)
        if self._date is not None:
            values[self._date] = parse_date(values[self._date], row[0])
        if self._octets is not None and values[self._octets] is None:
            values[self._octets] = self._contents.reader(self._mailbox, values[0], self._ghosts)
            if values[self._octets] is None:
                return None
        return tuple(values)


def _end_of_run(uids: Sequence[int], start: int) -> int:
    """Where the ascending UIDs from ``start`` on end, a batch at most."""
    stop = start + 1
    for uid in islice(uids, stop, start + BATCH_ROWS):
        if uid <= uids[stop - 1]:
            break
        stop += 1
    return stop

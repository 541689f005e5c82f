"""What is computed of a message when it is first asked for, and kept."""

from __future__ import annotations

import logging

from reference_server.message import Digest
from reference_server.storage.database import Database
from reference_server.storage.errors import StorageFailure

log = logging.getLogger(__name__)

DIGEST_COLUMNS = Digest._fields
_INSERT = (
    "INSERT OR IGNORE INTO digest (message, "
    + ", ".join(f'"{column}"' for column in DIGEST_COLUMNS)
    + ") SELECT ?"
    + ", ?" * len(DIGEST_COLUMNS)
    + " WHERE EXISTS (SELECT 1 FROM message WHERE id = ?)"
)

_OCTETS = 1 << 20  # so many are collected before they are written


class Computed:
    """Digests that were computed, which it writes into the store, many at a time."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._digests: dict[int, Digest] = {}  # by message id
        self._octets = 0

    def add(self, message: int, digest: Digest) -> None:
        """Take in the digest of a message."""
        self._digests[message] = digest
        self._octets += sum(len(value) for value in digest if value is not None)
        if self._octets >= _OCTETS:
            self.keep()

    def keep(self) -> None:
        """Write what was taken in; of a message that is gone by now nothing is written.

        If the store fails it is computed again the next time. Nobody waits for the disk.
        """
        rows = [(message, *digest, message) for message, digest in self._digests.items()]
        self._digests = {}
        self._octets = 0
        if rows:
            try:
                with self._database.write(durable=False) as transaction:
                    transaction.connection.executemany(_INSERT, rows)
            except StorageFailure as failure:
                log.info("what was computed of messages is not kept: %s", failure)

"""Digests of messages: computed when they are first needed, and kept."""

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
    """Collects computed digests, and writes many at a time into the store."""

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
        """Write the collected digests, except those of messages that are gone by now.

        If the store fails they are computed again the next time. Nobody waits for the disk.
        """
        rows = [(message, *digest, message) for message, digest in self._digests.items()]
        self._digests = {}
        self._octets = 0
        if rows:
            try:
                with self._database.write(durable=False) as transaction:
                    transaction.connection.executemany(_INSERT, rows)
            except StorageFailure as failure:
                log.info("digests of messages are not kept: %s", failure)

"""The mail store: one SQLite database."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from reference_server.storage.account import AccountStore
from reference_server.storage.content import Contents
from reference_server.storage.database import Database
from reference_server.storage.names import INBOX
from reference_server.storage.registry import Registry
from reference_server.storage.values import NewFolder


class Store:
    """All accounts. ``folder`` holds ``mail.sqlite`` (made if need be); None: in memory.

    Raises StoreInUse, SchemaTooNew, StorageFailure.
    """

    def __init__(self, folder: Path | None) -> None:
        self._database = Database(folder)
        try:
            self._contents = Contents(self._database)
        except BaseException:
            self._database.close()
            raise
        self._registry = Registry(self._database, self._contents)

    def account(self, address: str, folders: Sequence[NewFolder] = ()) -> AccountStore:
        """The store of an account; the first time it is made, with INBOX and ``folders``.

        INBOX is subscribed to, the others are not.

        Raises InvalidName, MailboxExists for ``folders`` that cannot be; nothing is made then.
        """
        with self._database.write() as transaction:
            row = transaction.connection.execute(
                "SELECT id FROM account WHERE address = ?", (address,)
            ).fetchone()
            if row is not None:
                return self._account_store(row[0])
            (account_id,) = transaction.connection.execute(
                "INSERT INTO account (address) VALUES (?) RETURNING id", (address,)
            ).fetchone()
            account = self._account_store(account_id)
            for folder in (NewFolder(INBOX), *folders):
                account.create_in(transaction, folder.name, folder.special_use)
            transaction.connection.execute(
                "INSERT INTO subscription (account, name) VALUES (?, ?)", (account_id, INBOX)
            )
        return account

    def close(self) -> None:
        """Close the database. Whoever still uses the store gets StorageFailure."""
        self._database.close()

    def _account_store(self, account_id: int) -> AccountStore:
        return AccountStore(self._database, self._contents, self._registry, account_id)

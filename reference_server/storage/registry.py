"""Which Mailbox objects exist: one a mailbox, as long as someone uses it."""

from __future__ import annotations

import sqlite3
from collections import OrderedDict
from weakref import WeakValueDictionary

from reference_server.storage.content import Contents
from reference_server.storage.database import Database
from reference_server.storage.errors import MailboxMissing
from reference_server.storage.mailbox import Mailbox
from reference_server.storage.names import canonical, is_valid

KEPT = 8  # mailboxes kept loaded though nobody has them open


class Registry:
    """Used under the write lock only."""

    def __init__(self, database: Database, contents: Contents) -> None:
        self._database = database
        self._contents = contents
        self._mailboxes: WeakValueDictionary[int, Mailbox] = WeakValueDictionary()
        self._kept: OrderedDict[int, Mailbox] = OrderedDict()
        self._uncommitted: list[int] = []  # found first in the transaction that is in progress
        database.on_end(self._transaction_ended)

    def find(self, connection: sqlite3.Connection, account: int, name: str) -> Mailbox:
        """The object of a selectable mailbox. Raises MailboxMissing."""
        stored = canonical(name)
        row = None
        if is_valid(stored):
            row = connection.execute(
                "SELECT id, uid_validity FROM mailbox"
                " WHERE account = ? AND name = ? AND selectable",
                (account, stored),
            ).fetchone()
        if row is None:
            raise MailboxMissing(name)
        mailbox_id, uid_validity = row
        mailbox = self._mailboxes.get(mailbox_id)
        if mailbox is None:
            mailbox = Mailbox(
                self._database,
                self._contents,
                lambda connection, name: self.find(connection, account, name),
                mailbox_id,
                stored,
                uid_validity,
            )
            self._mailboxes[mailbox_id] = mailbox
            if connection.in_transaction:
                self._uncommitted.append(mailbox_id)
        self._kept[mailbox_id] = mailbox
        self._kept.move_to_end(mailbox_id)
        if len(self._kept) > KEPT:
            self._kept.popitem(last=False)
        return mailbox

    def existing(self, mailbox_id: int) -> Mailbox | None:
        """The object of this mailbox, if anyone uses it."""
        return self._mailboxes.get(mailbox_id)

    def forget(self, mailbox_id: int) -> None:
        """The mailbox is deleted."""
        self._kept.pop(mailbox_id, None)
        self._mailboxes.pop(mailbox_id, None)

    def _transaction_ended(self, kept: bool) -> None:
        """After a rollback: forget the mailboxes that never came to be, and what others know.

        The next mailbox, perhaps another account's, gets the same id.
        """
        uncommitted, self._uncommitted = self._uncommitted, []
        if not kept:
            for mailbox_id in uncommitted:
                self.forget(mailbox_id)
            for mailbox in list(self._mailboxes.values()):
                mailbox.read_again()

"""One account's mailboxes and subscriptions."""

from __future__ import annotations

import sqlite3
import time
from collections.abc import Sequence

from reference_server.storage.content import Contents, is_large
from reference_server.storage.database import Database, Transaction
from reference_server.storage.errors import (
    InboxRefused,
    InvalidName,
    MailboxExists,
    MailboxHasInferiors,
    MailboxMissing,
)
from reference_server.storage.flags import DELETED, SEEN, parse
from reference_server.storage.integrity import require
from reference_server.storage.mailbox import Mailbox
from reference_server.storage.names import (
    DELIMITER,
    INBOX,
    canonical,
    checked,
    is_valid,
    superiors,
)
from reference_server.storage.registry import Registry
from reference_server.storage.values import Appended, MailboxInfo, MailboxStatus, NewMessage


class AccountStore:
    """The mailboxes of one account. Names are Unicode with the delimiter "/".

    INBOX is one name in any case. A trailing "/" is disregarded. Methods that would bring a
    name into being raise InvalidName for an impossible one; the others MailboxMissing.
    """

    def __init__(
        self, database: Database, contents: Contents, registry: Registry, account_id: int
    ) -> None:
        self._database = database
        self._contents = contents
        self._registry = registry
        self._id = account_id

    def mailboxes(self) -> list[MailboxInfo]:
        """All names: INBOX first, the others by code point."""
        with self._database.read() as connection:
            rows = connection.execute(
                "SELECT name, selectable, coalesce(special_use, '') FROM mailbox WHERE account = ?"
                " ORDER BY name <> ?, name",
                (self._id, INBOX),
            ).fetchall()
        require(
            (str,), (value for name, _, uses in rows for value in (name, uses)), "mailbox names"
        )
        parents = {name.rpartition(DELIMITER)[0] for name, _, _ in rows}
        return [
            MailboxInfo(name, bool(selectable), tuple(special_use.split()), name in parents)
            for name, selectable, special_use in rows
        ]

    def create(self, name: str, special_use: tuple[str, ...] = ()) -> None:
        """Create a mailbox and missing superiors (6.3.3). MailboxExists, InvalidName."""
        with self._database.write() as transaction:
            self.create_in(transaction, name, special_use)

    def create_in(
        self, transaction: Transaction, name: str, special_use: tuple[str, ...] = ()
    ) -> None:
        """Create within a transaction of the caller's."""
        stored = checked(name)
        connection = transaction.connection
        if self._exists(connection, stored):
            mailbox_id, selectable = self._row(connection, stored)
            if selectable:
                raise MailboxExists(name)
            connection.execute("DELETE FROM mailbox WHERE id = ?", (mailbox_id,))
        self._create_superiors(connection, stored)
        self._insert(connection, stored, special_use, selectable=True)

    def delete(self, name: str) -> None:
        """Delete a mailbox (6.3.4). MailboxMissing, MailboxHasInferiors, InboxRefused."""
        stored = canonical(name)
        if stored == INBOX:
            raise InboxRefused(name)
        with self._database.write() as transaction:
            connection = transaction.connection
            mailbox_id, selectable = self._row(connection, stored)
            has_inferiors = bool(self._inferiors(connection, stored))
            if has_inferiors and not selectable:
                raise MailboxHasInferiors(name)
            messages = connection.execute(
                "SELECT message FROM placement WHERE mailbox = ?", (mailbox_id,)
            ).fetchall()
            self._leave_name(connection, mailbox_id)
            connection.execute("DELETE FROM mailbox WHERE id = ?", (mailbox_id,))
            if has_inferiors:
                self._insert(connection, stored, (), selectable=False)
            self._contents.remove_unplaced(transaction, [message for (message,) in messages])

            mailbox = self._registry.existing(mailbox_id)
            if mailbox is not None:
                transaction.after_commit(lambda: self._registry.forget(mailbox_id))
                transaction.after_commit(mailbox.gone)

    def rename(self, old: str, new: str) -> None:
        """Rename with inferiors (6.3.5). MailboxMissing, MailboxExists, InvalidName.

        INBOX stays, with its inferiors; its messages move to the new mailbox.
        """
        source = canonical(old)
        with self._database.write() as transaction:
            connection = transaction.connection
            self._row(connection, source)
            target = checked(new)
            if source == INBOX:
                self.create_in(transaction, target)
                self._move_messages(transaction, source, target)
                return
            if target.startswith(source + DELIMITER):
                raise InvalidName(new)
            if self._exists(connection, target):
                raise MailboxExists(new)
            renamed = [
                (mailbox_id, checked(target + name[len(source) :]))
                for mailbox_id, name in [
                    (self._row(connection, source)[0], source),
                    *self._inferiors(connection, source),
                ]
            ]
            self._create_superiors(connection, target)
            for mailbox_id, name in renamed:
                self._rename_one(transaction, mailbox_id, name)

    def subscriptions(self) -> list[str]:
        """Subscribed names, by code point; they need not exist."""
        with self._database.read() as connection:
            rows = connection.execute(
                "SELECT name FROM subscription WHERE account = ? ORDER BY name", (self._id,)
            ).fetchall()
        return [name for (name,) in rows]

    def subscribe(self, name: str) -> None:
        """Add a name to the subscriptions. InvalidName."""
        stored = checked(name)
        with self._database.write() as transaction:
            transaction.connection.execute(
                "INSERT OR IGNORE INTO subscription (account, name) VALUES (?, ?)",
                (self._id, stored),
            )

    def unsubscribe(self, name: str) -> None:
        """Remove a name from the subscriptions, whether it is among them or not."""
        stored = canonical(name)
        if not is_valid(stored):
            return
        with self._database.write() as transaction:
            transaction.connection.execute(
                "DELETE FROM subscription WHERE account = ? AND name = ?", (self._id, stored)
            )

    def status(self, name: str) -> MailboxStatus:
        """Counts of a mailbox. MailboxMissing."""
        stored = canonical(name)
        rows = []
        if is_valid(stored):
            with self._database.read() as connection:
                rows = connection.execute(
                    "SELECT uid_next, uid_validity, highest_modseq, flags, count(uid),"
                    " coalesce(sum(length), 0), coalesce(sum(uid >= recent_from), 0)"
                    " FROM mailbox LEFT JOIN placement ON placement.mailbox = mailbox.id"
                    " LEFT JOIN message ON message.id = placement.message"
                    " WHERE account = ? AND name = ? AND selectable GROUP BY flags",
                    (self._id, stored),
                ).fetchall()
        if not rows:
            raise MailboxMissing(name)
        uid_next, uid_validity, highest_modseq = rows[0][:3]
        require((int,), rows[0][:3], "counters of a mailbox")
        counts = [(parse(flags or ""), count) for _, _, _, flags, count, _, _ in rows]
        return MailboxStatus(
            messages=sum(count for _, count in counts),
            recent=sum(row[6] for row in rows),
            uid_next=uid_next,
            uid_validity=uid_validity,
            unseen=sum(count for flags, count in counts if SEEN not in flags),
            deleted=sum(count for flags, count in counts if DELETED in flags),
            size=sum(row[5] for row in rows),
            highest_modseq=highest_modseq,
        )

    def mailbox(self, name: str) -> Mailbox:
        """The shared object of a selectable mailbox. MailboxMissing."""
        with self._database.locked() as connection:
            return self._registry.find(connection, self._id, name)

    def append(self, name: str, messages: Sequence[NewMessage]) -> Appended:
        """Append messages, all or none. MailboxMissing, KeywordLimit.

        Large messages are written before, in short transactions, and placed in the last one.
        """
        if any(map(is_large, messages)):
            self.mailbox(name)  # refused before anything is written
        with (
            self._contents.staged(messages) as staged,
            self._database.write() as transaction,
        ):
            mailbox = self._registry.find(transaction.connection, self._id, name)
            uids: tuple[int, ...] = ()
            if messages:
                placed = [
                    (written or self._contents.insert(transaction, message), message.flags)
                    for message, written in zip(messages, staged, strict=True)
                ]
                uids = mailbox.add(transaction, placed)
                self._contents.settle(transaction, staged)
        return Appended(mailbox.uid_validity, uids)

    def _row(self, connection: sqlite3.Connection, name: str) -> tuple[int, bool]:
        """(id, selectable) of a canonical name. Raises MailboxMissing."""
        row = None
        if is_valid(name):
            row = connection.execute(
                "SELECT id, selectable FROM mailbox WHERE account = ? AND name = ?",
                (self._id, name),
            ).fetchone()
        if row is None:
            raise MailboxMissing(name)
        return row[0], bool(row[1])

    def _exists(self, connection: sqlite3.Connection, name: str) -> bool:
        return bool(
            connection.execute(
                "SELECT 1 FROM mailbox WHERE account = ? AND name = ?", (self._id, name)
            ).fetchone()
        )

    def _inferiors(self, connection: sqlite3.Connection, name: str) -> list[tuple[int, str]]:
        prefix = name + DELIMITER
        return connection.execute(
            "SELECT id, name FROM mailbox WHERE account = ? AND substr(name, 1, ?) = ?",
            (self._id, len(prefix), prefix),
        ).fetchall()

    def _create_superiors(self, connection: sqlite3.Connection, name: str) -> None:
        for superior in superiors(name):
            if not self._exists(connection, superior):
                self._insert(connection, superior, (), selectable=True)

    def _insert(
        self,
        connection: sqlite3.Connection,
        name: str,
        special_use: tuple[str, ...],
        *,
        selectable: bool,
    ) -> None:
        connection.execute(
            "INSERT INTO mailbox (account, name, selectable, special_use, uid_validity)"
            " VALUES (?, ?, ?, ?, ?)",
            (
                self._id,
                name,
                selectable,
                " ".join(special_use) or None,
                self._next_uid_validity(connection),
            ),
        )

    def _next_uid_validity(self, connection: sqlite3.Connection) -> int:
        """A UIDVALIDITY greater than any given before; the time, where it is (2.3.1.1)."""
        value: int = connection.execute(
            "UPDATE account SET uid_validity = max(uid_validity + 1, ?) WHERE id = ?"
            " RETURNING uid_validity",
            (int(time.time()), self._id),
        ).fetchone()[0]
        return value

    def _leave_name(self, connection: sqlite3.Connection, mailbox_id: int) -> None:
        """Note with which UIDVALIDITY clients know the name that becomes free."""
        connection.execute(
            "INSERT INTO former_name (account, name, uid_validity)"
            " SELECT account, name, uid_validity FROM mailbox WHERE id = ?"
            " ON CONFLICT DO UPDATE SET uid_validity = max(uid_validity, excluded.uid_validity)",
            (mailbox_id,),
        )

    def _rename_one(self, transaction: Transaction, mailbox_id: int, name: str) -> None:
        """Change a name; and the UIDVALIDITY, if clients know the new name with a greater one."""
        connection = transaction.connection
        self._leave_name(connection, mailbox_id)
        (uid_validity,) = connection.execute(
            "SELECT uid_validity FROM mailbox WHERE id = ?", (mailbox_id,)
        ).fetchone()
        former = connection.execute(
            "SELECT uid_validity FROM former_name WHERE account = ? AND name = ?",
            (self._id, name),
        ).fetchone()
        if former is not None and former[0] > uid_validity:
            uid_validity = self._next_uid_validity(connection)
        connection.execute(
            "UPDATE mailbox SET name = ?, uid_validity = ? WHERE id = ?",
            (name, uid_validity, mailbox_id),
        )
        mailbox = self._registry.existing(mailbox_id)
        if mailbox is not None:
            transaction.after_commit(lambda: mailbox.renamed(name, uid_validity))

    def _move_messages(self, transaction: Transaction, source: str, target: str) -> None:
        origin = self._registry.find(transaction.connection, self._id, source)
        destination = self._registry.find(transaction.connection, self._id, target)
        uids = origin.uids(transaction.connection)
        if uids:
            destination.add(transaction, origin.contained(transaction.connection, uids))
            origin.remove(transaction, uids, None)

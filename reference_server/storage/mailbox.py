"""One mailbox and those who have it open."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from reference_server.storage import expunged
from reference_server.storage.content import BlobReader, Contents
from reference_server.storage.database import Database, Transaction
from reference_server.storage.errors import MailboxMissing, MessageMissing
from reference_server.storage.flag_index import FlagIndex
from reference_server.storage.flags import DELETED, apply, unparse
from reference_server.storage.ghosts import Ghosts
from reference_server.storage.integrity import require
from reference_server.storage.rows import Reading
from reference_server.storage.values import (
    Added,
    Change,
    Condition,
    Copied,
    Expunged,
    FlagOperation,
    Flags,
    FlagsChanged,
    Gone,
    Observer,
    Snapshot,
    StoreResult,
)
from reference_server.storage.watchers import Watchers

FindMailbox = Callable[[sqlite3.Connection, str], "Mailbox"]


@dataclass(frozen=True, slots=True)
class _Counters:
    uid_validity: int
    uid_next: int
    recent_from: int
    highest_modseq: int


class Mailbox:
    """A mailbox, shared by all sessions that use it. Every method may be called by any thread.

    The database is the authority; of what memory repeats, ``FlagIndex`` is most.
    """

    def __init__(
        self,
        database: Database,
        contents: Contents,
        find: FindMailbox,
        mailbox_id: int,
        name: str,
        uid_validity: int,
    ) -> None:
        self.id = mailbox_id
        self._database = database
        self._contents = contents
        self._find = find
        self._name = name
        self._uid_validity = uid_validity
        self._index = FlagIndex(mailbox_id)
        self._ghosts = Ghosts()
        self._watchers = Watchers(contents, self._ghosts)

    @property
    def name(self) -> str:
        """The present name; a RENAME changes it."""
        return self._name

    @property
    def uid_validity(self) -> int:
        """UIDVALIDITY (RFC 3501, 2.3.1.1)."""
        return self._uid_validity

    def open(
        self, observer: Observer, claim_recent: bool, *, with_modseqs: bool = False
    ) -> Snapshot:
        """Take a snapshot; from this moment on ``observer`` is told of every change.

        ``claim_recent`` (SELECT): the recent messages are recent for this session only, and
        later ones are claimed by the first such session. Without (EXAMINE) they are seen as
        recent and stay recent for others. Raises MailboxMissing when deleted meanwhile.
        """
        with self._database.write() as transaction:
            counters = self._counters(transaction.connection)
            index = self._index.lend(transaction.connection)
            first_recent = counters.recent_from
            if claim_recent and first_recent < counters.uid_next:
                transaction.connection.execute(
                    "UPDATE mailbox SET recent_from = uid_next WHERE id = ?", (self.id,)
                )
            snapshot = Snapshot(
                messages=index,
                uid_next=counters.uid_next,
                uid_validity=counters.uid_validity,
                recent=frozenset(uid for uid in index if uid >= first_recent)
                if first_recent < counters.uid_next
                else frozenset(),
                keywords=self._index.table(transaction.connection).keywords,
                highest_modseq=counters.highest_modseq,
                modseqs=self._index.modseqs(transaction.connection) if with_modseqs else None,
            )
            modseq = counters.highest_modseq
            transaction.after_commit(lambda: self._watchers.add(observer, claim_recent, modseq))
        return snapshot

    def leave(self, observer: Observer) -> None:
        """Stop telling this observer. An unknown one is ignored."""
        with self._database.locked():
            self._watchers.remove(observer)

    def reported(self, observer: Observer, modseq: int) -> None:
        """The observer has reported all removals up to this mod-sequence to its client."""
        with self._database.locked():
            self._watchers.reported(observer, modseq)

    def store_flags(
        self,
        uids: Sequence[int],
        operation: FlagOperation,
        flags: Flags,
        origin: Observer | None = None,
        condition: Condition | None = None,
    ) -> StoreResult:
        """Replace, add or remove flags. \\Recent is disregarded. MailboxMissing, KeywordLimit."""
        with self._database.write() as transaction:
            connection = transaction.connection
            modseq = self._counters(connection).highest_modseq + 1
            index = self._index.flags(connection)
            if operation == "remove":
                operand = self._index.table(connection).known(flags)
            else:
                operand = self._index.spell(transaction, [flags])[flags]
            outcomes: dict[Flags, Flags] = {}
            after: dict[int, Flags] = {}
            changed: dict[int, Flags] = {}
            missing = []
            wanted = sorted(set(uids))
            failed: set[int] = set()
            if condition is not None:
                failed = self._index.failing(connection, wanted, operation, operand, condition)
                wanted = [uid for uid in wanted if uid not in failed]
            for uid in wanted:
                before = index.get(uid)
                if before is None:
                    missing.append(uid)
                    continue
                outcome = outcomes.get(before)
                if outcome is None:
                    outcome = outcomes[before] = apply(operation, before, operand)
                after[uid] = outcome
                if outcome != before:
                    changed[uid] = outcome
            if changed:
                self._index.write(connection, changed, modseq)
                self._set_modseq(connection, modseq)
                self._index.update(transaction, changed)
                self._tell(transaction, FlagsChanged(changed, origin, modseq))
        return StoreResult(after, changed, tuple(missing), tuple(sorted(failed)))

    def modseqs(self) -> dict[int, int]:
        """The mod-sequence of each message by UID, ascending (RFC 7162, 3.1).

        Observers were told of every change that is in it, and will be told of every other.
        """
        with self._database.locked() as connection:
            return self._index.modseqs(connection)

    def expunged_since(self, modseq: int) -> list[int] | None:
        """The UIDs, ascending, of the messages that were removed after this mod-sequence.

        None: it is so old that not all of them are known.
        """
        with self._database.read() as connection:
            return expunged.since(connection, self.id, modseq)

    def expunge(self, uids: Sequence[int] | None, origin: Observer | None = None) -> list[int]:
        """Remove those of ``uids`` (None: of all) that carry \\Deleted; their UIDs, ascending.

        ``origin`` reports it at once. For the other observers that show these messages ``rows``
        and ``octets`` still have them.
        """
        with self._database.write() as transaction:
            self._counters(transaction.connection)
            index = self._index.flags(transaction.connection)
            candidates = index if uids is None else sorted(index.keys() & set(uids))
            doomed = [uid for uid in candidates if DELETED in index[uid]]
            if doomed:
                removed = self.remove(transaction, doomed, origin)
                watched = self._watchers.besides(origin)
                self._contents.remove_unplaced(transaction, removed, keep=watched)
        self._contents.prune()  # what turned out to be shown to nobody
        return doomed

    def copy(self, uids: Sequence[int], destination: str) -> Copied:
        """Copy to a mailbox of the same account, flags and internal date kept; all or nothing.

        MailboxMissing, KeywordLimit (destination), MessageMissing (some of ``uids`` are gone).
        """
        sources = sorted(set(uids))
        with self._database.write() as transaction:
            target = self._find(transaction.connection, destination)
            messages = self.contained(transaction.connection, sources)
            targets = target.add(transaction, messages) if messages else ()
        return Copied(target.uid_validity, tuple(sources), targets)

    def move(self, uids: Sequence[int], destination: str, origin: Observer | None = None) -> Copied:
        """Move to a mailbox of the same account, this one included; all or nothing.

        Flags and internal date are kept; nobody sees a message in both mailboxes, or in none.
        MailboxMissing, KeywordLimit (destination), MessageMissing (some of ``uids`` are gone).
        """
        sources = sorted(set(uids))
        with self._database.write() as transaction:
            target = self._find(transaction.connection, destination)
            messages = self.contained(transaction.connection, sources)
            targets: tuple[int, ...] = ()
            if messages:
                targets = target.add(transaction, messages)
                self.remove(transaction, sources, origin)
        return Copied(target.uid_validity, tuple(sources), targets)

    def rows(self, uids: Sequence[int], columns: Sequence[str]) -> Iterator[tuple[Any, ...]]:
        """(uid, *columns) for each of ``uids`` that exists or is a ghost, in their order.

        Columns: internal_date (datetime), size, envelope, body, bodystructure, structure
        (bytes), subject, sender, to, cc, bcc, sent (str | None), octets (bytes, or a
        BlobReader above 1 MiB). No lock and no transaction is held while the caller works.
        """
        return Reading(self._database, self._contents, self.id, self._ghosts, columns).rows(uids)

    def batches(
        self, uids: Sequence[int], columns: Sequence[str]
    ) -> Iterator[list[tuple[Any, ...]]]:
        """``rows`` in lists of at most 500, of about 1 MiB; not for the column octets."""
        reading = Reading(self._database, self._contents, self.id, self._ghosts, columns)
        return reading.batches(uids)

    def octets(self, uid: int) -> BlobReader | None:
        """The octets of one message; None: no longer there."""
        return self._contents.reader(self.id, uid, self._ghosts)

    # Within a transaction of the caller's, for this package only.

    def contained(
        self, connection: sqlite3.Connection, uids: Sequence[int]
    ) -> list[tuple[int, Flags]]:
        """(message id, flags) of these ascending UIDs. Raises MailboxMissing, MessageMissing."""
        self._counters(connection)
        index = self._index.flags(connection)
        missing = [uid for uid in uids if uid not in index]
        if missing:
            raise MessageMissing(missing)
        messages = connection.execute(
            "SELECT message, uid FROM placement WHERE mailbox = ?"
            " AND uid IN (SELECT value FROM json_each(?)) ORDER BY uid",
            (self.id, json.dumps(uids)),
        )
        return [(message, index[uid]) for message, uid in messages]

    def add(
        self, transaction: Transaction, messages: Sequence[tuple[int, Flags]]
    ) -> tuple[int, ...]:
        """Place (message id, flags); the new UIDs. MailboxMissing, KeywordLimit."""
        connection = transaction.connection
        counters = self._counters(connection)
        modseq = counters.highest_modseq + 1
        spelled = self._index.spell(transaction, [flags for _, flags in messages])
        uids = tuple(range(counters.uid_next, counters.uid_next + len(messages)))
        added = [(uid, spelled[flags]) for uid, (_, flags) in zip(uids, messages, strict=True)]
        connection.executemany(
            "INSERT INTO placement (mailbox, uid, message, flags, modseq) VALUES (?, ?, ?, ?, ?)",
            [
                (self.id, uid, message, unparse(flags), modseq)
                for (uid, flags), (message, _) in zip(added, messages, strict=True)
            ],
        )
        claimant = self._watchers.claimant()
        uid_next = counters.uid_next + len(messages)
        connection.execute(
            "UPDATE mailbox SET uid_next = ?, highest_modseq = ?, recent_from = ? WHERE id = ?",
            (uid_next, modseq, counters.recent_from if claimant is None else uid_next, self.id),
        )
        self._index.update(transaction, dict(added))
        self._tell(transaction, Added(added, claimant, modseq))
        return uids

    def remove(
        self, transaction: Transaction, uids: Sequence[int], origin: Observer | None
    ) -> list[int]:
        """Remove placements, given by ascending UIDs that exist; the message ids they had."""
        connection = transaction.connection
        modseq = self._counters(connection).highest_modseq + 1
        removed = dict(
            connection.execute(
                "DELETE FROM placement WHERE mailbox = ?"
                " AND uid IN (SELECT value FROM json_each(?)) RETURNING uid, message",
                (self.id, json.dumps(uids)),
            ).fetchall()
        )
        expunged.note(connection, self.id, uids, modseq)
        self._index.remove(transaction, uids)
        self._tell(transaction, Expunged(uids, origin, modseq))
        if self._watchers.besides(origin):
            transaction.after_commit(lambda: self._watchers.keep(removed, origin, modseq))
        return list(removed.values())

    def uids(self, connection: sqlite3.Connection) -> list[int]:
        """All UIDs, ascending."""
        return list(self._index.flags(connection))

    def renamed(self, name: str, uid_validity: int) -> None:
        """After the commit of a RENAME: bear the new name."""
        self._name, self._uid_validity = name, uid_validity

    def read_again(self) -> None:
        """Drop what memory repeats of the database. Those who have the mailbox open keep it."""
        self._index.read_again()

    def gone(self) -> None:
        """After the commit of a DELETE: tell those who have it open."""
        self.read_again()
        self._watchers.publish(Gone())
        self._watchers.clear()

    def _counters(self, connection: sqlite3.Connection) -> _Counters:
        row = connection.execute(
            "SELECT uid_validity, uid_next, recent_from, highest_modseq FROM mailbox WHERE id = ?",
            (self.id,),
        ).fetchone()
        if row is None:
            raise MailboxMissing(self._name)
        require((int,), row, f"counters of {self._name}")
        return _Counters(*row)

    def _set_modseq(self, connection: sqlite3.Connection, modseq: int) -> None:
        connection.execute("UPDATE mailbox SET highest_modseq = ? WHERE id = ?", (modseq, self.id))

    def _tell(self, transaction: Transaction, change: Change) -> None:
        transaction.after_commit(lambda: self._watchers.publish(change))

"""Connections, transactions and the lock on the folder."""

from __future__ import annotations

import fcntl
import logging
import os
import sqlite3
import threading
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager, suppress
from contextvars import ContextVar
from pathlib import Path
from queue import Empty, LifoQueue
from typing import IO, NoReturn

from reference_server.checkpoint import checkpoint
from reference_server.config.private_files import exposure, make_private_folder, open_private
from reference_server.storage import schema
from reference_server.storage.errors import StoreDamaged, StoreInUse
from reference_server.storage.integrity import failure_of

logger = logging.getLogger(__name__)

READERS = 4
DATABASE_FILE = "mail.sqlite"
LOCK_FILE = "mail.lock"
# All that a store keeps in its folder; SQLite gives its own files the mode of the database.
STORE_FILES = (
    LOCK_FILE,
    *(DATABASE_FILE + suffix for suffix in ("", "-wal", "-shm", "-journal")),
)
WAIT_SECONDS = 0.05  # for a lock or a connection, between two checkpoints
_STEPS = 50_000  # of SQLite's machine, between two checkpoints: some tens of milliseconds

# What a checkpoint raised within a statement, which then fails. SQLite has no way to pass it on.
_raised: ContextVar[BaseException | None] = ContextVar("raised", default=None)


class Transaction:
    """A write transaction: the connection, and what is to happen once it is committed."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        self.connection = connection
        self.actions: list[Callable[[], None]] = []

    def after_commit(self, action: Callable[[], None]) -> None:
        """Do this after the commit, still under the write lock; never after a rollback.

        Memory is changed only here, so it cannot differ from the disk. All actions are carried
        out, even when one of them raises.
        """
        self.actions.append(action)


class Database:
    """One writer connection under a lock, and a few readers that need none.

    In memory there is one connection only, and readers take the lock, too.
    """

    def __init__(self, folder: Path | None) -> None:
        self._write_lock = threading.RLock()
        self._readers: LifoQueue[sqlite3.Connection] | None = None
        self._reader_count = 0
        self._lock_file: IO[bytes] | None = None
        self._listeners: list[Callable[[bool], None]] = []
        self._file = None if folder is None else folder / DATABASE_FILE
        self._durable = True
        try:
            with _failures(self._file):
                if folder is None:
                    self._writer = _connect(":memory:")
                    schema.prepare_writer(self._writer)
                else:
                    _warn(make_private_folder(folder, STORE_FILES))
                    self._lock_file = _lock(folder / LOCK_FILE)
                    _close_to_others(folder)
                    self._writer = _connect(str(folder / DATABASE_FILE))
                    schema.prepare_writer(self._writer)
                    missing = schema.missing_parts(self._writer)
                    if missing:
                        raise StoreDamaged(f"{self._file}: without {', '.join(missing)}")
                    self._readers = LifoQueue()
                    for _ in range(READERS):
                        reader = _connect(str(folder / DATABASE_FILE))
                        schema.prepare_reader(reader)
                        self._readers.put(reader)
                        self._reader_count += 1
        except BaseException:
            self.close()
            raise

    def on_end(self, listener: Callable[[bool], None]) -> None:
        """Call this at the end of each transaction, under the write lock.

        It is given whether memory may keep what was read during the transaction. If not, whatever
        memory repeats of the database has to be read again.
        """
        self._listeners.append(listener)

    @contextmanager
    def write(self, *, durable: bool = True) -> Iterator[Transaction]:
        """A transaction: committed at the end of the block, rolled back when it raises.

        One that is not ``durable`` does not wait for the disk, and may be undone by a power cut.
        Not to be nested. Raises StorageFailure, and what a checkpoint raises.
        """
        with self.locked() as connection:
            if connection.in_transaction:  # the last ROLLBACK failed
                connection.execute("ROLLBACK")
            if durable is not self._durable:
                connection.execute(f"PRAGMA synchronous = {'FULL' if durable else 'NORMAL'}")
                self._durable = durable
            changes = connection.total_changes
            connection.execute("BEGIN IMMEDIATE")
            transaction = Transaction(connection)
            try:
                with _checkpoints(connection):
                    yield transaction
                connection.execute("COMMIT")
            except BaseException:
                # Before anything was written, all that was read was committed: it may be kept.
                kept = connection.total_changes == changes
                try:
                    # SQLite has already rolled back after some errors, such as a full disk.
                    if connection.in_transaction:
                        connection.execute("ROLLBACK")
                finally:
                    self._end(kept)
                raise
            self._end(True)
            self._carry_out(transaction.actions)

    def _carry_out(self, actions: Iterable[Callable[[], None]]) -> None:
        complete = True
        for action in actions:
            try:
                action()
            except Exception:
                logger.exception("memory could not follow a commit, and is read again")
                complete = False
        if not complete:
            self._end(False)

    def _end(self, kept: bool) -> None:
        for listener in self._listeners:
            listener(kept)

    @contextmanager
    def locked(self) -> Iterator[sqlite3.Connection]:
        """The writer connection with no transaction: nobody changes anything meanwhile."""
        while not self._write_lock.acquire(timeout=WAIT_SECONDS):
            checkpoint()
        try:
            yield self._writer
        except (sqlite3.Error, OSError) as error:
            _fail(error, self._file)
        finally:
            self._write_lock.release()

    @contextmanager
    def read(self) -> Iterator[sqlite3.Connection]:
        """A connection that sees what is committed. Give it back soon. Raises StorageFailure."""
        if self._readers is None:
            with self.locked() as connection, _checkpoints(connection):
                yield connection
            return
        connection = self._reader(self._readers)
        try:
            with _failures(self._file), _checkpoints(connection):
                yield connection
        finally:
            self._readers.put(connection)

    def _reader(self, readers: LifoQueue[sqlite3.Connection]) -> sqlite3.Connection:
        while True:
            with suppress(Empty):
                return readers.get(timeout=WAIT_SECONDS)
            checkpoint()

    def close(self) -> None:
        """Close all connections and give the folder free. Later use raises StorageFailure."""
        with self._write_lock:
            if self._readers is not None:
                readers = [self._readers.get() for _ in range(self._reader_count)]
                for reader in readers:
                    reader.close()
                    self._readers.put(reader)
            with suppress(AttributeError):  # the writer was never opened
                self._writer.close()
            if self._lock_file is not None:
                self._lock_file.close()


@contextmanager
def _failures(file: Path | None) -> Iterator[None]:
    try:
        yield
    except (sqlite3.Error, OSError) as error:
        _fail(error, file)


def _fail(error: sqlite3.Error | OSError, file: Path | None) -> NoReturn:
    """Raise what a checkpoint raised within a statement, or else the exception for ``error``."""
    raised = _raised.get()
    if raised is not None:
        _raised.set(None)
        raise raised from None
    raise failure_of(error, file) from error


@contextmanager
def _checkpoints(connection: sqlite3.Connection) -> Iterator[None]:
    """Have checkpoints within long statements. Never within the end of a transaction."""
    connection.set_progress_handler(_check, _STEPS)
    try:
        yield
    finally:
        connection.set_progress_handler(None, 0)


def _check() -> bool:
    """Whether SQLite is to give the statement up."""
    try:
        checkpoint()
    except BaseException as error:
        _raised.set(error)
        return True
    return False


def _connect(path: str) -> sqlite3.Connection:
    return sqlite3.connect(path, isolation_level=None, check_same_thread=False)


def _close_to_others(folder: Path) -> None:
    """Make the database file if need be, and give it and what lies beside it the mode 0600.

    For a process that has the lock and no connection yet: closing a file gives up its locks.
    """
    for name in STORE_FILES:
        path = folder / name
        with suppress(FileNotFoundError):
            os.close(open_private(path, os.O_RDONLY | (os.O_CREAT if name == DATABASE_FILE else 0)))
            _warn(exposure(path))


def _warn(warning: str | None) -> None:
    if warning is not None:
        logger.warning("%s", warning)


def _lock(path: Path) -> IO[bytes]:
    file = os.fdopen(open_private(path, os.O_WRONLY | os.O_APPEND | os.O_CREAT), "ab")
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        file.close()
        raise StoreInUse(f"{path.parent}: the store is in use by another process") from None
    return file

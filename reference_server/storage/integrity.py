"""Errors of SQLite and of the system as exceptions of this package; checks of values.

SQLite finds damage when it reads a page, and only some of it. Values are checked where a wrong one
would make the code that uses them fail.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable
from pathlib import Path

from reference_server.storage.errors import StorageFailure, StoreDamaged

_DAMAGE = (sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB)
_NOT_TEXT = "Could not decode to UTF-8"  # has no code: it is not SQLite that finds it


def failure_of(error: sqlite3.Error | OSError, file: Path | None) -> StorageFailure:
    """The exception for an error with the database ``file`` (None: in memory)."""
    if isinstance(error, OSError):
        return StorageFailure(f"{error.filename or file}: {error.strerror}", str(error.errno))
    code = getattr(error, "sqlite_errorcode", None)
    kind = getattr(error, "sqlite_errorname", type(error).__name__)
    where = file or "the store in memory"
    # The low octet is the primary code of an extended one.
    if str(error).startswith(_NOT_TEXT) or (code is not None and code & 0xFF in _DAMAGE):
        return StoreDamaged(f"{where}: {error}", kind)
    return StorageFailure(f"{where}: {error}", kind)


def require(kinds: Iterable[type], values: Iterable[object], what: str) -> None:
    """Raise StoreDamaged unless each value is of one of these types. ``what`` names them."""
    for wrong in set(map(type, values)).difference(kinds):
        raise StoreDamaged(f"{what}: a value is of type {wrong.__name__}")

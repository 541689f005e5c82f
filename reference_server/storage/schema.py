"""The tables, and what a connection is told before it is used."""

from __future__ import annotations

import sqlite3
from contextlib import closing

from reference_server.storage.errors import SchemaTooNew

VERSION = 3

# Every superior of a name is a row of mailbox, too (not selectable where its mailbox was deleted).
# mailbox.uid_validity only ever grows within an account; account.uid_validity is the last given.
# Messages from recent_from on are \Recent: no read-write session was told of them yet.
# No id is used again: AUTOINCREMENT gives one greater than any there ever was.
# A copy is one more placement of the same message.
# A message without placement is unplaced: it is still being read, and is removed later.
# The digest of a message is computed when it is first needed; until then there is no row.
# expunged has a row, counted in expunged_rows, for each message that left a mailbox with a
# mod-sequence above expunged_after; QRESYNC (RFC 7162) reports them. Of others nothing is known.
_MESSAGE = """
CREATE TABLE message (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    length INTEGER NOT NULL,
    internal_date TEXT NOT NULL
);
"""
_DIGEST = """
CREATE TABLE digest (
    message INTEGER PRIMARY KEY REFERENCES message ON DELETE CASCADE,
    envelope BLOB NOT NULL,
    body BLOB NOT NULL,
    bodystructure BLOB NOT NULL,
    structure BLOB NOT NULL,
    sent TEXT,
    subject TEXT,
    sender TEXT,
    "to" TEXT,
    cc TEXT,
    bcc TEXT
);
"""
SCHEMA = f"""
CREATE TABLE account (
    id INTEGER PRIMARY KEY,
    address TEXT NOT NULL UNIQUE,
    uid_validity INTEGER NOT NULL DEFAULT 0
);
CREATE TABLE mailbox (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    account INTEGER NOT NULL REFERENCES account ON DELETE CASCADE,
    name TEXT NOT NULL,
    selectable INTEGER NOT NULL,
    special_use TEXT,
    uid_validity INTEGER NOT NULL CHECK (uid_validity BETWEEN 1 AND 4294967295),
    uid_next INTEGER NOT NULL DEFAULT 1,
    recent_from INTEGER NOT NULL DEFAULT 1,
    highest_modseq INTEGER NOT NULL DEFAULT 1,
    expunged_rows INTEGER NOT NULL DEFAULT 0,
    expunged_after INTEGER NOT NULL DEFAULT 0,
    UNIQUE (account, name)
);
CREATE TABLE former_name (
    account INTEGER NOT NULL REFERENCES account ON DELETE CASCADE,
    name TEXT NOT NULL,
    uid_validity INTEGER NOT NULL,
    PRIMARY KEY (account, name)
) WITHOUT ROWID;
CREATE TABLE subscription (
    account INTEGER NOT NULL REFERENCES account ON DELETE CASCADE,
    name TEXT NOT NULL,
    PRIMARY KEY (account, name)
) WITHOUT ROWID;
CREATE TABLE keyword (
    mailbox INTEGER NOT NULL REFERENCES mailbox ON DELETE CASCADE,
    position INTEGER NOT NULL,
    name TEXT NOT NULL,
    PRIMARY KEY (mailbox, position)
) WITHOUT ROWID;
{_MESSAGE}{_DIGEST}CREATE TABLE content (
    message INTEGER NOT NULL REFERENCES message ON DELETE CASCADE,
    chunk INTEGER NOT NULL,
    octets BLOB NOT NULL,
    PRIMARY KEY (message, chunk)
) WITHOUT ROWID;
CREATE TABLE placement (
    mailbox INTEGER NOT NULL REFERENCES mailbox ON DELETE CASCADE,
    uid INTEGER NOT NULL CHECK (uid BETWEEN 1 AND 4294967295),
    message INTEGER NOT NULL REFERENCES message,
    flags TEXT NOT NULL,
    modseq INTEGER NOT NULL,
    PRIMARY KEY (mailbox, uid)
) WITHOUT ROWID;
CREATE INDEX placement_message ON placement (message);
CREATE TABLE unplaced (message INTEGER PRIMARY KEY REFERENCES message ON DELETE CASCADE);
CREATE TABLE expunged (
    mailbox INTEGER NOT NULL REFERENCES mailbox ON DELETE CASCADE,
    uid INTEGER NOT NULL,
    modseq INTEGER NOT NULL,
    PRIMARY KEY (mailbox, uid)
) WITHOUT ROWID;
"""
# By version: what makes a store of that version one of the next. Foreign keys are off meanwhile.
_MIGRATIONS = {
    1: """
ALTER TABLE mailbox ADD COLUMN expunged_rows INTEGER NOT NULL DEFAULT 0;
ALTER TABLE mailbox ADD COLUMN expunged_after INTEGER NOT NULL DEFAULT 0;
UPDATE mailbox SET expunged_rows =
    (SELECT count(*) FROM expunged WHERE expunged.mailbox = mailbox.id);
""",
    # The greatest id there ever was moves to the new table; version 1 had not noted it.
    2: f"""
{_DIGEST}
INSERT INTO digest SELECT id, envelope, body, bodystructure, structure,
    sent, subject, sender, "to", cc, bcc FROM message;
{_MESSAGE.replace("TABLE message", "TABLE new_message")}
INSERT INTO new_message SELECT id, length, internal_date FROM message;
DELETE FROM sqlite_sequence WHERE name = 'new_message'
    AND EXISTS (SELECT 1 FROM sqlite_sequence WHERE name = 'message');
UPDATE sqlite_sequence SET name = 'new_message' WHERE name = 'message';
DROP TABLE message;
ALTER TABLE new_message RENAME TO message;
""",
}


def prepare_writer(connection: sqlite3.Connection) -> None:
    """Set the connection up for writing; make the tables in an empty database.

    A store of an earlier version becomes one of this version.

    Raises SchemaTooNew, sqlite3.Error.
    """
    version = connection.execute("PRAGMA user_version").fetchone()[0]
    if version > VERSION:
        raise SchemaTooNew(
            f"the store has schema version {version}, this program knows up to {VERSION}"
        )
    if version == 0 and _columns(connection):
        raise sqlite3.DatabaseError("it holds tables of another program")
    connection.execute("PRAGMA page_size = 8192")
    connection.execute("PRAGMA journal_mode = WAL")
    connection.execute("PRAGMA synchronous = FULL")
    connection.execute("PRAGMA journal_size_limit = 67108864")
    # Some builds overwrite deleted pages with zeros, which makes EXPUNGE write all it removes.
    connection.execute("PRAGMA secure_delete = FAST")
    connection.execute("PRAGMA temp_store = MEMORY")
    connection.execute("PRAGMA foreign_keys = OFF")
    if version == 0:
        _change(connection, SCHEMA)
    elif version < VERSION:
        _change(connection, "".join(_MIGRATIONS[before] for before in range(version, VERSION)))
    connection.execute("PRAGMA foreign_keys = ON")


def _change(connection: sqlite3.Connection, script: str) -> None:
    connection.executescript(f"BEGIN; {script} PRAGMA user_version = {VERSION}; COMMIT;")


def missing_parts(connection: sqlite3.Connection) -> list[str]:
    """The tables and columns that should be there and are not."""
    with closing(sqlite3.connect(":memory:")) as blank:
        blank.executescript(SCHEMA)
        expected = _columns(blank)
    found = _columns(connection)
    tables = {table for table, _ in found}
    return sorted(
        {
            f"column {table}.{column}" if table in tables else f"table {table}"
            for table, column in expected - found
        }
    )


def _columns(connection: sqlite3.Connection) -> set[tuple[str, str]]:
    """(table, column) of all there are."""
    return set(
        connection.execute(
            "SELECT made.name, part.name"
            " FROM sqlite_master AS made, pragma_table_info(made.name) AS part"
            " WHERE made.type = 'table'"
        )
    )


def prepare_reader(connection: sqlite3.Connection) -> None:
    """Set a connection up that only reads."""
    connection.execute("PRAGMA query_only = ON")
    connection.execute("PRAGMA temp_store = MEMORY")

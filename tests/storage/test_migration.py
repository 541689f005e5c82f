"""A store of an earlier version: opening it makes it one of this version, and loses nothing."""

import sqlite3

import pytest

from reference_server.storage import StorageFailure, Store, schema
from tests.storage.support import Watcher, contents, message

ADDRESS = "alice@example.test"
# As version 1 made it.
VERSION_1 = """
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
CREATE TABLE message (
    id INTEGER PRIMARY KEY,
    length INTEGER NOT NULL,
    internal_date TEXT NOT NULL,
    size INTEGER NOT NULL,
    sent TEXT,
    envelope BLOB NOT NULL,
    body BLOB NOT NULL,
    bodystructure BLOB NOT NULL,
    subject TEXT,
    sender TEXT,
    "to" TEXT,
    cc TEXT,
    bcc TEXT,
    structure BLOB NOT NULL
);
CREATE TABLE content (
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
# Of message, behind internal_date, in the order of the table.
COLUMNS = [
    "size", "sent", "envelope", "body", "bodystructure",
    "subject", "sender", "to", "cc", "bcc", "structure",
]  # fmt: skip


@pytest.fixture
def version_1(tmp_path):
    """A store that version 1 left behind, killed while it read a message that was expunged."""
    connection = sqlite3.connect(tmp_path / "mail.sqlite")
    connection.executescript(f"PRAGMA page_size = 8192; PRAGMA journal_mode = WAL; {VERSION_1}")
    connection.execute("PRAGMA foreign_keys = ON")
    connection.execute("INSERT INTO account VALUES (1, ?, 1700000000)", (ADDRESS,))
    connection.executemany(
        "INSERT INTO mailbox VALUES (?, 1, ?, 1, NULL, ?, ?, ?, ?)",
        [(1, "INBOX", 1699999999, 6, 5, 7), (4, "Old", 1700000000, 2, 1, 2)],
    )
    connection.execute("INSERT INTO subscription VALUES (1, 'INBOX')")
    connection.execute("INSERT INTO former_name VALUES (1, 'Gone', 1700000000)")
    connection.execute("INSERT INTO keyword VALUES (1, 0, '$Work')")
    for number in (1, 2, 7):
        new = message(f"message {number}", size=100)
        columns = [getattr(new.digest, column) for column in COLUMNS]
        connection.execute(
            f"INSERT INTO message VALUES (?, ?, ?{', ?' * len(columns)})",
            (number, len(new.octets), new.internal_date.isoformat(), *columns),
        )
        connection.execute("INSERT INTO content VALUES (?, 0, ?)", (number, new.octets))
    connection.executemany(
        "INSERT INTO placement VALUES (?, ?, ?, ?, ?)",
        [(1, 2, 1, "$Work \\Seen", 4), (1, 5, 2, "", 6), (4, 1, 1, "\\Deleted", 2)],
    )
    connection.execute("INSERT INTO unplaced VALUES (7)")
    connection.executemany("INSERT INTO expunged VALUES (1, ?, ?)", [(1, 3), (3, 5), (4, 7)])
    connection.execute("PRAGMA user_version = 1")
    connection.commit()
    connection.close()
    return tmp_path


def test_all_that_was_in_it_is_there(version_1):
    store = Store(version_1)
    account = store.account(ADDRESS)
    assert [info.name for info in account.mailboxes()] == ["INBOX", "Old"]
    assert account.subscriptions() == ["INBOX"]
    inbox = account.mailbox("INBOX")
    assert contents(inbox) == [
        (2, frozenset({"$Work", "\\Seen"}), "message 1"),
        (5, frozenset(), "message 2"),
    ]
    assert list(inbox.rows([2, 5], ["octets"])) == [
        (uid, message(f"message {number}", size=100).octets) for uid, number in ((2, 1), (5, 2))
    ]
    assert inbox.modseqs() == {2: 4, 5: 6}
    assert inbox.expunged_since(3) == [3, 4]
    with store._database.locked() as connection:
        rows = connection.execute("SELECT expunged_rows FROM mailbox ORDER BY id").fetchall()
        assert rows == [(3,), (0,)]
    snapshot = Watcher(inbox).snapshot
    assert (snapshot.uid_next, snapshot.uid_validity, snapshot.highest_modseq) == (6, 1699999999, 7)
    assert (snapshot.recent, snapshot.keywords) == ({5}, ("$Forwarded", "$Work"))
    assert account.append("INBOX", [message("new")]).uids == (6,)
    account.create("Gone")
    assert account.mailbox("Gone").uid_validity > 1700000000
    store.close()


def test_it_becomes_as_a_new_one(version_1, tmp_path_factory):
    """The tables are those of a new store, every reference holds, and no id is used again."""
    Store(version_1).close()
    new = tmp_path_factory.mktemp("new")
    Store(new).close()
    assert tables(version_1) == tables(new)
    connection = sqlite3.connect(version_1 / "mail.sqlite")
    assert connection.execute("PRAGMA user_version").fetchone() == (2,)
    assert connection.execute("PRAGMA foreign_key_check").fetchall() == []
    assert connection.execute("PRAGMA integrity_check").fetchall() == [("ok",)]
    assert connection.execute("SELECT id FROM message ORDER BY id").fetchall() == [(1,), (2,)]
    connection.execute("INSERT INTO message SELECT NULL, length, internal_date, size, sent,"
                       " envelope, body, bodystructure, NULL, NULL, NULL, NULL, NULL, structure"
                       " FROM message WHERE id = 1")  # fmt: skip
    assert connection.execute("SELECT max(id) FROM message").fetchone() == (8,)
    connection.close()


def tables(folder):
    connection = sqlite3.connect(folder / "mail.sqlite")
    names = [
        name
        for (name,) in connection.execute(
            "SELECT name FROM sqlite_schema WHERE type = 'table' ORDER BY name"
        )
    ]
    found = {
        name: (
            connection.execute(f"PRAGMA table_xinfo({name})").fetchall(),
            connection.execute(f"PRAGMA foreign_key_list({name})").fetchall(),
            connection.execute(f"PRAGMA index_list({name})").fetchall(),
        )
        for name in names
    }
    connection.close()
    return found


def test_a_migration_that_fails_leaves_the_store_as_it_was(version_1, monkeypatch):
    """It is one transaction: the next attempt begins at the same version."""
    before = dump(version_1)
    with monkeypatch.context() as patched:
        patched.setitem(
            schema._MIGRATIONS, 1, schema._MIGRATIONS[1] + "INSERT INTO nothing VALUES (1);"
        )
        with pytest.raises(StorageFailure, match="nothing"):
            Store(version_1)
    assert dump(version_1) == before
    Store(version_1).close()
    assert dump(version_1) != before


def dump(folder):
    connection = sqlite3.connect(folder / "mail.sqlite")
    content = [*connection.iterdump(), *connection.execute("PRAGMA user_version")]
    connection.close()
    return content

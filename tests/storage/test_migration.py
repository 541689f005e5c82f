"""A store of an earlier version: opening it makes it one of this version, and loses nothing."""

import sqlite3

import pytest

from reference_server.storage import StorageFailure, Store, schema
from tests.storage.support import SENT, Watcher, contents, message

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
# The tables of version 2 differ from those of version 1 in these places.
CHANGED_IN_2 = {
    "id INTEGER PRIMARY KEY,\n    length": "id INTEGER PRIMARY KEY AUTOINCREMENT,\n    length",
    "    UNIQUE (account, name)\n": (
        "    expunged_rows INTEGER NOT NULL DEFAULT 0,\n"
        "    expunged_after INTEGER NOT NULL DEFAULT 0,\n"
        "    UNIQUE (account, name)\n"
    ),
}


@pytest.fixture(params=[1, 2])
def version(request):
    """The version of the old store."""
    return request.param


@pytest.fixture
def old(version, tmp_path):
    """A store that an earlier version left behind, killed while it read an expunged message."""
    tables = VERSION_1
    if version == 2:
        for before, after in CHANGED_IN_2.items():
            assert before in tables
            tables = tables.replace(before, after)
    connection = sqlite3.connect(tmp_path / "mail.sqlite")
    connection.executescript(f"PRAGMA page_size = 8192; PRAGMA journal_mode = WAL; {tables}")
    connection.execute("PRAGMA foreign_keys = ON")
    connection.execute("INSERT INTO account VALUES (1, ?, 1700000000)", (ADDRESS,))
    connection.executemany(
        "INSERT INTO mailbox (id, account, name, selectable, uid_validity, uid_next, recent_from,"
        " highest_modseq) VALUES (?, 1, ?, 1, ?, ?, ?, ?)",
        [(1, "INBOX", 1699999999, 6, 5, 7), (4, "Old", 1700000000, 2, 1, 2)],
    )
    connection.execute("INSERT INTO subscription VALUES (1, 'INBOX')")
    connection.execute("INSERT INTO former_name VALUES (1, 'Gone', 1700000000)")
    connection.execute("INSERT INTO keyword VALUES (1, 0, '$Work')")
    for number in (1, 2, 7, 9):
        octets = message(size=100).octets
        connection.execute(
            "INSERT INTO message VALUES (?, 100, '1996-07-17T02:44:25+00:00', 100, '1996-07-16',"
            " x'01', x'02', x'03', ?, 'sender', 'to', 'cc', NULL, x'04')",
            (number, f"subject {number}"),
        )
        connection.execute("INSERT INTO content VALUES (?, 0, ?)", (number, octets))
    connection.execute("DELETE FROM message WHERE id = 9")
    connection.executemany(
        "INSERT INTO placement VALUES (?, ?, ?, ?, ?)",
        [(1, 2, 1, "$Work \\Seen", 4), (1, 5, 2, "", 6), (4, 1, 1, "\\Deleted", 2)],
    )
    connection.execute("INSERT INTO unplaced VALUES (7)")
    connection.executemany("INSERT INTO expunged VALUES (1, ?, ?)", [(1, 3), (3, 5), (4, 7)])
    if version == 2:
        connection.execute("UPDATE mailbox SET expunged_rows = 3 WHERE id = 1")
    connection.execute(f"PRAGMA user_version = {version}")
    connection.commit()
    connection.close()
    return tmp_path


def test_all_that_was_in_it_is_there(old):
    store = Store(old)
    account = store.account(ADDRESS)
    assert [info.name for info in account.mailboxes()] == ["INBOX", "Old"]
    assert account.subscriptions() == ["INBOX"]
    inbox = account.mailbox("INBOX")
    assert contents(inbox) == [
        (2, frozenset({"$Work", "\\Seen"}), "subject 1"),
        (5, frozenset(), "subject 2"),
    ]
    computed = ["envelope", "body", "bodystructure", "structure"]
    computed += ["sent", "sender", "to", "cc", "bcc"]
    values = (b"\1", b"\2", b"\3", b"\4", "1996-07-16", "sender", "to", "cc", None)
    assert list(inbox.rows([5], computed)) == [(5, *values)]
    assert list(inbox.rows([2], ["octets", "size", "internal_date"])) == [
        (2, message(size=100).octets, 100, SENT)
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


def test_it_becomes_as_a_new_one(version, old, tmp_path_factory):
    """The tables are those of a new store, every reference holds, and no id is used again."""
    Store(old).close()
    new = tmp_path_factory.mktemp("new")
    Store(new).close()
    assert tables(old) == tables(new)
    connection = sqlite3.connect(old / "mail.sqlite")
    assert connection.execute("PRAGMA user_version").fetchone() == (schema.VERSION,)
    assert connection.execute("PRAGMA foreign_key_check").fetchall() == []
    assert connection.execute("PRAGMA integrity_check").fetchall() == [("ok",)]
    assert connection.execute("SELECT id FROM message ORDER BY id").fetchall() == [(1,), (2,)]
    connection.execute("INSERT INTO message (length, internal_date) VALUES (0, '')")
    # Version 1 gave the ids of messages that were gone again.
    greatest = {1: 7, 2: 9}[version]
    assert connection.execute("SELECT max(id) FROM message").fetchone() == (greatest + 1,)
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


def test_a_migration_that_fails_leaves_the_store_as_it_was(old, monkeypatch):
    """It is one transaction: the next attempt begins at the same version."""
    before = dump(old)
    with monkeypatch.context() as patched:
        last = max(schema._MIGRATIONS)
        failing = schema._MIGRATIONS[last] + "INSERT INTO nothing VALUES (1);"
        patched.setitem(schema._MIGRATIONS, last, failing)
        with pytest.raises(StorageFailure, match="nothing"):
            Store(old)
    assert dump(old) == before
    Store(old).close()
    assert dump(old) != before


def dump(folder):
    connection = sqlite3.connect(folder / "mail.sqlite")
    content = [*connection.iterdump(), *connection.execute("PRAGMA user_version")]
    connection.close()
    return content

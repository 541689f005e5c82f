"""What is on the disk: reopening, a killed process, a full disk, a store of another version."""

import os
import signal
import sqlite3
import subprocess
import sys
import textwrap
from pathlib import Path

import pytest

from reference_server.storage import SchemaTooNew, StorageFailure, Store, StoreInUse
from tests.storage.support import Watcher, contents, message

ADDRESS = "alice@example.test"
MIB = 1 << 20

# Appends pairs of messages, one of them of several chunks, and acknowledges each pair.
APPENDER = textwrap.dedent(
    """
    import sys
    from pathlib import Path
    from reference_server.storage import Store
    from tests.storage.support import message

    account = Store(Path(sys.argv[1])).account("alice@example.test")
    while True:
        pair = [message("small", ["$Pair"]), message("large", size=1_100_000)]
        uids = account.append("INBOX", pair).uids
        print(*uids, flush=True)
    """
)


def appender(folder):
    root = Path(__file__).parents[2]
    return subprocess.Popen(
        [sys.executable, "-c", APPENDER, str(folder)],
        stdout=subprocess.PIPE,
        cwd=root,
        env={**os.environ, "PYTHONPATH": str(root)},
    )


def test_everything_is_there_after_reopening(tmp_path):
    store = Store(tmp_path)
    account = store.account(ADDRESS)
    account.create("a/b", "\\Archive")
    account.delete("a")
    account.subscribe("somewhere")
    account.append("a/b", [message(str(n), [f"Key{n}"]) for n in range(1, 5)])
    box = account.mailbox("a/b")
    Watcher(box)
    box.store_flags([1, 2, 4], "add", frozenset({"\\Deleted", "\\Answered"}))
    box.expunge([4, 2])
    box.copy([1], "INBOX")
    before = (
        account.mailboxes(),
        account.subscriptions(),
        account.status("a/b"),
        account.status("INBOX"),
        contents(box),
    )
    store.close()

    store = Store(tmp_path)
    account = store.account(ADDRESS)
    box = account.mailbox("a/b")
    assert before == (
        account.mailboxes(),
        account.subscriptions(),
        account.status("a/b"),
        account.status("INBOX"),
        contents(box),
    )
    assert Watcher(box).snapshot.keywords == ("$Forwarded", "Key1", "Key2", "Key3", "Key4")
    assert account.append("a/b", [message(flags=["KEY4"])]).uids == (5,)
    assert contents(box)[-1] == (5, frozenset({"Key4"}), "text")
    store.close()


def test_uid_validity_grows_after_reopening_too(tmp_path, monkeypatch):
    monkeypatch.setattr("time.time", lambda: 1_000_000_000.0)
    store = Store(tmp_path)
    account = store.account(ADDRESS)
    account.create("a")
    before = account.mailbox("a").uid_validity
    account.delete("a")
    store.close()
    monkeypatch.setattr("time.time", lambda: 900_000_000.0)  # the clock was set back
    store = Store(tmp_path)
    account = store.account(ADDRESS)
    account.create("a")
    assert account.mailbox("a").uid_validity > before >= 1_000_000_000
    store.close()


@pytest.mark.parametrize("pairs", [1, 4, 9])
def test_what_was_acknowledged_survives_kill(tmp_path, pairs):
    with appender(tmp_path) as process:
        acknowledged = [process.stdout.readline().split() for _ in range(pairs)]
        process.send_signal(signal.SIGKILL)
        rest = process.stdout.read()
        assert process.wait() == -signal.SIGKILL
    # A line that was cut off was acknowledged to nobody.
    acknowledged += [line.split() for line in rest.splitlines(keepends=True) if line[-1:] == b"\n"]
    last = int(acknowledged[-1][1])

    store = Store(tmp_path)
    account = store.account(ADDRESS)
    found = contents(account.mailbox("INBOX"))
    uids = [uid for uid, _, _ in found]
    assert uids == list(range(1, len(uids) + 1))
    assert len(uids) in (last, last + 2)  # one pair may be committed and not acknowledged yet
    assert [subject for _, _, subject in found] == ["small", "large"] * (len(uids) // 2)
    large = message("large", size=1_100_000).octets
    rows = account.mailbox("INBOX").rows(uids, ["octets", "size"])
    assert all(octets[:] == large for uid, octets, _ in rows if uid % 2 == 0)
    assert account.append("INBOX", [message()]).uids == (len(uids) + 1,)
    with store._database.read() as connection:
        assert connection.execute("PRAGMA integrity_check").fetchall() == [("ok",)]
        assert connection.execute("PRAGMA foreign_key_check").fetchall() == []
        assert connection.execute("SELECT count(*) FROM message").fetchone() == (len(uids) + 1,)
    store.close()


def test_the_settings_that_make_it_durable(tmp_path):
    store = Store(tmp_path)
    with store._database.locked() as connection:
        assert connection.execute("PRAGMA journal_mode").fetchone() == ("wal",)
        assert connection.execute("PRAGMA synchronous").fetchone() == (2,)  # FULL
        assert connection.execute("PRAGMA foreign_keys").fetchone() == (1,)
    store.close()


def test_a_folder_in_use_is_refused(tmp_path):
    with appender(tmp_path) as process:
        process.stdout.readline()
        with pytest.raises(StoreInUse, match="in use"):
            Store(tmp_path)
        process.kill()
    Store(tmp_path).close()


def test_a_second_store_of_the_same_process_is_refused(tmp_path):
    store = Store(tmp_path)
    with pytest.raises(StoreInUse):
        Store(tmp_path)
    store.close()
    Store(tmp_path).close()


def test_a_store_of_a_later_version_is_refused_and_left_alone(tmp_path):
    Store(tmp_path).close()
    connection = sqlite3.connect(tmp_path / "mail.sqlite")
    connection.execute("PRAGMA user_version = 99")
    connection.close()
    for _ in range(2):
        with pytest.raises(SchemaTooNew, match="99"):
            Store(tmp_path)


def test_a_file_that_is_no_database(tmp_path):
    (tmp_path / "mail.sqlite").write_bytes(b"not a database at all" * 100)
    with pytest.raises(StorageFailure):
        Store(tmp_path)


def test_a_folder_that_cannot_be(tmp_path):
    (tmp_path / "file").write_bytes(b"")
    with pytest.raises(StorageFailure):
        Store(tmp_path / "file" / "store")


@pytest.mark.parametrize("folder", [True, False])
def test_use_after_close(tmp_path, folder):
    store = Store(tmp_path if folder else None)
    account = store.account(ADDRESS)
    mailbox = account.mailbox("INBOX")
    store.close()
    store.close()
    for attempt in (
        account.mailboxes,
        lambda: account.create("a"),
        lambda: mailbox.expunge(None),
        lambda: list(mailbox.rows([1], ["size"])),
    ):
        with pytest.raises(StorageFailure):
            attempt()


def test_a_full_disk_changes_nothing(store):
    account = store.account(ADDRESS)
    account.create("a")
    account.append("INBOX", [message("kept", ["\\Seen"])])
    inbox = account.mailbox("INBOX")
    watcher = Watcher(inbox)
    before = contents(inbox), account.status("INBOX"), account.mailboxes()
    with store._database.locked() as connection:
        (pages,) = connection.execute("PRAGMA page_count").fetchone()
        connection.execute(f"PRAGMA max_page_count = {pages}")
    with pytest.raises(StorageFailure, match="full"):
        account.append("INBOX", [message("small"), message("large", ["$Lost"], size=3 * MIB)])
    many = [f"{number:0200}" for number in range(500)]
    with pytest.raises(StorageFailure, match="full"):
        inbox.store_flags([1], "set", frozenset({"$Lost", *many}))
    assert watcher.changes == []
    assert (contents(inbox), account.status("INBOX"), account.mailboxes()) == before

    with store._database.locked() as connection:
        connection.execute("PRAGMA max_page_count = 1000000")
    account.append("INBOX", [message("later", ["$LOST"])])
    assert contents(inbox)[1:] == [(2, frozenset({"$LOST"}), "later")]
    assert watcher.flags == {1: {"\\Seen"}, 2: {"$LOST"}}


def test_a_failing_commit_changes_nothing(store):
    """A deferred constraint fails at COMMIT itself, when everything else went well."""
    account = store.account(ADDRESS)
    account.append("INBOX", [message("kept")])
    inbox = account.mailbox("INBOX")
    watcher = Watcher(inbox)
    with store._database.locked() as connection:
        connection.executescript(
            "CREATE TABLE trap (mailbox INTEGER REFERENCES mailbox DEFERRABLE INITIALLY DEFERRED);"
            "CREATE TRIGGER spring AFTER UPDATE OF modseq ON placement"
            " BEGIN INSERT INTO trap VALUES (-1); END;"
        )
    with pytest.raises(StorageFailure, match="FOREIGN KEY"):
        inbox.store_flags([1], "add", frozenset({"\\Seen", "$New"}))
    assert watcher.changes == []
    assert contents(inbox) == [(1, frozenset(), "kept")]
    with store._database.locked() as connection:
        connection.execute("DROP TRIGGER spring")
    assert inbox.store_flags([1], "add", frozenset({"$NEW"})).changed == {1: {"$NEW"}}


def test_memory_that_cannot_follow_a_commit_is_read_again(store, monkeypatch, caplog):
    account = store.account(ADDRESS)
    account.append("INBOX", [message("kept")])
    inbox = account.mailbox("INBOX")
    watcher = Watcher(inbox)
    table = type(inbox._index._table)

    def fail(*_):
        raise MemoryError

    with monkeypatch.context() as patched:
        patched.setattr(table, "learn", fail)
        inbox.store_flags([1], "add", frozenset({"$New"}))
    assert "read again" in caplog.text
    assert watcher.flags == {1: {"$New"}}
    assert contents(inbox) == [(1, frozenset({"$New"}), "kept")]
    assert inbox.store_flags([1], "set", frozenset({"$NEW", "$b"})).changed == {1: {"$New", "$b"}}
    assert Watcher(inbox).snapshot.keywords == ("$Forwarded", "$New", "$b")


def test_a_transaction_that_could_not_be_rolled_back(store):
    """The next one begins with the rollback that failed."""
    account = store.account(ADDRESS)
    writer = store._database._writer
    writer.execute("BEGIN")
    writer.execute("DELETE FROM subscription")
    account.create("a")
    assert account.subscriptions() == ["INBOX"]

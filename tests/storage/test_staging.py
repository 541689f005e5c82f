"""A large message is written chunk by chunk, and placed at the end: others go on meanwhile."""

import sqlite3
import subprocess
import sys
import textwrap
import threading
from pathlib import Path

import pytest

from reference_server.checkpoint import checked_by
from reference_server.storage import MailboxMissing, StorageFailure, Store
from tests.storage.support import Watcher, contents, message

MIB = 1 << 20
CHUNKS = 4


@pytest.fixture
def large():
    return message("large", ["$Large"], size=CHUNKS * MIB - 7)


@pytest.fixture
def kept(store):
    """How many rows there are of messages, contents and messages that are not placed."""

    def count():
        with store._database.locked() as connection:
            return tuple(
                connection.execute(f"SELECT count(*) FROM {table}").fetchone()[0]
                for table in ("message", "content", "unplaced")
            )

    return count


def before_chunk(number, action):
    """A checkpoint that carries out ``action`` before a chunk, counted from 1."""
    calls = []

    def checkpoint():
        calls.append(None)
        if len(calls) == number:
            action()

    return checkpoint


def in_another_thread(action):
    """Carry it out as another session would; it must not have to wait for this one."""
    thread = threading.Thread(target=action)
    thread.start()
    thread.join(20)
    assert not thread.is_alive()


def test_others_write_between_the_chunks(account, large):
    account.create("other")
    watcher = Watcher(account.mailbox("INBOX"))
    seen = []

    def others():
        account.append("INBOX", [message("small")])
        account.append("other", [message("elsewhere")])
        seen.append((account.status("INBOX").messages, list(watcher.flags)))

    checkpoint = before_chunk(3, lambda: in_another_thread(others))
    with checked_by(checkpoint):
        assert account.append("INBOX", [large]).uids == (2,)
    assert seen == [(1, [1])]
    assert contents(account.mailbox("INBOX")) == [
        (1, frozenset(), "small"),
        (2, frozenset({"$Large"}), "large"),
    ]
    assert account.mailbox("INBOX").octets(2)[:] == large.octets


def test_an_expunge_between_the_chunks_leaves_them_alone(account, large, kept):
    account.append("INBOX", [message("doomed", ["\\Deleted"])])
    inbox = account.mailbox("INBOX")
    checkpoint = before_chunk(3, lambda: in_another_thread(lambda: inbox.expunge(None)))
    with checked_by(checkpoint):
        account.append("INBOX", [large])
    assert inbox.octets(2)[:] == large.octets
    assert kept() == (1, CHUNKS, 0)


def test_small_and_large_ones_keep_their_order(account, large, kept):
    messages = [message("1"), large, message("3"), message("4", size=MIB + 1), message("5")]
    assert account.append("INBOX", messages).uids == (1, 2, 3, 4, 5)
    rows = account.mailbox("INBOX").rows(range(1, 6), ["octets"])
    assert [octets[:] for _, octets in rows] == [one.octets for one in messages]
    assert kept() == (5, 3 + CHUNKS + 2, 0)


class LeftError(Exception):
    """The client has gone."""


@pytest.mark.parametrize("chunk", [1, 2, CHUNKS, CHUNKS + 1, 2 * CHUNKS])
def test_what_ends_it_leaves_nothing_behind(account, large, kept, chunk):
    def leave():
        raise LeftError

    with pytest.raises(LeftError), checked_by(before_chunk(chunk, leave)):
        account.append("INBOX", [message("1"), large, large])
    assert kept() == (0, 0, 0)
    assert account.append("INBOX", [large]).uids == (1,)


def test_a_mailbox_that_is_missing_or_goes_meanwhile(store, account, large, kept):
    before = store._database._writer.total_changes
    with pytest.raises(MailboxMissing):
        account.append("missing", [large])
    assert store._database._writer.total_changes == before
    account.create("doomed")
    checkpoint = before_chunk(CHUNKS, lambda: in_another_thread(lambda: account.delete("doomed")))
    with pytest.raises(MailboxMissing), checked_by(checkpoint):
        account.append("doomed", [large])
    assert kept() == (0, 0, 0)


def test_a_full_disk_leaves_nothing_behind(store, account, large, kept):
    with store._database.locked() as connection:
        (pages,) = connection.execute("PRAGMA page_count").fetchone()
        (size,) = connection.execute("PRAGMA page_size").fetchone()
        connection.execute(f"PRAGMA max_page_count = {pages + 2 * MIB // size}")
    with pytest.raises(StorageFailure, match="full"):
        account.append("INBOX", [large])
    assert kept() == (0, 0, 0)
    assert account.append("INBOX", [message("small")]).uids == (1,)


KILLED = textwrap.dedent(
    """
    import os, signal, sys
    from pathlib import Path
    from reference_server.checkpoint import checked_by
    from reference_server.storage import Store
    from tests.storage.support import message

    calls = []

    def checkpoint():
        calls.append(None)
        if len(calls) == 3:
            os.kill(os.getpid(), signal.SIGKILL)

    account = Store(Path(sys.argv[1])).account("alice@example.test")
    large = message("large", size=4 << 20)
    with checked_by(checkpoint):
        account.append("INBOX", [large])
    """
)


def test_what_a_crash_leaves_is_removed_at_the_next_start(tmp_path):
    root = Path(__file__).parents[2]
    subprocess.run([sys.executable, "-c", KILLED, str(tmp_path)], cwd=root, check=False)

    def count(table):
        connection = sqlite3.connect(tmp_path / "mail.sqlite")
        try:
            return connection.execute(f"SELECT count(*) FROM {table}").fetchone()[0]
        finally:
            connection.close()

    assert (count("message"), count("content"), count("unplaced")) == (1, 2, 1)
    store = Store(tmp_path)
    assert store.account("alice@example.test").status("INBOX").messages == 0
    store.close()
    assert (count("message"), count("content"), count("unplaced")) == (0, 0, 0)

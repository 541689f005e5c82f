"""A message that a session shows stays readable when another removes it (RFC 2180, 4.1.1)."""

import re
import threading
from datetime import UTC, datetime

import pytest

from reference_server.storage import Mailbox, NewMessage, Store
from reference_server.storage.content import CHUNK

WHEN = datetime(2024, 5, 1, 12, tzinfo=UTC)
ITEMS = "(UID FLAGS INTERNALDATE RFC822.SIZE ENVELOPE BODYSTRUCTURE BODY.PEEK[])"
LARGE = 2  # the number of a message that is read in pieces


def octets(number):
    size = CHUNK + 1000 if number == LARGE else 100
    return (f"Subject: message {number}\r\n\r\n" + f"text {number} " * size)[:size].encode()


@pytest.fixture(autouse=True)
def four(store):
    """Four messages in INBOX, and Other."""
    account = store.account("alice@x.test")
    account.append(
        "INBOX",
        [NewMessage(octets(n), frozenset(), WHEN) for n in range(1, 5)],
    )
    account.create("Other")


@pytest.fixture
def selected(login):
    """Makes sessions that have INBOX selected."""

    def selected():
        client = login()
        client.ok("SELECT INBOX")
        return client

    return selected


@pytest.fixture
def session(selected):
    return selected()


@pytest.fixture
def other(selected):
    return selected()


def messages(store):
    """The number of messages, in any mailbox or in none."""
    with store._database.locked() as connection:
        found = [connection.execute(f"SELECT count(*) FROM {table}").fetchone()[0]
                 for table in ("message", "content", "unplaced")]  # fmt: skip
    rows, chunks, unplaced = found
    assert rows <= chunks
    return rows, unplaced


REMOVALS = {
    "EXPUNGE": ["STORE 2:3 +FLAGS.SILENT (\\Deleted)", "EXPUNGE"],
    "UID EXPUNGE": ["STORE 2:3 +FLAGS.SILENT (\\Deleted)", "UID EXPUNGE 2:3"],
    "CLOSE": ["STORE 2:3 +FLAGS.SILENT (\\Deleted)", "CLOSE"],
    "MOVE": ["MOVE 2:3 Other"],
    "MOVE into the same mailbox": ["MOVE 2:3 INBOX"],
    "RENAME INBOX": ["RENAME INBOX Elsewhere"],
    "MOVE, then EXPUNGE": [
        "MOVE 2:3 Other",
        "SELECT Other",
        "STORE 1:* +FLAGS.SILENT (\\Deleted)",
        "EXPUNGE",
    ],
    "MOVE, then DELETE": ["MOVE 2:3 Other", "DELETE Other"],
}


@pytest.mark.parametrize("commands", REMOVALS.values(), ids=REMOVALS)
def test_fetch_is_answered_as_before(session, other, commands):
    session.ok("NOOP")
    deleted = re.compile(r"FLAGS \((\\Deleted ?)?")
    before = session.ok(f"FETCH 1:4 {ITEMS}")
    for command in commands:
        other.ok(command)
    # EXISTS may follow where messages were added, and FETCH for the flags of others.
    after = session.ok(f"FETCH 1:4 {ITEMS}")[:4]
    assert [deleted.sub("FLAGS (", line) for line in after] == before
    middle = octets(2)[CHUNK - 10 : CHUNK + 10].decode()
    (fetched, *_) = session.ok(f"FETCH 2 BODY.PEEK[]<{CHUNK - 10}.20>")
    assert fetched == f'* 2 FETCH (BODY[]<{CHUNK - 10}> "{middle}")'
    assert sum("EXPUNGE" in line for line in session.ok("NOOP")) >= 2
    assert "message 2" not in session("t FETCH 2 ENVELOPE")[0]


def remove(client, numbers):
    client.ok(f"STORE {numbers} +FLAGS.SILENT (\\Deleted)")
    client.ok("EXPUNGE")


def test_what_the_last_session_has_reported_is_removed(session, other, selected, store):
    third = selected()
    remove(other, "2:3")
    assert messages(store) == (4, 2)
    third.ok("FETCH 1 UID")
    assert messages(store) == (4, 2)
    third.ok("NOOP")
    assert messages(store) == (4, 2)
    session.ok("UID FETCH 1 UID")
    assert messages(store) == (2, 0)


@pytest.mark.parametrize("how", ["UNSELECT", "SELECT Other", "LOGOUT", "", "EXAMINE INBOX"])
def test_what_the_last_session_has_left_is_removed(session, other, store, how):
    remove(other, "1,4")
    assert messages(store) == (4, 2)
    if how:
        session(f"t {how}")
    else:
        session.end()
    assert messages(store) == (2, 0)


def test_idle_reports_at_once(session, other, store):
    session("i IDLE")
    remove(other, "1,4")
    assert session.responses()[-2:] == ["* 3 EXPUNGE", "* 2 RECENT"]
    session("DONE")
    assert messages(store) == (2, 0)


def test_without_another_session_nothing_is_kept(session, store):
    remove(session, "1,4")
    assert messages(store) == (2, 0)


def test_what_no_session_shows_is_not_kept(session, other, store):
    """A silent session does not keep what came and went."""
    for number in range(5):
        other.append()
        remove(other, "5")
        assert messages(store)[0] <= 5, number
    session.ok("NOOP")
    assert messages(store) == (4, 0)


def test_what_came_and_went_is_removed_once_all_is_reported(other, selected, store, monkeypatch):
    """Also where a session had so many changes waiting that this removal was merged away."""
    monkeypatch.setattr("reference_server.session.changes.MERGE_ABOVE", 0)
    monkeypatch.setattr("reference_server.session.changes._GROWTH", 0)
    session, third = selected(), selected()
    other.append()
    third.ok("NOOP")
    remove(other, "5")
    other.ok("STORE 1 +FLAGS.SILENT (\\Seen)")
    third.ok("NOOP")
    assert messages(store) == (5, 1)
    session.ok("NOOP")
    assert messages(store) == (4, 0)


def test_two_removals_are_reported_in_turn(session, other, selected, store):
    remove(other, "1")
    third = selected()
    remove(other, "1")
    assert messages(store) == (4, 2)
    session.ok("NOOP")
    assert messages(store) == (3, 1)  # the third still shows what was removed last
    assert "Subject: message 2" in third.ok("FETCH 1 BODY.PEEK[HEADER]")[0]
    third.ok("NOOP")
    assert messages(store) == (2, 0)


def test_copies_that_are_removed_one_after_the_other(session, other, store):
    other.ok("COPY 1:2 Other")
    remove(other, "1:2")
    assert messages(store) == (4, 0)
    other.ok("SELECT Other")
    remove(other, "1:2")
    assert messages(store) == (4, 2)
    assert "message 2" in session.ok("FETCH 2 ENVELOPE")[0]
    session.ok("NOOP")
    assert messages(store) == (2, 0)


def test_a_deleted_mailbox_keeps_nothing(session, other, store):
    for client in (session, other):
        client.ok("SELECT Other")
    other.append("Other")
    session.ok("NOOP")
    remove(other, "1")
    assert messages(store) == (5, 1)
    other.ok("UNSELECT")
    other.ok("DELETE Other")
    session.ok("UNSELECT")
    assert messages(store) == (4, 0)


def test_what_a_crash_leaves_is_removed_at_start(tmp_path):
    store = Store(tmp_path)
    account = store.account("alice@x.test")
    account.append("INBOX", [NewMessage(octets(1), frozenset(["\\Deleted"]), WHEN)])

    class Silent:
        last_shown = 1

        def mailbox_changed(self, change):
            pass

    inbox = account.mailbox("INBOX")
    inbox.open(Silent(), claim_recent=False)
    assert inbox.expunge(None) == [1]
    assert [row[1] for row in inbox.rows([1], ["octets"])] == [octets(1)]
    assert messages(store) == (1, 1)
    store.close()
    store = Store(tmp_path)
    assert messages(store) == (0, 0)
    store.close()


@pytest.mark.parametrize("items", ["ENVELOPE", "BODY[]", "BINARY.PEEK[1]"])
@pytest.mark.usefixtures("other")
def test_a_removal_in_the_middle_of_fetch(session, monkeypatch, items):
    """Between finding out what there is and reading it; all is answered."""
    rows = Mailbox.rows

    def late(mailbox, uids, columns):
        if threading.current_thread() is session.thread:
            mailbox.store_flags([2, 3], "add", frozenset({"\\Deleted"}))
            mailbox.expunge(None)
        return rows(mailbox, uids, columns)

    monkeypatch.setattr(Mailbox, "rows", late)
    fetched = [line for line in session.ok(f"FETCH 1:4 {items}") if " FETCH (" in line]
    assert [int(line.split()[1]) for line in fetched] == [1, 2, 3, 4]


def test_reading_marks_only_what_is_there(session, other):
    remove(other, "1")
    first, second, *_ = session.ok("FETCH 1:2 BODY[HEADER]")
    assert "FLAGS" not in first
    assert "FLAGS (\\Seen \\Recent)" in second


def test_mod_sequences_of_what_is_gone(session, other):
    """A session that asks for them for the first time then."""
    remove(other, "1")
    fetched = [line for line in session.ok("FETCH 1:2 (UID MODSEQ)") if "FETCH" in line]
    assert [line.split()[1] for line in fetched] == ["1", "2"]
    assert "* 1 EXPUNGE" in session.ok("NOOP")

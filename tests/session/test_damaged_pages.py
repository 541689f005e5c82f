"""Pages of the database that SQLite finds damaged while sessions use it."""

import contextlib
import logging
import sqlite3

import pytest

from reference_server.storage import Store
from tests.storage.support import message

PAGE = 8192


@pytest.fixture
def store(tmp_path, request):
    """A store with two messages, of whose tables (the parameter) the first pages are garbage."""
    folder = tmp_path / "store"
    store = Store(folder)
    account = store.account("alice@x.test")
    account.append("INBOX", [message("one", size=9000), message("two")])
    account.create("box")
    store.close()
    with contextlib.closing(sqlite3.connect(folder / "mail.sqlite")) as database:
        roots = dict(database.execute("SELECT name, rootpage FROM sqlite_master"))
    with (folder / "mail.sqlite").open("r+b") as file:
        for name in request.param:
            file.seek((roots[name] - 1) * PAGE)
            file.write(b"\xee" * PAGE)
    store = Store(folder)
    yield store
    store.close()


@pytest.mark.parametrize(
    ("store", "selects", "commands"),
    [
        (
            ["message"],
            True,
            ["FETCH 1 ENVELOPE", "SEARCH TEXT one", "FETCH 1:* BODY.PEEK[]", "EXPUNGE"],
        ),
        (["content"], True, ["FETCH 1 BODY[]", "SEARCH BODY one", "FETCH 1 BODY.PEEK[TEXT]"]),
        (["placement"], False, ["STATUS INBOX (MESSAGES)", "SELECT INBOX", "EXAMINE INBOX"]),
        (["placement_message"], True, [r"COPY 1 box", "MOVE 1 box"]),
        (["keyword"], False, ["SELECT INBOX"]),
        (["expunged"], True, ["MOVE 1 box"]),
        (["subscription"], True, ['LSUB "" *', "SUBSCRIBE box"]),
        (["mailbox"], False, ['LIST "" *', "STATUS INBOX (MESSAGES)", "CREATE new"]),
        (["former_name"], True, ["DELETE box", "RENAME box other"]),
    ],
    indirect=["store"],
)
def test_a_damaged_page(login, caplog, selects, commands):
    """Commands that need it are answered NO; one line says what it is; the session goes on."""
    caplog.set_level(logging.ERROR)
    client = login()
    if selects:
        client.ok("SELECT INBOX")
        client.ok(r"STORE 1 +FLAGS.SILENT (\Deleted)")
    for command in commands:
        answers = client(f"t {command}")
        assert answers[-1] == "t NO [UNAVAILABLE] the store failed", (command, answers)
        assert client("t NOOP") == ["t OK NOOP completed"]
    assert caplog.records
    assert not any(record.exc_info for record in caplog.records), caplog.text
    for text in caplog.messages:
        assert "mail.sqlite: database disk image is malformed" in text

"""Databases that are damaged, when they are opened: one line, with the file and what is wrong."""

import os
import sqlite3

import pytest

from reference_server.storage import StorageFailure, Store, StoreDamaged
from tests.conftest import failed_start
from tests.storage.support import message

ADDRESS = "alice@example.test"
PAGE = 8192


@pytest.fixture
def folder(tmp_path):
    """A store with a message, and nothing in its -wal."""
    folder = tmp_path / "store"
    store = Store(folder)
    store.account(ADDRESS).append("INBOX", [message(size=100_000)])
    store.close()
    return folder


def overwrite(folder, start, octets):
    with (folder / "mail.sqlite").open("r+b") as file:
        file.seek(start)
        file.write(octets)


def execute(folder, *statements):
    database = sqlite3.connect(folder / "mail.sqlite", isolation_level=None)
    for statement in statements:
        database.execute(statement)
    database.close()


def not_a_database(folder):
    (folder / "mail.sqlite").write_bytes(b"From alice@example.test\r\n" * 1000)


def truncated(folder):
    os.truncate(folder / "mail.sqlite", 3 * PAGE)


def truncated_within_a_page(folder):
    os.truncate(folder / "mail.sqlite", 3 * PAGE + 100)


def damaged_schema(folder):
    overwrite(folder, 100, b"\xff" * (PAGE - 100))


def without_a_table(folder):
    execute(folder, "PRAGMA foreign_keys = OFF", "DROP TABLE unplaced")


def without_a_column(folder):
    execute(folder, "ALTER TABLE mailbox DROP COLUMN special_use")


def invalid_header(folder):
    overwrite(folder, 16, b"\x00\x03")  # the page size


DAMAGES = [
    (not_a_database, "file is not a database"),
    (truncated, "database disk image is malformed"),
    (truncated_within_a_page, "database disk image is malformed"),
    (damaged_schema, "database disk image is malformed"),
    (invalid_header, "file is not a database"),
    (without_a_table, "without table unplaced"),
    (without_a_column, "without column mailbox.special_use"),
]


@pytest.mark.parametrize(("damage", "reason"), DAMAGES)
def test_damage_names_the_file_and_the_way_out(folder, damage, reason):
    damage(folder)
    with pytest.raises(StoreDamaged) as raised:
        Store(folder)
    text = str(raised.value)
    assert text.startswith(f"the store is damaged: {folder}/mail.sqlite: {reason}")
    assert "restore the file from a backup" in text
    assert "\n" not in text


def a_folder(file):
    file.mkdir()


def of_another_program(file):
    database = sqlite3.connect(file)
    database.execute("CREATE TABLE recipe (name)")
    database.close()


@pytest.mark.parametrize(
    ("make", "reason"),
    [(a_folder, "Is a directory"), (of_another_program, "it holds tables of another program")],
)
def test_what_is_no_mail_store(tmp_path, make, reason):
    make(tmp_path / "mail.sqlite")
    with pytest.raises(StorageFailure, match=reason) as raised:
        Store(tmp_path)
    assert str(raised.value).startswith(f"{tmp_path}/mail.sqlite: ")


def test_a_database_of_another_program_is_left_alone(tmp_path):
    of_another_program(tmp_path / "mail.sqlite")
    before = (tmp_path / "mail.sqlite").read_bytes()
    with pytest.raises(StorageFailure):
        Store(tmp_path)
    assert (tmp_path / "mail.sqlite").read_bytes() == before


@pytest.mark.skipif(os.geteuid() == 0, reason="root may read everything")
def test_a_file_that_may_not_be_read(folder):
    (folder / "mail.sqlite").chmod(0o000)
    with pytest.raises(StorageFailure, match=r"mail\.sqlite: Permission denied"):
        Store(folder)


def empty(folder):
    (folder / "mail.sqlite").write_bytes(b"")


def garbage_in_the_log(folder):
    for suffix in ("-wal", "-shm"):
        (folder / f"mail.sqlite{suffix}").write_bytes(os.urandom(50_000))


@pytest.mark.parametrize(("change", "messages"), [(empty, 0), (garbage_in_the_log, 1)])
def test_what_is_no_damage(folder, change, messages):
    """An empty file is a new store; in a log SQLite takes only what has the right checksum."""
    change(folder)
    store = Store(folder)
    assert store.account(ADDRESS).status("INBOX").messages == messages
    store.close()


@pytest.mark.parametrize(("damage", "reason"), [DAMAGES[0], DAMAGES[3], DAMAGES[5]])
def test_the_server_says_it_in_one_line(folder, tmp_path, forked, damage, reason):
    damage(folder)
    line = failed_start(tmp_path, forked, reference_store=folder)
    assert line.count("\n") == 1
    assert f"{folder}/mail.sqlite: {reason}" in line

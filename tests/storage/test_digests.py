"""Digests of messages: computed when they are first read, and kept."""

import logging

import pytest

from reference_server.message import digest
from reference_server.storage import NewMessage
from tests.storage.support import SENT, Watcher, message

COLUMNS = ("envelope", "body", "bodystructure", "structure", "sent", "subject", "sender", "to")
LETTER = b"""\
From: Fred Foobar <foobar@blurdybloop.example>\r
Date: Wed, 17 Jul 1996 02:23:25 -0700\r
Subject: =?utf-8?q?Caf=C3=A9?=\r
\r
text\r
"""


def computed(octets):
    found = digest(octets)
    return tuple(getattr(found, column) for column in COLUMNS)


def kept(store):
    """The ids of the messages whose digests lie in the store."""
    with store._database.locked() as connection:
        return [id_ for (id_,) in connection.execute("SELECT message FROM digest ORDER BY 1")]


def letter(octets=LETTER):
    return NewMessage(octets, frozenset(), SENT)


@pytest.fixture
def inbox(account):
    return account.mailbox("INBOX")


def test_appending_computes_nothing(store, account):
    account.append("INBOX", [letter()])
    assert kept(store) == []


def test_what_was_computed_is_kept(store, account, inbox):
    account.append("INBOX", [letter()])
    first = list(inbox.rows([1], COLUMNS))
    assert first == [(1, *computed(LETTER))]
    assert kept(store) == [1]
    with store._database.locked() as connection:
        connection.execute("UPDATE content SET octets = zeroblob(length(octets))")
    assert list(inbox.rows([1], COLUMNS)) == first


def test_other_columns_stand_beside_it(account, inbox):
    account.append("INBOX", [letter()])
    columns = ("octets", "subject", "size", "internal_date")
    for _ in range(2):
        assert list(inbox.rows([1], columns)) == [(1, LETTER, "café", len(LETTER), SENT)]


def test_size_and_date_need_no_digest(store, account, inbox):
    account.append("INBOX", [letter()])
    assert list(inbox.rows([1], ["size", "internal_date"])) == [(1, len(LETTER), SENT)]
    assert kept(store) == []


def test_a_large_message(store, account, inbox):
    octets = LETTER + b"0123456789abcd\r\n" * (3 << 16)
    account.append("INBOX", [letter(octets)])
    for _ in range(2):
        assert list(inbox.rows([1], COLUMNS)) == [(1, *computed(octets))]
        assert kept(store) == [1]


def test_some_of_many(store, account, inbox):
    """The rows come in the order of the UIDs, whichever of them were read before."""
    account.append("INBOX", [message(str(number)) for number in range(1, 1301)])
    assert list(inbox.rows([7, 700, 701], ["subject"])) == [(n, str(n)) for n in (7, 700, 701)]
    assert kept(store) == [7, 700, 701]
    assert list(inbox.rows(range(1, 1301), ["subject"])) == [(n, str(n)) for n in range(1, 1301)]
    assert kept(store) == list(range(1, 1301))


def test_batches_are_bounded_by_what_is_read(store, account, inbox):
    account.append("INBOX", [message(str(number), size=400_000) for number in range(1, 8)])
    rows = inbox.rows(range(1, 8), ["subject"])
    assert [next(rows) for _ in range(4)] == [(n, str(n)) for n in range(1, 5)]
    assert kept(store) == [1, 2, 3]
    assert list(rows) == [(n, str(n)) for n in range(5, 8)]


def test_a_copy_shares_it(store, account, inbox):
    account.create("Copies")
    account.append("INBOX", [letter()])
    inbox.copy([1], "Copies")
    assert list(account.mailbox("Copies").rows([1], ["subject"])) == [(1, "café")]
    assert list(inbox.rows([1], ["subject"])) == [(1, "café")]
    assert kept(store) == [1]


@pytest.mark.parametrize("size", [None, 2 << 20])
def test_a_message_that_was_removed_while_it_is_shown(account, inbox, size):
    account.append("INBOX", [message("gone", ["\\Deleted"], size=size)])
    shown = Watcher(inbox)
    shown.last_shown = 1
    assert inbox.expunge(None) == [1]
    for _ in range(2):
        assert list(inbox.rows([1], ["subject"])) == [(1, "gone")]


@pytest.mark.parametrize(("size", "given"), [(None, [(2, "two")]), (2 << 20, [])])
def test_a_message_that_goes_while_others_are_read(store, account, inbox, size, given):
    """Nothing of it stays in the store."""
    account.append("INBOX", [message("one"), message("two", ["\\Deleted"], size=size)])
    rows = inbox.rows([1, 2], ["subject"])
    assert next(rows) == (1, "one")
    assert inbox.expunge(None) == [2]
    assert list(rows) == given
    assert len(kept(store)) == 1


def test_it_goes_with_the_message(store, account, inbox):
    account.append("INBOX", [message("gone", ["\\Deleted"])])
    assert list(inbox.rows([1], ["subject"])) == [(1, "gone")]
    assert inbox.expunge(None) == [1]
    assert kept(store) == []


def test_a_store_that_is_full(store, account, inbox, caplog):
    """A digest that cannot be kept is computed each time."""
    caplog.set_level(logging.INFO)
    account.append("INBOX", [message(str(number), size=4000) for number in range(1, 201)])
    with store._database.locked() as connection:
        (pages,) = connection.execute("PRAGMA page_count").fetchone()
        connection.execute(f"PRAGMA max_page_count = {pages}")
    for _ in range(2):
        assert list(inbox.rows(range(1, 201), ["subject"])) == [(n, str(n)) for n in range(1, 201)]
        assert kept(store) == []
    assert {record.getMessage().partition(":")[0] for record in caplog.records} == {
        "digests of messages are not kept"
    }
    with store._database.locked() as connection:
        connection.execute("PRAGMA max_page_count = 1000000")
    assert list(inbox.rows([1], ["subject"])) == [(1, "1")]
    assert kept(store) == [1]

"""Messages: APPEND, COPY, EXPUNGE, reading."""

import gc
from datetime import datetime, timedelta, timezone

import pytest

from reference_server.message import digest
from reference_server.storage import Appended, BlobReader, Copied, MailboxMissing, MessageMissing
from tests.storage.support import Watcher, contents, message

MIB = 1 << 20


def stored_messages(store):
    with store._database.read() as connection:
        return connection.execute("SELECT count(*) FROM message").fetchone()[0]


def stored_chunks(store):
    with store._database.read() as connection:
        return connection.execute("SELECT count(*) FROM content").fetchone()[0]


def expunge(mailbox, uids):
    mailbox.store_flags(uids, "add", frozenset({"\\Deleted"}))
    return mailbox.expunge(uids)


def test_append(account):
    appended = account.append("INBOX", [message("one", ["\\SEEN"]), message("two")])
    inbox = account.mailbox("INBOX")
    assert appended == Appended(inbox.uid_validity, (1, 2))
    assert contents(inbox) == [(1, frozenset({"\\Seen"}), "one"), (2, frozenset(), "two")]


def test_append_of_nothing(account):
    assert account.append("INBOX", []).uids == ()
    with pytest.raises(MailboxMissing):
        account.append("none", [])


def test_append_is_all_or_nothing(store, account):
    watcher = Watcher(account.mailbox("INBOX"))
    with pytest.raises(ValueError, match="not a flag"):
        account.append("INBOX", [message("one", ["$New"]), message("two", ["not a flag"])])
    assert watcher.changes == []
    assert stored_messages(store) == 0
    assert account.status("INBOX").uid_next == 1
    account.append("INBOX", [message("three", ["$NEW"])])
    assert watcher.flags == {1: frozenset({"$NEW"})}


def test_uids_are_never_used_again(account):
    account.append("INBOX", [message()] * 3)
    inbox = account.mailbox("INBOX")
    assert expunge(inbox, [1, 2, 3]) == [1, 2, 3]
    assert account.append("INBOX", [message()]).uids == (4,)


def test_status(account):
    account.append(
        "INBOX",
        [
            message("a", ["\\Seen"], size=100),
            message("b", ["\\Deleted"], size=50),
            message("c", size=25),
        ],
    )
    status = account.status("INBOX")
    assert (status.messages, status.recent, status.unseen, status.deleted) == (3, 3, 2, 1)
    assert (status.uid_next, status.size) == (4, 175)
    assert status.uid_validity == account.mailbox("INBOX").uid_validity


def test_status_of_an_empty_mailbox(account):
    status = account.status("INBOX")
    assert (status.messages, status.recent, status.unseen, status.deleted) == (0, 0, 0, 0)
    assert (status.uid_next, status.size) == (1, 0)


def test_rows_come_in_the_order_asked_for(account):
    account.append("INBOX", [message(str(number)) for number in range(1, 6)])
    inbox = account.mailbox("INBOX")
    expunge(inbox, [3])
    assert list(inbox.rows([5, 3, 1, 2, 99], ["subject"])) == [(5, "5"), (1, "1"), (2, "2")]
    assert list(inbox.rows(range(1, 6), [])) == [(1,), (2,), (4,), (5,)]
    assert list(inbox.rows([], ["subject"])) == []


def test_rows_of_many_batches(account):
    account.append("INBOX", [message(str(number)) for number in range(1, 1301)])
    inbox = account.mailbox("INBOX")
    assert list(inbox.rows(range(1, 1301), ["subject"])) == [(n, str(n)) for n in range(1, 1301)]
    odd = list(range(1, 1301, 2))
    assert list(inbox.rows(odd, ["subject"])) == [(n, str(n)) for n in odd]


def test_rows_of_the_computed_columns(account):
    new = message("Plain")
    account.append("INBOX", [new])
    columns = ["envelope", "body", "bodystructure", "structure", "sent", "sender", "to"]
    expected = tuple(getattr(digest(new.octets), column) for column in columns)
    inbox = account.mailbox("INBOX")
    assert list(inbox.rows([1], ["size", *columns])) == [(1, len(new.octets), *expected)]


def test_a_snapshot_does_not_change(account):
    """Sessions share what they have been shown, however the mailbox goes on."""
    account.append("INBOX", [message("one"), message("two", ["\\Deleted"])])
    inbox = account.mailbox("INBOX")
    first = inbox.open(Watcher(inbox), claim_recent=False).messages
    shown = {1: frozenset(), 2: frozenset({"\\Deleted"})}
    assert first == shown
    assert inbox.open(Watcher(inbox), claim_recent=False).messages is first
    for change in (
        lambda: account.append("INBOX", [message("three")]),
        lambda: inbox.store_flags([1], "add", frozenset({"\\Seen"})),
        lambda: inbox.expunge(None),
    ):
        before = inbox.open(Watcher(inbox), claim_recent=False).messages
        copy = dict(before)
        change()
        assert before == copy
        assert inbox.open(Watcher(inbox), claim_recent=False).messages != copy
    assert first == shown


def test_an_unknown_column_is_a_mistake(account):
    with pytest.raises(ValueError, match="colour"):
        list(account.mailbox("INBOX").rows([1], ["size", "colour"]))


@pytest.mark.parametrize("minutes", [0, 330, -720, 839])
def test_the_internal_date_keeps_its_zone(account, minutes):
    when = datetime(1999, 12, 31, 23, 59, 59, tzinfo=timezone(timedelta(minutes=minutes)))
    account.append("INBOX", [message(internal_date=when)])
    ((_, _, stored),) = account.mailbox("INBOX").rows([1], ["size", "internal_date"])
    assert (stored, stored.utcoffset()) == (when, when.utcoffset())


@pytest.mark.parametrize("size", [18, MIB - 1, MIB, MIB + 1, 3 * MIB, 3 * MIB + 5])
def test_octets_of_any_size(account, size):
    new = message("large", size=size)
    account.append("INBOX", [new])
    reader = account.mailbox("INBOX").octets(1)
    assert len(reader) == len(new.octets)
    assert reader[:] == new.octets
    for start, stop in [
        (0, 10),
        (size - 3, size + 9),
        (MIB - 2, MIB + 2),
        (7, 7),
        (9, 2),
        (-4, None),
    ]:
        assert reader[start:stop] == new.octets[start:stop]
    ((_, octets),) = account.mailbox("INBOX").rows([1], ["octets"])
    assert octets[:] == new.octets
    assert isinstance(octets, BlobReader) == (size > MIB)


def test_find_in_octets(account):
    new = message("large", size=3 * MIB)
    octets = bytearray(new.octets)
    octets[MIB - 3 : MIB + 3] = b"needle"
    octets[-6:] = b"needle"
    account.append("INBOX", [type(new)(bytes(octets), new.flags, new.internal_date)])
    reader = account.mailbox("INBOX").octets(1)
    for arguments in [
        (b"needle",),
        (b"needle", MIB - 3),
        (b"needle", MIB - 2),
        (b"needle", MIB - 2, 3 * MIB - 1),
        (b"needle", 0, MIB + 3),
        (b"needle", 0, MIB + 2),
        (b"nothing",),
        (b"Subject",),
        (b"", 5),
    ]:
        assert reader.find(*arguments) == octets.find(*arguments), arguments


def test_only_plain_slices(account):
    account.append("INBOX", [message()])
    with pytest.raises(ValueError, match="step"):
        account.mailbox("INBOX").octets(1)[::2]


def test_an_empty_message(account):
    empty = message()
    account.append("INBOX", [type(empty)(b"", empty.flags, empty.internal_date)])
    assert account.mailbox("INBOX").octets(1)[:] == b""
    assert list(account.mailbox("INBOX").rows([1], ["octets"])) == [(1, b"")]


def test_text_that_is_not_unicode(account):
    octets = b"Subject: =?utf-7?Q?a+2AA-b?= =?us-ascii?Q?=00c?=\r\n\r\n"
    plain = message()
    new = type(plain)(octets, plain.flags, plain.internal_date)
    account.append("INBOX", [new])
    ((_, subject, stored),) = account.mailbox("INBOX").rows([1], ["subject", "octets"])
    assert stored == octets
    assert (subject[0], subject[-3:]) == ("a", "b\0c")


def test_large_and_small_bodies_come_in_order(account):
    sizes = [100, 2 * MIB, 700_000, 700_000, 3 * MIB, 50]
    account.append("INBOX", [message(size=size) for size in sizes])
    rows = account.mailbox("INBOX").rows(range(1, 7), ["octets", "size"])
    assert [(uid, len(octets), size) for uid, octets, size in rows] == [
        (uid, size, size) for uid, size in enumerate(sizes, 1)
    ]


def test_a_slow_reader_hinders_nobody(account):
    account.append("INBOX", [message(str(number), size=600_000) for number in range(5)])
    inbox = account.mailbox("INBOX")
    rows = inbox.rows(range(1, 6), ["subject", "octets"])
    assert next(rows)[1] == "0"
    expunge(inbox, [1, 2, 3, 4])
    account.append("INBOX", [message("later")])
    # Two messages were a batch of 1 MiB; what is read later has what is there later.
    assert [row[1] for row in rows] == ["1", "4"]


def test_octets_stay_while_they_are_read(store, account):
    new = message("large", size=4 * MIB)
    account.append("INBOX", [new])
    inbox = account.mailbox("INBOX")
    reader = inbox.octets(1)
    assert reader[:5] == new.octets[:5]
    expunge(inbox, [1])
    assert inbox.octets(1) is None
    assert reader[:] == new.octets
    del reader
    gc.collect()
    account.append("INBOX", [message("other")])
    expunge(inbox, [2])
    assert (stored_messages(store), stored_chunks(store)) == (0, 0)


def test_copies_share_the_message(store, account):
    account.create("a")
    account.append("INBOX", [message("one", ["\\Seen", "$Work"]), message("two")])
    inbox = account.mailbox("INBOX")
    copied = inbox.copy([2, 1, 1], "a")
    assert (copied.sources, copied.targets) == ((1, 2), (1, 2))
    assert copied.uid_validity == account.mailbox("a").uid_validity
    assert contents(account.mailbox("a")) == contents(inbox)
    assert stored_messages(store) == 2
    expunge(inbox, [1, 2])
    assert stored_messages(store) == 2
    assert [subject for _, _, subject in contents(account.mailbox("a"))] == ["one", "two"]
    account.delete("a")
    assert (stored_messages(store), stored_chunks(store)) == (0, 0)


def test_copy_keeps_the_internal_date(account):
    when = datetime(2001, 2, 3, 4, 5, 6, tzinfo=timezone(timedelta(hours=-7)))
    account.append("INBOX", [message(internal_date=when)])
    inbox = account.mailbox("INBOX")
    inbox.copy([1], "INBOX")
    assert list(inbox.rows([2], ["internal_date"])) == [(2, when)]


def test_copy_into_the_same_mailbox(account):
    account.append("INBOX", [message("one", ["$A"])])
    inbox = account.mailbox("INBOX")
    watcher = Watcher(inbox)
    assert inbox.copy([1], "inbox").targets == (2,)
    assert watcher.flags == {1: frozenset({"$A"}), 2: frozenset({"$A"})}


def test_copy_is_all_or_nothing(account):
    account.create("a")
    account.append("INBOX", [message()] * 3)
    inbox = account.mailbox("INBOX")
    expunge(inbox, [2])
    with pytest.raises(MessageMissing) as raised:
        inbox.copy([1, 2, 3], "a")
    assert raised.value.uids == (2,)
    with pytest.raises(MailboxMissing):
        inbox.copy([1], "b")
    assert account.status("a").messages == 0
    assert account.status("a").uid_next == 1


def test_move(account):
    account.create("a")
    account.append("a", [message("zero")])
    when = datetime(2001, 2, 3, 4, 5, 6, tzinfo=timezone(timedelta(hours=-7)))
    account.append("INBOX", [message("one"), message("two", ["$A"], when), message("three")])
    inbox, target = account.mailbox("INBOX"), account.mailbox("a")
    source, watcher = Watcher(inbox), Watcher(target)
    moved = inbox.move([3, 2], "a", source)
    assert moved == Copied(target.uid_validity, (2, 3), (2, 3))
    assert [(uid, subject) for uid, _, subject in contents(inbox)] == [(1, "one")]
    assert [(uid, subject) for uid, _, subject in contents(target)] == [
        (1, "zero"),
        (2, "two"),
        (3, "three"),
    ]
    assert watcher.flags[2] == {"$A"}
    assert list(target.rows([2], ["internal_date"])) == [(2, when)]
    (change,) = source.changes
    assert (list(change.uids), change.origin) == ([2, 3], source)


def test_move_into_the_same_mailbox(account):
    account.append("INBOX", [message("one", ["$A"]), message("two")])
    inbox = account.mailbox("INBOX")
    watcher = Watcher(inbox)
    assert inbox.move([1], "inbox").targets == (3,)
    assert watcher.flags == {2: frozenset(), 3: frozenset({"$A"})}
    assert [(uid, subject) for uid, _, subject in contents(inbox)] == [(2, "two"), (3, "one")]


def test_move_is_all_or_nothing(account):
    account.create("a")
    account.append("INBOX", [message()] * 3)
    inbox = account.mailbox("INBOX")
    expunge(inbox, [2])
    with pytest.raises(MessageMissing):
        inbox.move([1, 2, 3], "a")
    with pytest.raises(MailboxMissing):
        inbox.move([1], "b")
    assert inbox.move([], "a").targets == ()
    assert account.status("a").messages == 0
    assert account.status("INBOX").messages == 2


def test_a_moved_message_stays_when_its_copies_go(account):
    account.create("a")
    account.append("INBOX", [message("one", ["\\Deleted"])])
    inbox, target = account.mailbox("INBOX"), account.mailbox("a")
    inbox.copy([1], "INBOX")
    inbox.move([1], "a")
    inbox.expunge(None)
    assert [(uid, subject) for uid, _, subject in contents(target)] == [(1, "one")]
    assert target.octets(1) is not None


def test_expunge_removes_what_is_deleted_and_asked_for(account):
    account.append("INBOX", [message(flags=["\\Deleted"] if n % 2 else []) for n in range(1, 8)])
    inbox = account.mailbox("INBOX")
    watcher = Watcher(inbox)
    assert inbox.expunge([99, 3, 2, 1], watcher) == [1, 3]
    assert list(watcher.flags) == [2, 4, 5, 6, 7]
    assert inbox.expunge(None, watcher) == [5, 7]
    assert inbox.expunge(None, watcher) == []
    assert [list(change.uids) for change in watcher.changes] == [[1, 3], [5, 7]]
    assert all(change.origin is watcher for change in watcher.changes)


def test_the_modseq_of_what_was_expunged_is_kept(store, account):
    account.append("INBOX", [message(flags=["\\Deleted"])] * 2)
    inbox = account.mailbox("INBOX")
    inbox.expunge([2])
    inbox.expunge([1])
    with store._database.read() as connection:
        rows = connection.execute("SELECT uid, modseq FROM expunged ORDER BY uid").fetchall()
    (first, earlier), (second, later) = rows[1], rows[0]
    assert (first, second) == (2, 1)
    assert earlier < later == account.status("INBOX").highest_modseq

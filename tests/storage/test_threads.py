"""Many threads on one mailbox: everyone sees one history."""

import random
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from threading import Barrier, Event

from reference_server.storage import MessageMissing
from tests.storage.support import Watcher, contents, message

MIB = 1 << 20


def test_writers_and_readers_see_one_history(account):
    account.create("other")
    account.append("INBOX", [message("first")] * 20)
    mailbox = account.mailbox("INBOX")
    writers, steps = 8, 30
    watchers = [Watcher(mailbox) for _ in range(3)]
    start = Barrier(writers + 2)
    done = Event()

    def write(seed):
        chance = random.Random(seed)
        start.wait()
        for step in range(steps):
            own = Watcher(mailbox, claim_recent=False)
            uids = sorted(chance.sample(list(own.flags), min(4, len(own.flags))))
            match chance.randrange(5):
                case 0:
                    account.append("INBOX", [message(f"{seed}.{step}", [f"key{seed}"])] * 2)
                case 1:
                    mailbox.store_flags(uids, "add", frozenset({"\\Deleted"}), own)
                case 2:
                    mailbox.store_flags(uids, "remove", frozenset({"\\Deleted"}), own)
                case 3:
                    mailbox.expunge(uids, own)
                case 4:
                    with suppress(MessageMissing):  # another thread was quicker
                        mailbox.copy(uids, chance.choice(["INBOX", "other"]))
            mailbox.leave(own)

    def read():
        start.wait()
        while not done.is_set():
            late = Watcher(mailbox, claim_recent=False)
            uids = list(late.flags)
            rows = list(mailbox.rows(uids, ["subject", "octets"]))
            assert [row[0] for row in rows] == sorted({row[0] for row in rows})
            assert {row[0] for row in rows} <= set(uids)
            assert all(f"Subject: {row[1]}\r\n".encode() in row[2] for row in rows)
            status = account.status("INBOX")
            assert status.messages < status.uid_next
            mailbox.leave(late)

    with ThreadPoolExecutor(writers + 2) as pool:
        readers = [pool.submit(read) for _ in range(2)]
        try:
            for writer in [pool.submit(write, seed) for seed in range(writers)]:
                writer.result()
        finally:
            done.set()
        for reader in readers:
            reader.result()

    final = {uid: flags for uid, flags, _ in contents(mailbox)}
    first, *others = watchers
    assert first.flags == final
    assert first.changes
    for other in others:
        assert other.changes == first.changes
    modseqs = [change.modseq for change in first.changes]
    assert modseqs == list(range(modseqs[0], modseqs[0] + len(modseqs)))
    claimed = [watcher.recent for watcher in watchers]
    assert claimed[0] == final.keys()
    assert claimed[1:] == [set(), set()]

    index = mailbox._index._flags
    mailbox._index._flags = None
    assert {uid: flags for uid, flags, _ in contents(mailbox)} == index


def test_uids_of_concurrent_appends(account):
    def append(number):
        return [account.append("INBOX", [message(str(number))] * 2).uids for _ in range(10)]

    with ThreadPoolExecutor(8) as pool:
        pairs = [pair for pairs in pool.map(append, range(8)) for pair in pairs]
    assert all(second == first + 1 for first, second in pairs)
    assert sorted(uid for pair in pairs for uid in pair) == list(range(1, 161))


def test_more_readers_than_connections(account):
    account.append("INBOX", [message("large", size=2 * MIB)])
    mailbox = account.mailbox("INBOX")
    expected = message("large", size=2 * MIB).octets
    start = Barrier(16)

    def read():
        reader = mailbox.octets(1)
        start.wait()
        return b"".join(reader[at : at + 70_000] for at in range(0, len(reader), 70_000))

    with ThreadPoolExecutor(16) as pool:
        results = [future.result() for future in [pool.submit(read) for _ in range(16)]]
    assert all(result == expected for result in results)


def test_a_reader_that_waits_holds_no_connection(account):
    account.append("INBOX", [message(str(n), size=600_000) for n in range(6)])
    mailbox = account.mailbox("INBOX")
    waiting = [mailbox.rows(range(1, 7), ["octets"]) for _ in range(20)]
    assert [next(rows)[0] for rows in waiting] == [1] * 20
    account.append("INBOX", [message("meanwhile")])
    assert account.status("INBOX").messages == 7
    assert all([row[0] for row in rows] == [2, 3, 4, 5, 6] for rows in waiting)

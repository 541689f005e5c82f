"""Flags and \\Recent: RFC 3501, 2.3.2 and 6.4.6."""

import pytest

from reference_server.storage import MAX_KEYWORDS, KeywordLimit, Store
from tests.storage.support import Watcher, contents, message

SEEN, DELETED = "\\Seen", "\\Deleted"


@pytest.fixture
def inbox(account):
    account.append("INBOX", [message("1", [SEEN]), message("2"), message("3", ["$Work"])])
    return account.mailbox("INBOX")


def flags_of(mailbox):
    return [set(flags) for _, flags, _ in contents(mailbox)]


@pytest.mark.parametrize(
    ("operation", "expected"),
    [
        ("set", [{DELETED, SEEN}, {DELETED, SEEN}, {DELETED, SEEN}]),
        ("add", [{SEEN, DELETED}, {SEEN, DELETED}, {"$Work", SEEN, DELETED}]),
        ("remove", [set(), set(), {"$Work"}]),
    ],
)
def test_operations(inbox, operation, expected):
    inbox.store_flags([1, 2, 3], operation, frozenset({DELETED, SEEN}))
    assert flags_of(inbox) == expected


def test_the_result_tells_what_changed_and_what_is_missing(inbox):
    watcher = Watcher(inbox)
    result = inbox.store_flags([7, 2, 1, 2], "add", frozenset({SEEN}), watcher)
    assert result.flags == {1: {SEEN}, 2: {SEEN}}
    assert result.changed == {2: {SEEN}}
    assert result.missing == (7,)
    (change,) = watcher.changes
    assert (change.flags, change.origin) == ({2: {SEEN}}, watcher)


def test_no_change_is_not_announced(account, inbox):
    watcher = Watcher(inbox)
    before = account.status("INBOX").highest_modseq
    inbox.store_flags([1], "add", frozenset({SEEN}), watcher)
    assert watcher.changes == []
    assert account.status("INBOX").highest_modseq == before


def test_each_change_raises_the_modseq(account, inbox):
    watcher = Watcher(inbox)
    inbox.store_flags([1], "set", frozenset())
    account.append("INBOX", [message()])
    inbox.store_flags([1], "set", frozenset({DELETED}))
    inbox.expunge(None)
    modseqs = [watcher.snapshot.highest_modseq, *(change.modseq for change in watcher.changes)]
    assert modseqs == sorted(set(modseqs))
    assert account.status("INBOX").highest_modseq == modseqs[-1]


def test_a_keyword_is_spelled_as_first_used(account, inbox):
    inbox.store_flags([1, 2], "set", frozenset({"$WORK", "JUNK"}))
    account.append("INBOX", [message(flags=["junk", "\\SEEN"])])
    assert flags_of(inbox) == [{"$Work", "JUNK"}] * 2 + [{"$Work"}, {"JUNK", SEEN}]
    inbox.store_flags([1], "remove", frozenset({"$work", "jUnK"}))
    assert flags_of(inbox)[0] == set()
    assert Watcher(inbox).snapshot.keywords == ("$Forwarded", "$Work", "JUNK")


def test_spellings_within_one_append(account):
    account.append("INBOX", [message(flags=["Aaa"]), message(flags=["aAA"])])
    assert flags_of(account.mailbox("INBOX")) == [{"Aaa"}, {"Aaa"}]


def test_a_mailbox_has_its_own_spelling(account, inbox):
    account.create("a")
    account.append("a", [message(flags=["$WORK"])])
    inbox.copy([3], "a")
    assert flags_of(account.mailbox("a")) == [{"$WORK"}, {"$WORK"}]


def test_recent_is_not_stored(inbox):
    inbox.store_flags([1], "set", frozenset({"\\Recent", "\\RECENT"}))
    assert flags_of(inbox)[0] == set()


def test_scattered_messages_with_many_sets(account):
    account.append("INBOX", [message(str(n), [f"k{n % 3}"]) for n in range(1, 41)])
    inbox = account.mailbox("INBOX")
    watcher = Watcher(inbox)
    chosen = [n for n in range(1, 41) if n % 4]
    inbox.store_flags(chosen, "add", frozenset({SEEN}))
    expected = {n: {f"k{n % 3}"} | ({SEEN} if n % 4 else set()) for n in range(1, 41)}
    assert watcher.flags == expected
    with inbox._database.read() as connection:
        rows = connection.execute("SELECT uid, flags FROM placement").fetchall()
    assert {uid: set(flags.split()) for uid, flags in rows} == expected


def test_select_claims_what_is_recent(account, inbox):
    assert account.status("INBOX").recent == 3
    assert Watcher(inbox).recent == {1, 2, 3}
    assert account.status("INBOX").recent == 0
    assert Watcher(inbox).recent == set()


def test_examine_claims_nothing(account, inbox):
    assert Watcher(inbox, claim_recent=False).recent == {1, 2, 3}
    assert account.status("INBOX").recent == 3
    account.append("INBOX", [message()])
    assert Watcher(inbox, claim_recent=False).recent == {1, 2, 3, 4}
    assert Watcher(inbox).recent == {1, 2, 3, 4}


def test_the_first_read_write_session_claims_what_arrives(account, inbox):
    reader = Watcher(inbox, claim_recent=False)
    first, second = Watcher(inbox), Watcher(inbox)
    reader.recent.clear()
    account.append("INBOX", [message()])
    assert (reader.recent, first.recent, second.recent) == (set(), {1, 2, 3, 4}, set())
    assert account.status("INBOX").recent == 0
    inbox.leave(first)
    account.append("INBOX", [message()])
    assert second.recent == {5}
    inbox.leave(second)
    account.append("INBOX", [message()])
    assert reader.recent == {6}
    assert Watcher(inbox).recent == {6}


def test_what_is_claimed_stays_claimed_after_a_restart(tmp_path):
    store = Store(tmp_path)
    account = store.account("alice@example.test")
    account.append("INBOX", [message()])
    Watcher(account.mailbox("INBOX"))
    account.append("INBOX", [message()])
    store.close()
    store = Store(tmp_path)
    inbox = store.account("alice@example.test").mailbox("INBOX")
    assert Watcher(inbox).recent == set()
    store.close()


def test_who_left_hears_no_more(account, inbox):
    watcher = Watcher(inbox)
    inbox.leave(watcher)
    inbox.leave(watcher)
    account.append("INBOX", [message()])
    assert watcher.changes == []


def test_an_observer_that_fails_harms_nobody(account, inbox, caplog):
    class Faulty:
        def mailbox_changed(self, change):
            raise RuntimeError(f"planted, at {change}")

    inbox.open(Faulty(), True)
    watcher = Watcher(inbox)
    account.append("INBOX", [message()])
    assert list(watcher.flags) == [1, 2, 3, 4]
    assert "planted" in caplog.text


def test_the_length_of_a_keyword_is_limited(account, inbox):
    inbox.store_flags([1], "set", frozenset({"k" * 255}))
    for operation in "set", "add":
        with pytest.raises(KeywordLimit):
            inbox.store_flags([1], operation, frozenset({"k" * 256}))
    with pytest.raises(KeywordLimit):
        account.append("INBOX", [message(), message(flags=["k" * 256])])
    assert flags_of(inbox) == [{"k" * 255}, set(), {"$Work"}]


def test_the_number_of_keywords_is_limited(account, inbox):
    all_but_one = frozenset(f"k{number}" for number in range(MAX_KEYWORDS - 3))  # $Forwarded, $Work
    inbox.store_flags([1], "set", all_but_one)
    with pytest.raises(KeywordLimit):
        inbox.store_flags([2], "set", frozenset({"a", "b"}))
    inbox.store_flags([2], "set", frozenset({"a"}))
    with pytest.raises(KeywordLimit):
        inbox.store_flags([2], "add", frozenset({SEEN, "b"}))
    inbox.store_flags([2], "add", frozenset({SEEN, "$WORK", "K7"}))
    assert flags_of(inbox) == [all_but_one, {SEEN, "a", "$Work", "k7"}, {"$Work"}]
    account.create("other")
    account.append("other", [message(flags=["b"])])
    with pytest.raises(KeywordLimit):
        account.mailbox("other").move([1], "INBOX")
    assert flags_of(account.mailbox("other")) == [{"b"}]
    assert len(flags_of(inbox)) == 3


def test_a_keyword_is_not_kept_for_its_removal(inbox):
    inbox.store_flags([3], "remove", frozenset({"unused", "k" * 256, "\\Recent"}))
    assert flags_of(inbox)[2] == {"$Work"}
    assert Watcher(inbox).snapshot.keywords == (
        "$Forwarded",
        "$Work",
    )

"""Mod-sequences and what was expunged: RFC 7162, 3.1 and 3.2."""

import pytest

from reference_server.storage import Condition
from tests.storage.support import Watcher, contents, message

SEEN, DRAFT = frozenset({"\\Seen"}), frozenset({"\\Draft"})


@pytest.fixture
def inbox(account):
    """Three messages that came one by one."""
    for number in range(3):
        account.append("INBOX", [message(str(number))])
    return account.mailbox("INBOX")


def test_every_change_has_its_own(account, inbox):
    first, second, third = inbox.modseqs().values()
    assert 0 < first < second < third == account.status("INBOX").highest_modseq
    inbox.store_flags([1, 2], "add", SEEN)
    after = inbox.modseqs()
    assert after[1] == after[2] == account.status("INBOX").highest_modseq > third
    assert after[3] == third


def test_copy_and_move(account, inbox):
    inbox.copy([1], "INBOX")
    assert inbox.modseqs()[4] == account.status("INBOX").highest_modseq
    before = account.status("INBOX").highest_modseq
    inbox.move([2], "INBOX")
    modseqs = inbox.modseqs()
    assert list(modseqs) == [1, 3, 4, 5]
    assert modseqs[5] > before
    assert inbox.expunged_since(before) == [2]
    assert account.status("INBOX").highest_modseq > modseqs[5]


def test_expunged(account, inbox):
    inbox.store_flags([1, 3], "add", frozenset({"\\Deleted"}))
    before = account.status("INBOX").highest_modseq
    inbox.expunge([3])
    between = account.status("INBOX").highest_modseq
    inbox.expunge(None)
    last = account.status("INBOX").highest_modseq
    assert before < between < last
    assert inbox.expunged_since(before) == [1, 3]
    assert inbox.expunged_since(between) == [1]
    assert inbox.expunged_since(last) == []
    assert list(inbox.modseqs()) == [2]


@pytest.mark.parametrize("operation", ["set", "add", "remove"])
def test_a_condition(inbox, operation):
    since = inbox.modseqs()[2]
    watcher = Watcher(inbox)
    condition = Condition(since, {})
    result = inbox.store_flags([3, 2, 1, 3, 9], operation, SEEN, watcher, condition)
    expected = set() if operation == "remove" else SEEN
    assert result.flags == {1: expected, 2: expected}
    assert (result.failed, result.missing) == ((3,), (9,))
    assert [flags for _, flags, _ in contents(inbox)] == [expected, expected, set()]
    assert inbox.modseqs()[3] > since


def test_known_flags_meet_a_condition(inbox):
    since = inbox.modseqs()[3]
    inbox.store_flags([1, 2], "add", DRAFT)
    known = dict.fromkeys((1, 2), frozenset())
    assert inbox.store_flags([1], "set", SEEN, None, Condition(since, known)).failed == (1,)
    assert inbox.store_flags([1], "add", DRAFT, None, Condition(since, known)).failed == (1,)
    assert inbox.store_flags([1], "add", SEEN, None, Condition(since, {})).failed == (1,)
    result = inbox.store_flags([1, 2], "add", SEEN, None, Condition(since, known))
    assert result.failed == ()
    assert result.flags == dict.fromkeys((1, 2), SEEN | DRAFT)


def test_a_condition_that_fails_changes_nothing(account, inbox):
    before = account.status("INBOX").highest_modseq
    watcher = Watcher(inbox)
    result = inbox.store_flags([1, 2, 3], "set", SEEN, watcher, Condition(0, {}))
    assert (result.flags, result.failed) == ({}, (1, 2, 3))
    assert watcher.changes == []
    assert account.status("INBOX").highest_modseq == before

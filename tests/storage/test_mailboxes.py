"""Names: RFC 3501, 5.1 and 6.3.3 to 6.3.9."""

import pytest

from reference_server.storage import (
    Gone,
    InboxRefused,
    InvalidName,
    MailboxExists,
    MailboxHasInferiors,
    MailboxMissing,
    NewFolder,
)
from tests.storage.support import Watcher, contents, message


def names(account):
    return [info.name for info in account.mailboxes()]


def info(account, name):
    return next(info for info in account.mailboxes() if info.name == name)


def test_a_new_account_has_an_inbox(account):
    assert names(account) == ["INBOX"]
    assert info(account, "INBOX").selectable


def test_a_new_account_is_subscribed_to_its_inbox_once(store):
    account = store.account("bob@example.test", [NewFolder("Sent")])
    assert account.subscriptions() == ["INBOX"]
    account.unsubscribe("INBOX")
    assert store.account("bob@example.test").subscriptions() == []


def test_a_new_account_has_the_folders_asked_for_only_the_first_time(store):
    account = store.account("bob@example.test", [NewFolder("Sent", ("\\Sent",))])
    account.delete("Sent")
    account = store.account("bob@example.test", [NewFolder("Sent", ("\\Sent",))])
    assert names(account) == ["INBOX"]


def test_the_special_use_is_kept(store):
    account = store.account("bob@example.test", [NewFolder("Sent", ("\\Sent",))])
    account.rename("Sent", "Gone out")
    assert info(account, "Gone out").special_use == ("\\Sent",)
    assert info(account, "INBOX").special_use == ()


def test_an_account_with_an_impossible_folder_is_not_made(store):
    with pytest.raises(InvalidName):
        store.account("bob@example.test", [NewFolder("a//b")])
    assert names(store.account("bob@example.test")) == ["INBOX"]


def test_accounts_do_not_see_each_other(store, account):
    account.create("mine")
    assert names(store.account("bob@example.test")) == ["INBOX"]


def test_create_makes_superiors(account):
    account.create("a/b/c")
    assert names(account) == ["INBOX", "a", "a/b", "a/b/c"]
    assert [i.has_children for i in account.mailboxes()] == [False, True, True, False]


@pytest.mark.parametrize("name", ["a", "a/", "INBOX", "inbox", "iNbOx/"])
def test_create_of_an_existing_name(account, name):
    account.create("a")
    with pytest.raises(MailboxExists):
        account.create(name)


def test_the_trailing_delimiter_is_not_part_of_the_name(account):
    account.create("a/")
    assert names(account) == ["INBOX", "a"]


def test_other_names_differ_by_case(account):
    account.create("a")
    account.create("A")
    assert names(account) == ["INBOX", "A", "a"]


@pytest.mark.parametrize(
    "name", ["", "/", "/a", "a//b", "a//", "a\x00", "a\r\n", "\ud800", "x" * 1001]
)
def test_impossible_names(account, name):
    for refused in (account.create, account.subscribe, lambda name: account.rename("INBOX", name)):
        with pytest.raises(InvalidName):
            refused(name)
    for missing in (
        account.delete,
        account.status,
        account.mailbox,
        lambda n: account.rename(n, "b"),
    ):
        with pytest.raises(MailboxMissing):
            missing(name)
    account.unsubscribe(name)
    assert names(account) == ["INBOX"]


def test_unicode_names(account):
    account.create('Entwürfe/日本語 %*"\\')
    assert account.mailbox('Entwürfe/日本語 %*"\\').name == 'Entwürfe/日本語 %*"\\'


def test_inbox_is_one_name_in_any_case(account):
    account.append("inBox", [message()])
    assert account.status("Inbox").messages == 1
    account.create("inbox/a")
    assert names(account) == ["INBOX", "INBOX/a"]
    with pytest.raises(InboxRefused):
        account.delete("inbox")


def test_delete(account):
    account.create("a")
    account.append("a", [message()])
    account.delete("a")
    assert names(account) == ["INBOX"]
    for attempt in (account.delete, account.status, account.mailbox):
        with pytest.raises(MailboxMissing):
            attempt("a")
    with pytest.raises(MailboxMissing):
        account.append("a", [message()])


def test_delete_with_inferiors_leaves_a_name_that_is_not_selectable(account):
    account.create("a/b")
    account.append("a", [message()])
    account.delete("a")
    assert names(account) == ["INBOX", "a", "a/b"]
    assert not info(account, "a").selectable
    with pytest.raises(MailboxMissing):
        account.mailbox("a")
    with pytest.raises(MailboxMissing):
        account.status("a")
    with pytest.raises(MailboxHasInferiors):
        account.delete("a")
    account.delete("a/b")
    account.delete("a")
    assert names(account) == ["INBOX"]


def test_create_makes_a_name_selectable_again_with_a_greater_uid_validity(account):
    account.create("a/b")
    before = account.mailbox("a").uid_validity
    account.append("a", [message()])
    account.delete("a")
    account.create("a")
    assert info(account, "a").selectable
    assert contents(account.mailbox("a")) == []
    assert account.mailbox("a").uid_validity > before


def test_uid_validity_grows_within_a_second(account):
    seen = []
    for _ in range(5):
        account.create("a")
        seen.append(account.status("a").uid_validity)
        account.delete("a")
    assert seen == sorted(set(seen))


def test_delete_tells_those_who_have_it_open(account):
    account.create("a")
    mailbox = account.mailbox("a")
    watcher = Watcher(mailbox)
    account.append("a", [message(flags=["\\Deleted"])])
    account.delete("a")
    assert watcher.changes[-1] == Gone()
    assert list(mailbox.rows([1], ["size"])) == []
    assert mailbox.octets(1) is None
    for attempt in (
        lambda: mailbox.open(watcher, True),
        lambda: mailbox.store_flags([1], "add", frozenset({"\\Seen"})),
        lambda: mailbox.expunge(None),
        lambda: mailbox.copy([1], "INBOX"),
    ):
        with pytest.raises(MailboxMissing):
            attempt()
    account.create("a")
    account.append("a", [message()])
    assert watcher.changes[-1] == Gone()


def test_rename_moves_inferiors_along_and_makes_superiors(account):
    account.create("a/b/c")
    account.create("ab")
    account.append("a/b", [message("kept", ["\\Seen"])])
    account.rename("a", "x/y")
    assert names(account) == ["INBOX", "ab", "x", "x/y", "x/y/b", "x/y/b/c"]
    assert contents(account.mailbox("x/y/b")) == [(1, frozenset({"\\Seen"}), "kept")]


def test_rename_keeps_the_sessions(account):
    account.create("a")
    mailbox = account.mailbox("a")
    watcher = Watcher(mailbox)
    validity = mailbox.uid_validity
    account.rename("a", "b")
    account.append("b", [message()])
    assert list(watcher.flags) == [1]
    assert (mailbox.name, mailbox.uid_validity) == ("b", validity)
    assert account.mailbox("b") is mailbox


@pytest.mark.parametrize(
    ("old", "new", "error"),
    [
        ("nothing", "b", MailboxMissing),
        ("a", "a", MailboxExists),
        ("a", "taken", MailboxExists),
        ("a", "inbox", MailboxExists),
        ("a", "hollow", MailboxExists),
        ("INBOX", "taken", MailboxExists),
        ("INBOX", "INBOX", MailboxExists),
        ("a", "a/b", InvalidName),
        ("a", "x//y", InvalidName),
        ("a", "x" * 999, InvalidName),  # its inferior would be too long
    ],
)
def test_rename_refused_changes_nothing(account, old, new, error):
    for name in ("a/inferior", "taken", "hollow/x"):
        account.create(name)
    account.delete("hollow")
    before = account.mailboxes()
    with pytest.raises(error):
        account.rename(old, new)
    assert account.mailboxes() == before


def test_a_name_that_is_not_selectable_can_be_renamed(account):
    account.create("a/b")
    account.delete("a")
    account.rename("a", "c")
    assert [(i.name, i.selectable) for i in account.mailboxes()] == [
        ("INBOX", True),
        ("c", False),
        ("c/b", True),
    ]


def test_rename_to_a_name_known_with_a_greater_uid_validity_gets_a_greater_one(account):
    account.create("old")
    account.create("name")
    greater = account.mailbox("name").uid_validity
    account.delete("name")
    account.rename("old", "name")
    assert account.mailbox("name").uid_validity > greater
    assert account.status("name").uid_validity == account.mailbox("name").uid_validity


def test_rename_there_and_back_keeps_the_uid_validity(account):
    account.create("a")
    before = account.mailbox("a").uid_validity
    account.rename("a", "b")
    account.rename("b", "a")
    assert account.mailbox("a").uid_validity == before


def test_rename_inbox_moves_its_messages(account):
    account.create("INBOX/inferior")
    account.append("INBOX", [message("one"), message("two", ["$Kept"])])
    account.append("INBOX", [message("three", ["\\Deleted"])])
    inbox = account.mailbox("INBOX")
    inbox.expunge(None)
    watcher = Watcher(inbox)
    account.rename("inbox", "a/b")
    assert names(account) == ["INBOX", "INBOX/inferior", "a", "a/b"]
    assert contents(account.mailbox("a/b")) == [
        (1, frozenset(), "one"),
        (2, frozenset({"$Kept"}), "two"),
    ]
    assert account.mailbox("a/b").uid_validity != inbox.uid_validity
    assert watcher.flags == {}
    assert list(watcher.changes[-1].uids) == [1, 2]
    assert account.status("INBOX").messages == 0
    assert account.append("INBOX", [message()]).uids == (4,)


def test_an_empty_inbox_can_be_renamed_below_itself(account):
    account.rename("INBOX", "INBOX/old")
    assert names(account) == ["INBOX", "INBOX/old"]


def test_subscriptions_are_names(account):
    account.subscribe("b/none")
    account.subscribe("inbox")
    account.subscribe("a")
    account.subscribe("a")
    assert account.subscriptions() == ["INBOX", "a", "b/none"]
    account.create("a")
    account.delete("a")
    assert account.subscriptions() == ["INBOX", "a", "b/none"]
    account.unsubscribe("a")
    account.unsubscribe("never")
    assert account.subscriptions() == ["INBOX", "b/none"]

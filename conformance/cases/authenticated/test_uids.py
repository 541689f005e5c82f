"""UIDVALIDITY, UIDNEXT and UIDs across sessions and incarnations: RFC 3501 section 2.3.1.1."""

import pytest

from conformance.requirements import requirement
from conformance.wire import Literal, Mailbox, Received

MESSAGE = b"Subject: one\r\n\r\nbody\r\n"


def append(connection, mailbox):
    connection.ok("APPEND", Mailbox(mailbox), Literal(MESSAGE))


def identifiers(connection, mailbox):
    """(UIDVALIDITY, UID) of each message in the mailbox, which is selected then."""
    answer = connection.ok("SELECT", Mailbox(mailbox))
    if not answer.exists:
        return Received((), "message")
    uids = sorted(fetch.uid for fetch in connection.ok("FETCH", "1:*", "UID").fetches())
    assert len(uids) == answer.exists, "FETCH of all messages told not all UIDs"
    return Received(((answer.number("UIDVALIDITY"), uid) for uid in uids), "message")


def uid_next(connection, mailbox):
    return connection.ok("STATUS", Mailbox(mailbox), "(UIDNEXT)").status_data().items["UIDNEXT"]


@requirement(
    "RFC3501-6.3.3-4",
    "RFC3501-6.3.4-3",
    "RFC3501-2.3.1-1",
    "RFC3501-2.3.1-6",
    "RFC9051-6.3.4-9",
    "RFC9051-6.3.5-7",
    "RFC9051-2.3.1.1-1",
    "RFC9051-2.3.1.1-6",
)
def test_are_new_in_a_created_again_mailbox(authenticated, mailbox):
    """A mailbox created again has a greater UIDVALIDITY, or goes on with greater UIDs."""
    for _ in range(3):
        append(authenticated, mailbox)
    before = identifiers(authenticated, mailbox)
    authenticated.ok("EXAMINE", "INBOX")  # so that the mailbox is not the selected one
    authenticated.ok("DELETE", Mailbox(mailbox))
    authenticated.create(mailbox)
    append(authenticated, mailbox)
    after = identifiers(authenticated, mailbox)
    assert len(after) == 1
    assert after[0] > before[-1]


@requirement(
    "RFC3501-6.3.5-4",
    "RFC3501-2.3.1-1",
    "RFC3501-2.3.1-6",
    "RFC9051-6.3.6-5",
    "RFC9051-2.3.1.1-1",
    "RFC9051-2.3.1.1-6",
)
def test_are_new_under_the_old_name_of_a_renamed_mailbox(authenticated, scratch, mailbox):
    """A mailbox created with the former name of another one does not use its UIDs again."""
    for _ in range(3):
        append(authenticated, mailbox)
    before = identifiers(authenticated, mailbox)
    authenticated.ok("EXAMINE", "INBOX")
    authenticated.ok("RENAME", Mailbox(mailbox), Mailbox(scratch.name()))
    authenticated.create(mailbox)
    append(authenticated, mailbox)
    after = identifiers(authenticated, mailbox)
    assert len(after) == 1
    assert after[0] > before[-1]


@requirement("RFC3501-2.3.1-1", "RFC3501-2.3.1-3", "RFC9051-2.3.1.1-1", "RFC9051-2.3.1.1-3")
def test_of_a_mailbox_renamed_to_a_deleted_one_are_no_others(authenticated, scratch):
    """A mailbox that takes the name of a deleted one does not refer by its UIDs to others."""
    for _ in range(3):  # UIDVALIDITY may be the time, which two mailboxes share, or just do not
        mailbox, elsewhere = scratch.name(), scratch.name()
        for name in (mailbox, elsewhere):
            authenticated.create(name)
            append(authenticated, name)
        deleted = identifiers(authenticated, elsewhere)
        authenticated.ok("EXAMINE", "INBOX")
        authenticated.ok("DELETE", Mailbox(elsewhere))
        authenticated.ok("RENAME", Mailbox(mailbox), Mailbox(elsewhere))
        renamed = identifiers(authenticated, elsewhere)
        assert len(renamed) == 1
        assert not set(renamed) & set(deleted)


@requirement(
    "RFC3501-2.3.1-2", "RFC3501-2.3.1-7", "RFC9051-2.3.1.1-2", "RFC9051-2.3.1.1-7", level="SHOULD"
)
def test_stay_from_session_to_session(authenticated, login, mailbox):
    """A later session finds the same UIDVALIDITY and UIDs."""
    for _ in range(3):
        append(authenticated, mailbox)
    before = identifiers(authenticated, mailbox)
    authenticated.ok("LOGOUT")
    assert len(before) == 3
    assert identifiers(login(), mailbox) == before


@requirement("RFC3501-2.3.1-2", "RFC3501-2.3.1-8", "RFC9051-2.3.1.1-2", "RFC9051-2.3.1.1-8")
def test_stay_when_other_messages_are_expunged(selected):
    """Messages keep their UIDs when others before them go."""
    uids = [selected.append(MESSAGE) for _ in range(4)]
    selected.ok("STORE", "1,3", "+FLAGS.SILENT (\\Deleted)")
    selected.ok("EXPUNGE")
    fetches = selected.ok("FETCH", "1:*", "UID").fetches()
    assert sorted((fetch.number, fetch.uid) for fetch in fetches) == [(1, uids[1]), (2, uids[3])]


@requirement("RFC3501-2.3.1.1-ASCENDING", "RFC3501-2.3.1-1", "RFC9051-2.3.1.1-1")
def test_of_expunged_messages_are_not_used_again(selected):
    """A message added after the last one was expunged has a greater UID than that."""
    selected.append(MESSAGE)
    last = selected.append(MESSAGE)
    selected.ok("STORE", "1:*", "+FLAGS.SILENT (\\Deleted)")
    selected.ok("EXPUNGE")
    assert selected.append(MESSAGE) > last


@requirement("RFC3501-2.3.1.1-ASCENDING")
def test_of_expunged_messages_are_not_used_again_by_a_later_session(authenticated, login, mailbox):
    """A later session finds greater UIDs, too, though nothing is left of the last message."""
    append(authenticated, mailbox)
    before = identifiers(authenticated, mailbox)
    authenticated.ok("STORE", 1, "+FLAGS.SILENT (\\Deleted)")
    authenticated.ok("EXPUNGE")
    authenticated.ok("LOGOUT")
    later = login()
    append(later, mailbox)
    after = identifiers(later, mailbox)
    assert len(before) == len(after) == 1
    assert after[0] > before[0]


@requirement("RFC3501-2.3.1.1-PREDICTED", "RFC3501-2.3.1-5", "RFC9051-2.3.1.1-5")
def test_uidnext_is_at_most_the_next_uid(authenticated, mailbox):
    """A new message has a UID that is no smaller than the UIDNEXT told before it came."""
    append(authenticated, mailbox)
    predicted = authenticated.ok("SELECT", Mailbox(mailbox)).number("UIDNEXT")
    _, first = identifiers(authenticated, mailbox)[0]
    append(authenticated, mailbox)
    found = identifiers(authenticated, mailbox)
    assert len(found) == 2
    assert first < predicted <= found[1][1]


@requirement("RFC3501-2.3.1-5", "RFC9051-2.3.1.1-5")
@pytest.mark.parametrize(
    "commands",
    [
        pytest.param([("STORE", 1, "+FLAGS (\\Seen)"), ("CHECK",)], id="store"),
        pytest.param([("STORE", 1, "+FLAGS (\\Deleted)"), ("EXPUNGE",)], id="expunge"),
    ],
)
def test_uidnext_stays_without_new_messages(selected, login, commands):
    """UIDNEXT does not change unless messages are added."""
    other = login()
    selected.append(MESSAGE)
    before = uid_next(other, selected.mailbox)
    for command in commands:
        selected.ok(*command)
    assert uid_next(other, selected.mailbox) == before


@requirement("RFC3501-2.3.1-5", "RFC9051-2.3.1.1-5")
def test_uidnext_changes_even_if_the_message_is_expunged(selected, login):
    """UIDNEXT changes with a new message and does not go back when that is expunged."""
    other = login()
    before = uid_next(other, selected.mailbox)
    selected.append(MESSAGE, flags=("\\Deleted",))
    changed = uid_next(other, selected.mailbox)
    assert changed > before
    selected.ok("EXPUNGE")
    assert uid_next(other, selected.mailbox) == changed

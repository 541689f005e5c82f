"""Messages that come while a mailbox is selected (RFC 3501, 5.2, 7.3.1, 7.3.2; RFC 2180)."""

import pytest

from conformance.cases._mailbox import fill, message
from conformance.requirements import requirement
from conformance.wire import Literal, Mailbox


def subject(connection, number):
    """The header of a message, by sequence number."""
    return connection.ok("FETCH", number, "BODY.PEEK[HEADER]").fetch(number).section("HEADER")


@requirement("RFC3501-7.3.1-EXISTS", "RFC3501-5.2-3")
@pytest.mark.parametrize("poll", ["NOOP", "CHECK"])
def test_every_session_is_told_of_a_new_message(selected, second, login, poll):
    """A message that one session appends is told to the others, with the same number and UID."""
    third = login()
    third.select(selected.mailbox)
    uid = third.append(message(1))
    for session in (selected, second):
        assert session.ok(poll).exists == 1
        assert session.ok("FETCH", 1, "UID").fetch().uid == uid


@requirement("RFC3501-7.3.1-EXISTS")
@pytest.mark.parametrize("command", ["APPEND", "COPY"])
def test_session_elsewhere_adds_messages(selected, elsewhere, login, command):
    """Messages that a session adds from another mailbox are told where the mailbox is selected."""
    fill(selected, 1)
    other = login()
    other.select(elsewhere)
    other.append(message(2))
    if command == "APPEND":
        other.ok("APPEND", Mailbox(selected.mailbox), Literal(message(2)))
    else:
        other.ok("COPY", 1, Mailbox(selected.mailbox))
    assert selected.ok("NOOP").exists == 2
    assert subject(selected, 1) == b"Subject: message 1\r\n\r\n"
    assert subject(selected, 2) == b"Subject: message 2\r\n\r\n"


@requirement("RFC3501-6.3.11-APPENDED", "RFC3501-2.3.1.2-NUMBER")
def test_append_elsewhere_leaves_the_selected_mailbox_alone(selected, elsewhere):
    """APPEND to another mailbox changes nothing in the one that is selected."""
    fill(selected, 2)
    answer = selected.ok("APPEND", Mailbox(elsewhere), Literal(message(3)))
    assert answer.exists in (None, 2)
    assert selected.ok("NOOP").exists in (None, 2)
    assert selected.ok("SEARCH", "ALL").search() == [1, 2]
    selected.ok("SELECT", Mailbox(elsewhere))
    assert subject(selected, 1) == b"Subject: message 3\r\n\r\n"


@requirement("RFC3501-7.3.1-EXISTS", "RFC3501-2.3.1-8", "RFC9051-2.3.1.1-8")
def test_appends_of_two_sessions_at_once(selected, second):
    """Messages that two sessions append at the same time are all there, each with its UID."""
    mailbox = Mailbox(selected.mailbox)
    for number in range(0, 20, 2):
        tags = [
            (session, session.send_command("APPEND", mailbox, Literal(message(number + offset))))
            for offset, session in enumerate((selected, second))
        ]
        for session, tag in tags:
            session.finish(tag).expect("OK")
    views = []
    for session in (selected, second):
        session.ok("NOOP")
        fetched = session.ok("FETCH", "1:*", "(UID BODY.PEEK[])").fetches()
        views.append({one.number: (one.uid, one.text()) for one in fetched if "UID" in one})
    assert views[0] == views[1]
    assert sorted(text for _, text in views[0].values()) == sorted(map(message, range(20)))


@requirement("RFC3501-2.3.2-RECENT")
def test_recent_belongs_to_the_session_that_selected_first(authenticated, mailbox, login):
    """A message is \\Recent in the first session that selects the mailbox, not in the next."""
    authenticated.ok("APPEND", Mailbox(mailbox), Literal(message(1)))
    assert authenticated.select(mailbox).recent == 1
    later = login()
    assert later.select(mailbox).recent == 0
    assert "\\Recent" in authenticated.ok("FETCH", 1, "FLAGS").fetch().flags
    assert "\\Recent" not in later.ok("FETCH", 1, "FLAGS").fetch().flags
    assert later.ok("SEARCH", "RECENT").search() == []


@requirement("RFC3501-2.3.2-RECENT")
def test_recent_is_told_to_one_session_only(selected, second, elsewhere, login):
    """A message that comes while two sessions watch is \\Recent in the one told first."""
    other = login()
    other.select(elsewhere)
    other.ok("APPEND", Mailbox(selected.mailbox), Literal(message(1)))
    assert selected.ok("NOOP").exists == 1
    assert second.ok("NOOP").exists == 1
    recent = [
        "\\Recent" in session.ok("FETCH", 1, "FLAGS").fetch().flags
        for session in (selected, second)
    ]
    assert recent.count(True) <= 1
    assert login().select(selected.mailbox).recent == 0


@requirement("RFC3501-6.3.2-2", "RFC3501-2.3.2-RECENT")
def test_examine_takes_recent_from_nobody(authenticated, mailbox, login):
    """A session that examines the mailbox leaves \\Recent to the one that selects it."""
    authenticated.ok("EXAMINE", Mailbox(mailbox))
    other = login()
    other.ok("APPEND", Mailbox(mailbox), Literal(message(1)))
    assert authenticated.ok("NOOP").exists == 1
    authenticated.ok("FETCH", 1, "FLAGS")
    assert other.select(mailbox).recent == 1


@requirement("RFC3501-7.3.1-EXISTS", "RFC3501-7.4.1-EXPUNGE")
def test_imapclient_sees_what_others_do(imap_client, selected):
    """IMAPClient is told of messages that another session adds and removes."""
    imap_client.select_folder(selected.mailbox)
    fill(selected, 2)
    assert (2, b"EXISTS") in imap_client.noop()[1]
    selected.ok("STORE", 1, "+FLAGS.SILENT (\\Deleted)")
    selected.ok("EXPUNGE")
    assert (1, b"EXPUNGE") in imap_client.noop()[1]
    fetched = imap_client.fetch(imap_client.search(), ["BODY.PEEK[]"])
    assert [each.get(b"BODY[]") for each in fetched.values()] == [message(2)]

"""A session that enabled IMAP4rev2 (RFC 9051, appendix E)."""

import pytest

from tests.session.dialogue import play

SELECT = """
    M: INBOX \\Seen
    M: INBOX
    C: a SELECT inbox
    S: * FLAGS <flags>
    S: * 2 EXISTS
    S: * LIST <attributes> "/" "INBOX"
    S: * OK [PERMANENTFLAGS <text>
    S: * OK [UIDNEXT 3] <text>
    S: * OK [UIDVALIDITY <text>
    S: * OK [HIGHESTMODSEQ <number>] <text>
    S: a OK [READ-WRITE] <text>
    M: INBOX
    C: b NOOP
    S: * 3 EXISTS
    S: b OK <text>
    C: c FETCH 1:* FLAGS
    S: * 1 FETCH (FLAGS (\\Seen))
    S: * 2 FETCH (FLAGS ())
    S: * 3 FETCH (FLAGS ())
    S: c OK <text>
    C: d EXAMINE Drafts
    S: * OK [CLOSED] <text>
    S: * FLAGS <flags>
    S: * 0 EXISTS
    S: * LIST <attributes> "/" "Drafts"
    S: * OK [PERMANENTFLAGS ()] <text>
    S: * OK [UIDNEXT 1] <text>
    S: * OK [UIDVALIDITY <text>
    S: * OK [HIGHESTMODSEQ <number>] <text>
    S: d OK [READ-ONLY] <text>
    C: e SELECT Nowhere
    S: * OK [CLOSED] <text>
    S: e NO [NONEXISTENT] <text>
    C: f SELECT Nowhere
    S: f NO [NONEXISTENT] <text>
"""


@pytest.fixture
def second(login):
    """A session with IMAP4rev2."""
    client = login()
    client.ok("ENABLE IMAP4rev2")
    return client


def test_select(second, store):
    play(SELECT, {"C": second}, store)


def test_messages_are_recent_no_more_when_it_has_seen_them(second, alice, store):
    play("M: INBOX", {}, store)
    second.ok("SELECT INBOX")
    assert "* 0 RECENT" in alice.ok("SELECT INBOX")


@pytest.mark.parametrize(
    "command",
    [
        "CHECK",
        'LSUB "" *',
        "STATUS INBOX (MESSAGES RECENT)",
        "FETCH 1 RFC822",
        "FETCH 1 (UID RFC822.HEADER)",
        "UID FETCH 1 RFC822.TEXT",
        "SEARCH NEW",
        "SEARCH NOT OLD",
        "UID SEARCH OR SEEN (DRAFT RECENT)",
    ],
)
def test_what_was_removed_is_bad(second, alice, store, command):
    play("M: INBOX", {}, store)
    for client, kind in (second, "BAD"), (alice, "OK"):
        client.ok("SELECT INBOX")
        assert client(f"t {command}")[-1].startswith(f"t {kind}")


def test_size_remains(second, store):
    play("M: INBOX", {}, store)
    second.ok("SELECT INBOX")
    assert second.ok("FETCH 1 FAST")[0].endswith("RFC822.SIZE 24)")


def test_flags_that_another_session_changed_come_with_the_uid(second, alice, store):
    play("M: INBOX", {}, store)
    second.ok("SELECT INBOX")
    alice.ok("SELECT INBOX")
    alice.ok("STORE 1 +FLAGS.SILENT \\Seen")
    assert second.ok("NOOP") == ["* 1 FETCH (UID 1 FLAGS (\\Seen))"]


def test_a_string_may_hold_utf8(second, alice, store):
    play("M: INBOX", {}, store)
    for client, kind in (second, "OK"), (alice, "BAD"):
        client.ok("SELECT INBOX")
        assert client('t FETCH 1 BODY.PEEK[HEADER.FIELDS ("ü")]')[-1].startswith(f"t {kind}")

"""Two sessions on one mailbox of three messages, in dialogues (RFC 3501, 5.2, 7.3.1, 7.4.1)."""

import re

import pytest

from reference_server.storage import Mailbox
from tests.session.dialogue import play

DIALOGUES = {
    "a new message is told at the end of any command": """
        M: INBOX
        C: a FETCH 1 UID
        S: * 1 FETCH (UID 1)
        S: * 4 EXISTS
        S: * 4 RECENT
        S: a OK <text>
        D: a NOOP
        T: * 4 EXISTS
        T: a OK <text>
    """,
    "flags are told to the other session": """
        C: a STORE 2 +FLAGS.SILENT (\\Flagged)
        S: a OK <text>
        D: a SEARCH 1
        T: * SEARCH 1
        T: * 2 FETCH (UID 2 FLAGS (\\Flagged))
        T: a OK <text>
        D: b NOOP
        T: b OK <text>
    """,
    "a silent STORE hides nothing of the other session": """
        D: a STORE 2 +FLAGS (\\Flagged)
        T: * 2 FETCH (FLAGS (\\Flagged))
        T: a OK <text>
        C: a STORE 2 +FLAGS.SILENT (\\Draft)
        S: * 2 FETCH (UID 2 FLAGS (\\Draft \\Flagged \\Recent))
        S: a OK <text>
    """,
    "flags shown by FETCH are not told again": """
        D: a STORE 2 +FLAGS.SILENT (\\Flagged)
        T: a OK <text>
        C: a FETCH 2 FLAGS
        S: * 2 FETCH (FLAGS (\\Flagged \\Recent))
        S: a OK <text>
        C: b NOOP
        S: b OK <text>
    """,
    "a keyword is announced before it is shown": """
        D: a STORE 1 +FLAGS.SILENT ($work)
        T: * FLAGS (\\Answered \\Flagged \\Deleted \\Seen \\Draft $Forwarded $work)
        T: a OK <text>
        C: a FETCH 1 FLAGS
        S: * FLAGS (\\Answered \\Flagged \\Deleted \\Seen \\Draft $Forwarded $work)
        S: * 1 FETCH (FLAGS ($work \\Recent))
        S: a OK <text>
    """,
    "EXPUNGE is not told in FETCH, STORE, SEARCH": """
        D: a STORE 1 +FLAGS.SILENT (\\Deleted)
        T: a OK <text>
        D: b EXPUNGE
        T: * 1 EXPUNGE
        T: b OK <text>
        C: a FETCH 2 UID
        S: * 2 FETCH (UID 2)
        S: a OK <text>
        C: b STORE 3 +FLAGS (\\Seen)
        S: * 3 FETCH (FLAGS (\\Seen \\Recent))
        S: b OK <text>
        C: c SEARCH ALL
        S: * SEARCH 2 3
        S: c OK <text>
        C: d UID SEARCH 1:3
        S: * SEARCH 2 3
        S: d OK <text>
        C: e FETCH 1:2 (UID FLAGS)
        S: * 1 FETCH (UID 1 FLAGS (\\Deleted \\Recent))
        S: * 2 FETCH (UID 2 FLAGS (\\Recent))
        S: e OK <text>
        C: f FETCH 1:2 BODY[TEXT]
        S: * 1 FETCH (BODY[TEXT] {6}\\r\\nbody\\r\\n)
        S: * 2 FETCH (BODY[TEXT] {6}\\r\\nbody\\r\\n FLAGS (\\Seen \\Recent))
        S: f OK <text>
        C: g STORE 1:2 +FLAGS (\\Draft)
        S: * 2 FETCH (FLAGS (\\Draft \\Seen \\Recent))
        S: g OK [EXPUNGEISSUED] <text>
        C: ga STORE 1 +FLAGS (\\Draft)
        S: ga NO [EXPUNGEISSUED] <text>
        C: gb STORE 1 +FLAGS.SILENT (\\Draft)
        S: gb OK <text>
        C: gc STORE 1:2 FLAGS.SILENT (\\Draft)
        S: gc OK <text>
        C: h COPY 1:2 Drafts
        S: * 1 EXPUNGE
        S: * 2 RECENT
        S: h NO [EXPUNGEISSUED] <text>
        C: i FETCH 1 UID
        S: * 1 FETCH (UID 2)
        S: i OK <text>
    """,
    "UID commands ignore what is expunged, and tell of it": """
        D: a STORE 1,3 +FLAGS.SILENT (\\Deleted)
        T: a OK <text>
        D: b EXPUNGE
        T: * 1 EXPUNGE
        T: * 2 EXPUNGE
        T: b OK <text>
        C: a UID FETCH 1:2 BODY.PEEK[TEXT]
        S: * 2 FETCH (UID 2 BODY[TEXT] {6}\\r\\nbody\\r\\n)
        S: * 1 EXPUNGE
        S: * 2 EXPUNGE
        S: * 1 RECENT
        S: a OK <text>
    """,
    "UID SEARCH tells of removals too, without numbers among its keys": """
        D: a STORE 1 +FLAGS.SILENT (\\Deleted)
        T: a OK <text>
        D: b EXPUNGE
        T: * 1 EXPUNGE
        T: b OK <text>
        C: a UID SEARCH NOT (OR 1 UID 3)
        S: * SEARCH 2
        S: a OK <text>
        C: b UID SEARCH ALL
        S: * SEARCH 2 3
        S: * 1 EXPUNGE
        S: * 2 RECENT
        S: b OK <text>
    """,
    "UID STORE and UID COPY of what is expunged": """
        D: a STORE 1 +FLAGS.SILENT (\\Deleted)
        T: a OK <text>
        D: b EXPUNGE
        T: * 1 EXPUNGE
        T: b OK <text>
        C: a UID COPY 1:2 Drafts
        S: * 1 EXPUNGE
        S: * 2 RECENT
        S: a OK [COPYUID <number> 2 1] <text>
        C: b UID STORE 1 +FLAGS (\\Seen)
        S: b OK <text>
    """,
    "a message that came and went is never told": """
        M: INBOX \\Deleted
        D: a EXPUNGE
        T: a OK <text>
        C: a NOOP
        S: a OK <text>
        M: INBOX
        C: b UID FETCH * FLAGS
        S: * 3 FETCH (UID 3 FLAGS (\\Recent))
        S: * 4 EXISTS
        S: * 4 RECENT
        S: b OK <text>
        C: c FETCH * UID
        S: * 4 FETCH (UID 5)
        S: c OK <text>
    """,
    "removals come before arrivals": """
        D: a STORE 2 +FLAGS.SILENT (\\Deleted)
        T: a OK <text>
        D: b EXPUNGE
        T: * 2 EXPUNGE
        T: b OK <text>
        M: INBOX
        C: a FETCH 1 UID
        S: * 1 FETCH (UID 1)
        S: * 4 EXISTS
        S: * 4 RECENT
        S: a OK <text>
        C: b NOOP
        S: * 2 EXPUNGE
        S: * 3 RECENT
        S: b OK <text>
        C: c FETCH 1:* UID
        S: * 1 FETCH (UID 1)
        S: * 2 FETCH (UID 3)
        S: * 3 FETCH (UID 4)
        S: c OK <text>
    """,
    "the mailbox is deleted": """
        D: a UNSELECT
        T: a OK <text>
        D: b CREATE x
        T: b OK <text>
        C: a SELECT x
        S: * OK [CLOSED] <text>
        S: * FLAGS <list>
        S: * 0 EXISTS
        S: * 0 RECENT
        S: * OK [PERMANENTFLAGS <list>] <text>
        S: * OK [UIDNEXT 1] <text>
        S: * OK [UIDVALIDITY <number>] <text>
        S: * OK [HIGHESTMODSEQ <number>] <text>
        S: a OK [READ-WRITE] <text>
        D: c DELETE x
        T: c OK <text>
        C: b SEARCH ALL
        S: b NO [NONEXISTENT] <text>
        C: c NOOP
        S: c OK <text>
        C: d EXPUNGE
        S: d NO [NONEXISTENT] <text>
        C: e CLOSE
        S: e OK <text>
        C: f CHECK
        S: f BAD <text>
    """,
    "MOVE tells the other sessions, and fails as a whole": """
        C: a MOVE 2 INBOX
        S: * OK [COPYUID <number> 2 4] <text>
        S: * 2 EXPUNGE
        S: * 3 EXISTS
        S: a OK <text>
        D: a MOVE 1:2 Drafts
        T: * 2 EXPUNGE
        T: * 3 EXISTS
        T: a NO [EXPUNGEISSUED] <text>
        D: b UID MOVE 1:2 Drafts
        T: * OK [COPYUID <number> 1 1] <text>
        T: * 1 EXPUNGE
        T: b OK <text>
        C: b UID MOVE 1,3 Drafts
        S: * OK [COPYUID <number> 3 2] <text>
        S: * 1 EXPUNGE
        S: * 1 EXPUNGE
        S: * 1 RECENT
        S: b OK <text>
    """,
    "EXAMINE takes no recent messages from others": """
        D: a EXAMINE Drafts
        T: * OK [CLOSED] <text>
        T: * FLAGS <list>
        T: * 0 EXISTS
        T: * 0 RECENT
        T: * OK [PERMANENTFLAGS ()] <text>
        T: * OK [UIDNEXT 1] <text>
        T: * OK [UIDVALIDITY <number>] <text>
        T: * OK [HIGHESTMODSEQ <number>] <text>
        T: a OK [READ-ONLY] <text>
        M: Drafts
        D: b NOOP
        T: * 1 EXISTS
        T: * 1 RECENT
        T: b OK <text>
        C: a STATUS Drafts (RECENT)
        S: * STATUS "Drafts" (RECENT 1)
        S: a OK <text>
    """,
    "CLOSE tells this session nothing, and the other one all": """
        C: a STORE 2 +FLAGS.SILENT (\\Deleted)
        S: a OK <text>
        C: b CLOSE
        S: b OK <text>
        D: a NOOP
        T: * 2 EXPUNGE
        T: a OK <text>
    """,
}


@pytest.fixture
def clients(login, store):
    play("M: INBOX\n" * 3, {}, store)
    clients = {"C": login(), "D": login()}
    for client in clients.values():
        client.ok("SELECT INBOX")
    return clients


@pytest.mark.parametrize("script", DIALOGUES.values(), ids=DIALOGUES)
def test_two_sessions(script, clients, store):
    play(script, clients, store)


def test_idle_tells_at_once(clients):
    idling, other = clients["C"], clients["D"]
    (continuation,) = idling("i IDLE")
    assert continuation.startswith("+ ")
    other.append()
    assert idling.responses() == ["* 4 EXISTS", "* 4 RECENT"]
    other.ok("STORE 1 +FLAGS.SILENT (\\Deleted)")
    assert idling.responses() == ["* 1 FETCH (UID 1 FLAGS (\\Deleted \\Recent))"]
    other.ok("EXPUNGE")
    assert idling.responses() == ["* 1 EXPUNGE", "* 3 RECENT"]
    (tagged,) = idling("DONE")
    assert tagged.startswith("i OK")
    assert idling.ok("FETCH 3 UID") == ["* 3 FETCH (UID 4)"]


def test_what_came_before_idle_is_told_at_its_beginning(clients):
    clients["D"].append()
    assert clients["C"]("i IDLE")[1:] == ["* 4 EXISTS", "* 4 RECENT"]


@pytest.mark.parametrize("command", ["COPY", "MOVE"])
@pytest.mark.parametrize(
    ("uids", "copied"), [("1:3", ["2 1"]), ("1,3", [])], ids=["some are left", "none is left"]
)
def test_messages_that_are_expunged_while_they_are_transferred(
    clients, monkeypatch, command, uids, copied
):
    """In UID COPY and UID MOVE they are ignored (RFC 3501, 6.4.8)."""
    method = command.lower()
    transfer = getattr(Mailbox, method)
    doomed = [1, 3]

    def late(mailbox, *arguments, **options):
        if doomed:
            expunged = frozenset({"\\Deleted"})
            mailbox.store_flags([doomed[0]], "add", expunged)
            assert mailbox.expunge([doomed.pop(0)])
        return transfer(mailbox, *arguments, **options)

    monkeypatch.setattr(Mailbox, method, late)
    responses = clients["C"](f"a UID {command} {uids} Drafts")
    assert responses[-1].startswith("a OK")
    codes = [re.search(r"COPYUID \d+ ([^]]*)", line) for line in responses]
    assert [code[1] for code in codes if code] == copied
    left = "* SEARCH" if command == "MOVE" and copied else "* SEARCH 2"
    clients["D"].ok("NOOP")
    assert clients["D"].ok("UID SEARCH ALL") == [left]


@pytest.mark.parametrize("command", ["COPY", "MOVE"])
def test_a_transfer_by_number_fails_when_one_is_expunged(clients, monkeypatch, command):
    transfer = getattr(Mailbox, command.lower())

    def late(mailbox, *arguments, **options):
        mailbox.store_flags([1], "add", frozenset({"\\Deleted"}))
        mailbox.expunge([1])
        return transfer(mailbox, *arguments, **options)

    monkeypatch.setattr(Mailbox, command.lower(), late)
    assert clients["C"](f"a {command} 1:2 Drafts")[-1].startswith("a NO [EXPUNGEISSUED] ")
    assert clients["D"].ok("STATUS Drafts (MESSAGES)")[0] == '* STATUS "Drafts" (MESSAGES 0)'

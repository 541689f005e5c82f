"""imap_expunge_on_delete: what STORE marks as deleted is removed at once."""

import pytest

from reference_server.config.live import Live
from reference_server.config.settings import Settings
from tests.session.dialogue import deliver, play

pytestmark = pytest.mark.directive("imap_expunge_on_delete")

DIALOGUES = {
    "STORE tells removals with the next command": r"""
        C: a STORE 1,3 +FLAGS (\Deleted)
        S: * 1 FETCH (FLAGS (\Deleted))
        S: * 3 FETCH (FLAGS (\Deleted))
        S: a OK STORE completed
        C: b NOOP
        S: * 1 EXPUNGE
        S: * 2 EXPUNGE
        S: b OK NOOP completed
    """,
    "FLAGS in any case, and silent": r"""
        C: a STORE 2 FLAGS.SILENT (\deleted \Seen)
        S: a OK STORE completed
        C: b FETCH 1:3 UID
        S: * 1 FETCH (UID 1)
        S: * 2 FETCH (UID 2)
        S: * 3 FETCH (UID 3)
        S: b OK FETCH completed
        C: c NOOP
        S: * 2 EXPUNGE
        S: c OK NOOP completed
    """,
    "UID STORE tells them itself": r"""
        C: a UID STORE 2 +FLAGS (\Deleted)
        S: * 2 FETCH (UID 2 FLAGS (\Deleted))
        S: * 2 EXPUNGE
        S: a OK STORE completed
    """,
    "only what is stored": r"""
        M: INBOX \Deleted
        D: a NOOP
        T: * 4 EXISTS
        T: a OK NOOP completed
        D: b UID STORE 4 +FLAGS (\Seen)
        T: * 4 FETCH (UID 4 FLAGS (\Deleted \Seen))
        T: b OK STORE completed
        D: c UID STORE 4 -FLAGS (\Seen)
        T: * 4 FETCH (UID 4 FLAGS (\Deleted))
        T: c OK STORE completed
        D: d UID STORE 1:3 FLAGS (\Seen)
        T: * 1 FETCH (UID 1 FLAGS (\Seen))
        T: * 2 FETCH (UID 2 FLAGS (\Seen))
        T: * 3 FETCH (UID 3 FLAGS (\Seen))
        T: d OK STORE completed
        D: e UID STORE 3 +FLAGS (\Deleted)
        T: * 3 FETCH (UID 3 FLAGS (\Deleted \Seen))
        T: * 3 EXPUNGE
        T: e OK STORE completed
        D: f UID STORE 1:* -FLAGS (\Deleted)
        T: * 1 FETCH (UID 1 FLAGS (\Seen))
        T: * 2 FETCH (UID 2 FLAGS (\Seen))
        T: * 3 FETCH (UID 4 FLAGS ())
        T: f OK STORE completed
    """,
    "what is marked already": r"""
        M: INBOX \Deleted
        C: a NOOP
        S: * 4 EXISTS
        S: * 1 RECENT
        S: a OK NOOP completed
        C: b UID STORE 4 +FLAGS (\Deleted)
        S: * 4 FETCH (UID 4 FLAGS (\Deleted \Recent))
        S: * 4 EXPUNGE
        S: * 0 RECENT
        S: b OK STORE completed
    """,
    "the other session is told": r"""
        C: a STORE 2 +FLAGS.SILENT (\Deleted)
        S: a OK STORE completed
        D: b NOOP
        T: * 2 EXPUNGE
        T: b OK NOOP completed
    """,
    "QRESYNC": r"""
        C: a UNSELECT
        S: a OK UNSELECT completed
        C: b ENABLE QRESYNC
        S: * ENABLED QRESYNC
        S: b OK ENABLE completed
        C: c SELECT INBOX
        S: * FLAGS <list>
        S: * 3 EXISTS
        S: * 0 RECENT
        S: * OK [UNSEEN 1] <text>
        S: * OK [PERMANENTFLAGS <list>] <text>
        S: * OK [UIDNEXT 4] <text>
        S: * OK [UIDVALIDITY <number>] <text>
        S: * OK [HIGHESTMODSEQ 4] <text>
        S: c OK [READ-WRITE] <text>
        C: d STORE 1 +FLAGS (\Deleted)
        S: * 1 FETCH (UID 1 FLAGS (\Deleted) MODSEQ (5))
        S: * OK [HIGHESTMODSEQ 5] <text>
        S: d OK STORE completed
        C: e NOOP
        S: * VANISHED 1
        S: * OK [HIGHESTMODSEQ 6] <text>
        S: e OK NOOP completed
        C: f UID STORE 2 (UNCHANGEDSINCE 3) +FLAGS.SILENT (\Deleted)
        S: * 1 FETCH (UID 2 MODSEQ (7))
        S: * VANISHED 2
        S: f OK STORE completed
    """,
    "a condition that does not hold": r"""
        D: a STORE 2 +FLAGS.SILENT (\Seen)
        T: a OK STORE completed
        C: b STORE 1:2 (UNCHANGEDSINCE 4) +FLAGS.SILENT (\Deleted)
        S: * OK [HIGHESTMODSEQ <number>] <text>
        S: * 1 FETCH (UID 1 MODSEQ (6))
        S: * 2 FETCH (UID 2 FLAGS (\Seen) MODSEQ (5))
        S: * OK [HIGHESTMODSEQ 6] <text>
        S: b OK [MODIFIED 2] STORE completed
        C: c NOOP
        S: * 1 EXPUNGE
        S: * OK [HIGHESTMODSEQ 7] <text>
        S: c OK NOOP completed
    """,
    "a read-only mailbox": r"""
        C: a EXAMINE INBOX
        S: * OK [CLOSED] <text>
        S: * FLAGS <list>
        S: * 3 EXISTS
        S: * 0 RECENT
        S: * OK [UNSEEN 1] <text>
        S: * OK [PERMANENTFLAGS ()] <text>
        S: * OK [UIDNEXT 4] <text>
        S: * OK [UIDVALIDITY <number>] <text>
        S: * OK [HIGHESTMODSEQ 4] <text>
        S: a OK [READ-ONLY] <text>
        C: b UID STORE 1 +FLAGS (\Deleted)
        S: b NO <text>
        C: c STATUS INBOX (MESSAGES)
        S: * STATUS "INBOX" (MESSAGES 3)
        S: c OK STATUS completed
    """,
}


@pytest.mark.parametrize("script", DIALOGUES.values(), ids=DIALOGUES)
def test_expunge_on_delete(login, store, script):
    for _ in range(3):
        deliver(store, "INBOX")
    live = Live(Settings(imap_expunge_on_delete=True))
    clients = {letter: login(live=live) for letter in "CD"}
    for letter in "DCD":  # the first takes \Recent away
        clients[letter].ok("SELECT INBOX")
    play(script, clients, store)


def test_a_message_comes_in_deleted(login):
    client = login(live=Live(Settings(imap_expunge_on_delete=True)))
    client.append(extra="(\\Deleted) ")
    assert client.ok("STATUS INBOX (MESSAGES)") == ['* STATUS "INBOX" (MESSAGES 1)']


def test_it_holds_from_the_moment_it_is_set(login, store):
    deliver(store, "INBOX")
    deliver(store, "INBOX")
    live = Live(Settings())
    client = login(live=live)
    client.ok("SELECT INBOX")
    client.ok("SELECT INBOX")  # \Recent no more
    client.ok("STORE 1 +FLAGS (\\Deleted)")
    assert client.ok("NOOP") == []
    live.renew(Settings(imap_expunge_on_delete=True))
    client.ok("STORE 2 +FLAGS (\\Deleted)")
    assert client.ok("NOOP") == ["* 2 EXPUNGE"]

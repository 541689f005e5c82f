"""CONDSTORE and QRESYNC (RFC 7162) in dialogues.

INBOX holds UIDs 1 to 4; they came one by one, with the mod-sequences 2 to 5. Both sessions have
selected it; the first has CONDSTORE enabled, the second one nothing.
"""

import re

import pytest

from reference_server.storage import Mailbox
from tests.session.dialogue import deliver, play

CONDSTORE = {
    "FETCH": """
        C: a FETCH 1:2 (FLAGS MODSEQ)
        S: * 1 FETCH (FLAGS (\\Recent) MODSEQ (2))
        S: * 2 FETCH (FLAGS (\\Recent) MODSEQ (3))
        S: a OK FETCH completed
        C: b FETCH 1:* (UID) (CHANGEDSINCE 4)
        S: * 4 FETCH (UID 4 MODSEQ (5))
        S: b OK FETCH completed
        C: c UID FETCH 1:* MODSEQ (changedsince 9223372036854775807)
        S: c OK FETCH completed
        C: d FETCH 1 (UID BODY.PEEK[TEXT] MODSEQ)
        S: * 1 FETCH (UID 1 BODY[TEXT] {6}\\r\\nbody\\r\\n MODSEQ (2))
        S: d OK FETCH completed
    """,
    "FETCH that sets Seen": """
        C: a FETCH 1 BODY[TEXT]
        S: * 1 FETCH (BODY[TEXT] {6}\\r\\nbody\\r\\n FLAGS (\\Seen \\Recent) UID 1 MODSEQ (6))
        S: a OK FETCH completed
        C: b FETCH 1 BODY[TEXT]
        S: * 1 FETCH (BODY[TEXT] {6}\\r\\nbody\\r\\n)
        S: b OK FETCH completed
    """,
    "STORE": """
        C: a STORE 1 +FLAGS (\\Seen)
        S: * 1 FETCH (UID 1 FLAGS (\\Seen \\Recent) MODSEQ (6))
        S: a OK STORE completed
        C: b STORE 1:2 +FLAGS.SILENT (\\Seen)
        S: * 2 FETCH (UID 2 MODSEQ (7))
        S: b OK STORE completed
        C: c STORE 1 +FLAGS.SILENT (\\Seen)
        S: c OK STORE completed
        D: a NOOP
        T: * 1 FETCH (UID 1 FLAGS (\\Seen))
        T: * 2 FETCH (UID 2 FLAGS (\\Seen))
        T: a OK <text>
        D: b STORE 3 FLAGS (\\Seen)
        T: * 3 FETCH (FLAGS (\\Seen))
        T: b OK <text>
        C: d NOOP
        S: * 3 FETCH (UID 3 FLAGS (\\Seen \\Recent) MODSEQ (8))
        S: d OK <text>
    """,
    "STORE UNCHANGEDSINCE": """
        C: a STORE 1:3 (UNCHANGEDSINCE 3) FLAGS.SILENT (\\Seen)
        S: * 1 FETCH (UID 1 MODSEQ (6))
        S: * 2 FETCH (UID 2 MODSEQ (6))
        S: * 3 FETCH (UID 3 FLAGS (\\Recent) MODSEQ (4))
        S: a OK [MODIFIED 3] STORE completed
        C: b UID STORE 4,1,4 (UNCHANGEDSINCE 5) -FLAGS (\\Seen)
        S: * 4 FETCH (UID 4 FLAGS (\\Recent) MODSEQ (5))
        S: * 1 FETCH (UID 1 FLAGS (\\Seen \\Recent) MODSEQ (6))
        S: b OK [MODIFIED 1] STORE completed
        C: c STORE 1:* (UNCHANGEDSINCE 0) FLAGS.SILENT (\\Draft)
        S: * 1 FETCH (UID 1 FLAGS (\\Seen \\Recent) MODSEQ (6))
        S: * 2 FETCH (UID 2 FLAGS (\\Seen \\Recent) MODSEQ (6))
        S: * 3 FETCH (UID 3 FLAGS (\\Recent) MODSEQ (4))
        S: * 4 FETCH (UID 4 FLAGS (\\Recent) MODSEQ (5))
        S: c OK [MODIFIED 1:4] STORE completed
        C: d STORE 1 (UNCHANGEDSINCE 6) +FLAGS.SILENT (\\Seen)
        S: * 1 FETCH (UID 1 MODSEQ (6))
        S: d OK STORE completed
    """,
    "what does not concern the flag is no modification": """
        D: a STORE 1 +FLAGS.SILENT (\\Flagged)
        T: a OK <text>
        C: a STORE 1 (UNCHANGEDSINCE 5) +FLAGS.SILENT (\\Seen)
        S: * 1 FETCH (UID 1 MODSEQ (7))
        S: * 1 FETCH (UID 1 FLAGS (\\Flagged \\Seen \\Recent) MODSEQ (7))
        S: a OK STORE completed
        D: b STORE 1 +FLAGS.SILENT (\\Draft)
        T: * 1 FETCH (UID 1 FLAGS (\\Draft \\Flagged \\Seen))
        T: b OK <text>
        C: b STORE 1 (UNCHANGEDSINCE 5) -FLAGS.SILENT (\\Answered)
        S: * 1 FETCH (UID 1 FLAGS (\\Draft \\Flagged \\Seen \\Recent) MODSEQ (8))
        S: b OK [MODIFIED 1] STORE completed
        D: c STORE 1 +FLAGS.SILENT (\\Answered)
        T: c OK <text>
        C: c STORE 1 (UNCHANGEDSINCE 8) -FLAGS.SILENT (\\Answered)
        S: * 1 FETCH (UID 1 FLAGS (\\Answered \\Draft \\Flagged \\Seen \\Recent) MODSEQ (9))
        S: c OK [MODIFIED 1] STORE completed
        C: d STORE 1 (UNCHANGEDSINCE 9) -FLAGS.SILENT (\\Answered)
        S: * 1 FETCH (UID 1 MODSEQ (10))
        S: d OK STORE completed
    """,
    "MODIFIED where others are gone": """
        D: a STORE 1:2 +FLAGS.SILENT (\\Deleted)
        T: a OK <text>
        D: b EXPUNGE
        T: * 1 EXPUNGE
        T: * 1 EXPUNGE
        T: b OK <text>
        C: a STORE 1,3:4 (UNCHANGEDSINCE 4) FLAGS (\\Seen)
        S: * 3 FETCH (UID 3 FLAGS (\\Seen \\Recent) MODSEQ (8))
        S: * 4 FETCH (UID 4 FLAGS (\\Recent) MODSEQ (5))
        S: * OK [HIGHESTMODSEQ 6] <text>
        S: a NO [MODIFIED 4] <text>
        C: b NOOP
        S: * 1 EXPUNGE
        S: * 1 EXPUNGE
        S: * 2 RECENT
        S: * OK [HIGHESTMODSEQ 8] <text>
        S: b OK <text>
        C: c NOOP
        S: c OK <text>
    """,
    "SEARCH": """
        C: a SEARCH MODSEQ 4
        S: * SEARCH 3 4 (MODSEQ 5)
        S: a OK <text>
        C: b UID SEARCH NOT MODSEQ "/flags/\\\\draft" all 4
        S: * SEARCH 1 2 (MODSEQ 3)
        S: b OK <text>
        C: c SEARCH OR MODSEQ 6 SEEN
        S: * SEARCH
        S: c OK <text>
        C: d SEARCH RETURN (ALL COUNT MIN) MODSEQ "/flags/$work" shared 0
        S: * ESEARCH (TAG "d") COUNT 4 MIN 1 ALL 1:4 MODSEQ 5
        S: d OK <text>
        C: e SEARCH RETURN (MIN) MODSEQ 3
        S: * ESEARCH (TAG "e") MIN 2 MODSEQ 3
        S: e OK <text>
        C: f SEARCH RETURN (COUNT) MODSEQ 6
        S: * ESEARCH (TAG "f") COUNT 0
        S: f OK <text>
    """,
    "flags without their mod-sequence leave it to be told": """
        D: a STORE 1 +FLAGS.SILENT (\\Flagged)
        T: a OK <text>
        C: a FETCH 1 FLAGS
        S: * 1 FETCH (FLAGS (\\Flagged \\Recent))
        S: * 1 FETCH (UID 1 FLAGS (\\Flagged \\Recent) MODSEQ (6))
        S: a OK FETCH completed
        C: b FETCH 1 (FLAGS MODSEQ)
        S: * 1 FETCH (FLAGS (\\Flagged \\Recent) MODSEQ (6))
        S: b OK FETCH completed
    """,
    "EXPUNGE": """
        C: a STORE 1:2 FLAGS.SILENT (\\Deleted)
        S: * 1 FETCH (UID 1 MODSEQ (6))
        S: * 2 FETCH (UID 2 MODSEQ (6))
        S: a OK <text>
        C: b UID EXPUNGE 1
        S: * 1 EXPUNGE
        S: * 3 RECENT
        S: b OK [HIGHESTMODSEQ 7] EXPUNGE completed
        C: c UID EXPUNGE 1
        S: c OK EXPUNGE completed
        C: d CLOSE
        S: d OK CLOSE completed
        C: e STATUS INBOX (HIGHESTMODSEQ)
        S: * STATUS "INBOX" (HIGHESTMODSEQ 8)
        S: e OK <text>
        C: f UNSELECT
        S: f BAD <text>
    """,
    "QRESYNC is not enabled": """
        C: a UID FETCH 1 FLAGS (CHANGEDSINCE 1 VANISHED)
        S: a BAD <text>
        C: b SELECT INBOX (QRESYNC (1 1))
        S: b BAD <text>
        C: c FETCH 1 UID
        S: * 1 FETCH (UID 1)
        S: c OK <text>
    """,
}

# What makes a session use mod-sequences, and what it answers.
ENABLING = {
    "FETCH 1 MODSEQ": ["* 1 FETCH (MODSEQ (2))"],
    "UID FETCH 1 FLAGS (CHANGEDSINCE 2)": [],
    "SEARCH MODSEQ 9": ["* SEARCH"],
    "STATUS INBOX (HIGHESTMODSEQ)": ['* STATUS "INBOX" (HIGHESTMODSEQ 5)'],
    'LIST "" INBOX RETURN (STATUS (HIGHESTMODSEQ))': [
        '* LIST () "/" "INBOX"',
        '* STATUS "INBOX" (HIGHESTMODSEQ 5)',
    ],
    "STORE 1 (UNCHANGEDSINCE 2) FLAGS.SILENT ()": ["* 1 FETCH (UID 1 MODSEQ (2))"],
}

QRESYNC = {
    "VANISHED": """
        D: a STORE 1:2 FLAGS.SILENT (\\Deleted)
        T: a OK <text>
        D: b EXPUNGE
        T: * 1 EXPUNGE
        T: * 1 EXPUNGE
        T: b OK <text>
        C: a FETCH 3 UID
        S: * 3 FETCH (UID 3)
        S: * OK [HIGHESTMODSEQ 6] <text>
        S: a OK <text>
        C: b UID FETCH 1:* UID (CHANGEDSINCE 5 VANISHED)
        S: * VANISHED 1:2
        S: * 2 RECENT
        S: * OK [HIGHESTMODSEQ 7] <text>
        S: b OK <text>
        C: c UID FETCH 1:* UID (CHANGEDSINCE 4 VANISHED)
        S: * VANISHED (EARLIER) 1:2
        S: * 2 FETCH (UID 4 MODSEQ (5))
        S: c OK <text>
        C: d UID FETCH 2,4 UID (VANISHED CHANGEDSINCE 6)
        S: * VANISHED (EARLIER) 2
        S: d OK <text>
        C: e UID FETCH 1:* UID (CHANGEDSINCE 7 VANISHED)
        S: e OK <text>
        C: f STORE 2 FLAGS.SILENT (\\Deleted)
        S: * 2 FETCH (UID 4 MODSEQ (8))
        S: f OK <text>
        C: g EXPUNGE
        S: * VANISHED 4
        S: * 1 RECENT
        S: g OK [HIGHESTMODSEQ 9] EXPUNGE completed
        C: h UID FETCH 1:* UID (CHANGEDSINCE 1 VANISHED)
        S: * VANISHED (EARLIER) 1:2,4
        S: * 1 FETCH (UID 3 MODSEQ (4))
        S: h OK <text>
        C: i MOVE 1 INBOX
        S: * OK [COPYUID <number> 3 5] <text>
        S: * VANISHED 3
        S: * 1 EXISTS
        S: i OK [HIGHESTMODSEQ 11] MOVE completed
    """,
    "a message that came and went untold": """
        M: INBOX \\Deleted
        D: a NOOP
        T: * 5 EXISTS
        T: a OK <text>
        D: b EXPUNGE
        T: * 5 EXPUNGE
        T: b OK <text>
        C: a NOOP
        S: a OK <text>
        C: b UID FETCH 1:* UID (CHANGEDSINCE 5 VANISHED)
        S: * VANISHED (EARLIER) 5
        S: b OK <text>
    """,
    "SELECT when UIDVALIDITY is another": """
        D: a STORE 1,4 FLAGS.SILENT (\\Deleted)
        T: a OK <text>
        D: b EXPUNGE
        T: * 1 EXPUNGE
        T: * 3 EXPUNGE
        T: b OK <text>
        D: c STORE 2 FLAGS.SILENT (\\Seen)
        T: c OK <text>
        C: a EXAMINE INBOX (CONDSTORE QRESYNC (1 5))
        S: * OK [CLOSED] <text>
        S: * FLAGS <text>
        S: * 2 EXISTS
        S: * 0 RECENT
        S: * OK [UNSEEN 1] <text>
        S: * OK [PERMANENTFLAGS ()] <text>
        S: * OK [UIDNEXT 5] <text>
        S: * OK [UIDVALIDITY <number>] <text>
        S: * OK [HIGHESTMODSEQ 8] <text>
        S: a OK [READ-ONLY] <text>
    """,
}

# The argument of QRESYNC, but for UIDVALIDITY, and what it brings when of UIDs 1:6 the messages 1
# and 4 were expunged, and 3 changed. That took the mod-sequences 8 to 10.
RESYNCHRONIZED = {
    "7": ["VANISHED (EARLIER) 1,4", "2 FETCH (UID 3 FLAGS (\\Seen) MODSEQ (10))"],
    "7 2:3": ["2 FETCH (UID 3 FLAGS (\\Seen) MODSEQ (10))"],
    "7 4,1": ["VANISHED (EARLIER) 1,4"],
    "7 1:4294967295": [
        "VANISHED (EARLIER) 1,4",
        "2 FETCH (UID 3 FLAGS (\\Seen) MODSEQ (10))",
    ],
    "10": [],
    # The client knows that 1 is gone: 2 and 3 have the numbers it thinks.
    "7 1:6 (1:2,4 2:3,5)": [
        "VANISHED (EARLIER) 4",
        "2 FETCH (UID 3 FLAGS (\\Seen) MODSEQ (10))",
    ],
    "7 (1,3 2,5)": ["2 FETCH (UID 3 FLAGS (\\Seen) MODSEQ (10))"],
    "7 1:6 (2:4294967295 2:4294967295)": [
        "VANISHED (EARLIER) 1,4",
        "2 FETCH (UID 3 FLAGS (\\Seen) MODSEQ (10))",
    ],
}


@pytest.fixture
def second(login):
    return login()


@pytest.fixture
def four_messages(store):
    play("M: INBOX\nM: INBOX\nM: INBOX\nM: INBOX", {}, store)


def enable(client, what):
    assert client.ok(f"ENABLE {what}") == [f"* ENABLED {what}"]
    client.ok("SELECT INBOX")


@pytest.mark.usefixtures("four_messages")
@pytest.mark.parametrize("script", CONDSTORE.values(), ids=CONDSTORE)
def test_condstore(script, alice, second, store):
    enable(alice, "CONDSTORE")
    second.ok("SELECT INBOX")
    play(script, {"C": alice, "D": second}, store)


@pytest.mark.usefixtures("four_messages")
@pytest.mark.parametrize("script", QRESYNC.values(), ids=QRESYNC)
def test_qresync(script, alice, second, store):
    enable(alice, "QRESYNC")
    second.ok("SELECT INBOX")
    play(script, {"C": alice, "D": second}, store)


@pytest.mark.usefixtures("four_messages")
@pytest.mark.parametrize(("command", "answers"), ENABLING.items(), ids=ENABLING)
def test_enabling_command(command, answers, alice, second):
    alice.ok("SELECT INBOX")
    first, *others = alice.ok(command)
    assert first == "* OK [HIGHESTMODSEQ 5] highest mod-sequence"
    assert others == answers
    second.ok("SELECT INBOX")
    second.ok("STORE 2 FLAGS (\\Seen)")
    assert alice.ok("NOOP") == ["* 2 FETCH (UID 2 FLAGS (\\Seen \\Recent) MODSEQ (6))"]
    assert alice.ok("FETCH 2 MODSEQ") == ["* 2 FETCH (MODSEQ (6))"]


@pytest.mark.usefixtures("four_messages")
def test_enabling_select(alice, second):
    alice.ok("SELECT INBOX (CONDSTORE)")
    second.ok("SELECT INBOX")
    second.ok("STORE 2 FLAGS (\\Seen)")
    assert alice.ok("NOOP") == ["* 2 FETCH (UID 2 FLAGS (\\Seen \\Recent) MODSEQ (6))"]


@pytest.mark.usefixtures("four_messages")
@pytest.mark.parametrize(("known", "expected"), RESYNCHRONIZED.items(), ids=RESYNCHRONIZED)
def test_resynchronize(known, expected, alice, second, store):
    play("M: INBOX\nM: INBOX", {}, store)
    second.ok("SELECT INBOX")
    second.ok("STORE 1,4 FLAGS.SILENT (\\Deleted)")
    second.ok("EXPUNGE")
    second.ok("STORE 2 FLAGS.SILENT (\\Seen)")
    alice.ok("ENABLE QRESYNC")
    status = alice.ok("STATUS INBOX (UIDVALIDITY)")[0]
    uid_validity = re.search(r"UIDVALIDITY (\d+)", status)[1]
    answers = alice.ok(f"SELECT INBOX (QRESYNC ({uid_validity} {known}))")
    after = answers.index("* OK [HIGHESTMODSEQ 10] highest mod-sequence")
    assert answers[after + 1 :] == [f"* {answer}" for answer in expected]


def test_enable_tells_what_was_asked_for(alice):
    assert alice.ok("ENABLE CONDSTORE QRESYNC") == ["* ENABLED CONDSTORE QRESYNC"]
    assert alice.session.enabled == {"CONDSTORE", "QRESYNC"}


@pytest.mark.usefixtures("four_messages")
def test_removals_older_than_what_is_kept(alice, second, store, monkeypatch):
    """Every UID that is not there, among those that the client knows (RFC 7162, 3.2.6)."""
    monkeypatch.setattr("reference_server.storage.expunged.LIMIT", 4)
    for _ in range(8):
        deliver(store, "INBOX")
    second.ok("SELECT INBOX")
    for uid in (2, 3, 4, 7, 10, 12):
        second.ok(f"UID STORE {uid} +FLAGS.SILENT (\\Deleted)")
        second.ok("EXPUNGE")
    # Of six removals the newest four are kept, and the mod-sequence of the second, which is 17.
    removed = dict.fromkeys((1, 14, 15, 16), "2:4,7,10,12")
    removed |= {17: "4,7,10,12", 18: "4,7,10,12", 19: "7,10,12", 22: "10,12"}
    validity = re.search(r"UIDVALIDITY (\d+)", "".join(second.ok("STATUS INBOX (UIDVALIDITY)")))[1]
    alice.ok("ENABLE QRESYNC")
    for modseq, uids in removed.items():
        expected = [f"* VANISHED (EARLIER) {uids}"]
        answer = alice.ok(f"SELECT INBOX (QRESYNC ({validity} {modseq}))")
        assert [line for line in answer if "VANISHED" in line] == expected, modseq
        answer = alice.ok(f"UID FETCH 1:* (FLAGS) (CHANGEDSINCE {modseq} VANISHED)")
        assert [line for line in answer if "VANISHED" in line] == expected, modseq
    known = alice.ok(f"SELECT INBOX (QRESYNC ({validity} 1 1:3,9:11))")
    assert "* VANISHED (EARLIER) 2:3,10" in known
    matched = alice.ok(f"SELECT INBOX (QRESYNC ({validity} 1 1:12 (1,2,3 1,5,6)))")
    assert "* VANISHED (EARLIER) 7,10,12" in matched
    with store._database.locked() as connection:
        (rows,) = connection.execute("SELECT count(*) FROM expunged").fetchone()
        counted = connection.execute("SELECT expunged_rows, expunged_after FROM mailbox")
        assert (rows, max(counted)) == (4, (4, 17))


@pytest.mark.usefixtures("four_messages")
def test_new_messages_have_not_vanished(alice, second, store, monkeypatch):
    """Where old removals are forgotten, a message that waits to be reported is none of them."""
    monkeypatch.setattr("reference_server.storage.expunged.LIMIT", 1)
    alice.ok("ENABLE QRESYNC")
    alice.ok("SELECT INBOX")
    second.ok("SELECT INBOX")
    for uid in (2, 4):
        second.ok(f"UID STORE {uid} +FLAGS.SILENT (\\Deleted)")
        second.ok("EXPUNGE")
    alice.ok("NOOP")
    deliver(store, "INBOX")
    answer = alice.ok("UID FETCH 1:* (UID) (CHANGEDSINCE 1 VANISHED)")
    assert [line for line in answer if "VANISHED" in line] == ["* VANISHED (EARLIER) 2,4"]
    assert "* 3 EXISTS" in answer


SELECTS = [
    "SELECT INBOX",
    "EXAMINE INBOX",
    "SELECT INBOX (CONDSTORE)",
    "SELECT INBOX (QRESYNC ({} 1))",
    "SELECT INBOX (QRESYNC ({} 1 1:4 (1:3 1:3)))",
]


@pytest.mark.parametrize("command", SELECTS)
@pytest.mark.usefixtures("four_messages")
def test_select_shows_one_moment(command, alice, second, store, monkeypatch):
    """Changes of others between the snapshot and the tagged OK come with the next command."""
    second.ok("SELECT INBOX")
    second.ok("STORE 4 +FLAGS.SILENT (\\Deleted)")
    second.ok("EXPUNGE")
    validity = re.search(r"UIDVALIDITY (\d+)", "".join(second.ok("STATUS INBOX (UIDVALIDITY)")))[1]
    alice.ok("ENABLE QRESYNC")
    command = command.format(validity)
    alice.ok(command)
    alice.ok("UNSELECT")
    undisturbed = alice.ok(command)
    alice.ok("UNSELECT")
    opened = Mailbox.open

    def late(mailbox, *arguments, **options):
        snapshot = opened(mailbox, *arguments, **options)
        mailbox.store_flags([1], "add", frozenset({"\\Seen", "$new"}))
        mailbox.store_flags([2], "add", frozenset({"\\Deleted"}))
        mailbox.expunge([2])
        for _ in range(2):
            deliver(store, "INBOX")
        mailbox.store_flags([6], "add", frozenset({"\\Deleted"}))
        mailbox.expunge([6])
        return snapshot

    monkeypatch.setattr(Mailbox, "open", late)
    assert alice.ok(command) == undisturbed
    update = alice.ok("NOOP")
    assert update[0] == "* VANISHED 2"
    assert update[1] == "* 3 EXISTS"
    assert any(line.startswith("* 1 FETCH (UID 1 FLAGS ($new \\Seen") for line in update)
    assert not [line for line in update if "EARLIER" in line]
    assert alice.ok("NOOP") == []

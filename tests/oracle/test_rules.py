"""Each invariant: dialogues that keep it, and dialogues in which it is seen broken."""

import contextlib

import pytest

from conformance.oracle import RULES, Checker, Record
from conformance.wire import GrammarError, ServerClosed
from tests.wire.scripted import Script

SYSTEM = "\\Answered \\Flagged \\Deleted \\Seen \\Draft"

SELECTED = f"""
S: * OK ready
C: a LOGIN alice secret
S: a OK in
C: s SELECT box
S: * FLAGS ({SYSTEM} known)
S: * OK [PERMANENTFLAGS (\\Seen)] limited
S: * 3 EXISTS
S: * 0 RECENT
S: * OK [UIDVALIDITY 7] valid
S: * OK [UIDNEXT 30] next
S: s OK [READ-WRITE] selected
"""


SELECTED2 = SELECTED.replace("S: * 0 RECENT\n", "").replace(
    "S: a OK in\n", "S: a OK in\nC: e ENABLE IMAP4rev2\nS: * ENABLED IMAP4rev2\nS: e OK on\n"
)
QRESYNC = SELECTED.replace(
    "S: a OK in\n", "S: a OK in\nC: e ENABLE QRESYNC\nS: * ENABLED QRESYNC\nS: e OK on\n"
)


def play(dialogue, checker=None):
    """Play a dialogue, a line each; ``[end]`` closes the server's side. Gives the checker."""
    checker = Checker() if checker is None else checker
    script = Script(checker=checker)
    for line in filter(None, map(str.strip, dialogue.splitlines())):
        side, _, text = line.partition(": ")
        octets = text.replace("\\r\\n", "\r\n").encode()
        if line == "[end]":
            script.closes()
            with pytest.raises(ServerClosed):
                script.connection.read_response()
        elif line == "[client ends]":
            script.connection.end_sending()
        elif side == "C":
            script.connection.send_line(octets)
        else:
            assert side == "S", line
            script.says(octets)
            # What the grammar refuses is recorded before it is raised.
            with contextlib.suppress(GrammarError):
                script.connection.read_response()
    script.close()
    return checker


def broken(dialogue, checker=None):
    """The names of the rules that the dialogue breaks."""
    return [violation.rule.name for violation in play(dialogue, checker).violations]


KEPT = {
    "searches with RETURN": SELECTED
    + """
C: b SEARCH RETURN (MIN) UNSEEN
C: c UID SEARCH RETURN () 1:*
S: * ESEARCH (TAG "b")
S: b OK done
S: * ESEARCH (TAG c) UID ALL 1:29
S: c OK done
C: d SEARCH RETURN (SAVE) ALL
S: d OK done
C: e SEARCH RETURN (COUNT) CHARSET X ALL
S: e NO what charset
C: f SEARCH ALL
S: * SEARCH 1 3
S: f OK done
""",
    "a session of revision 2": SELECTED2
    + """
C: b SEARCH ALL
S: * ESEARCH (TAG "b") ALL 1:3
S: b OK done
C: c STORE 1 FLAGS ()
S: * 1 FETCH (FLAGS ())
S: c OK done
C: d NOOP
S: * 2 FETCH (UID 20 FLAGS ())
S: d OK done
C: f SELECT "\u00e4"
S: * 2 EXPUNGE
S: * OK [CLOSED] the old one
S: * 0 EXISTS
S: f OK done
""",
    "a session with QRESYNC": QRESYNC
    + """
C: b NOOP
S: * VANISHED 12
S: * 2 EXISTS
S: * 1 FETCH (UID 10 FLAGS () MODSEQ (5))
S: b OK done
C: c UID FETCH 1:* (FLAGS) (CHANGEDSINCE 3 VANISHED)
S: * VANISHED (EARLIER) 1:9,1000
S: * 2 FETCH (UID 20 FLAGS () MODSEQ (6))
S: c OK done
C: d EXPUNGE
S: * VANISHED 10,20
S: d OK [HIGHESTMODSEQ 8] done
C: f NOOP
S: * 0 EXISTS
S: f OK done
""",
    "EXPUNGE where there are no mod-sequences": QRESYNC
    + "C: b SELECT other\nS: * OK [NOMODSEQ] none\nS: * 2 EXISTS\nS: b OK done\n"
    + "C: c NOOP\nS: * 1 EXPUNGE\nS: * 1 FETCH (UID 4 FLAGS ())\nS: c OK done",
    "no CLOSED where it is doubtful whether anything is selected": SELECTED2
    + "C: b SELECT\nS: b BAD what\nC: c SELECT other\nS: * 1 EXISTS\nS: c OK done",
    "CLOSED without need": SELECTED
    + "C: b SELECT other\nS: * OK [CLOSED] so\nS: * 1 EXISTS\nS: b OK done",
    "a whole session": SELECTED
    + """
C: b FETCH 1:3 (UID FLAGS)
S: * 1 FETCH (UID 10 FLAGS (\\Seen \\Recent))
S: * 2 FETCH (UID 20 FLAGS (known))
S: * 3 FETCH (UID 29 FLAGS (KNOWN \\seen))
S: b OK done
C: c NOOP
S: * 2 EXPUNGE
S: * 2 EXISTS
S: * 3 EXISTS
S: * 1 RECENT
S: c OK done
S: * 4 EXISTS
C: d UID FETCH 1:* FLAGS
S: * 3 FETCH (UID 30 FLAGS ())
S: * 2 FETCH (UID 29 FLAGS ())
S: * 1 EXPUNGE
S: * 3 FETCH (UID 31 FLAGS ())
S: d OK done
C: e LOGOUT
S: * BYE bye
S: e OK done
[end]
""",
    "successive EXPUNGE from either end": SELECTED
    + """
C: b EXPUNGE
S: * 3 EXPUNGE
S: * 1 EXPUNGE
S: * 1 EXPUNGE
S: b OK done
C: c NOOP
S: * 0 EXISTS
S: c OK done
""",
    "EXPUNGE in IDLE and in UID commands": SELECTED
    + """
C: b IDLE
S: + idling
S: * 1 EXPUNGE
C: DONE
S: b OK done
C: c UID STORE 20 FLAGS ()
S: * 1 EXPUNGE
S: c OK done
C: d COPY 1 box
S: * 1 EXPUNGE
S: d OK done
""",
    "EXPUNGE for the first of several commands": SELECTED
    + """
C: b NOOP
C: c FETCH 1 FLAGS
S: * 3 EXPUNGE
S: b OK done
S: * 1 FETCH (FLAGS ())
S: c OK done
""",
    "EXPUNGE after a command refused without its tag": SELECTED
    + """
C: b FETCH
S: * BAD no tag, I say
C: c NOOP
S: * 1 EXPUNGE
S: c OK done
""",
    "SELECT starts anew": SELECTED
    + """
C: b SELECT other
S: * 1 EXISTS
S: * OK [UIDVALIDITY 8] valid
S: * OK [UIDNEXT 5] next
S: b OK done
C: c FETCH 1 (UID FLAGS)
S: * 1 FETCH (UID 4 FLAGS (anything))
S: c OK done
""",
    "a refused SELECT leaves nothing selected": SELECTED
    + """
C: b SELECT missing
S: b NO missing
C: c NOOP
S: c OK done
""",
    "a SELECT with bad syntax leaves everything open": SELECTED
    + """
C: b SELECT
S: b BAD what
C: c NOOP
S: * 1 EXISTS
S: * 1 EXPUNGE
S: c OK done
""",
    "keywords may be made where PERMANENTFLAGS says so": f"""
C: s SELECT box
S: * FLAGS ({SYSTEM})
S: * OK [PERMANENTFLAGS (\\*)] all
S: * 1 EXISTS
S: s OK done
C: a FETCH 1 FLAGS
S: * 1 FETCH (FLAGS ($Forwarded))
S: a OK done
""",
    "empty data for a message expunged elsewhere (RFC 2180, 4.1.3)": SELECTED
    + """
C: b FETCH 1 (UID RFC822.SIZE INTERNALDATE ENVELOPE BODY[])
S: * 1 FETCH (UID 1 RFC822.SIZE 9 INTERNALDATE "01-Jan-2000 00:00:00 +0000")
S: * 1 FETCH (ENVELOPE ("d" NIL NIL NIL NIL NIL NIL NIL NIL NIL) BODY[] "whole")
S: * 1 FETCH (UID 1 RFC822.SIZE 0 INTERNALDATE "00-Jan-0000 00:00:00 +0000")
S: * 1 FETCH (ENVELOPE (NIL NIL NIL NIL NIL NIL NIL NIL NIL NIL) BODY[] "")
S: b OK done
""",
    "parts of a message agree with the whole": SELECTED
    + """
C: b FETCH 1 (UID BODY[] RFC822)
S: * 1 FETCH (UID 1 BODY[] "abcdef" RFC822 "abcdef")
S: * 1 FETCH (BODY[]<2> "cd" BODY[]<4> "ef")
S: * 1 FETCH (BODY[]<2> "cdef" BODY[]<9> "")
S: * 1 FETCH (INTERNALDATE "01-Jan-2000 01:00:00 +0100")
S: * 1 FETCH (INTERNALDATE "01-Jan-2000 00:00:00 +0000")
S: b OK done
""",
    "capabilities change with authentication": """
S: * OK [CAPABILITY IMAP4rev1 STARTTLS] ready
C: a CAPABILITY
S: * CAPABILITY STARTTLS IMAP4rev1
S: a OK done
C: b LOGIN alice secret
S: b OK [CAPABILITY IMAP4rev1 IDLE] in
C: c CAPABILITY
S: * CAPABILITY IMAP4rev1 IDLE
S: c OK done
""",
    "the greeting tells a part of the capabilities": """
S: * OK [CAPABILITY IMAP4rev1 STARTTLS] ready
C: a CAPABILITY
S: * CAPABILITY STARTTLS IMAP4rev1 IDLE
S: a OK done
""",
    "a malformed line is understood all the same": """
C: a  NOOP
S: a OK done
""",
    "literals and AUTHENTICATE are asked for": """
C: a AUTHENTICATE LOGIN
S: + VXNlcg==
C: eA==
S: + UGFzcw==
C: eA==
S: a NO no
C: b LOGIN {1}
S: + go
C: x {1}
S: + go
C: y
S: b OK in
""",
    "a literal refused at once": """
C: a APPEND box {999}
S: a NO too big
C: b NOOP
S: b OK done
""",
    "nonsense answered in any way": """
C: nonsense
S: * BAD what
C: x* NOOP
S: x BAD what
""",
    "a server that leaves after its client": """
S: * OK ready
[client ends]
[end]
""",
    "STATUS of the selected mailbox from what the session knows (6.3.10)": SELECTED
    + """
C: b APPEND box {1+}\\r\\nx
S: b OK [APPENDUID 7 30] done
C: c STATUS box (UIDNEXT UIDVALIDITY)
S: * STATUS box (UIDNEXT 30 UIDVALIDITY 7)
S: c OK done
""",
    "UIDs given by APPEND and COPY": SELECTED
    + """
C: b APPEND box {1+}\\r\\nx
S: b OK [APPENDUID 7 30] done
C: c COPY 1:2 box
S: c OK [COPYUID 7 10,20 31:32] done
C: d STATUS box (UIDNEXT UIDVALIDITY)
S: * STATUS box (UIDNEXT 33 UIDVALIDITY 7)
S: d OK done
""",
}

BROKEN = {
    "syntax": ("grammar", "S: * 0 EXPUNGE"),
    "a tag nobody gave": ("tag", "C: a NOOP\nS: b OK done"),
    "a tag answered twice": ("tag", "C: a NOOP\nS: a OK done\nS: a OK again"),
    "an unasked continuation": ("continuation", "C: a NOOP\nS: + what"),
    "two continuations for IDLE": ("continuation", "C: a IDLE\nS: + yes\nS: + yes"),
    "fewer messages without EXPUNGE": (
        "exists-shrinks",
        SELECTED + "C: b NOOP\nS: * 2 EXISTS\nS: b OK done",
    ),
    "EXPUNGE of a message that is not there": (
        "expunge-range",
        SELECTED + "C: b NOOP\nS: * 4 EXPUNGE\nS: b OK done",
    ),
    "EXPUNGE after the numbers have moved": (
        "expunge-range",
        SELECTED + "C: b NOOP\nS: * 1 EXPUNGE\nS: * 3 EXPUNGE\nS: b OK done",
    ),
    "EXPUNGE of nothing selected": (
        "expunge-range",
        SELECTED + "C: b CLOSE\nS: b OK done\nC: c NOOP\nS: * 1 EXPUNGE\nS: c OK done",
    ),
    "EXPUNGE in FETCH": ("expunge-time", SELECTED + "C: b FETCH 1 FLAGS\nS: * 2 EXPUNGE"),
    "EXPUNGE in STORE": ("expunge-time", SELECTED + "C: b STORE 1 FLAGS ()\nS: * 2 EXPUNGE"),
    "EXPUNGE in SEARCH": ("expunge-time", SELECTED + "C: b SEARCH ALL\nS: * 2 EXPUNGE"),
    "EXPUNGE with no command": ("expunge-time", SELECTED + "S: * 2 EXPUNGE"),
    "EXPUNGE before a command is complete": (
        "expunge-time",
        SELECTED + "C: b APPEND box {3}\nS: * 2 EXPUNGE",
    ),
    "FETCH of a message that was not told": (
        "fetch-range",
        SELECTED + "C: b NOOP\nS: * 4 FETCH (FLAGS ())",
    ),
    "SEARCH finding a message that was not told": (
        "fetch-range",
        SELECTED + "C: b SEARCH ALL\nS: * SEARCH 1 4",
    ),
    "FETCH with nothing selected": ("fetch-range", "C: b NOOP\nS: * 1 FETCH (FLAGS ())"),
    "UIDs out of order": (
        "uid-order",
        SELECTED + "C: b FETCH 1:2 UID\nS: * 1 FETCH (UID 9)\nS: * 2 FETCH (UID 8)",
    ),
    "UIDs out of order, told backwards": (
        "uid-order",
        SELECTED + "C: b FETCH 1:3 UID\nS: * 3 FETCH (UID 9)\nS: * 1 FETCH (UID 9)",
    ),
    "another UID for a message": (
        "uid-changes",
        SELECTED + "C: b FETCH 1 UID\nS: * 1 FETCH (UID 9)\nS: * 1 FETCH (UID 10)",
    ),
    "a UID of an expunged message": (
        "uid-reused",
        SELECTED.replace("S: * OK [UIDNEXT 30] next\n", "")
        + """
C: b UID FETCH 1:* UID
S: * 3 FETCH (UID 20)
S: * 3 EXPUNGE
S: * 3 EXISTS
S: * 3 FETCH (UID 20)""",
    ),
    "a UID given out before": (
        "uid-reused",
        SELECTED + "C: b APPEND box {1+}\\r\\nx\nS: b OK [APPENDUID 7 29] done",
    ),
    "UIDNEXT in use": ("uid-next", SELECTED + "C: b FETCH 1 UID\nS: * 1 FETCH (UID 30)"),
    "a new message below UIDNEXT": (
        "uid-next",
        SELECTED + "C: b NOOP\nS: * 4 EXISTS\nS: * 4 FETCH (UID 29)",
    ),
    "UIDNEXT falling": (
        "uid-next",
        SELECTED
        + "C: b CLOSE\nS: b OK done\n"
        + "C: c STATUS box (UIDNEXT UIDVALIDITY)\nS: * STATUS box (UIDNEXT 29 UIDVALIDITY 7)",
    ),
    "UIDNEXT in STATUS not above a UID of the session": (
        "uid-next",
        SELECTED
        + "C: b UID FETCH 1 UID\nS: * 1 FETCH (UID 20)\nS: b OK done\n"
        + "C: c STATUS box (UIDNEXT)\nS: * STATUS box (UIDNEXT 20)",
    ),
    "another size": (
        "immutable",
        SELECTED
        + "C: b FETCH 1 RFC822.SIZE\nS: * 1 FETCH (UID 1 RFC822.SIZE 4)\n"
        + "S: * 1 FETCH (RFC822.SIZE 5)",
    ),
    "another date": (
        "immutable",
        SELECTED
        + "C: b FETCH 1 INTERNALDATE"
        + '\nS: * 1 FETCH (UID 1 INTERNALDATE "01-Jan-2000 00:00:00 +0000")'
        + '\nS: * 1 FETCH (INTERNALDATE "01-Jan-2000 00:00:01 +0000")',
    ),
    "another envelope": (
        "immutable",
        SELECTED
        + "C: b FETCH 1 ENVELOPE"
        + '\nS: * 1 FETCH (UID 1 ENVELOPE ("d" NIL NIL NIL NIL NIL NIL NIL NIL NIL))'
        + '\nS: * 1 FETCH (ENVELOPE ("e" NIL NIL NIL NIL NIL NIL NIL NIL NIL))',
    ),
    "another structure": (
        "immutable",
        SELECTED
        + 'C: b FETCH 1 BODY\nS: * 1 FETCH (UID 1 BODY ("A" "B" NIL NIL NIL "7BIT" 5))'
        + '\nS: * 1 FETCH (BODY ("A" "B" NIL NIL NIL "7BIT" 6))',
    ),
    "other octets": (
        "immutable",
        SELECTED
        + 'C: b FETCH 1 BODY[]\nS: * 1 FETCH (UID 1 BODY[] "x")\nS: * 1 FETCH (RFC822 "y")',
    ),
    "a part unlike the whole": (
        "immutable",
        SELECTED
        + 'C: b FETCH 1 BODY[]\nS: * 1 FETCH (UID 1 BODY[] "abc")\nS: * 1 FETCH (BODY[]<1> "c")',
    ),
    "a part unlike the part before": (
        "immutable",
        SELECTED
        + 'C: b FETCH 1 X\nS: * 1 FETCH (UID 1 BODY[]<1> "bc")\nS: * 1 FETCH (BODY[]<1> "bX")',
    ),
    "a system flag missing": ("flags-minimum", "C: s SELECT x\nS: * FLAGS (\\Seen \\Deleted)"),
    "a keyword not announced": (
        "flags-announced",
        SELECTED + "C: b FETCH 1 FLAGS\nS: * 1 FETCH (FLAGS (unknown))",
    ),
    "a flag not announced": (
        "flags-announced",
        SELECTED + "C: b FETCH 1 FLAGS\nS: * 1 FETCH (FLAGS (\\Unknown))",
    ),
    "RECENT after ENABLE IMAP4rev2": (
        "recent-rev2",
        "C: a ENABLE IMAP4rev2\nS: * ENABLED IMAP4rev2\nS: a OK done\nC: b NOOP\nS: * 0 RECENT",
    ),
    "\\Recent in FLAGS after ENABLE IMAP4rev2": (
        "recent-rev2",
        "C: a ENABLE IMAP4rev2\nS: * ENABLED IMAP4rev2\nS: a OK done\nC: b SELECT x\n"
        "S: * FLAGS (\\Answered \\Flagged \\Deleted \\Seen \\Draft \\Recent)",
    ),
    "\\Recent after ENABLE IMAP4rev2": (
        "recent-rev2",
        "C: a ENABLE IMAP4rev2\nS: * ENABLED IMAP4rev2\nS: a OK done\n"
        + SELECTED.replace("S: * 0 RECENT\n", "").replace("S: * OK ready\n", "")
        + "C: b FETCH 1 FLAGS\nS: * 1 FETCH (FLAGS (\\Recent))",
    ),
    "a capability that appears with ENABLE": (
        "capabilities",
        "C: c CAPABILITY\nS: * CAPABILITY IMAP4rev1 ENABLE\nS: c OK done\n"
        "C: a ENABLE X\nS: * ENABLED\nS: a OK done\n"
        "C: b CAPABILITY\nS: * CAPABILITY IMAP4rev1 ENABLE X",
    ),
    "a capability of the greeting that CAPABILITY does not list": (
        "capabilities",
        "S: * OK [CAPABILITY IMAP4rev1 ENABLE] ready\nC: a CAPABILITY\nS: * CAPABILITY IMAP4rev1",
    ),
    "a capability in a code that CAPABILITY has not listed": (
        "capabilities",
        "C: a CAPABILITY\nS: * CAPABILITY IMAP4rev1\nS: a OK done\n"
        "C: b NOOP\nS: b OK [CAPABILITY IMAP4rev1 IDLE] done",
    ),
    "ENABLED with what was not asked for": (
        "enabled",
        "C: a ENABLE CONDSTORE\nS: * ENABLED CONDSTORE QRESYNC",
    ),
    "ENABLED without ENABLE": ("enabled", "C: a NOOP\nS: * ENABLED CONDSTORE"),
    "ESEARCH for another command": (
        "esearch",
        SELECTED + 'C: b NOOP\nS: * ESEARCH (TAG "b") COUNT 1',
    ),
    "ESEARCH without UID in UID SEARCH": (
        "esearch",
        SELECTED + 'C: b UID SEARCH RETURN () ALL\nS: * ESEARCH (TAG "b") ALL 1',
    ),
    "ESEARCH with UID in SEARCH": (
        "esearch",
        SELECTED + 'C: b SEARCH RETURN (COUNT) ALL\nS: * ESEARCH (TAG "b") UID COUNT 1',
    ),
    "two ESEARCH for one SEARCH": (
        "esearch",
        SELECTED
        + "C: b SEARCH RETURN (MIN MAX) ALL"
        + '\nS: * ESEARCH (TAG "b") MIN 1\nS: * ESEARCH (TAG "b") MAX 3',
    ),
    "no ESEARCH for SEARCH with RETURN": (
        "esearch",
        SELECTED + "C: b SEARCH RETURN (SAVE COUNT) ALL\nS: * SEARCH 1\nS: b OK done",
    ),
    "ESEARCH without the tag": (
        "esearch",
        SELECTED + "C: b SEARCH RETURN (COUNT) ALL\nS: * ESEARCH COUNT 1\nS: b OK done",
    ),
    "ESEARCH for SEARCH without RETURN": (
        "esearch",
        SELECTED + 'C: b SEARCH ALL\nS: * ESEARCH (TAG "b") ALL 1\nS: b OK done',
    ),
    "SEARCH instead of ESEARCH in revision 2": (
        "esearch",
        SELECTED2 + "C: b SEARCH ALL\nS: * SEARCH 1\nS: b OK done",
    ),
    "ESEARCH finding a message that was not told": (
        "fetch-range",
        SELECTED2 + 'C: b SEARCH ALL\nS: * ESEARCH (TAG "b") ALL 2:4\nS: b OK done',
    ),
    "SELECT of another mailbox without CLOSED in revision 2": (
        "closed",
        SELECTED2 + "C: b SELECT other\nS: * 4 EXISTS\nS: b OK done",
    ),
    "FETCH without UID in revision 2": (
        "fetch-uid",
        SELECTED2 + "C: b NOOP\nS: * 1 FETCH (FLAGS ())\nS: b OK done",
    ),
    "FETCH without UID in IDLE in revision 2": (
        "fetch-uid",
        SELECTED2 + "C: b IDLE\nS: + idling\nS: * 1 FETCH (FLAGS ())",
    ),
    "FETCH without UID after STORE with QRESYNC": (
        "fetch-uid",
        QRESYNC + "C: b STORE 1 FLAGS ()\nS: * 1 FETCH (FLAGS () MODSEQ (9))\nS: b OK done",
    ),
    "FETCH without MODSEQ after STORE with QRESYNC": (
        "fetch-modseq",
        QRESYNC + "C: b STORE 1 FLAGS ()\nS: * 1 FETCH (FLAGS () UID 10)\nS: b OK done",
    ),
    "a mod-sequence that falls": (
        "modseq-falls",
        SELECTED
        + "C: b FETCH 1 MODSEQ\nS: * 1 FETCH (UID 10 MODSEQ (8))\nS: b OK done\n"
        + "C: c FETCH 1 MODSEQ\nS: * 1 FETCH (MODSEQ (7))\nS: c OK done",
    ),
    "HIGHESTMODSEQ below what was fetched": (
        "highest-modseq",
        QRESYNC
        + "C: b FETCH 1 MODSEQ\nS: * 1 FETCH (UID 10 MODSEQ (8))\nS: b OK done\n"
        + "C: c CLOSE\nS: c OK done\nC: d STATUS box (UIDVALIDITY HIGHESTMODSEQ)\n"
        + "S: * STATUS box (UIDVALIDITY 7 HIGHESTMODSEQ 7)\nS: d OK done",
    ),
    "HIGHESTMODSEQ in SELECT below what was fetched": (
        "highest-modseq",
        QRESYNC
        + "C: b FETCH 1 MODSEQ\nS: * 1 FETCH (UID 10 MODSEQ (8))\nS: b OK done\n"
        + "C: c CLOSE\nS: c OK done\nC: d SELECT box\n"
        + "S: * OK [UIDVALIDITY 7] valid\nS: * OK [HIGHESTMODSEQ 7] high\nS: d OK done",
    ),
    "VANISHED without QRESYNC": (
        "vanished",
        SELECTED + "C: b NOOP\nS: * VANISHED 10\nS: b OK done",
    ),
    "EXPUNGE with QRESYNC": ("vanished", QRESYNC + "C: b NOOP\nS: * 1 EXPUNGE\nS: b OK done"),
    "VANISHED of a message that is gone": (
        "vanished",
        QRESYNC + "C: b UID FETCH 1:* UID\nS: * 1 FETCH (UID 10)\nS: * 2 FETCH (UID 12)\n"
        "S: * VANISHED 11\nS: b OK done",
    ),
    "VANISHED of more messages than there are": (
        "vanished",
        QRESYNC + "C: b NOOP\nS: * VANISHED 1:4\nS: b OK done",
    ),
    "VANISHED of nothing selected": (
        "vanished",
        QRESYNC + "C: b CLOSE\nS: b OK done\nC: c NOOP\nS: * VANISHED 1\nS: c OK done",
    ),
    "VANISHED in FETCH": ("expunge-time", QRESYNC + "C: b FETCH 1 FLAGS\nS: * VANISHED 3"),
    "the UID of a message that vanished": (
        "uid-reused",
        QRESYNC.replace("S: * OK [UIDNEXT 30] next\n", "")
        + "C: b UID FETCH 1:* UID\nS: * 3 FETCH (UID 20)\nS: * VANISHED 20\nS: * 3 EXISTS\n"
        + "S: * 3 FETCH (UID 20)",
    ),
    "a capability that vanishes": (
        "capabilities",
        "S: * OK [CAPABILITY IMAP4rev1 IDLE] ready\nC: a CAPABILITY\nS: * CAPABILITY IMAP4rev1",
    ),
    "no BYE": ("bye", "S: * OK ready\nC: a NOOP\n[end]"),
}


@pytest.mark.parametrize("dialogue", KEPT.values(), ids=KEPT)
def test_what_the_rfc_allows_is_accepted(dialogue):
    assert [violation.message for violation in play(dialogue).violations] == []


@pytest.mark.parametrize(("rule", "dialogue"), BROKEN.values(), ids=BROKEN)
def test_a_broken_rule_is_named(rule, dialogue):
    assert broken(dialogue) == [rule]


def test_every_rule_is_seen_broken():
    assert {rule for rule, _ in BROKEN.values()} == {rule.name for rule in RULES}


def test_a_violation_says_what_happened():
    (violation,) = play(SELECTED + "C: b FETCH 1 FLAGS\nS: * 2 EXPUNGE").violations
    assert violation.requirements == ("RFC3501-7.4.1-1",)
    assert violation.message.endswith("; EXPUNGE 2 came in 'b FETCH 1 FLAGS'")


def fetching(uid, item):
    return SELECTED + f"C: b FETCH 1 X\nS: * 1 FETCH (UID {uid} {item})\nS: b OK done"


def test_connections_of_a_run_are_held_against_each_other():
    record = Record()
    assert broken(fetching(5, "RFC822.SIZE 4"), Checker(record)) == []
    assert broken(fetching(5, "RFC822.SIZE 4"), Checker(record)) == []
    assert broken(fetching(5, "RFC822.SIZE 5"), Checker(record)) == ["immutable"]


@pytest.mark.parametrize(
    ("old", "new"), [("alice", "bob"), ("box", "other"), ("UIDVALIDITY 7", "UIDVALIDITY 8")]
)
def test_other_mailboxes_are_not_compared(old, new):
    record = Record()
    assert broken(fetching(5, "RFC822.SIZE 4"), Checker(record)) == []
    assert broken(fetching(5, "RFC822.SIZE 5").replace(old, new), Checker(record)) == []


def test_an_expunged_uid_does_not_come_back_in_a_later_session():
    record = Record()
    gone = SELECTED + "C: b UID FETCH 1 UID\nS: * 1 FETCH (UID 5)\nS: * 1 EXPUNGE\nS: b OK done"
    assert broken(gone, Checker(record)) == []
    assert broken(fetching(5, "FLAGS ()"), Checker(record)) == ["uid-reused"]


def test_a_session_from_before_may_still_show_an_expunged_message():
    record = Record()
    before = Script(checker=Checker(record))
    for line in SELECTED.strip().splitlines():
        if line.startswith("C"):
            before.connection.send_line(line[3:])
        else:
            before.says(line[3:].encode())
            before.connection.read_response()
    gone = SELECTED + "C: b UID FETCH 1 UID\nS: * 1 FETCH (UID 5)\nS: * 1 EXPUNGE\nS: b OK done"
    assert broken(gone, Checker(record)) == []
    before.says(b"* 1 FETCH (UID 5)")
    before.connection.read_response()
    assert before.connection.checker.violations == []
    before.close()


def test_what_was_asked_before_may_be_answered_late():
    """UIDNEXT is held against what was known when it was asked for, not when it was read."""
    record = Record()
    early = Script(checker=Checker(record, account="alice"))
    early.connection.send_line("x STATUS box (UIDNEXT UIDVALIDITY)")
    assert broken(SELECTED, Checker(record)) == []
    early.says(b"* STATUS box (UIDNEXT 29 UIDVALIDITY 7)", b"x OK done")
    early.connection.finish("x")
    assert early.connection.checker.violations == []
    early.connection.send_line("y STATUS box (UIDNEXT UIDVALIDITY)")
    early.says(b"* STATUS box (UIDNEXT 29 UIDVALIDITY 7)", b"y OK done")
    early.connection.finish("y")
    assert [one.rule.name for one in early.connection.checker.violations] == ["uid-next"]
    early.close()

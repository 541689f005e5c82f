"""ESEARCH (RFC 4731) and the search result variable (RFC 5182)."""

import pytest

from tests.session.dialogue import play

DIALOGUES = {
    "result options": """
        C: b SEARCH RETURN (MIN MAX COUNT ALL) SEEN
        S: * ESEARCH (TAG "b") COUNT 2 MIN 1 MAX 3 ALL 1,3
        S: b OK <text>
        C: c UID SEARCH RETURN () SEEN
        S: * ESEARCH (TAG "c") UID ALL 1,3
        S: c OK <text>
        C: d SEARCH RETURN (MIN MAX ALL) FLAGGED
        S: * ESEARCH (TAG "d")
        S: d OK <text>
        C: e SEARCH RETURN (COUNT) FLAGGED
        S: * ESEARCH (TAG "e") COUNT 0
        S: e OK <text>
        C: f SEARCH return (min) CHARSET UTF-8 SUBJECT hello
        S: * ESEARCH (TAG "f") MIN 1
        S: f OK <text>
        C: g SEARCH RETURN (FIRST) ALL
        S: g BAD <text>
        C: h SEARCH RETURN ALL
        S: h BAD <text>
        C: i SEARCH SEEN
        S: * SEARCH 1 3
        S: i OK <text>
    """,
    "everywhere": """
        C: b SEARCH RETURN (SAVE) SEEN
        S: b OK <text>
        C: c FETCH $ UID
        S: * 1 FETCH (UID 1)
        S: * 3 FETCH (UID 3)
        S: c OK <text>
        C: d UID FETCH 2,$ UID
        S: * 1 FETCH (UID 1)
        S: * 2 FETCH (UID 2)
        S: * 3 FETCH (UID 3)
        S: d OK <text>
        C: e SEARCH NOT $
        S: * SEARCH 2
        S: e OK <text>
        C: f UID SEARCH UID $ 2:3
        S: * SEARCH 3
        S: f OK <text>
        C: g COPY $ Drafts
        S: g OK [COPYUID <text>
        C: h STORE $ +FLAGS.SILENT \\Deleted
        S: h OK <text>
        C: i UID EXPUNGE $
        S: * 1 EXPUNGE
        S: * 2 EXPUNGE
        S: * 1 RECENT
        S: i OK <text>
        C: j FETCH $ UID
        S: j OK <text>
    """,
    "empty": """
        C: b FETCH $ UID
        S: b OK <text>
        C: c UID STORE $ FLAGS \\Seen
        S: c OK <text>
        C: d COPY $ Drafts
        S: d OK <text>
        C: e MOVE $ Drafts
        S: e OK <text>
        C: f UID EXPUNGE $
        S: f OK <text>
        C: g SEARCH $
        S: * SEARCH
        S: g OK <text>
        C: h SEARCH NOT $
        S: * SEARCH 1 2 3
        S: h OK <text>
        C: i FETCH $,1 UID
        S: i BAD <text>
        C: j FETCH $1 UID
        S: j BAD <text>
    """,
    "what changes it": """
        C: b SEARCH RETURN (SAVE) SEEN
        S: b OK <text>
        C: c SEARCH UNSEEN
        S: * SEARCH 2
        S: c OK <text>
        C: d SEARCH RETURN (COUNT) UNSEEN
        S: * ESEARCH (TAG "d") COUNT 1
        S: d OK <text>
        C: e SEARCH RETURN (SAVE) NONSENSE
        S: e BAD <text>
        C: f SEARCH RETURN (SAVE) 4
        S: f BAD <text>
        C: g SEARCH CHARSET KOI8-R SUBJECT x
        S: g NO [BADCHARSET <text>
        C: h SEARCH $
        S: * SEARCH 1 3
        S: h OK <text>
        C: i SEARCH RETURN (SAVE) CHARSET KOI8-R SUBJECT x
        S: i NO [BADCHARSET <text>
        C: j SEARCH $
        S: * SEARCH
        S: j OK <text>
    """,
    "minimum and maximum": """
        C: b SEARCH RETURN (SAVE MIN) ALL
        S: * ESEARCH (TAG "b") MIN 1
        S: b OK <text>
        C: c SEARCH $
        S: * SEARCH 1
        S: c OK <text>
        C: d SEARCH RETURN (SAVE MAX) ALL
        S: * ESEARCH (TAG "d") MAX 3
        S: d OK <text>
        C: e SEARCH $
        S: * SEARCH 3
        S: e OK <text>
        C: f SEARCH RETURN (MAX SAVE MIN) ALL
        S: * ESEARCH (TAG "f") MIN 1 MAX 3
        S: f OK <text>
        C: g SEARCH $
        S: * SEARCH 1 3
        S: g OK <text>
        C: h SEARCH RETURN (MAX SAVE MIN) 2
        S: * ESEARCH (TAG "h") MIN 2 MAX 2
        S: h OK <text>
        C: i SEARCH $
        S: * SEARCH 2
        S: i OK <text>
        C: j SEARCH RETURN (MAX SAVE COUNT) ALL
        S: * ESEARCH (TAG "j") COUNT 3 MAX 3
        S: j OK <text>
        C: k SEARCH $
        S: * SEARCH 1 2 3
        S: k OK <text>
        C: l SEARCH RETURN (MIN SAVE ALL) ALL
        S: * ESEARCH (TAG "l") MIN 1 ALL 1:3
        S: l OK <text>
        C: m SEARCH $
        S: * SEARCH 1 2 3
        S: m OK <text>
        C: n SEARCH RETURN (MIN SAVE) FLAGGED
        S: * ESEARCH (TAG "n")
        S: n OK <text>
        C: o SEARCH $
        S: * SEARCH
        S: o OK <text>
    """,
    "expunged by another session": """
        C: b SEARCH RETURN (SAVE) ALL
        S: b OK <text>
        D: b STORE 1 +FLAGS.SILENT \\Deleted
        T: b OK <text>
        D: c EXPUNGE
        T: * 1 EXPUNGE
        T: c OK <text>
        C: c FETCH $ UID
        S: * 2 FETCH (UID 2)
        S: * 3 FETCH (UID 3)
        S: c OK <text>
        C: d STORE $ FLAGS.SILENT ()
        S: d OK <text>
        C: e NOOP
        S: * 1 EXPUNGE
        S: * 2 RECENT
        S: e OK <text>
        C: f FETCH $ UID
        S: * 1 FETCH (UID 2)
        S: * 2 FETCH (UID 3)
        S: f OK <text>
        C: g MOVE $ Drafts
        S: * OK [COPYUID <text>
        S: * 1 EXPUNGE
        S: * 1 EXPUNGE
        S: * 0 RECENT
        S: g OK <text>
        C: h SEARCH $
        S: * SEARCH
        S: h OK <text>
    """,
}

ENABLED = """
    C: c SEARCH SEEN
    S: * ESEARCH (TAG "c") ALL 1,3
    S: c OK <text>
    C: d UID SEARCH FLAGGED
    S: * ESEARCH (TAG "d") UID
    S: d OK <text>
    C: e SEARCH SUBJECT "é"
    S: * ESEARCH (TAG "e")
    S: e OK <text>
    C: f SEARCH RETURN (SAVE) SEEN
    S: f OK <text>
"""


@pytest.fixture
def second(login):
    return login()


@pytest.fixture
def three_messages(alice, second, store):
    """Messages 1 and 3 are seen; both sessions have selected INBOX."""
    play("M: INBOX \\Seen\nM: INBOX\nM: INBOX \\Seen", {}, store)
    alice.ok("SELECT INBOX")
    second.ok("SELECT INBOX")


@pytest.mark.usefixtures("three_messages")
@pytest.mark.parametrize("script", DIALOGUES.values(), ids=DIALOGUES)
def test_dialogue(script, alice, second, store):
    play(script, {"C": alice, "D": second}, store)


@pytest.mark.usefixtures("three_messages")
def test_revision_2(login, store):
    client = login()
    client.ok("ENABLE IMAP4rev2")
    client.ok("SELECT INBOX")
    play(ENABLED, {"C": client}, store)


@pytest.mark.usefixtures("three_messages")
def test_select_empties_the_variable(alice):
    alice.ok("SEARCH RETURN (SAVE) ALL")
    alice.ok("EXAMINE INBOX")
    assert alice.ok("SEARCH $") == ["* SEARCH"]


@pytest.mark.usefixtures("three_messages")
def test_pipelined_commands(alice):
    lines = "a SEARCH RETURN (SAVE) SEEN", "b FETCH $ UID", "c STORE $ FLAGS.SILENT ()"
    assert alice.send("\r\n".join((*lines, ""))) == [
        "a OK SEARCH completed",
        "* 1 FETCH (UID 1)",
        "* 3 FETCH (UID 3)",
        "b OK FETCH completed",
        "c OK STORE completed",
    ]

"""What counts as a difference between two answers, and what does not."""

import pytest

from conformance.diff.meaning import Names, difference, meaning, told_uids
from conformance.diff.script import Step
from conformance.wire import Answer
from conformance.wire.grammar import Condition, parse_response


def answer(command, *lines):
    """The answer to a command: untagged lines, then the tagged one."""
    *untagged, tagged = [parse_response(line.encode() + b"\r\n") for line in lines]
    assert isinstance(tagged, Condition)
    return Answer(command, tagged, untagged)


def mailbox(name):
    return "{" + name.removeprefix("scratch/") + "}" if name.startswith("scratch/") else None


def said(command, *lines, more_uids=()):
    step, heard = Step(command), answer(command, *lines)
    names = Names(mailbox, frozenset(told_uids(step, heard)) | frozenset(more_uids))
    return meaning(step, heard, names)


FETCH = "FETCH 1:* (FLAGS)"


def body(parameters):
    return f'* 1 FETCH (BODY (("TEXT" "PLAIN" ({parameters}) NIL NIL "7BIT" 5 1) "MIXED"))'


@pytest.mark.parametrize(
    ("command", "one", "other"),
    [
        ("NOOP", ["a1 OK done"], ["b7 OK [CAPABILITY IMAP4rev1] nothing happened"]),
        ("NOOP", ["a1 OK done"], ["* OK still here", "a1 OK done"]),
        ("CAPABILITY", ["* CAPABILITY IMAP4rev1 IDLE", "a OK x"],
         ["* CAPABILITY IDLE IMAP4rev1", "a OK x"]),
        ("SELECT {box}", ["* 1 EXISTS", "* 0 RECENT", "* OK [UIDVALIDITY 5] x", "a OK x"],
         ["* OK [UIDVALIDITY 999] x", "* 0 RECENT", "* 1 EXISTS", "a OK x"]),
        ("SELECT {box}", ["* OK [UIDNEXT 5] x", "a OK x"], ["* OK [UIDNEXT 6] x", "a OK x"]),
        (FETCH, ["* 2 FETCH (FLAGS (\\Seen \\Draft))", "* 1 FETCH (FLAGS ())", "a OK x"],
         ["* 1 FETCH (FLAGS ())", "* 2 FETCH (FLAGS (\\draft \\SEEN))", "a OK x"]),
        (FETCH, ["* 1 FETCH (FLAGS () UID 9)", "a OK x"], ["* 1 FETCH (FLAGS ())", "a OK x"]),
        (FETCH, ["* 1 FETCH (FLAGS () MODSEQ (9))", "a OK x"], ["* 1 FETCH (FLAGS ())", "a OK x"]),
        ("FETCH 1:2 (UID)", ["* 1 FETCH (UID 1)", "* 2 FETCH (UID 2)", "a OK x"],
         ["* 1 FETCH (UID 100)", "* 2 FETCH (UID 250)", "a OK x"]),
        ("UID SEARCH ALL", ["* SEARCH 1 2", "a OK x"], ["* SEARCH 70 60", "a OK x"]),
        ("FETCH 1 (INTERNALDATE)",
         ['* 1 FETCH (INTERNALDATE "17-Jul-1996 02:44:25 -0700")', "a OK x"],
         ['* 1 FETCH (INTERNALDATE "17-Jul-1996 09:44:25 +0000")', "a OK x"]),
        ("FETCH 1 (MODSEQ)", ["* 1 FETCH (MODSEQ (2))", "a OK x"],
         ["* 1 FETCH (MODSEQ (77))", "a OK x"]),
        ("FETCH 1 (BODY)",
         [body('"CHARSET" "us-ascii" "X" "y"'), "a OK x"],
         [body('"x" "y" "charset" "US-ASCII"'), "a OK x"]),
        ("LIST {x}", ['* LIST (\\Marked) "/" scratch/box', "a OK x"],
         ['* LIST (\\HasNoChildren) "." "scratch/box"', "a OK x"]),
        ("LIST {x}", ["a OK x"], ['* LIST () "/" Private', "a OK x"]),
        ("STATUS {box}", ["* STATUS scratch/box (UIDNEXT 4 MESSAGES 1)", "a OK x"],
         ["* STATUS scratch/box (MESSAGES 1 UIDNEXT 9)", "a OK x"]),
        ("EXPUNGE", ["* 1 EXPUNGE", "* 2 EXPUNGE", "a OK x"],  # messages 1 and 3
         ["* 3 EXPUNGE", "* 1 EXPUNGE", "a OK x"]),
        ("EXPUNGE", ["* 1 EXPUNGE", "* 1 EXPUNGE", "a OK x"],
         ["* 2 EXPUNGE", "* 1 EXPUNGE", "a OK x"]),
        ("APPEND {box}", ["a OK [APPENDUID 5 7] x"], ["a OK [APPENDUID 999 1] x"]),
    ],
)  # fmt: skip
def test_the_same(command, one, other):
    assert difference(said(command, *one), said(command, *other)) == {}


@pytest.mark.parametrize(
    ("command", "one", "other", "differing"),
    [
        ("NOOP", ["a OK x"], ["a NO x"], {"status": (["OK"], ["NO"])}),
        ("COPY 1 x", ["a NO [TRYCREATE] x"], ["a NO x"], {"code TRYCREATE": (["present"], [])}),
        ("NOOP", ["a OK x"], ["* BYE x", "a OK x"], {"untagged BYE": ([], ["present"])}),
        ("CAPABILITY", ["* CAPABILITY IMAP4rev1 IDLE", "a OK x"],
         ["* CAPABILITY IMAP4rev1", "a OK x"], {"CAPABILITY": (["IDLE"], [])}),
        ("SELECT {box}", ["* 2 EXISTS", "a OK x"], ["* 3 EXISTS", "a OK x"],
         {"EXISTS": (["2"], ["3"])}),
        ("SELECT {box}", ["* OK [UIDNEXT 5] x", "a OK x"], ["a OK x"],
         {"code UIDNEXT": (["present"], [])}),
        ("SELECT {box}", ["* OK [UNSEEN 5] x", "a OK x"], ["* OK [UNSEEN 6] x", "a OK x"],
         {"code UNSEEN": (["5"], ["6"])}),
        ("SELECT {box}", ["* OK [PERMANENTFLAGS (\\Seen \\*)] x", "a OK x"],
         ["* OK [PERMANENTFLAGS ()] x", "a OK x"],
         {"code PERMANENTFLAGS": (["\\*", "\\Seen"], ["none"])}),
        (FETCH, ["* 1 FETCH (FLAGS (\\Seen))", "a OK x"], ["* 1 FETCH (FLAGS ())", "a OK x"],
         {"message 1 FLAGS": (["\\Seen"], ["none"])}),
        (FETCH, ["* 1 FETCH (FLAGS ())", "a OK x"], ["a OK x"],
         {"message 1 FLAGS": (["none"], [])}),
        ("FETCH 1 (UID FLAGS)", ["* 1 FETCH (FLAGS () UID 9)", "a OK x"],
         ["* 1 FETCH (FLAGS ())", "a OK x"], {"message 1 UID": (["UID#1"], [])}),
        ("SEARCH ALL", ["* SEARCH 1 2", "a OK x"], ["* SEARCH 2", "a OK x"],
         {"SEARCH": (["message 1"], [])}),
        ("SEARCH ALL", ["* SEARCH", "a OK x"], ["a OK x"], {"SEARCH": (["none"], [])}),
        ("FETCH 1 (INTERNALDATE)",
         ['* 1 FETCH (INTERNALDATE "17-Jul-1996 02:44:25 -0700")', "a OK x"],
         ['* 1 FETCH (INTERNALDATE "17-Jul-1996 02:44:25 +0000")', "a OK x"],
         {"message 1 INTERNALDATE":
          (["1996-07-17T09:44:25+00:00"], ["1996-07-17T02:44:25+00:00"])}),
        ("FETCH 1 (BODY[TEXT])", ['* 1 FETCH (BODY[TEXT] "a")', "a OK x"],
         ["* 1 FETCH (BODY[TEXT] NIL)", "a OK x"], {"message 1 BODY[TEXT]": (["'a'"], ["NIL"])}),
        ("FETCH 1 (BODY)",
         [body('"CHARSET" "us-ascii"'), "a OK x"],
         [body('"CHARSET" "utf-8"'), "a OK x"],
         {"message 1 BODY parts.1 parameter CHARSET": (["'us-ascii'"], ["'utf-8'"])}),
        ("LIST {x}", ['* LIST () "/" scratch/box', "a OK x"],
         ['* LIST (\\Noselect) "/" scratch/box', "a OK x"], {"LIST {box}": ([], ["\\Noselect"])}),
        ("LIST {x}", ['* LIST (\\HasChildren) "/" scratch/box', "a OK x"],
         ['* LIST (\\HasNoChildren) "/" scratch/box', "a OK x"],
         {"LIST {box} children (unasked)": (["\\HasChildren"], ["\\HasNoChildren"])}),
        ("LIST {x} RETURN (CHILDREN)", ['* LIST (\\HasChildren) "/" scratch/box', "a OK x"],
         ['* LIST () "/" scratch/box', "a OK x"],
         {"LIST {box} children": (["\\HasChildren"], [])}),
        ('LIST "" ""', ['* LIST (\\Noselect) "/" ""', "a OK x"],
         ['* LIST (\\Noselect) "." ""', "a OK x"],
         {'LIST ""': (["delimiter /"], ["delimiter ."])}),
        ("STATUS {box}", ["* STATUS scratch/box (MESSAGES 1)", "a OK x"],
         ["* STATUS scratch/box (MESSAGES 2)", "a OK x"],
         {"STATUS {box} MESSAGES": (["1"], ["2"])}),
        ("EXPUNGE", ["* 2 EXPUNGE", "* 2 EXPUNGE", "a OK x"],  # messages 2 and 3
         ["* 3 EXPUNGE", "* 1 EXPUNGE", "a OK x"],
         {"EXPUNGE": (["message 2 as it was numbered before"],
                      ["message 1 as it was numbered before"])}),
        ("UID COPY 9 x", ["a OK [COPYUID 1 9 5] x"], ["a OK x"],
         {"code COPYUID": (["of a UID never told of"], [])}),
        ("SEARCH RETURN (COUNT MIN) ALL", ["* ESEARCH (TAG a) COUNT 2 MIN 1", "a OK x"],
         ["* ESEARCH (TAG b) COUNT 3 MIN 1", "b OK x"], {"ESEARCH COUNT": (["2"], ["3"])}),
    ],
)  # fmt: skip
def test_different(command, one, other, differing):
    assert difference(said(command, *one), said(command, *other)) == differing


def test_ranks_are_those_among_all_uids_of_the_dialogue():
    lines = ["* SEARCH 20", "a OK x"]
    assert said("UID SEARCH X", *lines, more_uids=[10])["SEARCH"] == {"UID#2"}


def test_differences_of_messages_are_told_in_their_order():
    lines = [f"* {number} FETCH (FLAGS ())" for number in (1, 2, 10)]
    found = difference(said(FETCH, *lines, "a OK x"), said(FETCH, "a NO x"))
    assert list(found) == ["status", *(f"message {number} FLAGS" for number in (1, 2, 10))]

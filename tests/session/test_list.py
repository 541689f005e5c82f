"""LIST with LIST-EXTENDED, LIST-STATUS and SPECIAL-USE; XLIST; CREATE with special uses."""

import pytest

from reference_server.protocol.framing import Limits
from reference_server.storage import MailboxMissing
from tests.session.dialogue import play

# Those of RFC 5258, section 5, example 9, and a name that is subscribed and gone.
MAILBOXES = ("foo2/bar1", "foo2/bar2", "baz2/bar2", "baz2/bar22", "eps2/mamba", "qux2/bar2")
SUBSCRIBED = (*MAILBOXES, "eps2", "gone/below")


@pytest.fixture
def fruit(alice):
    for name in MAILBOXES:
        alice.ok(f"CREATE {name}")
    for name in SUBSCRIBED:
        alice.ok(f"SUBSCRIBE {name}")
    alice.ok("DELETE qux2")
    return alice


def entries(client, arguments):
    """The LIST responses, with the attributes and extended data items, by name."""
    found = {}
    for line in client.ok(f"LIST {arguments}"):
        assert line.startswith("* LIST ("), line
        attributes, _, rest = line[len("* LIST (") :].partition(') "/" ')
        name, _, extended = rest.partition('" ')
        name = name.strip('"')
        assert name not in found
        found[name] = (attributes, extended) if extended else attributes
    return found


CHILDINFO = '("CHILDINFO" ("SUBSCRIBED"))'

RESPONSES = {
    '(SUBSCRIBED) "" eps2*': {"eps2": "\\Subscribed", "eps2/mamba": "\\Subscribed"},
    '(SUBSCRIBED) "" gone*': {"gone/below": "\\NonExistent \\Subscribed"},
    '(SUBSCRIBED) "" (gone)': {},
    '"" (gone* "" INBOX) RETURN (SUBSCRIBED)': {"INBOX": "\\Subscribed"},
    '"" eps2* RETURN (SUBSCRIBED)': {"eps2": "\\Subscribed", "eps2/mamba": "\\Subscribed"},
    '"" (eps2* eps2%)': {"eps2": "", "eps2/mamba": ""},
    '"" foo2 RETURN (CHILDREN)': {"foo2": "\\HasChildren"},
    '"" foo2/bar1 RETURN (CHILDREN)': {"foo2/bar1": "\\HasNoChildren"},
    '() "" qux2 RETURN (CHILDREN)': {"qux2": "\\Noselect \\HasChildren"},
    '(REMOTE) "" eps2': {"eps2": ""},
    '(RECURSIVEMATCH SUBSCRIBED) "" *2': {
        "baz2/bar2": "\\Subscribed",
        "baz2/bar22": "\\Subscribed",
        "eps2": ("\\Subscribed", CHILDINFO),
        "foo2/bar2": "\\Subscribed",
        "foo2": ("", CHILDINFO),
        "qux2/bar2": "\\Subscribed",
    },
    '(RECURSIVEMATCH SUBSCRIBED) "" (gone qux2)': {
        "gone": ("\\NonExistent", CHILDINFO),
        "qux2": ("\\Noselect", CHILDINFO),
    },
    '(SUBSCRIBED RECURSIVEMATCH) "" (gone gone/below)': {
        "gone/below": "\\NonExistent \\Subscribed"
    },
    '(SPECIAL-USE) "" *': {
        "Deleted Items": "\\Trash",
        "Drafts": "\\Drafts",
        "Junk Email": "\\Junk",
        "Sent Items": "\\Sent",
    },
    '(SPECIAL-USE SUBSCRIBED) "" *': {},
    '"" (Drafts INBOX) RETURN (SPECIAL-USE)': {"INBOX": "", "Drafts": "\\Drafts"},
    '"" Drafts': {"Drafts": ""},
    '"" "" RETURN ()': {},
    '() "" ""': {},
    '"" ("")': {},
    'foo2/ ("" %1)': {"foo2/bar1": ""},
}


@pytest.mark.parametrize("arguments", RESPONSES)
def test_responses(fruit, arguments):
    assert entries(fruit, arguments) == RESPONSES[arguments]


def test_special_uses_are_among_the_attributes_of_revision_2(alice):
    alice.ok("ENABLE IMAP4rev2")
    assert alice.ok('LIST "" Drafts') == ['* LIST (\\Drafts) "/" "Drafts"']


def test_xlist(alice):
    assert alice.ok('XLIST "" D%') == [
        '* XLIST (\\HasNoChildren \\Trash) "/" "Deleted Items"',
        '* XLIST (\\HasNoChildren \\Drafts) "/" "Drafts"',
    ]
    alice.ok("CREATE Drafts/below")
    alice.ok("CREATE INBOX/inbox")
    assert alice.ok('XLIST "" Drafts') == ['* XLIST (\\HasChildren \\Drafts) "/" "Drafts"']
    assert alice.ok('XLIST "" I*') == [
        '* XLIST (\\HasChildren \\Inbox) "/" "INBOX"',
        '* XLIST (\\HasNoChildren) "/" "INBOX/inbox"',
    ]
    assert alice.ok('XLIST "" ""') == ['* XLIST (\\Noselect) "/" ""']
    assert alice.ok('LIST "" INBOX') == ['* LIST () "/" "INBOX"']


STATUS = """
    M: INBOX
    M: Drafts \\Seen
    C: a CREATE a/b
    S: a OK <text>
    C: b DELETE a
    S: b OK <text>
    C: c SUBSCRIBE a/c
    S: c OK <text>
    C: d LIST "" (INBOX a Drafts) RETURN (STATUS (MESSAGES UNSEEN))
    S: * LIST () "/" "INBOX"
    S: * STATUS "INBOX" (MESSAGES 1 UNSEEN 1)
    S: * LIST () "/" "Drafts"
    S: * STATUS "Drafts" (MESSAGES 1 UNSEEN 0)
    S: * LIST (\\Noselect) "/" "a"
    S: d OK <text>
    C: e LIST (SUBSCRIBED) "" a/% RETURN (STATUS (MESSAGES))
    S: * LIST (\\NonExistent \\Subscribed) "/" "a/c"
    S: e OK <text>
    C: f UNSUBSCRIBE a/c
    S: f OK <text>
    C: g SUBSCRIBE Drafts/x
    S: g OK <text>
    C: h LIST (SUBSCRIBED RECURSIVEMATCH) "" D% RETURN (STATUS (MESSAGES))
    S: * LIST () "/" "Drafts" ("CHILDINFO" ("SUBSCRIBED"))
    S: h OK <text>
    C: i LIST "" D* RETURN (STATUS (DELETED))
    S: i BAD <text>
    C: j STATUS INBOX (DELETED)
    S: j BAD <text>
    C: k STATUS INBOX (SIZE APPENDLIMIT)
    S: * STATUS "INBOX" (SIZE 24 APPENDLIMIT 67108864)
    S: k OK <text>
    C: l ENABLE IMAP4rev2
    S: * ENABLED IMAP4rev2
    S: l OK <text>
    C: m LIST "" INBOX RETURN (STATUS (DELETED))
    S: * LIST () "/" "INBOX"
    S: * STATUS "INBOX" (DELETED 0)
    S: m OK <text>
    C: n LIST "" INBOX RETURN (STATUS (RECENT))
    S: n BAD <text>
"""


def test_status(alice, store):
    play(STATUS, {"C": alice}, store)


def test_a_mailbox_that_goes_before_its_status_is_told(alice, monkeypatch):
    def missing(_account, name):
        raise MailboxMissing(name)

    monkeypatch.setattr("reference_server.storage.account.AccountStore.status", missing)
    listed = alice.ok('LIST "" INBOX RETURN (STATUS (MESSAGES))')
    assert listed == ['* LIST (\\Noselect) "/" "INBOX"']


USES = """
    C: a CREATE Saved (USE (\\archive \\Sent \\ARCHIVE))
    S: a OK <text>
    C: b LIST (SPECIAL-USE) "" S%
    S: * LIST (\\Archive \\Sent) "/" "Saved"
    S: * LIST (\\Sent) "/" "Sent Items"
    S: b OK <text>
    C: c CREATE Everything (USE (\\Sent \\All))
    S: c NO [USEATTR] <text>
    C: d LIST "" E*
    S: d OK <text>
    C: e CREATE Saved (USE (\\Junk))
    S: e NO [ALREADYEXISTS] <text>
    C: f RENAME Saved Kept
    S: f OK <text>
    C: g LIST (SPECIAL-USE) "" K%
    S: * LIST (\\Archive \\Sent) "/" "Kept"
    S: g OK <text>
    C: h CREATE Plain (USE ())
    S: h OK <text>
    C: i LIST "" P% RETURN (SPECIAL-USE)
    S: * LIST () "/" "Plain"
    S: i OK <text>
"""


def test_create_with_special_uses(alice, store):
    play(USES, {"C": alice}, store)


def test_the_limit_of_append_is_told(login):
    alice = login(limits=Limits(append=5000))
    assert "APPENDLIMIT=5000" in alice.ok("CAPABILITY")[0].split()
    assert alice.ok("STATUS INBOX (APPENDLIMIT)") == ['* STATUS "INBOX" (APPENDLIMIT 5000)']
    assert alice("a APPEND INBOX {5001}")[-1].startswith("a NO [TOOBIG]")


def test_the_number_of_patterns_is_limited(alice):
    assert alice(f't LIST "" ({"INBOX " * 99}x)') == [
        '* LIST () "/" "INBOX"',
        "t OK LIST completed",
    ]
    (response,) = alice(f't LIST "" ({"INBOX " * 100}x)')
    assert response.startswith("t NO [LIMIT] ")


def test_patterns_of_a_whole_line_end(alice):
    pattern = "*a" * 300 + "b"
    for number in range(30):
        alice.ok(f"CREATE {'a' * 600}{number}")
    assert entries(alice, f'"" ({" ".join([pattern] * 90)} INBOX)') == {"INBOX": ""}

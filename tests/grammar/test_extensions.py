"""Responses of RFC 9051 and of extensions: what they mean, and where they are no responses."""

import pytest

from conformance.wire.grammar import (
    CapabilityData,
    Code,
    Condition,
    ESearchData,
    FetchData,
    GrammarError,
    ListData,
    Namespace,
    NamespaceData,
    SearchData,
    StatusData,
    UidSet,
    VanishedData,
    grammar_of,
    parse_response,
)

BOTH = {"IMAP4REV1", "IMAP4REV2"}
SMALL = b'("MESSAGE" "GLOBAL" NIL NIL NIL "8BIT" 9 (%s) ("TEXT" "PLAIN" NIL NIL NIL "7BIT" 5 1) 3)'
NO_ENVELOPE = b" ".join([b"NIL"] * 10)

# Capability: what it adds to the responses of a session without IMAP4rev2.
ADDED = {
    "ESEARCH": {
        b'* ESEARCH (TAG "A282") MIN 2 COUNT 3': ESearchData("A282", False, {"MIN": 2, "COUNT": 3}),
        b"* esearch (tag A283) uid all 2,10:11": ESearchData(
            "A283", True, {"ALL": UidSet(((2, 2), (10, 11)))}
        ),
        b'* ESEARCH (TAG "A286")': ESearchData("A286"),
        b"* ESEARCH X-NEW (1 (two three)) X-SET 2:*": ESearchData(
            None, False, {"X-NEW": (b"1", (b"two", b"three")), "X-SET": "2:*"}
        ),
    },
    "LIST-EXTENDED": {
        b'* LIST (\\nonexistent \\SUBSCRIBED) "/" Foo ("childinfo" ("SUBSCRIBED"))': ListData(
            "LIST", ("\\NonExistent", "\\Subscribed"), "/", "Foo", b"Foo",
            {"CHILDINFO": ("SUBSCRIBED",)},
        ),
        b'* LIST () "/" &ZeVnLIqe- (OLDNAME ("&AOQ-"))': ListData(
            "LIST", (), "/", "日本語", b"&ZeVnLIqe-", {"OLDNAME": "ä"}
        ),
        b'* LIST () "/" x ()': ListData("LIST", (), "/", "x", b"x"),
    },
    "XLIST": {
        b'* XLIST (\\HasNoChildren \\Inbox) "/" inbox': ListData(
            "XLIST", ("\\HasNoChildren", "\\Inbox"), "/", "INBOX", b"inbox"
        ),
    },
    "STATUS=SIZE": {
        b"* STATUS x (SIZE 9223372036854775807)": StatusData("x", b"x", {"SIZE": 2**63 - 1}),
    },
    "APPENDLIMIT=257": {
        b"* STATUS x (APPENDLIMIT 257 MESSAGES 1)": StatusData(
            "x", b"x", {"APPENDLIMIT": 257, "MESSAGES": 1}
        ),
        b"* STATUS x (APPENDLIMIT NIL)": StatusData("x", b"x", {"APPENDLIMIT": None}),
    },
    "BINARY": {
        b"* 1 FETCH (BINARY[1.2] ~{3}\r\na\0b BINARY.SIZE[1.2] 3)": FetchData(
            1, {"BINARY[1.2]": b"a\0b", "BINARY.SIZE[1.2]": 3}
        ),
        b'* 1 FETCH (BINARY[]<7> "x")': FetchData(1, {"BINARY[]<7>": b"x"}),
        b"* 1 FETCH (BINARY[3] NIL)": FetchData(1, {"BINARY[3]": None}),
    },
    "CONDSTORE": {
        b"* 1 FETCH (UID 4 MODSEQ (65402))": FetchData(1, {"UID": 4, "MODSEQ": 65402}),
        b"* OK [HIGHESTMODSEQ 715194045007] up": Condition(
            "OK", "up", Code("HIGHESTMODSEQ", 715194045007)
        ),
        b"* OK [NOMODSEQ] none": Condition("OK", "none", Code("NOMODSEQ")),
        b"d OK [MODIFIED 7,9] failed": Condition(
            "OK", "failed", Code("MODIFIED", UidSet(((7, 7), (9, 9)))), "d"
        ),
        b"* SEARCH 2 5 (MODSEQ 917162500)": SearchData((2, 5), 917162500),
        b"* STATUS x (HIGHESTMODSEQ 0)": StatusData("x", b"x", {"HIGHESTMODSEQ": 0}),
    },
    "QRESYNC": {
        b"* VANISHED 405,407,410,425": VanishedData(
            UidSet(((405, 405), (407, 407), (410, 410), (425, 425)))
        ),
        b"* VANISHED (earlier) 41,43:116": VanishedData(UidSet(((41, 41), (43, 116))), True),
    },
}  # fmt: skip

# Other responses to what a capability adds: none of them is well-formed.
REFUSED = {
    "ESEARCH": [
        b"* ESEARCH (TAG)",
        b'* ESEARCH ("TAG" x)',
        b"* ESEARCH COUNT",
        b"* ESEARCH MIN 0",
        b"* ESEARCH ALL 1:*",
        b"* ESEARCH ALL (1 2)",
        b"* ESEARCH UIDCOUNT 1:",
        b"* ESEARCH COUNT 1 UID",
        b"* ESEARCH X-NEW (a ())",
        b"* ESEARCH X-NEW $",
        b"* ESEARCH ",
    ],
    "LIST-EXTENDED": [
        b'* LIST (\\NonExistent \\Noselect) "/" x',
        b'* LIST (\\Remote \\remote) "/" x',
        b'* LIST (\\HasChildren \\HasNoChildren) "/" x',
        b'* LIST () "/" x (CHILDINFO ("SUBSCRIBED") )',
        b'* LIST () "/" x (CHILDINFO (SUBSCRIBED))',
        b'* LIST () "/" x (CHILDINFO ())',
        b'* LIST () "/" x (OLDNAME y)',
        b'* LIST () "/" x ("two words" (y))',
    ],
    "APPENDLIMIT": [b"* STATUS x (APPENDLIMIT -1)", b"* STATUS x (APPENDLIMIT)"],
    "STATUS=SIZE": [b"* STATUS x (SIZE 9223372036854775808)", b"* STATUS x (SIZE NIL)"],
    "BINARY": [
        b"* 1 FETCH (BINARY[HEADER] NIL)",
        b"* 1 FETCH (BINARY[1] ~{3}\r\na\0)",
        b"* 1 FETCH (BINARY.SIZE[1] NIL)",
        b"* 1 FETCH (BINARY.SIZE[1]<2> 3)",
        b"* 1 FETCH (BODY[1] ~{1}\r\na)",
    ],
    "CONDSTORE": [
        b"* 1 FETCH (MODSEQ 12)",
        b"* 1 FETCH (MODSEQ (0))",
        b"* 1 FETCH (MODSEQ (9223372036854775808))",
        b"* SEARCH (MODSEQ 12)",
        b"* SEARCH 1 (MODSEQ 12) 2",
        b"* OK [HIGHESTMODSEQ 0] none",
        b"* OK [MODIFIED 1:*] some",
    ],
    "QRESYNC": [b"* VANISHED", b"* VANISHED (LATER) 1", b"* VANISHED 1:*", b"* VANISHED ()"],
}

REVISION2 = {
    b"* OK ": Condition("OK", ""),
    b"a OK [CLOSED] ": Condition("OK", "", Code("CLOSED"), "a"),
    b"* NO na\xc3\xafve": Condition("NO", "naïve"),
    b"* CAPABILITY IMAP4rev2": CapabilityData(("IMAP4REV2",)),
    b'* LIST () "/" "caf\xc3\xa9"': ListData("LIST", (), "/", "café", b"caf\xc3\xa9"),
    b'* LIST () "\xc2\xa7" "&ZeVnLIqe-"': ListData("LIST", (), "§", "&ZeVnLIqe-", b"&ZeVnLIqe-"),
    b"* STATUS {2}\r\n\xc3\xa4 (DELETED 4)": StatusData("ä", b"\xc3\xa4", {"DELETED": 4}),
    b'* NAMESPACE (("\xc3\xa4/" "/")) NIL NIL': NamespaceData(
        (Namespace(b"\xc3\xa4/", "/"),), None, None
    ),
    b"* 1 FETCH (RFC822.SIZE 4294967296)": FetchData(1, {"RFC822.SIZE": 2**32}),
    b"* ESEARCH X-NEW $": ESearchData(None, False, {"X-NEW": "$"}),
}

NOT_IN_REVISION2 = [
    b"* OK",
    b"* OK [CLOSED]",
    b"* NO na\xefve",
    b"* NO overlong \xc0\xaf",
    b"* NO a surrogate \xed\xa0\x80",
    b"* CAPABILITY IMAP4rev1",
    b'* LIST () "/" caf\xc3\xa9',
    b'* LIST () "/" "caf\xe9"',
    b'* LIST () "/" {1}\r\n\xe9',
    b'* LIST () "ab" x',
    b"* STATUS x (UIDNEXT 0)",
    b"* NO [BADCHARSET ({3}\r\nabc)] no",
    b"* NO [NONEXISTENT x] no",
    b"* 1 FETCH (UID 4294967296)",
    b"* 1 FETCH (RFC822.SIZE 9223372036854775808)",
]

# What RFC 9051 left out; a server that offers both revisions may still send it (appendix A).
LEFT_OUT = [
    b'* LSUB () "/" x',
    b"* SEARCH 1",
    b"* 1 RECENT",
    b"* STATUS x (RECENT 1)",
    b"* 1 FETCH (RFC822.HEADER NIL)",
]


def parse(line, *offered, revision2=False):
    return parse_response(line + b"\r\n", grammar_of(frozenset(offered), revision2=revision2))


def pairs(table):
    return [(capability, line) for capability, lines in table.items() for line in lines]


@pytest.mark.parametrize(("capability", "line"), pairs(ADDED))
def test_what_an_extension_adds(capability, line):
    assert parse(line, "IMAP4REV1", capability) == ADDED[capability][line]


@pytest.mark.parametrize("line", [line for _, line in pairs(ADDED)])
def test_without_the_extension_it_is_no_response(line):
    if b" OK [" in line:  # a response code of a name that means nothing
        value = parse(line, "IMAP4REV1").code.value
        assert value is None or isinstance(value, str)
        return
    with pytest.raises(GrammarError):
        parse(line, "IMAP4REV1")


@pytest.mark.parametrize(
    "line", [line for line in REVISION2 if b"CAPABILITY" not in line and b"&" not in line]
)
def test_what_revision_1_does_not_allow(line):
    with pytest.raises(GrammarError):
        parse(line, "IMAP4REV1", "NAMESPACE", "LIST-EXTENDED", "ESEARCH")


@pytest.mark.parametrize(("capability", "line"), pairs(REFUSED))
def test_what_an_extension_does_not_allow(capability, line):
    with pytest.raises(GrammarError):
        parse(line, "IMAP4REV1", capability)


@pytest.mark.parametrize("line", REVISION2, ids=map(repr, REVISION2))
def test_what_revision_2_allows(line):
    assert parse(line, *BOTH, revision2=True) == REVISION2[line]


@pytest.mark.parametrize("line", NOT_IN_REVISION2, ids=map(repr, NOT_IN_REVISION2))
def test_what_revision_2_does_not_allow(line):
    with pytest.raises(GrammarError):
        parse(line, *BOTH, revision2=True)


@pytest.mark.parametrize("line", LEFT_OUT, ids=map(repr, LEFT_OUT))
def test_what_revision_2_left_out(line):
    parse(line, *BOTH, revision2=True)
    with pytest.raises(GrammarError):
        parse(line, "IMAP4REV2", revision2=True)


def test_a_message_of_kind_global_has_an_envelope_in_revision_2():
    line = b"* 1 FETCH (BODY " + SMALL % NO_ENVELOPE + b")"
    body = parse(line, *BOTH, revision2=True).body
    assert (body.subtype, body.lines, body.body.subtype) == ("GLOBAL", 3, "PLAIN")
    with pytest.raises(GrammarError):
        parse(line, *BOTH)


def test_what_revision_2_includes_may_be_asked_for_before_it_is_enabled():
    assert parse(b"* ESEARCH COUNT 1", *BOTH).count == 1
    assert parse(b"* STATUS x (DELETED 1)", *BOTH).items == {"DELETED": 1}


def test_values_nested_without_end_are_refused():
    with pytest.raises(GrammarError, match="levels of nesting"):
        parse(b"* ESEARCH X " + b"(" * 5000, "ESEARCH")

"""Responses of the RFCs and of the hand: what they mean, and what is no response at all."""

import pytest

from conformance.wire.grammar import (
    Address,
    AppendUid,
    CapabilityData,
    Code,
    Condition,
    Continuation,
    CopyUid,
    Disposition,
    EnabledData,
    Exists,
    Expunge,
    Extension,
    FetchData,
    FlagsData,
    GrammarError,
    IdData,
    ListData,
    Multipart,
    Namespace,
    NamespaceData,
    Part,
    Recent,
    SearchData,
    Section,
    StatusData,
    UidSet,
    moment,
    parse_body,
    parse_greeting,
    parse_response,
)

MEANINGS = {
    b"* OK IMAP4rev1 server ready": Condition("OK", "IMAP4rev1 server ready"),
    b"a1 ok [read-write] done": Condition("OK", "done", Code("READ-WRITE"), "a1"),
    b"* BYE  two spaces belong to the text": Condition("BYE", " two spaces belong to the text"),
    b"* OK [UNSEEN 12] Message 12": Condition("OK", "Message 12", Code("UNSEEN", 12)),
    b"* OK [PERMANENTFLAGS (\\deleted \\*)] Limited": Condition(
        "OK", "Limited", Code("PERMANENTFLAGS", ("\\Deleted", "\\*"))
    ),
    b"a NO [BADCHARSET (UTF-8 {8}\r\nUS-ASCII)] no": Condition(
        "NO", "no", Code("BADCHARSET", ("UTF-8", "US-ASCII")), "a"
    ),
    b"* OK [X-SOMETHING with (anything] done": Condition(
        "OK", "done", Code("X-SOMETHING", "with (anything")
    ),
    b"a OK [APPENDUID 38505 3955] done": Condition(
        "OK", "done", Code("APPENDUID", AppendUid(38505, UidSet(((3955, 3955),)))), "a"
    ),
    b"a OK [COPYUID 38505 304,319:320 3956:3958] Done": Condition(
        "OK",
        "Done",
        Code(
            "COPYUID",
            CopyUid(38505, UidSet(((304, 304), (319, 320))), UidSet(((3956, 3958),))),
        ),
        "a",
    ),
    b"+ ": Continuation(""),
    b"+ YGgGCSqGSIb3Eg==": Continuation("YGgGCSqGSIb3Eg=="),
    b"* CAPABILITY IMAP4rev1 STARTTLS AUTH=GSSAPI": CapabilityData(
        ("IMAP4REV1", "STARTTLS", "AUTH=GSSAPI")
    ),
    b"* FLAGS ()": FlagsData(()),
    b'* LIST (\\noselect) "/" ~/Mail/foo': ListData(
        "LIST", ("\\Noselect",), "/", "~/Mail/foo", b"~/Mail/foo"
    ),
    b'* LSUB () "\\\\" {3}\r\n"\xc3\xa4': ListData("LSUB", (), "\\", '"ä', b'"\xc3\xa4'),
    b"* LIST () NIL inbox": ListData("LIST", (), None, "INBOX", b"inbox"),
    b'* LIST () "." "&ZeVnLIqe-"': ListData("LIST", (), ".", "日本語", b"&ZeVnLIqe-"),
    b"* STATUS blurdybloop (MESSAGES 231 UIDNEXT 44292)": StatusData(
        "blurdybloop", b"blurdybloop", {"MESSAGES": 231, "UIDNEXT": 44292}
    ),
    b"* SEARCH": SearchData(()),
    b"* SEARCH 2 84 882": SearchData((2, 84, 882)),
    b"* 0 EXISTS": Exists(0),
    b"* FLAGS (\\Seen \\Recent)": FlagsData(("\\Seen", "\\Recent")),
    b"* 007 RECENT": Recent(7),
    b"* 44 EXPUNGE": Expunge(44),
    b"* 23 FETCH (FLAGS (\\SEEN \\Recent) RFC822.SIZE 44827)": FetchData(
        23, {"FLAGS": ("\\Seen", "\\Recent"), "RFC822.SIZE": 44827}
    ),
    b"* 1 FETCH (BODY[1.2.HEADER.FIELDS.NOT (to {2}\r\ncc)]<5> NIL BODY[] {2}\r\n\r\n)": FetchData(
        1, {Section((1, 2), "HEADER.FIELDS.NOT", ("TO", "CC"), 5): None, Section(): b"\r\n"}
    ),
    b'* NAMESPACE (("" "/")) (("~" "/" "X-PARAM" ("FLAG1" "FLAG2"))) NIL': NamespaceData(
        (Namespace(b"", "/"),), (Namespace(b"~", "/", ((b"X-PARAM", (b"FLAG1", b"FLAG2")),)),), None
    ),
    b'* ID ("name" "Cyrus" "os" NIL)': IdData(((b"name", b"Cyrus"), (b"os", None))),
    b"* ENABLED": EnabledData(()),
}

NO_RESPONSES = [
    b"",
    b"* OK",
    b"* OK ",
    b"*  OK two spaces",
    b" * OK leading space",
    b"a OK [READ-ONLY]",
    b"a OK [UIDNEXT 0] zero",
    b"a OK [APPENDUID 1 123:123] a range for one message",
    b"a OK [UIDNEXT 01] leading zero",
    b"a OK [UIDNEXT] no number",
    b"a OK [] no name",
    b"a BYE tagged",
    b"* PREAUTH not a greeting",
    b"* OK caf\xc3\xa9",
    b"* OK nul \0",
    b"* OK bare \r return",
    b"+",
    b"+OK",
    b"a+b OK plus in a tag",
    b"* CAPABILITY IDLE",
    b"* CAPABILITY IMAP4rev1  IDLE",
    b"* CAPABILITY IMAP4rev1 ",
    b"* FLAGS (\\Seen  \\Draft)",
    b"* FLAGS ( \\Seen)",
    b"* FLAGS \\Seen",
    b'* LIST ("\\Noselect") "/" x',
    b'* LIST (\\Marked) "//" x',
    b"* LIST (\\Marked) / x",
    b'* LIST () "/" ',
    b'* LIST () "/" two words',
    b'* LIST () "/" caf\xc3\xa9',
    b'* LIST () "/" "caf\xc3\xa9"',
    b'* LIST () "/" "a\\bc"',
    b"* STATUS x (MESSAGES)",
    b"* STATUS x (MESSAGES 1 )",
    b"* STATUS x (UNKNOWN 1)",
    b"* SEARCH ",
    b"* SEARCH 0",
    b"* SEARCH 2 02",
    b"* -1 EXISTS",
    b"* 1EXISTS",
    b"* 0 EXPUNGE",
    b"* 0 FETCH (UID 1)",
    b"* 01 FETCH (UID 1)",
    b"* 1 FETCH ()",
    b"* 1 FETCH (UID 0)",
    b"* 1 FETCH (UID 1) ",
    b"* 1 FETCH (FLAGS NIL)",
    b"* 1 FETCH (BODY[MIME] NIL)",
    b"* 1 FETCH (BODY[1.] NIL)",
    b"* 1 FETCH (BODY[0] NIL)",
    b"* 1 FETCH (BODY[HEADER.FIELDS ()] NIL)",
    b"* 1 FETCH (BODY[] {3}\r\nab)",
    b"* 1 FETCH (BODY[] {1}\r\nab)",
    b"* 1 FETCH (BODY[] {1+}\r\na)",
    b"* 1 FETCH (BODY[] {1}\na)",
    b"* 1 FETCH (BODY[] {2}\r\na\0)",
    b"* 1 FETCH (BODY[] atom)",
    b'* 1 FETCH (INTERNALDATE "1-Jan-2000 00:00:00 +0000")',
    b'* 1 FETCH (INTERNALDATE "01-Jan-2000 00:00:00 GMT")',
    b"* 1 FETCH (ENVELOPE (NIL NIL NIL NIL NIL NIL NIL NIL NIL))",
    b"* 1 FETCH (ENVELOPE (NIL NIL () NIL NIL NIL NIL NIL NIL NIL))",
    b"* 1 FETCH (ENVELOPE (NIL NIL "
    b'((NIL NIL "a" "b") (NIL NIL "c" NIL)) NIL NIL NIL NIL NIL NIL NIL))',
    b"* 1 FETCH (BODY NIL)",
    b'* 1 FETCH (BODY ("MIXED"))',
    b'* 1 FETCH (BODY (("TEXT" "PLAIN" NIL NIL NIL "7BIT" 1 1)"MIXED"))',
    b'* 1 FETCH (BODY ("TEXT" "PLAIN" () NIL NIL "7BIT" 1 1))',
    b'* 1 FETCH (BODY ("TEXT" "PLAIN" ("CHARSET") NIL NIL "7BIT" 1 1))',
    b'* 1 FETCH (BODY ("TEXT" "PLAIN" NIL NIL NIL NIL 1 1))',
    b'* NAMESPACE (("" "/")) NIL',
    b"* NAMESPACE () NIL NIL",
    b'* ID ("name")',
    b"* UNHEARD-OF data",
]


@pytest.mark.parametrize(("line", "meaning"), MEANINGS.items(), ids=map(repr, MEANINGS))
def test_a_response_means(line, meaning):
    assert parse_response(line + b"\r\n") == meaning


@pytest.mark.parametrize("line", NO_RESPONSES, ids=map(repr, NO_RESPONSES))
def test_it_is_no_response(line):
    with pytest.raises(GrammarError):
        parse_response(line + b"\r\n")


@pytest.mark.parametrize("ending", [b"", b"\n", b"\r", b"\r\n\r\n", b" \r\n "])
def test_a_response_ends_with_one_crlf(ending):
    with pytest.raises(GrammarError):
        parse_response(b"* 1 EXISTS" + ending)


def test_the_error_says_where_and_what():
    with pytest.raises(GrammarError) as caught:
        parse_response(b"* 12 FETCH (UID 0)\r\n")
    error = caught.value
    assert (error.rule, error.position) == ("uniqueid", 16)
    assert "octet 16" in str(error)
    assert "a number from 1" in str(error)
    assert "(UID " in str(error)


def test_a_greeting_is_ok_preauth_or_bye():
    assert parse_greeting(b"* PREAUTH in already\r\n").kind == "PREAUTH"
    with pytest.raises(GrammarError, match="OK, PREAUTH or BYE"):
        parse_greeting(b"* BAD full\r\n")
    with pytest.raises(GrammarError):
        parse_greeting(b"a1 OK tagged\r\n")


def test_the_envelope_of_rfc_3501_section_8():
    response = parse_response(
        b"* 12 FETCH (FLAGS (\\Seen) INTERNALDATE "
        b'"17-Jul-1996 02:44:25 -0700" RFC822.SIZE 4286 ENVELOPE '
        b'("Wed, 17 Jul 1996 02:23:25 -0700 (PDT)" "IMAP4rev1 WG mtg summary and minutes" '
        b'(("Terry Gray" NIL "gray" "cac.washington.edu")) '
        b'(("Terry Gray" NIL "gray" "cac.washington.edu")) '
        b'(("Terry Gray" NIL "gray" "cac.washington.edu")) '
        b'((NIL NIL "imap" "cac.washington.edu")) '
        b'((NIL NIL "minutes" "CNRI.Reston.VA.US")("John Klensin" NIL "KLENSIN" "MIT.EDU")) '
        b'NIL NIL "<B27397-0100000@cac.washington.edu>") '
        b'BODY ("TEXT" "PLAIN" ("CHARSET" "US-ASCII") NIL NIL "7BIT" 3028 92))\r\n'
    )
    assert isinstance(response, FetchData)
    assert response.flags == {"\\Seen"}
    assert moment(response.internal_date).isoformat() == "1996-07-17T02:44:25-07:00"
    assert response.size == 4286
    envelope = response.envelope
    assert envelope.subject == b"IMAP4rev1 WG mtg summary and minutes"
    assert envelope.sent_from == (Address(b"Terry Gray", None, b"gray", b"cac.washington.edu"),)
    assert envelope.cc == (
        Address(None, None, b"minutes", b"CNRI.Reston.VA.US"),
        Address(b"John Klensin", None, b"KLENSIN", b"MIT.EDU"),
    )
    assert envelope.bcc is None
    assert envelope.message_id == b"<B27397-0100000@cac.washington.edu>"
    assert response.body == Part(
        "TEXT", "PLAIN", (("CHARSET", b"US-ASCII"),), None, None, "7BIT", 3028, 92
    )


def test_a_structure_with_a_message_in_a_multipart():
    structure = parse_body(
        b'(("text" "plain" NIL NIL NIL "7bit" 10 2)'
        b'("message" "rfc822" NIL NIL NIL "7bit" 99 '
        b'(NIL "inner" NIL NIL NIL NIL NIL NIL NIL NIL) '
        b'("image" "png" ("name" "a.png") "<1@x>" "a picture" "base64" 40 NIL '
        b'("attachment" ("filename" "a.png")) ("en" "de") NIL 7 ("future" NIL)) '
        b"5) "
        b'"mixed" ("boundary" "b") NIL "en" "http://example.test/")'
    )
    assert isinstance(structure, Multipart)
    assert structure.subtype == "MIXED"
    assert structure.parameters == (("BOUNDARY", b"b"),)
    assert structure.extension == Extension(4, None, None, (b"en",), b"http://example.test/")
    text, message = structure.parts
    assert (text.type, text.lines, text.extension) == ("TEXT", 2, None)
    assert message.lines == 5
    assert message.envelope.subject == b"inner"
    picture = message.body
    assert picture.encoding == "BASE64"
    assert picture.extension == Extension(
        6,
        None,
        Disposition("ATTACHMENT", (("FILENAME", b"a.png"),)),
        (b"en", b"de"),
        None,
        (7, (b"future", None)),
    )


def test_a_structure_nested_without_end_is_refused():
    with pytest.raises(GrammarError, match="levels of nesting"):
        parse_body(b"(" * 5000)


def test_items_are_found_by_the_name_one_writes():
    fetched = parse_response(
        b'* 1 FETCH (BODY[1.HEADER.FIELDS ("to")]<0> "x" RFC822 NIL UID 3)\r\n'
    )
    assert fetched.section("1.header.fields (TO)", 0) == b"x"
    assert fetched.octets("rfc822") is None
    assert "BODY[1.HEADER.FIELDS (TO)]<0>" in fetched
    assert "BODY[]" not in fetched
    with pytest.raises(AssertionError, match=r"lacks ENVELOPE; it has BODY\[1"):
        _ = fetched.envelope


def test_a_uid_set_expands_lazily():
    code = parse_response(b"a OK [APPENDUID 1 4294967295:1] x\r\n").code
    assert len(code.value.uids) == 4294967295
    assert 77 in code.value.uids
    assert 0 not in code.value.uids

"""What breaks the grammar of RFC 3501, section 9, is Malformed, with its tag and a reason."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reference_server.protocol.commands import Command, Malformed
from reference_server.protocol.framing import Frame, LiteralPart
from reference_server.protocol.parser import COMMANDS, parse_command

UNTAGGED = [
    b"",
    b" ",
    b" a NOOP",
    b"* NOOP",
    b"+ NOOP",
    b"a+b NOOP",
    b"(a NOOP",
    b'"a" NOOP',
    b"a\tNOOP",
    b"a\x01 NOOP",
    b"\xe9 NOOP",
    b"a\\ NOOP",
    b"a% NOOP",
    b"a{ NOOP",
    b"\rNOOP",
]

NOT_A_COMMAND = [
    b"",
    b" ",
    b"  NOOP",
    b" NOOP ",
    b" NOOP x",
    b" NOOP\r",
    b" NOOP\t",
    b" NOOP {1+}\r\nx",
    b" NOOP{1+}\r\nx",
    b" {4+}\r\nNOOP",
    b' "NOOP"',
    b" NOOPS",
    b" NO OP",
    b" XYZZY",
    b" FROBNICATE a b",
    b" OK",
    b" DONE",
    b" \x7fNOOP",
    b" CAPABILITY IMAP4rev1",
    b" LOGOUT now",
    b" STARTTLS x",
    b" IDLE x",
    b" NAMESPACE x",
    b" CHECK 1",
    b" CLOSE x",
    b" UNSELECT x",
    b" EXPUNGE 1",
    b" UID",
    b" UID ",
    b" UID NOOP",
    b" UID SELECT x",
    b" UID EXPUNGE",
    b" UID EXPUNGE x",
    b" UID  FETCH 1 UID",
    b" UID UID FETCH 1 UID",
]

BAD_STRINGS = [
    b"",
    b" ",
    b"  x",
    b' "',
    b' "x',
    b' x"',
    b' "x"y',
    b' "x" ',
    b' "\\x"',
    b' "\\"',
    b' "a\\',
    b' "a\rb"',
    b' "\xc3\xa9"',
    b' "\xff"',
    b" \xc3\xa9",
    b" a(b",
    b" (a)",
    b" a)b",
    b" a{b",
    b" a\\b",
    b" a*",
    b" a%",
    b" a\x7fb",
    b" a\tb",
    b" {3}x",
    b" {-1}",
    b" {x}",
    b" {3-}",
    b" {3+",
    b" { 3+}",
    b" ~{3+}\r\nabc",
    b" x{3+}\r\nabc",
    b"{3+}\r\nabc",
    b"  {3+}\r\nabc",
    b" {3+}\r\nabcx",
    b" {3+}\r\nabc ",
    b" {3+}\r\nabc{1+}\r\nx",
    b' "x"{1+}\r\nx',
]

# Commands whose last argument is a mailbox name or other astring.
ENDING_WITH_ASTRING = [
    b"LOGIN joe",
    b"SELECT",
    b"EXAMINE",
    b"CREATE",
    b"DELETE",
    b"RENAME x",
    b"SUBSCRIBE",
    b"UNSUBSCRIBE",
    b"COPY 1",
    b"UID COPY 1",
    b"MOVE 1",
    b"UID MOVE 1",
]

BAD_SEQUENCE_SETS = [
    b"",
    b"0",
    b"00",
    b"01",
    b"0:1",
    b"1:0",
    b"-1",
    b"+1",
    b"1.5",
    b"1:",
    b":1",
    b":",
    b"1::2",
    b"1:2:3",
    b"1,",
    b",1",
    b"1,,2",
    b"1, 2",
    b"1 :2",
    b"**",
    b"*1",
    b"1*",
    b"*,",
    b"x",
    b"1x",
    b"(1)",
    b'"1"',
    b"{1+}\r\n1",
    b"4294967296",
    b"1:4294967296",
    b"99999999999999999999",
    b"9" * 5000,
    b"$1",
    b"$,1",
    b"$:2",
    b"1$",
]

BAD_FETCH_ITEMS = [
    b"",
    b" ",
    b"()",
    b"(FLAGS",
    b"FLAGS)",
    b"FLAGS UID",
    b"(FLAGS  UID)",
    b"( FLAGS)",
    b"(FLAGS )",
    b"(FLAGS,UID)",
    b"((FLAGS))",
    b"(FLAGS)(UID)",
    b"FLAGS ",
    b"FLAG",
    b"(ALL)",
    b"(FAST UID)",
    b"(UID FULL)",
    b"ALL FULL",
    b"RFC822.",
    b"RFC822.PEEK",
    b"RFC822[]",
    b"FLAGS[]",
    b"BODYSTRUCTURE[]",
    b"BODY.PEEK",
    b"(BODY.PEEK UID)",
    b"BODY []",
    b"BODY[",
    b"BODY]",
    b"BODY[ ]",
    b"BODY[0]",
    b"BODY[01]",
    b"BODY[1.0]",
    b"BODY[-1]",
    b"BODY[1.]",
    b"BODY[.1]",
    b"BODY[1..2]",
    b"BODY[1,2]",
    b"BODY[4294967296]",
    b"BODY[MIME]",
    b"BODY[1.MIME.1]",
    b"BODY[TEXT.1]",
    b"BODY[HEADER.1]",
    b"BODY[HEADERS]",
    b"BODY[FOO]",
    b"BODY[1FOO]",
    b"BODY[1 TEXT]",
    b"BODY[HEADER (Date)]",
    b"BODY[HEADER.FIELDS]",
    b"BODY[HEADER.FIELDS ]",
    b"BODY[HEADER.FIELDS ()]",
    b"BODY[HEADER.FIELDS Date]",
    b"BODY[HEADER.FIELDS(Date)]",
    b"BODY[HEADER.FIELDS  (Date)]",
    b"BODY[HEADER.FIELDS (Date )]",
    b"BODY[HEADER.FIELDS (Date  To)]",
    b"BODY[HEADER.FIELDS (Date)",
    b"BODY[HEADER.FIELDS (Date]",
    b"BODY[HEADER.FIELDS (Date) ]",
    b"BODY[HEADER.FIELDS.NOT]",
    b"BODY[HEADER.FIELDS.ONLY (Date)]",
    b"BODY[]<>",
    b"BODY[]<0>",
    b"BODY[]<0.>",
    b"BODY[]<.1>",
    b"BODY[]<0.0>",
    b"BODY[]<0.01>",
    b"BODY[]<-1.1>",
    b"BODY[]<0.1",
    b"BODY[]<0.1.2>",
    b"BODY[]<0,1>",
    b"BODY[] <0.1>",
    b"BODY[]<4294967296.1>",
    b"BODY[]<0.4294967296>",
    b"BODY<0.1>",
    b'"FLAGS"',
    b"{5+}\r\nFLAGS",
]

BAD_STORES = [
    b"",
    b"FLAGS",
    b"FLAGS ",
    b"FLAGS  ()",
    b"(\\Seen)",
    b"FLAGS(\\Seen)",
    b"FLAGS (\\Seen",
    b"FLAGS \\Seen)",
    b"FLAGS ( \\Seen)",
    b"FLAGS (\\Seen )",
    b"FLAGS (\\Seen  \\Draft)",
    b"FLAGS (\\Seen,\\Draft)",
    b"FLAGS (\\Seen) ",
    b"FLAGS \\Seen ",
    b"FLAGS \\Seen  \\Draft",
    b"FLAGS () ()",
    b"FLAGS \\Seen (\\Draft)",
    b"FLAGS ((\\Seen))",
    b"FLAGS (\\Recent)",
    b"FLAGS (\\Seen \\Extended)",
    b"+FLAGS (\\Seen \\RECENT)",
    b"FLAGS \\Recent",
    b"FLAGS (\\*)",
    b"FLAGS (\\)",
    b"FLAGS (\\\\Seen)",
    b"FLAGS (\\Se\\en)",
    b'FLAGS ("foo")',
    b"FLAGS ({3+}\r\nfoo)",
    b"FLAGS (a])",
    b"FLAGS (a%)",
    b"FLAGS (\xe9)",
    b"*FLAGS (\\Seen)",
    b"++FLAGS (\\Seen)",
    b"+ FLAGS (\\Seen)",
    b"FLAG (\\Seen)",
    b"FLAGS.QUIET (\\Seen)",
    b"FLAGS. (\\Seen)",
    b"FLAGS.SILENT",
    b"UID (\\Seen)",
]

BAD_APPENDS = [
    b"",
    b" x",
    b" x ",
    b" x y",
    b' x "message"',
    b" {1+}\r\nx",
    b" x {3+}\r\nabc ",
    b" x {3+}\r\nabcd",
    b" x {3+}\r\nabc {3+}\r\nabc",
    b" x  {3+}\r\nabc",
    b" x{3+}\r\nabc",
    b" x (){3+}\r\nabc",
    b" x ()  {3+}\r\nabc",
    b" x (\\Recent) {3+}\r\nabc",
    b" x (\\Seen {3+}\r\nabc",
    b" x \\Seen {3+}\r\nabc",
    b" x () () {3+}\r\nabc",
    b' x "17-Jul-1996 02:44:25 -0700" () {3+}\r\nabc',
    b' x () "17-Jul-1996 02:44:25 -0700"',
    b' x "17-Jul-1996 02:44:25 -0700"{3+}\r\nabc',
    b" x 17-Jul-1996 {3+}\r\nabc",
    b" x {26+}\r\n17-Jul-1996 02:44:25 -0700 {3+}\r\nabc",
]

BAD_DATE_TIMES = [
    b"",
    b"17-Jul-1996",
    b"7-Jul-1996 02:44:25 -0700",
    b"  7-Jul-1996 02:44:25 -0700",
    b" 17-Jul-1996 02:44:25 -0700",
    b"17-Jul-96 02:44:25 -0700",
    b"17-Juli-1996 02:44:25 -0700",
    b"17-Foo-1996 02:44:25 -0700",
    b"17-07-1996 02:44:25 -0700",
    b"17 Jul 1996 02:44:25 -0700",
    b"31-Jun-1996 02:44:25 -0700",
    b"30-Feb-1996 02:44:25 -0700",
    b"29-Feb-1995 02:44:25 -0700",
    b"00-Jan-1996 02:44:25 -0700",
    b" 0-Jan-1996 02:44:25 -0700",
    b"32-Jan-1996 02:44:25 -0700",
    b"17-Jul-0000 02:44:25 -0700",
    b"17-Jul-1996 24:00:00 -0700",
    b"17-Jul-1996 02:60:25 -0700",
    b"17-Jul-1996 02:44:61 -0700",
    b"17-Jul-1996 2:44:25 -0700",
    b"17-Jul-1996 02:44 -0700",
    b"17-Jul-1996 02:44:25",
    b"17-Jul-1996 02:44:25 0700",
    b"17-Jul-1996 02:44:25 -07:00",
    b"17-Jul-1996 02:44:25 -700",
    b"17-Jul-1996 02:44:25 +2400",
    b"17-Jul-1996 02:44:25 +0060",
    b"17-Jul-1996 02:44:25 GMT",
    b"17-Jul-1996 02:44:25-0700",
    b"17-Jul-1996  02:44:25 -0700",
    b"17-Jul-1996 02:44:25 -0700 ",
    b"01-Jan-0001 00:00:00 +0100",
    b"31-Dec-9999 23:59:59 -0100",
]

BAD_SEARCHES = [
    b"",
    b" ",
    b"  ALL",
    b" ALL ",
    b" ALL  SEEN",
    b" ALL,SEEN",
    b" FOO",
    b" ALL FOO",
    b' "ALL"',
    b" {3+}\r\nALL",
    b" ()",
    b" (ALL",
    b" ALL)",
    b" ( ALL)",
    b" (ALL )",
    b" (ALL  SEEN)",
    b" (ALL)(SEEN)",
    b" ((ALL)",
    b" NOT",
    b" NOT ",
    b" NOT  ALL",
    b" (NOT)",
    b" OR",
    b" OR ALL",
    b" OR ALL ",
    b" (OR ALL) SEEN",
    b" OR  ALL SEEN",
    b" FROM",
    b" FROM ",
    b" FROM  x",
    b" FROM (x)",
    b' FROM "x',
    b" FROM x*",
    b" FROM \xc3\xa9",
    b' FROM "\xc3\xa9"',
    b" SUBJECT a b",
    b" HEADER",
    b" HEADER Subject",
    b" HEADER Subject ",
    b" HEADER Subject x y",
    b" HEADER (Subject) x",
    b" KEYWORD",
    b" KEYWORD \\Seen",
    b' KEYWORD "foo"',
    b" KEYWORD a]",
    b" UNKEYWORD (a)",
    b" LARGER",
    b" LARGER x",
    b" LARGER -1",
    b" LARGER 4294967296",
    b" LARGER " + b"9" * 5000,
    b" SMALLER 1.5",
    b' SMALLER "1"',
    b" LARGER 1 2x",
    b" BEFORE",
    b" BEFORE ",
    b" BEFORE  1-Feb-1994",
    b" BEFORE 31-Feb-1994",
    b" BEFORE 29-Feb-1900",
    b" BEFORE 0-Feb-1994",
    b" BEFORE 1-Feb-0000",
    b" BEFORE 1-Feb-94",
    b" BEFORE 001-Feb-1994",
    b" BEFORE 1-February-1994",
    b" BEFORE 1-2-1994",
    b" BEFORE 1994-02-01",
    b" BEFORE 1/Feb/1994",
    b' BEFORE "1-Feb-1994',
    b' BEFORE 1-Feb-1994"',
    b' BEFORE " 1-Feb-1994"',
    b' BEFORE ""',
    b" BEFORE {10+}\r\n1-Feb-1994",
    b" SENTON 1-Feb-1994x",
    b' SINCE "1-Feb-1994 00:00:00 +0000"',
    b" UID",
    b" UID x",
    b" UID 0",
    b" UID (1)",
    b" SEEN=1",
    b" CHARSET",
    b" CHARSET UTF-8",
    b" CHARSET UTF-8 ",
    b" CHARSET  UTF-8 ALL",
    b" CHARSET (UTF-8) ALL",
    b" CHARSET UTF-8  ALL",
    b" ALL CHARSET UTF-8",
    b" CHARSET UTF-8 CHARSET UTF-8 ALL",
    b" " + b"(" * 201 + b"ALL" + b")" * 201,
    b" " + b"NOT " * 201 + b"ALL",
    b" " + b"OR ALL " * 201 + b"ALL",
    b" " + b"(" * 60000,
    b" " + b"NOT " * 16000 + b"ALL",
]

BAD_OTHERS = [
    b"LOGIN",
    b"LOGIN ",
    b"LOGIN joe",
    b"LOGIN  joe secret",
    b"LOGIN joe  secret",
    b"LOGIN joe secret x",
    b'LOGIN "joe""secret"',
    b"LOGIN {3+}\r\njoe{6+}\r\nsecret",
    b"AUTHENTICATE",
    b"AUTHENTICATE ",
    b"AUTHENTICATE  PLAIN",
    b'AUTHENTICATE "PLAIN"',
    b"AUTHENTICATE {5+}\r\nPLAIN",
    b"AUTHENTICATE PLAIN ",
    b"AUTHENTICATE PLAIN AGEAYg",
    b"AUTHENTICATE PLAIN AGEAYg===",
    b"AUTHENTICATE PLAIN AGEAYg=",
    b"AUTHENTICATE PLAIN ==",
    b"AUTHENTICATE PLAIN AG-AYg==",
    b"AUTHENTICATE PLAIN AGEAYg== x",
    b"AUTHENTICATE PLAIN (x)",
    b"RENAME x",
    b"RENAME x ",
    b"RENAME x y z",
    b"CREATE x ()",
    b"CREATE x (USE)",
    b"CREATE x (USE \\Sent)",
    b"CREATE x (USE (Sent))",
    b"CREATE x (USE (\\Sent) USE (\\Junk))",
    b"CREATE x USE (\\Sent)",
    b"CREATE x (SIZE (1))",
    b"LIST",
    b'LIST ""',
    b'LIST "" ',
    b'LIST ""  %',
    b'LIST "" % x',
    b'LIST "" "%',
    b'LIST "" \\x',
    b"LIST % %",
    b'LIST (RECURSIVEMATCH) "" %',
    b'LIST (REMOTE RECURSIVEMATCH) "" %',
    b'LIST (NEWEST) "" %',
    b'LIST (CHILDREN) "" %',
    b'LIST (SUBSCRIBED  REMOTE) "" %',
    b'LIST (SUBSCRIBED ) "" %',
    b'LIST (SUBSCRIBED)"" %',
    b"LIST (SUBSCRIBED) %",
    b'LIST () () "" %',
    b'LIST "" ()',
    b'LIST "" (%',
    b'LIST "" ((%))',
    b'LIST "" % RETURN',
    b'LIST "" % RETURN CHILDREN',
    b'LIST "" % (CHILDREN)',
    b'LIST "" % RETURN (REMOTE)',
    b'LIST "" % RETURN (CHILDREN,SUBSCRIBED)',
    b'LIST "" % RETURN (STATUS)',
    b'LIST "" % RETURN (STATUS ())',
    b'LIST "" % RETURN (STATUS MESSAGES)',
    b'LIST "" % RETURN (STATUS (FOO))',
    b'LIST "" % RETURN () x',
    b'LSUB "" (%)',
    b'XLIST "" (%)',
    b'XLIST "" % RETURN ()',
    b"LSUB",
    b'LSUB ""',
    b'LSUB "" % %',
    b"STATUS",
    b"STATUS x",
    b"STATUS x ",
    b"STATUS x ()",
    b"STATUS x MESSAGES",
    b"STATUS x (MESSAGES",
    b"STATUS x (MESSAGES)x",
    b"STATUS x (MESSAGES) ",
    b"STATUS x ( MESSAGES)",
    b"STATUS x (MESSAGES )",
    b"STATUS x (MESSAGES  RECENT)",
    b"STATUS x (MESSAGES,RECENT)",
    b"STATUS x (FOO)",
    b"STATUS x (MESSAGES FOO)",
    b"STATUS x (SIZES)",
    b"STATUS x(MESSAGES)",
    b"STATUS (MESSAGES)",
    b'STATUS x ("MESSAGES")',
    b"COPY",
    b"COPY 1",
    b"COPY x inbox",
    b"COPY 1 2 3",
    b"MOVE",
    b"MOVE 1",
    b"MOVE x inbox",
    b"MOVE 1 2 3",
    b"ID",
    b"ID ",
    b"ID x",
    b'ID "x"',
    b'ID ("name")',
    b'ID ("name" "x" "version")',
    b'ID ("name"  "x")',
    b'ID ("name" x)',
    b"ID (name NIL)",
    b"ID (NIL NIL)",
    b"ID ( )",
    b"ID NIL NIL",
    b'ID (("name" NIL))',
    b'ID ("name" NIL "NAME" NIL)',
    b'ID ("%b" NIL)' % (31 * b"x"),
    b'ID ("x" "%b")' % (1025 * b"x"),
    b"ID (%b)" % b" ".join(b'"%d" NIL' % number for number in range(31)),
    b"ENABLE",
    b"ENABLE ",
    b"ENABLE x ",
    b"ENABLE x  y",
    b'ENABLE "x"',
    b"ENABLE (x)",
    b"FETCH",
    b"FETCH ",
    b"FETCH 1",
    b"FETCH FLAGS",
    b"FETCH  1 FLAGS",
    b"FETCH 1  FLAGS",
    b"STORE",
    b"STORE 1",
    b"STORE FLAGS (\\Seen)",
    b"UID FETCH",
    b"UID COPY 1",
    b"UID MOVE 1",
    b"UID STORE 1",
    b"UID SEARCH",
]


def is_refused(command):
    return (
        isinstance(command, Malformed)
        and command.tag == b"a1"
        and command.reason != ""
        and command.reason.isascii()
        and command.reason.isprintable()
    )


@pytest.mark.parametrize("octets", UNTAGGED)
def test_no_tag(parse, octets):
    command = parse(octets)
    assert isinstance(command, Malformed)
    assert command.tag == b"*"


@pytest.mark.parametrize("octets", NOT_A_COMMAND)
def test_command_name_and_its_end(parse, octets):
    assert is_refused(parse(b"a1" + octets))


@pytest.mark.parametrize("octets", BAD_OTHERS)
def test_arguments(parse, octets):
    assert is_refused(parse(b"a1 " + octets))


@pytest.mark.parametrize("octets", BAD_STRINGS)
def test_string(parse, octets):
    for command in ENDING_WITH_ASTRING:
        assert is_refused(parse(b"a1 " + command + octets)), command


@pytest.mark.parametrize("octets", BAD_SEQUENCE_SETS, ids=lambda octets: repr(octets[:20]))
def test_sequence_set(parse, octets):
    for command in (b"FETCH %b FLAGS", b"STORE %b FLAGS ()", b"COPY %b x", b"SEARCH UID %b"):
        assert is_refused(parse(b"a1 " + command % octets)), command
    for command in (b"FETCH %b FLAGS", b"STORE %b FLAGS ()", b"COPY %b x", b"EXPUNGE %b"):
        assert is_refused(parse(b"a1 UID " + command % octets)), command


@pytest.mark.parametrize("octets", BAD_FETCH_ITEMS)
def test_fetch_items(parse, octets):
    assert is_refused(parse(b"a1 FETCH 1 " + octets))
    assert is_refused(parse(b"a1 UID FETCH 1 " + octets))


@pytest.mark.parametrize("octets", BAD_STORES)
def test_store(parse, octets):
    assert is_refused(parse(b"a1 STORE 1 " + octets))
    assert is_refused(parse(b"a1 UID STORE 1 " + octets))


@pytest.mark.parametrize("octets", BAD_APPENDS)
def test_append(parse, octets):
    assert is_refused(parse(b"a1 APPEND" + octets))


@pytest.mark.parametrize("octets", BAD_DATE_TIMES)
def test_append_date_time(parse, octets):
    assert is_refused(parse(b'a1 APPEND x "%b" {3+}\r\nabc' % octets))


@pytest.mark.parametrize("octets", BAD_SEARCHES, ids=lambda octets: repr(octets[:30]))
def test_search(parse, octets):
    assert is_refused(parse(b"a1 SEARCH" + octets))
    assert is_refused(parse(b"a1 UID SEARCH" + octets))


@pytest.mark.parametrize(
    ("octets", "words"),
    [
        (b"a1 XYZZY", "unknown command"),
        (b"a1 NOOP x", "end of the command"),
        (b"a1 SELECT", "mailbox name"),
        (b"a1 FETCH 1 FLUGS", "unknown data item"),
        (b"a1 FETCH 0 FLAGS", "0"),
        (b"a1 SEARCH FOO", "unknown search key"),
        (b"a1 SEARCH LARGER 4294967296", "4294967295"),
        (b"a1 SEARCH BEFORE 31-Feb-1994", "bad date"),
        (b'a1 APPEND x "x" {1+}\r\na', "bad date-time"),
        (b"a1 STORE 1 FLAGS (\\Recent)", "\\Recent"),
        (b"a1 STATUS x (FOO)", "unknown status item"),
        (b'a1 SELECT "x', "quote"),
        (b'a1 SELECT "\xe9"', "8-bit"),
        (b"a1 APPEND x y", "a literal"),
        (b"a1 LOGIN {1+}\r\na {1+}\r\nb c", "after literal 2"),
    ],
)
def test_the_reason_says_what_is_wrong(parse, octets, words):
    assert words in parse(octets).reason


WORDS = st.sampled_from(
    [*COMMANDS, *b'( ) [ ] <0.1> " \\ \\Seen 1:* BODY FLAGS OR NOT FROM CHARSET'.split()]
) | st.sampled_from([b"31-Feb-1994", b"HEADER.FIELDS", b"\xff", b"*", b"%"])
TEXTS = st.lists(WORDS | st.just(b" ") | st.binary(max_size=4), max_size=12).map(b"".join)
LITERALS = st.binary(max_size=5).map(LiteralPart)


@given(st.data())
def test_never_raises(data):
    parts = [b"a1 " + data.draw(TEXTS)]
    for literal in data.draw(st.lists(LITERALS, max_size=3)):
        parts += [literal, data.draw(TEXTS)]
    for revision2 in (False, True):
        command = parse_command(Frame(tuple(parts)), revision2)
        assert isinstance(command, Command)
        assert command.tag in (b"a1", b"*")
        if isinstance(command, Malformed):
            assert command.reason.isascii()
            assert command.reason.isprintable()

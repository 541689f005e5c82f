"""Well-formed commands and the values they stand for, worked out from RFC 3501, section 9."""

from datetime import UTC, date, datetime, timedelta, timezone

import pytest

from reference_server.protocol.commands import (
    Append,
    Authenticate,
    Capability,
    Check,
    Close,
    Copy,
    Create,
    Delete,
    Enable,
    Expunge,
    Fetch,
    FetchItem,
    Id,
    Idle,
    List,
    Login,
    Logout,
    Lsub,
    Malformed,
    Move,
    Namespace,
    Noop,
    Rename,
    Search,
    SearchAll,
    SearchAnd,
    SearchDate,
    SearchFlag,
    SearchNot,
    SearchOr,
    SearchSequence,
    SearchSize,
    SearchText,
    Section,
    Select,
    SequenceSet,
    StartTls,
    Status,
    Store,
    Subscribe,
    Unselect,
    Unsubscribe,
    Xlist,
)


def numbers(*ranges):
    """A sequence set; a number alone is a range of one."""
    return SequenceSet(tuple(r if isinstance(r, tuple) else (r, r) for r in ranges))


ONE = numbers(1)
LONG = b"x" * 2000

PLAIN = [
    (b"a CAPABILITY", Capability(b"a")),
    (b"a NOOP", Noop(b"a")),
    (b"a noop", Noop(b"a")),
    (b"a nOoP", Noop(b"a")),
    (b"a LOGOUT", Logout(b"a")),
    (b"a STARTTLS", StartTls(b"a")),
    (b"a enable x-Y IMAP4rev2", Enable(b"a", ("X-Y", "IMAP4REV2"))),
    (b"a ID NIL", Id(b"a", None)),
    (b"a id ()", Id(b"a", ())),
    (
        b'a ID ("Name" "x" "version" nil {2+}\r\nos {2+}\r\n\xc3\xa9)',
        Id(b"a", ((b"Name", b"x"), (b"version", None), (b"os", b"\xc3\xa9"))),
    ),
    (
        b"a ID (%b)" % b" ".join(b'"%d" NIL' % number for number in range(30)),
        Id(b"a", tuple((b"%d" % number, None) for number in range(30))),
    ),
    (b"a NAMESPACE", Namespace(b"a")),
    (b"a IDLE", Idle(b"a")),
    (b"a CHECK", Check(b"a")),
    (b"a CLOSE", Close(b"a")),
    (b"a UNSELECT", Unselect(b"a")),
    (b"a EXPUNGE", Expunge(b"a")),
    # The tag is any ASTRING-CHAR but "+".
    (b"A0001 NOOP", Noop(b"A0001")),
    (b"1 NOOP", Noop(b"1")),
    (b"]]]!#$&',-./:;<=>?@^_`|}~ NOOP", Noop(b"]]]!#$&',-./:;<=>?@^_`|}~")),
    (LONG + b" NOOP", Noop(LONG)),
]

AUTHENTICATION = [
    (b"a AUTHENTICATE PLAIN", Authenticate(b"a", "PLAIN")),
    (b"a authenticate plain", Authenticate(b"a", "PLAIN")),
    (b"a AUTHENTICATE SCRAM-SHA-256", Authenticate(b"a", "SCRAM-SHA-256")),
    (b"a AUTHENTICATE PLAIN AGEAYg==", Authenticate(b"a", "PLAIN", b"AGEAYg==")),
    (b"a AUTHENTICATE PLAIN AGFhAGI=", Authenticate(b"a", "PLAIN", b"AGFhAGI=")),
    (b"a AUTHENTICATE PLAIN AGFhAGJi", Authenticate(b"a", "PLAIN", b"AGFhAGJi")),
    (b"a AUTHENTICATE EXTERNAL =", Authenticate(b"a", "EXTERNAL", b"=")),
    (b"a LOGIN joe secret", Login(b"a", b"joe", b"secret")),
    (b'a LOGIN "joe" "se cret"', Login(b"a", b"joe", b"se cret")),
    (b'a LOGIN joe ""', Login(b"a", b"joe", b"")),
    (b'a LOGIN joe "\\"\\\\"', Login(b"a", b"joe", b'"\\')),
    (b'a LOGIN joe "a\\\\\\"b"', Login(b"a", b"joe", b'a\\"b')),
    (b'a LOGIN joe "(){%*]"', Login(b"a", b"joe", b"(){%*]")),
    (b'a LOGIN joe "tab\tdel\x7f"', Login(b"a", b"joe", b"tab\tdel\x7f")),
    (b"a LOGIN joe pass]word", Login(b"a", b"joe", b"pass]word")),
    (b"a LOGIN joe ]", Login(b"a", b"joe", b"]")),
    (b"a LOGIN joe+x@example.test a&b+c", Login(b"a", b"joe+x@example.test", b"a&b+c")),
    (b"a LOGIN {3+}\r\njoe {6+}\r\nsecret", Login(b"a", b"joe", b"secret")),
    (b"a LOGIN {0+}\r\n {0+}\r\n", Login(b"a", b"", b"")),
    (b"a LOGIN joe {4+}\r\n\r\n\xc3\xa9", Login(b"a", b"joe", b"\r\n\xc3\xa9")),
    (b"a LOGIN joe {7+}\r\n{3+}\r\nx", Login(b"a", b"joe", b"{3+}\r\nx")),
    (b'a LOGIN {3+}\r\njoe "x"', Login(b"a", b"joe", b"x")),
    (b"a LOGIN joe NIL", Login(b"a", b"joe", b"NIL")),
]

MAILBOXES = [
    (b"a SELECT INBOX", Select(b"a", b"INBOX")),
    (b"a SELECT iNbOx", Select(b"a", b"INBOX")),
    (b'a SELECT "inbox"', Select(b"a", b"INBOX")),
    (b"a SELECT {5+}\r\ninbox", Select(b"a", b"INBOX")),
    (b"a SELECT inbox/sub", Select(b"a", b"inbox/sub")),
    (b"a SELECT INBOXES", Select(b"a", b"INBOXES")),
    (b'a SELECT ""', Select(b"a", b"")),
    (b"a SELECT ~peter/mail/&U,BTFw-", Select(b"a", b"~peter/mail/&U,BTFw-")),
    (b"a EXAMINE blurdybloop", Select(b"a", b"blurdybloop", read_only=True)),
    (b"a examine Inbox", Select(b"a", b"INBOX", read_only=True)),
    (b"a CREATE owatagusiam/", Create(b"a", b"owatagusiam/")),
    (b"a CREATE [draft]", Create(b"a", b"[draft]")),
    (b"a DELETE foo", Delete(b"a", b"foo")),
    (b'a DELETE "a b"', Delete(b"a", b"a b")),
    (b"a RENAME blurdybloop sarasoop", Rename(b"a", b"blurdybloop", b"sarasoop")),
    (b'a RENAME inbox "old mail"', Rename(b"a", b"INBOX", b"old mail")),
    (b"a RENAME {1+}\r\nb {1+}\r\nc", Rename(b"a", b"b", b"c")),
    (b"a SUBSCRIBE #news.comp.mail.mime", Subscribe(b"a", b"#news.comp.mail.mime")),
    (b"a UNSUBSCRIBE inbox", Unsubscribe(b"a", b"INBOX")),
    (b'a LIST "" ""', List(b"a", b"", (b"",))),
    (b'a LIST "" *', List(b"a", b"", (b"*",))),
    (b'a LIST "" %', List(b"a", b"", (b"%",))),
    (b'a LIST "" "a b/%"', List(b"a", b"", (b"a b/%",))),
    (b"a LIST /usr/staff/jones {1+}\r\n*", List(b"a", b"/usr/staff/jones", (b"*",))),
    (b"a LIST inbox x%y*]z", List(b"a", b"INBOX", (b"x%y*]z",))),
    (b'a LIST "" inbox', List(b"a", b"", (b"inbox",))),
    (b'a LIST () "" %', List(b"a", b"", (b"%",), True)),
    (b'a LIST "" (%)', List(b"a", b"", (b"%",), True)),
    (b'a LIST "" (INBOX "a b" {1+}\r\n*)', List(b"a", b"", (b"INBOX", b"a b", b"*"), True)),
    (b'a list (remote) "" %', List(b"a", b"", (b"%",), True, frozenset({"REMOTE"}))),
    (
        b'a LIST (RECURSIVEMATCH subscribed SUBSCRIBED) "" %',
        List(b"a", b"", (b"%",), True, frozenset({"SUBSCRIBED", "RECURSIVEMATCH"})),
    ),
    (b'a LIST "" % RETURN ()', List(b"a", b"", (b"%",), True)),
    (b'a LIST "" RETURN', List(b"a", b"", (b"RETURN",))),
    (
        b'a LIST "" % return (SPECIAL-USE CHILDREN SUBSCRIBED CHILDREN)',
        List(
            b"a",
            b"",
            (b"%",),
            True,
            returned=frozenset({"SPECIAL-USE", "CHILDREN", "SUBSCRIBED"}),
        ),
    ),
    (
        b'a LIST (SPECIAL-USE) "" % RETURN (STATUS (SIZE MESSAGES) STATUS (SIZE DELETED))',
        List(
            b"a",
            b"",
            (b"%",),
            True,
            frozenset({"SPECIAL-USE"}),
            frozenset({"STATUS"}),
            ("SIZE", "MESSAGES", "DELETED"),
        ),
    ),
    (b'a XLIST "" *', Xlist(b"a", b"", b"*")),
    (b"a CREATE x (USE ())", Create(b"a", b"x")),
    (
        b"a CREATE x (use (\\Sent \\drafts \\Sent))",
        Create(b"a", b"x", ("\\Sent", "\\drafts")),
    ),
    (b'a LSUB "#news." "comp.mail.*"', Lsub(b"a", b"#news.", b"comp.mail.*")),
    (b"a lsub #news. comp.%", Lsub(b"a", b"#news.", b"comp.%")),
    (b"a STATUS x (MESSAGES)", Status(b"a", b"x", ("MESSAGES",))),
    (
        b"a status x (unseen UidNext UIDVALIDITY recent messages)",
        Status(b"a", b"x", ("UNSEEN", "UIDNEXT", "UIDVALIDITY", "RECENT", "MESSAGES")),
    ),
    (
        b"a STATUS x (size APPENDLIMIT DELETED)",
        Status(b"a", b"x", ("SIZE", "APPENDLIMIT", "DELETED")),
    ),
    (b'a STATUS "a b" (RECENT RECENT)', Status(b"a", b"a b", ("RECENT", "RECENT"))),
]

PACIFIC = timezone(-timedelta(hours=7))

APPENDS = [
    (b"a APPEND INBOX {3+}\r\nabc", Append(b"a", b"INBOX", b"abc")),
    (b"a append inbox {0+}\r\n", Append(b"a", b"INBOX", b"")),
    (b"a APPEND {3+}\r\nx y {3+}\r\nabc", Append(b"a", b"x y", b"abc")),
    (b"a APPEND x () {1+}\r\nb", Append(b"a", b"x", b"b")),
    (b"a APPEND x (\\Seen) {1+}\r\nb", Append(b"a", b"x", b"b", ("\\Seen",))),
    (
        b"a APPEND x (\\sEEN $Forwarded \\draft Foo) {1+}\r\nb",
        Append(b"a", b"x", b"b", ("\\Seen", "$Forwarded", "\\Draft", "Foo")),
    ),
    (
        b'a APPEND x "17-Jul-1996 02:44:25 -0700" {1+}\r\nb',
        Append(b"a", b"x", b"b", (), datetime(1996, 7, 17, 2, 44, 25, tzinfo=PACIFIC)),
    ),
    (
        b'a APPEND x (\\Flagged) " 1-fEB-2024 23:59:59 +0000" {1+}\r\nb',
        Append(b"a", b"x", b"b", ("\\Flagged",), datetime(2024, 2, 1, 23, 59, 59, tzinfo=UTC)),
    ),
    (
        b'a APPEND x "29-Feb-2024 00:00:00 +0530" {1+}\r\nb',
        Append(
            b"a",
            b"x",
            b"b",
            (),
            datetime(2024, 2, 29, tzinfo=timezone(timedelta(hours=5, minutes=30))),
        ),
    ),
]

SEQUENCE_SETS = [
    (b"1", numbers(1)),
    (b"4294967295", numbers(4294967295)),
    (b"*", numbers(None)),
    (b"2:4", numbers((2, 4))),
    (b"4:2", numbers((4, 2))),
    (b"12:*", numbers((12, None))),
    (b"*:12", numbers((None, 12))),
    (b"*:*", numbers((None, None))),
    (b"2,4:7,9,12:*", numbers(2, (4, 7), 9, (12, None))),
    (b"*:4,5:7", numbers((None, 4), (5, 7))),
    (b"1,1,1:1", numbers(1, 1, 1)),
    (b",".join(b"%d" % n for n in range(1, 2000, 2)), numbers(*range(1, 2000, 2))),
]

FAST = (FetchItem("FLAGS"), FetchItem("INTERNALDATE"), FetchItem("RFC822.SIZE"))


def body(*part, specifier="", fields=(), peek=False, partial=None):
    return FetchItem("BODY[]", Section(part, specifier, fields), peek, partial)


FETCH_ITEMS = [
    (b"FAST", FAST),
    (b"ALL", (*FAST, FetchItem("ENVELOPE"))),
    (b"FULL", (*FAST, FetchItem("ENVELOPE"), FetchItem("BODY"))),
    (b"full", (*FAST, FetchItem("ENVELOPE"), FetchItem("BODY"))),
    (b"FLAGS", (FetchItem("FLAGS"),)),
    (b"(FLAGS)", (FetchItem("FLAGS"),)),
    (b"UID", (FetchItem("UID"),)),
    (b"envelope", (FetchItem("ENVELOPE"),)),
    (b"INTERNALDATE", (FetchItem("INTERNALDATE"),)),
    (b"RFC822", (FetchItem("RFC822"),)),
    (b"RFC822.HEADER", (FetchItem("RFC822.HEADER"),)),
    (b"rfc822.size", (FetchItem("RFC822.SIZE"),)),
    (b"RFC822.TEXT", (FetchItem("RFC822.TEXT"),)),
    (b"BODY", (FetchItem("BODY"),)),
    (b"BODYSTRUCTURE", (FetchItem("BODYSTRUCTURE"),)),
    (b"(BODY BODYSTRUCTURE)", (FetchItem("BODY"), FetchItem("BODYSTRUCTURE"))),
    (b"(UID FLAGS UID)", (FetchItem("UID"), FetchItem("FLAGS"), FetchItem("UID"))),
    (b"BODY[]", (body(),)),
    (b"body.peek[]", (body(peek=True),)),
    (b"BODY[TEXT]", (body(specifier="TEXT"),)),
    (b"BODY[header]", (body(specifier="HEADER"),)),
    (b"BODY[1]", (body(1),)),
    (b"BODY[4.2.2.1]", (body(4, 2, 2, 1),)),
    (b"BODY[1.MIME]", (body(1, specifier="MIME"),)),
    (b"BODY[3.HEADER]", (body(3, specifier="HEADER"),)),
    (b"BODY[4.1.text]", (body(4, 1, specifier="TEXT"),)),
    (b"BODY[4294967295]", (body(4294967295),)),
    (b"BODY[]<0.1>", (body(partial=(0, 1)),)),
    (b"BODY[]<0.2048>", (body(partial=(0, 2048)),)),
    (b"BODY.PEEK[1]<4294967295.4294967295>", (body(1, peek=True, partial=(2**32 - 1,) * 2),)),
    (
        b"BODY[HEADER.FIELDS (Date FROM)]",
        (body(specifier="HEADER.FIELDS", fields=(b"Date", b"FROM")),),
    ),
    (
        b'BODY.PEEK[1.HEADER.FIELDS.NOT ("Subject" {2+}\r\nTo x]y)]<5.6>',
        (
            body(
                1,
                specifier="HEADER.FIELDS.NOT",
                fields=(b"Subject", b"To", b"x]y"),
                peek=True,
                partial=(5, 6),
            ),
        ),
    ),
    (
        b"(FLAGS BODY[HEADER.FIELDS (DATE FROM)] BODY[]<0.5> UID)",
        (
            FetchItem("FLAGS"),
            body(specifier="HEADER.FIELDS", fields=(b"DATE", b"FROM")),
            body(partial=(0, 5)),
            FetchItem("UID"),
        ),
    ),
]

STORES = [
    (b"FLAGS (\\Deleted)", "set", False, ("\\Deleted",)),
    (b"+FLAGS (\\Deleted)", "add", False, ("\\Deleted",)),
    (b"-FLAGS (\\Deleted)", "remove", False, ("\\Deleted",)),
    (b"FLAGS.SILENT (\\Deleted)", "set", True, ("\\Deleted",)),
    (b"+flags.silent (\\deleted)", "add", True, ("\\Deleted",)),
    (b"-Flags.Silent (\\DELETED)", "remove", True, ("\\Deleted",)),
    (b"FLAGS ()", "set", False, ()),
    (b"FLAGS \\Seen", "set", False, ("\\Seen",)),
    (b"+FLAGS \\Answered \\Flagged", "add", False, ("\\Answered", "\\Flagged")),
    (b"+FLAGS (a $Forwarded x.y)", "add", False, ("a", "$Forwarded", "x.y")),
    (b"+FLAGS Seen", "add", False, ("Seen",)),
]

NEW = SearchAnd((SearchFlag("\\Recent"), SearchFlag("\\Seen", False)))

SEARCH_KEYS = [
    (b"ALL", SearchAll()),
    (b"all", SearchAll()),
    (b"ANSWERED", SearchFlag("\\Answered")),
    (b"DELETED", SearchFlag("\\Deleted")),
    (b"DRAFT", SearchFlag("\\Draft")),
    (b"FLAGGED", SearchFlag("\\Flagged")),
    (b"RECENT", SearchFlag("\\Recent")),
    (b"SEEN", SearchFlag("\\Seen")),
    (b"UNANSWERED", SearchFlag("\\Answered", False)),
    (b"UNDELETED", SearchFlag("\\Deleted", False)),
    (b"UNDRAFT", SearchFlag("\\Draft", False)),
    (b"UNFLAGGED", SearchFlag("\\Flagged", False)),
    (b"UNSEEN", SearchFlag("\\Seen", False)),
    (b"OLD", SearchFlag("\\Recent", False)),
    (b"NEW", NEW),
    (b"KEYWORD $Forwarded", SearchFlag("$Forwarded")),
    (b"UNKEYWORD foo", SearchFlag("foo", False)),
    (b"BCC x", SearchText("BCC", b"x")),
    (b"BODY x", SearchText("BODY", b"x")),
    (b'CC "x y"', SearchText("CC", b"x y")),
    (b"FROM {5+}\r\nSmith", SearchText("FROM", b"Smith")),
    (b"SUBJECT a]b", SearchText("SUBJECT", b"a]b")),
    (b'TEXT ""', SearchText("TEXT", b"")),
    (b"to x", SearchText("TO", b"x")),
    (b"HEADER Message-ID <a@b>", SearchText("HEADER", b"<a@b>", b"Message-ID")),
    (b'HEADER "X-Y" {2+}\r\n\xc3\xa9', SearchText("HEADER", b"\xc3\xa9", b"X-Y")),
    (b'HEADER Subject ""', SearchText("HEADER", b"", b"Subject")),
    (b"BEFORE 1-Feb-1994", SearchDate("before", date(1994, 2, 1))),
    (b"ON 01-Feb-1994", SearchDate("on", date(1994, 2, 1))),
    (b'SINCE "1-feb-1994"', SearchDate("since", date(1994, 2, 1))),
    (b"SENTBEFORE 31-DEC-9999", SearchDate("before", date(9999, 12, 31), True)),
    (b"SENTON 29-Feb-2000", SearchDate("on", date(2000, 2, 29), True)),
    (b"SENTSINCE 1-Jan-0001", SearchDate("since", date(1, 1, 1), True)),
    (b"LARGER 0", SearchSize(True, 0)),
    (b"SMALLER 4294967295", SearchSize(False, 4294967295)),
    (b"LARGER 007", SearchSize(True, 7)),
    (b"LARGER " + b"0" * 5000 + b"7", SearchSize(True, 7)),
    (b"LARGER " + b"0" * 5000, SearchSize(True, 0)),
    (b"1", SearchSequence(ONE)),
    (b"*", SearchSequence(numbers(None))),
    (b"2,4:7,*", SearchSequence(numbers(2, (4, 7), None))),
    (b"UID 3:*", SearchSequence(numbers((3, None)), uid=True)),
    (b"NOT SEEN", SearchNot(SearchFlag("\\Seen"))),
    (b"NOT NOT 1", SearchNot(SearchNot(SearchSequence(ONE)))),
    (b"OR SEEN DRAFT", SearchOr(SearchFlag("\\Seen"), SearchFlag("\\Draft"))),
    (
        b"OR OR SEEN DRAFT NOT 1",
        SearchOr(
            SearchOr(SearchFlag("\\Seen"), SearchFlag("\\Draft")),
            SearchNot(SearchSequence(ONE)),
        ),
    ),
    (b"(SEEN)", SearchFlag("\\Seen")),
    (b"((SEEN))", SearchFlag("\\Seen")),
    (b"(SEEN DRAFT)", SearchAnd((SearchFlag("\\Seen"), SearchFlag("\\Draft")))),
    (b"SEEN DRAFT", SearchAnd((SearchFlag("\\Seen"), SearchFlag("\\Draft")))),
    (
        b"OR (SEEN 1) (FROM x)",
        SearchOr(SearchAnd((SearchFlag("\\Seen"), SearchSequence(ONE))), SearchText("FROM", b"x")),
    ),
    (
        b'FLAGGED SINCE 1-Feb-1994 NOT FROM "Smith"',
        SearchAnd(
            (
                SearchFlag("\\Flagged"),
                SearchDate("since", date(1994, 2, 1)),
                SearchNot(SearchText("FROM", b"Smith")),
            )
        ),
    ),
    (b"TEXT CHARSET", SearchText("TEXT", b"CHARSET")),
    (b"ALL NOT (SUBJECT NOT)", SearchAnd((SearchAll(), SearchNot(SearchText("SUBJECT", b"NOT"))))),
]


@pytest.mark.parametrize(
    ("octets", "command"),
    PLAIN + AUTHENTICATION + MAILBOXES + APPENDS,
    ids=lambda value: repr(value)[2:60] if isinstance(value, bytes) else "",
)
def test_command(parse, octets, command):
    assert parse(octets) == command


@pytest.mark.parametrize(
    ("octets", "expected"), SEQUENCE_SETS, ids=[repr(octets[:40]) for octets, _ in SEQUENCE_SETS]
)
def test_sequence_set(parse, octets, expected):
    flags = (FetchItem("FLAGS"),)
    assert parse(b"a FETCH %b FLAGS" % octets) == Fetch(b"a", expected, flags)
    assert parse(b"a UID FETCH %b FLAGS" % octets) == Fetch(b"a", expected, flags, uid=True)
    assert parse(b"a COPY %b inbox" % octets) == Copy(b"a", expected, b"INBOX")
    assert parse(b"a uid copy %b x" % octets) == Copy(b"a", expected, b"x", uid=True)
    assert parse(b"a MOVE %b inbox" % octets) == Move(b"a", expected, b"INBOX")
    assert parse(b"a uid move %b x" % octets) == Move(b"a", expected, b"x", uid=True)
    assert parse(b"a STORE %b FLAGS ()" % octets) == Store(b"a", expected, "set", ())
    assert parse(b"a UID EXPUNGE %b" % octets) == Expunge(b"a", expected)
    assert parse(b"a SEARCH %b" % octets) == Search(b"a", SearchSequence(expected))
    assert parse(b"a SEARCH UID %b" % octets) == Search(b"a", SearchSequence(expected, uid=True))


@pytest.mark.parametrize(("octets", "items"), FETCH_ITEMS)
def test_fetch_items(parse, octets, items):
    assert parse(b"a FETCH 1 " + octets) == Fetch(b"a", ONE, items)
    assert parse(b"a uid fetch 1 " + octets) == Fetch(b"a", ONE, items, uid=True)


@pytest.mark.parametrize(("octets", "operation", "silent", "flags"), STORES)
def test_store(parse, octets, operation, silent, flags):
    assert parse(b"a STORE 1 " + octets) == Store(b"a", ONE, operation, flags, silent)
    assert parse(b"a UID STORE 1 " + octets) == Store(b"a", ONE, operation, flags, silent, uid=True)


@pytest.mark.parametrize(
    ("octets", "key"), SEARCH_KEYS, ids=[repr(octets[:40]) for octets, _ in SEARCH_KEYS]
)
def test_search_key(parse, octets, key):
    assert parse(b"a SEARCH " + octets) == Search(b"a", key)
    assert parse(b"a SEARCH NOT (%b)" % octets) == Search(b"a", SearchNot(key))
    assert parse(b"a UID SEARCH " + octets) == Search(b"a", key, uid=True)


@pytest.mark.parametrize(
    ("octets", "charset"),
    [
        (b"UTF-8", "UTF-8"),
        (b"us-ascii", "US-ASCII"),
        (b'"iso-8859-1"', "ISO-8859-1"),
        (b"{5+}\r\nutf-8", "UTF-8"),
        (b'""', ""),
    ],
)
def test_search_charset(parse, octets, charset):
    assert parse(b"a SEARCH CHARSET %b SEEN" % octets) == Search(
        b"a", SearchFlag("\\Seen"), charset
    )
    assert parse(b"a uid search charset %b SEEN" % octets) == Search(
        b"a", SearchFlag("\\Seen"), charset, uid=True
    )


def test_search_charset_that_is_not_ascii_is_no_fault_of_syntax(parse):
    command = parse(b"a SEARCH CHARSET {1+}\r\n\xff ALL")
    assert isinstance(command, Search)


def test_nesting_up_to_the_bound(parse):
    assert isinstance(parse(b"a SEARCH " + b"NOT " * 200 + b"ALL"), Search)
    assert isinstance(parse(b"a SEARCH " + b"(" * 200 + b"ALL" + b")" * 200), Search)
    assert isinstance(parse(b"a SEARCH " + b"OR SEEN " * 200 + b"ALL"), Search)


def test_quoted_strings_hold_utf8_where_the_setting_says_so(parse):
    command = b'a SELECT "\xc3\xa9\\"\\\\"'
    assert parse(command, revision2=True) == Select(b"a", b'\xc3\xa9"\\')
    assert isinstance(parse(command), Malformed)
    assert isinstance(parse(b'a SELECT "\xe9"', revision2=True), Malformed)
    assert isinstance(parse(b"a SELECT \xc3\xa9", revision2=True), Malformed)


def test_sizes_have_63_bits_in_revision_2(parse):
    most = b"9223372036854775807"
    fetch = parse(b"a FETCH 1 BODY[]<%b.%b>" % (most, most), revision2=True)
    assert fetch.items[0].partial == (2**63 - 1, 2**63 - 1)
    assert parse(b"a SEARCH LARGER " + most, revision2=True).key.octets == 2**63 - 1
    for number in b"9223372036854775808", b"1" * 20, b"9" * 5000:
        assert isinstance(parse(b"a SEARCH SMALLER " + number, revision2=True), Malformed)
        assert isinstance(parse(b"a FETCH 1 BODY[]<0.%b>" % number, revision2=True), Malformed)
    assert isinstance(parse(b"a FETCH 4294967296 UID", revision2=True), Malformed)

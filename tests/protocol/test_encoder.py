"""Responses on the wire (RFC 3501, sections 7 and 9)."""

from itertools import chain

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reference_server.protocol.commands import Login, Section
from reference_server.protocol.encoder import (
    BLOCK,
    QUOTED_LIMIT,
    encode,
    encode_section,
    encode_string,
    encode_value,
)
from reference_server.protocol.responses import (
    Atom,
    Code,
    Condition,
    Continuation,
    Data,
    Encoded,
    FetchData,
    FetchTable,
    Numbered,
    Stream,
    Utf8,
)


def wire(*responses):
    return b"".join(chain.from_iterable(map(encode, responses)))


@pytest.mark.parametrize(
    ("response", "octets"),
    [
        (Condition("OK", "done", tag=b"a1"), b"a1 OK done\r\n"),
        (Condition("NO", "no such mailbox", tag=b"a1"), b"a1 NO no such mailbox\r\n"),
        (Condition("BAD", "what"), b"* BAD what\r\n"),
        (Condition("PREAUTH", "welcome"), b"* PREAUTH welcome\r\n"),
        (Condition("BYE", "see you"), b"* BYE see you\r\n"),
        (Condition("OK", "go on", Code("READ-WRITE"), b"a"), b"a OK [READ-WRITE] go on\r\n"),
        (Condition("OK", "next", Code("UIDNEXT", (4392,))), b"* OK [UIDNEXT 4392] next\r\n"),
        (
            Condition("OK", "limited", Code("PERMANENTFLAGS", ((Atom(b"\\Seen"), Atom(b"\\*")),))),
            b"* OK [PERMANENTFLAGS (\\Seen \\*)] limited\r\n",
        ),
        (
            Condition("OK", "done", Code("COPYUID", (7, Atom(b"1:2"), Atom(b"5:6"))), b"a"),
            b"a OK [COPYUID 7 1:2 5:6] done\r\n",
        ),
        # text is 1*TEXT-CHAR, holds no line end, and is not mistaken for a code.
        (Condition("OK", "", tag=b"a"), b"a OK OK\r\n"),
        (Condition("NO", "a\r\nb * OK\n", tag=b"a"), b"a NO a??b * OK?\r\n"),
        (Condition("NO", "caf\xe9\0\t"), b"* NO caf???\r\n"),
        (Condition("NO", "[ALERT] x"), b"* NO (ALERT] x\r\n"),
        (Condition("NO", "[x", Code("ALERT")), b"* NO [ALERT] [x\r\n"),
        (Continuation(), b"+ \r\n"),
        (Continuation("go ahead"), b"+ go ahead\r\n"),
        (Continuation("VXNlciBOYW1lAA=="), b"+ VXNlciBOYW1lAA==\r\n"),
        (
            Data("CAPABILITY", (Atom(b"IMAP4rev1"), Atom(b"AUTH=PLAIN"))),
            b"* CAPABILITY IMAP4rev1 AUTH=PLAIN\r\n",
        ),
        (Data("SEARCH"), b"* SEARCH\r\n"),
        (Data("SEARCH", (2, 3, 6)), b"* SEARCH 2 3 6\r\n"),
        (Data("FLAGS", ((Atom(b"\\Seen"), Atom(b"x")),)), b"* FLAGS (\\Seen x)\r\n"),
        (Data("LIST", ((), b"/", b"INBOX")), b'* LIST () "/" "INBOX"\r\n'),
        (
            Data("LIST", ((Atom(b"\\Noselect"),), None, b'a "b\\')),
            b'* LIST (\\Noselect) NIL "a \\"b\\\\"\r\n',
        ),
        (
            Data("STATUS", (b"x y", (Atom(b"MESSAGES"), 231, Atom(b"UIDNEXT"), 44292))),
            b'* STATUS "x y" (MESSAGES 231 UIDNEXT 44292)\r\n',
        ),
        (
            Data("NAMESPACE", (((b"", b"/"),), None, None)),
            b'* NAMESPACE (("" "/")) NIL NIL\r\n',
        ),
        (Numbered(23, "EXISTS"), b"* 23 EXISTS\r\n"),
        (Numbered(0, "RECENT"), b"* 0 RECENT\r\n"),
        (Numbered(44, "EXPUNGE"), b"* 44 EXPUNGE\r\n"),
        (
            FetchData(23, ((b"FLAGS", (Atom(b"\\Seen"),)), (b"RFC822.SIZE", 44827))),
            b"* 23 FETCH (FLAGS (\\Seen) RFC822.SIZE 44827)\r\n",
        ),
        (
            FetchData(1, ((b"FLAGS", Encoded(b"()")), (b"BODY[TEXT]", None), (b"UID", 9))),
            b"* 1 FETCH (FLAGS () BODY[TEXT] NIL UID 9)\r\n",
        ),
        (
            FetchData(1, ((b"BODY[]<0>", b"a\r\n"), (b"BODY[1]", b""), (b"BODY[2]", b"abc"))),
            b'* 1 FETCH (BODY[]<0> {3}\r\na\r\n BODY[1] "" BODY[2] "abc")\r\n',
        ),
        (
            FetchData(1, ((b"UID", 2), (b"BODY[]", Stream(5, [b"ab", b"", b"\r\nc"])))),
            b"* 1 FETCH (UID 2 BODY[] {5}\r\nab\r\nc)\r\n",
        ),
        (
            FetchData(
                1, ((b"A", Stream(0, [])), (b"B", Stream(1, [b"\0"])), (b"C", (b"x\n", None)))
            ),
            b"* 1 FETCH (A {0}\r\n B {1}\r\n\x80 C ({2}\r\nx\n NIL))\r\n",
        ),
        (FetchTable((b"FLAGS",), []), b""),
        (
            FetchTable(
                (b"FLAGS", b"UID", b"BODY[HEADER.FIELDS (100%d)]"),
                [(1, Encoded(b"()"), 7, Atom(b"x")), (3, Encoded(b"(a%d)"), 9, Atom(b"y"))],
            ),
            b"* 1 FETCH (FLAGS () UID 7 BODY[HEADER.FIELDS (100%d)] x)\r\n"
            b"* 3 FETCH (FLAGS (a%d) UID 9 BODY[HEADER.FIELDS (100%d)] y)\r\n",
        ),
    ],
)
def test_response(response, octets):
    assert b"".join(encode(response)) == octets
    # The same among others.
    noise = Numbered(1, "EXPUNGE")
    assert wire(noise, response, noise) == b"* 1 EXPUNGE\r\n" + octets + b"* 1 EXPUNGE\r\n"


@pytest.mark.parametrize(
    ("octets", "encoded"),
    [
        (b"", b'""'),
        (b"NIL", b'"NIL"'),
        (b'"', b'"\\""'),
        (b"\\", b'"\\\\"'),
        (b"a\tb\x7f", b'"a\tb\x7f"'),
        (b"\r", b"{1}\r\n\r"),
        (b"\n", b"{1}\r\n\n"),
        (b"\xe9", b"{1}\r\n\xe9"),
        (b"a\0b", b"{3}\r\na\x80b"),  # NUL must not be used at any time
        (b"x" * QUOTED_LIMIT, b'"' + b"x" * QUOTED_LIMIT + b'"'),
        (b"x" * (QUOTED_LIMIT + 1), b"{1025}\r\n" + b"x" * (QUOTED_LIMIT + 1)),
    ],
)
def test_string(octets, encoded):
    assert encode_string(octets) == encoded
    assert encode_value((octets, octets)) == b"(" + encoded + b" " + encoded + b")"


@given(st.binary(max_size=40) | st.text('ab"\\ ]', max_size=40).map(str.encode))
def test_a_string_comes_back_through_the_parser(parse, octets):
    octets = octets.replace(b"\0", b"")
    sent = encode_string(octets)
    if sent.startswith(b"{"):
        sent = sent.replace(b"}", b"+}", 1)
    assert parse(b"a LOGIN x " + sent) == Login(b"a", b"x", octets)


@pytest.mark.parametrize(
    ("section", "origin", "octets"),
    [
        (Section(), None, b"BODY[]"),
        (Section(), 0, b"BODY[]<0>"),
        (Section((4, 2)), None, b"BODY[4.2]"),
        (Section((4,), "MIME"), 7, b"BODY[4.MIME]<7>"),
        (Section((), "TEXT"), None, b"BODY[TEXT]"),
        (
            Section((1,), "HEADER.FIELDS.NOT", (b"Date", b"x y", b"")),
            None,
            b'BODY[1.HEADER.FIELDS.NOT (Date "x y" "")]',
        ),
    ],
)
def test_section(parse, section, origin, octets):
    assert encode_section(section, origin) == octets
    if origin is None:
        (item,) = parse(b"a FETCH 1 " + octets).items
        assert item.section == section


@pytest.mark.parametrize("chunks", [[], [b"ab"], [b"abc", b"d"], [b"abcd"], [b"", b""]])
def test_a_stream_that_is_not_as_long_as_it_says(chunks):
    response = FetchData(1, ((b"BODY[]", Stream(3, chunks)),))
    sent = []
    with pytest.raises(ValueError, match="a stream of 3 octets"):
        sent.extend(encode(response))
    # Nothing went out beyond the literal that was announced.
    assert len(b"".join(sent)) <= len(b"* 1 FETCH (BODY[] {3}\r\n") + 3


def test_a_stream_is_for_a_data_item_itself():
    with pytest.raises(TypeError, match="Stream"):
        wire(FetchData(1, ((b"BODY[]", (Stream(1, [b"x"]),)),)))


@pytest.mark.parametrize("value", [1.5, "text", bytearray(b"x"), [b"x"]])
def test_what_is_no_value(value):
    with pytest.raises(TypeError, match="no value"):
        encode_value(value)


def test_a_table_comes_in_blocks():
    rows = [(n, Encoded(b"(\\Seen)")) for n in range(1, 10001)]
    blocks = list(encode(FetchTable((b"FLAGS",), rows)))
    assert b"".join(blocks) == wire(*(FetchData(n, ((b"FLAGS", value),)) for n, value in rows))
    assert blocks[0].startswith(b"* 1 FETCH (FLAGS (\\Seen))\r\n* 2 FETCH (")
    assert len(blocks) == 5  # 298,894 octets
    assert all(BLOCK <= len(block) < BLOCK + 100 for block in blocks[:-1])


def test_a_stream_is_not_gathered():
    chunks = (b"x" * 1000 for _ in range(100))
    sent = iter(encode(FetchData(1, ((b"BODY[]", Stream(100_000, chunks)),))))
    assert next(sent) == b"* 1 FETCH (BODY[] {100000}\r\n"
    assert next(sent) == b"x" * 1000
    assert len(next(chunks)) == 1000  # the rest was not yet asked for


def test_utf8_is_quoted_where_the_client_understands_it():
    assert encode_value(Utf8("Entwürfe".encode())) == b'"Entw\xc3\xbcrfe"'
    assert encode_value(Utf8(b'a"\\b')) == b'"a\\"\\\\b"'
    assert encode_value(Utf8(b"a\r\nb")) == b"{4}\r\na\r\nb"

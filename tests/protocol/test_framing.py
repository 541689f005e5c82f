"""Commands cut out of a stream of octets (RFC 3501, 2.2.1 and 4.3; RFC 7888)."""

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reference_server.protocol.framing import (
    SPOOL_ABOVE,
    Frame,
    FrameError,
    Framer,
    Limits,
    LiteralPart,
    NeedContinuation,
)


class Spool:
    """A spool that remembers how it was used."""

    def __init__(self, size):
        self.size = size
        self.chunks = []
        self.finished = False

    def write(self, octets, /):
        self.chunks.append(octets)

    def finish(self):
        self.finished = True
        return b"".join(self.chunks)


class Spools(list):
    def open(self, size):
        self.append(Spool(size))
        return self[-1]


def new_framer(spools=None, **limits):
    return Framer(Limits(**limits), (Spools() if spools is None else spools).open)


def events(framer, *pieces):
    """All events, in order, when the pieces arrive one after the other."""
    found = []
    for piece in pieces:
        framer.feed(piece)
        while (event := framer.next()) is not None:
            found.append(event)
    return found


def frame(*parts):
    """A frame; what follows a text is a literal, and so on in turn."""
    return Frame(
        tuple(LiteralPart(part) if index % 2 else part for index, part in enumerate(parts))
    )


def bad(tag, text, **rest):
    return FrameError(tag, text, **rest)


GO = NeedContinuation()
NUL_IN_LINE = "NUL is not allowed in a command"
NUL_IN_LITERAL = "NUL is not allowed in a literal"


@pytest.mark.parametrize(
    ("octets", "expected"),
    [
        (b"", []),
        (b"a NOOP", []),
        (b"a NOOP\r", []),
        (b"a NOOP\r\n", [frame(b"a NOOP")]),
        (b"a NOOP\n", [frame(b"a NOOP")]),
        (b"\r\n", [frame(b"")]),
        (b"\n\n", [frame(b""), frame(b"")]),
        (b"a NOOP\r\r\n", [frame(b"a NOOP\r")]),
        (b"a NO\rOP\r\n", [frame(b"a NO\rOP")]),
        (b"a 1\r\nb 2\r\nc 3\r\n", [frame(b"a 1"), frame(b"b 2"), frame(b"c 3")]),
        (b"a X {3}\r\n", [GO]),
        (b"a X {3}\r\nabc", [GO]),
        (b"a X {3}\r\nabc\r\n", [GO, frame(b"a X ", b"abc", b"")]),
        (b"a X {3}\nabc\n", [GO, frame(b"a X ", b"abc", b"")]),
        (b"a X {3+}\r\nabc\r\n", [frame(b"a X ", b"abc", b"")]),
        (b"a X {0}\r\n\r\n", [GO, frame(b"a X ", b"", b"")]),
        (b"a X {0+}\r\n\r\n", [frame(b"a X ", b"", b"")]),
        (b"a X {003+}\r\nabc\r\n", [frame(b"a X ", b"abc", b"")]),
        (b"a X {4+}\r\n\r\n\r\n y\r\n", [frame(b"a X ", b"\r\n\r\n", b" y")]),
        (b"a X {5+}\r\n{9+}\r\n\r\n", [frame(b"a X ", b"{9+}\r", b""), frame(b"")]),
        (
            b"a X {1}\r\nb {1+}\r\nc {0}\r\n d\r\n",
            [GO, GO, frame(b"a X ", b"b", b" ", b"c", b" ", b"", b" d")],
        ),
        (b"a X {2+}\r\n\xff\x80\r\n", [frame(b"a X ", b"\xff\x80", b"")]),
        # An announcement is one only at the very end of a line.
        (b"a X {3} \r\n", [frame(b"a X {3} ")]),
        (b"a X {3}\r\r\n", [frame(b"a X {3}\r")]),
        (b"a X {}\r\n", [frame(b"a X {}")]),
        (b"a X {+}\r\n", [frame(b"a X {+}")]),
        (b"a X {3-}\r\n", [frame(b"a X {3-}")]),
        (b"a X {3++}\r\n", [frame(b"a X {3++}")]),
        (b"a X {-3}\r\n", [frame(b"a X {-3}")]),
        (b"a X { 3}\r\n", [frame(b"a X { 3}")]),
        (b"a X 3}\r\n", [frame(b"a X 3}")]),
        (b"a X {3}{1+}\r\nb\r\n", [frame(b"a X {3}", b"b", b"")]),
        (b"}\r\n", [frame(b"}")]),
        # NUL
        (b"a NO\0OP\r\nb X\r\n", [bad(b"a", NUL_IN_LINE), frame(b"b X")]),
        (b"\0\r\nb X\r\n", [bad(None, NUL_IN_LINE), frame(b"b X")]),
        (b"a X {2+}\r\n\0y\r\nb X\r\n", [bad(b"a", NUL_IN_LITERAL), frame(b"b X")]),
        (b"a X {2}\r\n\0y\r\nb X\r\n", [GO, bad(b"a", NUL_IN_LITERAL), frame(b"b X")]),
        (b"a X {1+}\r\ny\0\r\nb X\r\n", [bad(b"a", NUL_IN_LINE), frame(b"b X")]),
        (b"a \0 {1+}\r\ny {2+}\r\nzz\r\nb X\r\n", [bad(b"a", NUL_IN_LINE), frame(b"b X")]),
        # The refusal comes instead of the continuation: the literal will not be sent.
        (b"a \0 {1}\r\nb X\r\n", [bad(b"a", NUL_IN_LINE), frame(b"b X")]),
        (b"a X {1+}\r\n\0 {1}\r\nb X\r\n", [bad(b"a", NUL_IN_LITERAL), frame(b"b X")]),
        # literal8 may hold NUL (RFC 3516).
        (b"a X ~{2+}\r\n\0y\r\n", [frame(b"a X ~", b"\0y", b"")]),
    ],
)
def test_stream(octets, expected):
    assert events(new_framer(), octets) == expected
    assert events(new_framer(), *(octets[i : i + 1] for i in range(len(octets)))) == expected


DIALOGUE = (
    b"a1 NOOP\r\n"
    b'a2 LOGIN "joe" {6}\r\nsecret\r\n'
    b"a3 APPEND {5+}\r\nINBOX (\\Seen) {12+}\r\nline\r\nline\r\n\r\n"
    b"\r\n"
    b"a4 SEARCH {3}\r\n{1} {4+}\r\n\r\n\r\n x\n"
    b"a5 \0 {3+}\r\nabc\r\n"
    b"a6 SELECT {101}\r\n"
    b"a7 SELECT {101+}\r\n" + b"y" * 101 + b"\r\n"
    b"a8 " + b"z" * 500 + b" {4+}\r\nabcd x\r\n"
    b"a9 APPEND x {2001+}\r\n" + b"m" * 2001 + b"\r\n"
    b"a10 SEARCH {60+}\r\n" + b"p" * 60 + b" {60+}\r\n" + b"q" * 60 + b"\r\n"
    b"a11 LOGOUT\r\n"
)

TOO_LARGE = "literal too large: no more than 100 octets are taken here"

DIALOGUE_EVENTS = [
    frame(b"a1 NOOP"),
    GO,
    frame(b'a2 LOGIN "joe" ', b"secret", b""),
    frame(b"a3 APPEND ", b"INBOX", b" (\\Seen) ", b"line\r\nline\r\n", b""),
    frame(b""),
    GO,
    frame(b"a4 SEARCH ", b"{1}", b" ", b"\r\n\r\n", b" x"),
    bad(b"a5", NUL_IN_LINE),
    bad(b"a6", TOO_LARGE),
    bad(b"a7", TOO_LARGE),
    bad(b"a8", "line too long: no more than 200 octets are taken"),
    bad(
        b"a9",
        "literal too large: no more than 2000 octets are taken here",
        code="TOOBIG",
        kind="NO",
    ),
    bad(b"a10", TOO_LARGE),
    frame(b"a11 LOGOUT"),
]

SMALL = {"line": 200, "literal": 100, "append": 2000, "read_over": 5000}


def test_dialogue_at_once():
    assert events(new_framer(**SMALL), DIALOGUE) == DIALOGUE_EVENTS


@pytest.mark.parametrize("size", [1, 2, 3, 7, 64, 65, 501])
def test_dialogue_in_pieces_of_one_size(size):
    pieces = [DIALOGUE[start : start + size] for start in range(0, len(DIALOGUE), size)]
    assert events(new_framer(**SMALL), *pieces) == DIALOGUE_EVENTS


def test_dialogue_split_once_anywhere():
    for at in range(len(DIALOGUE) + 1):
        found = events(new_framer(**SMALL), DIALOGUE[:at], DIALOGUE[at:])
        assert found == DIALOGUE_EVENTS, at


@given(st.sets(st.integers(0, len(DIALOGUE))))
def test_dialogue_split_anyhow(cuts):
    edges = [0, *sorted(cuts), len(DIALOGUE)]
    pieces = [DIALOGUE[i:j] for i, j in pairwise(edges)]
    assert events(new_framer(**SMALL), *pieces) == DIALOGUE_EVENTS


WORDS = st.text('ab "()*{}+1\r\xff', max_size=6).map(lambda text: text.encode("latin-1"))
LITERALS = st.tuples(st.binary(max_size=8).map(lambda b: b.replace(b"\0", b"\1")), st.booleans())


@given(st.lists(st.tuples(WORDS, st.lists(st.tuples(LITERALS, WORDS), max_size=3))), st.data())
def test_what_is_sent_is_what_is_framed(commands, data):
    sent = b""
    expected = []
    for first, rest in commands:
        # A space keeps a text from announcing a literal, or ending in CR, by accident.
        parts = [first + b" "]
        sent += first + b" "
        for (octets, synchronizing), text in rest:
            sent += b"{%d%b}\r\n" % (len(octets), b"" if synchronizing else b"+")
            sent += octets + text + b" "
            parts += [octets, text + b" "]
        sent += b"\r\n"
        expected.append(frame(*parts))
    at = data.draw(st.integers(0, len(sent)))
    found = events(new_framer(), sent[:at], sent[at:])
    assert [event for event in found if event != GO] == expected
    assert found.count(GO) == sum(
        synchronizing for _, rest in commands for (_, synchronizing), _ in rest
    )


class WatchedBuffer(bytearray):
    """Counts the octets that are searched for a line end."""

    searched = 0

    def find(self, octets, start):
        end = super().find(octets, start)
        self.searched += (len(self) if end < 0 else end + 1) - start
        return end


@pytest.mark.parametrize("size", [1, 10, 1000])
def test_no_octet_is_searched_twice(size):
    framer = new_framer()
    framer._buffer = WatchedBuffer()
    sent = b"a X " + b"y" * 5000 + b" {3+}\r\nabc " + b"z" * 5000 + b"\r\nb NOOP\r\n"
    pieces = [sent[start : start + size] for start in range(0, len(sent), size)]
    assert len(events(framer, *pieces)) == 2
    assert framer._buffer.searched == len(sent) - 3


# Limits


def test_a_line_may_be_as_long_as_the_limit():
    longest = b"a " + b"x" * 96  # and CRLF
    assert events(new_framer(line=100), longest + b"\r\n") == [frame(longest)]
    found = events(new_framer(line=100), longest + b"x\r\nb NOOP\r\n")
    assert found == [
        bad(b"a", "line too long: no more than 100 octets are taken"),
        frame(b"b NOOP"),
    ]


def test_all_lines_of_a_command_count_together():
    command = b"a X" + b" {1+}\r\n1" * 13 + b"\r\n"
    lines = len(command) - 13
    assert len(events(new_framer(line=lines), command)[0].parts) == 27
    (error,) = events(new_framer(line=lines - 1), command)
    assert (error.tag, error.kind, error.fatal) == (b"a", "BAD", False)


def test_the_limit_holds_for_each_command_anew():
    assert len(events(new_framer(line=20), b"a 123456789\r\n" * 50)) == 50


def test_of_an_endless_line_little_is_kept_and_then_it_is_fatal():
    framer = new_framer(line=1000, read_over=5000)
    for _ in range(60):
        framer.feed(b"a X " + b"y" * 96)
        event = framer.next()
        assert len(framer._buffer) <= 1000
        if event is not None:
            break
    assert event == bad(b"a", "line too long: no more than 1000 octets are taken", fatal=True)
    framer.feed(b"\r\nb NOOP\r\n")
    assert framer.next() is None
    assert framer.take_line() is None


def test_literals_other_than_messages_count_together():
    command = b"a SEARCH TEXT {60+}\r\n" + b"x" * 60 + b" TEXT {40+}\r\n" + b"y" * 40 + b"\r\n"
    assert isinstance(events(new_framer(literal=100), command)[0], Frame)
    assert events(new_framer(literal=99), command) == [
        bad(b"a", "literal too large: no more than 99 octets are taken here")
    ]


def test_a_synchronizing_literal_is_refused_before_it_is_sent():
    framer = new_framer()
    assert events(framer, b"a LOGIN {65537}\r\n") == [
        bad(b"a", "literal too large: no more than 65536 octets are taken here")
    ]
    assert events(framer, b"b NOOP\r\n") == [frame(b"b NOOP")]


@pytest.mark.parametrize("size", [b"67108865", b"4294967296", b"1" + b"0" * 100, b"9" * 5000])
def test_a_message_above_the_limit(size):
    refused = "literal too large: no more than 67108864 octets are taken here"
    framer = new_framer()
    error = bad(b"a", refused, code="TOOBIG", kind="NO")
    assert events(framer, b"a APPEND INBOX {%b}\r\nb NOOP\r\n" % size) == [error, frame(b"b NOOP")]
    assert events(framer, b"a append INBOX {%b+}\r\n" % size) == [
        bad(b"a", refused, code="TOOBIG", kind="NO", fatal=True)
    ]


def test_a_message_as_large_as_the_limit():
    limits = {"literal": 10, "append": 1000}
    (event,) = events(new_framer(**limits), b"a APPEND x {1000+}\r\n" + b"m" * 1000 + b"\r\n")
    assert event == frame(b"a APPEND x ", b"m" * 1000, b"")


def test_the_mailbox_name_of_append_is_no_message():
    assert events(new_framer(literal=10), b"a APPEND {11}\r\n") == [
        bad(b"a", "literal too large: no more than 10 octets are taken here")
    ]


def test_the_messages_of_one_append_count_together():
    command = b"a APPEND x {60+}\r\n" + b"m" * 60 + b" {60}\r\n"
    (error,) = events(new_framer(append=100), command)
    assert (error.tag, error.code) == (b"a", "TOOBIG")


def test_a_literal_is_no_message_because_its_text_says_append():
    (error,) = events(new_framer(literal=10), b"a SEARCH TEXT APPEND x {11}\r\n")
    assert error.code is None


def test_read_over_ends_where_a_refused_command_grows_too_large():
    framer = new_framer(literal=10, read_over=100)
    command = b"a LOGIN {50+}\r\n" + b"x" * 50 + b" {50+}\r\n"
    (error,) = events(framer, command)
    assert (error.tag, error.fatal) == (b"a", True)


def test_the_lines_of_a_refused_command_count_too():
    framer = new_framer(read_over=100)
    (error,) = events(framer, b"a X\0 {1+}\r\nx" + b"y" * 100 + b"\r\nb NOOP\r\n")
    assert (error.tag, error.text, error.fatal) == (b"a", NUL_IN_LINE, True)


def test_a_literal_with_many_leading_zeros():
    (event,) = events(new_framer(), b"a X {" + b"0" * 5000 + b"1+}\r\ny\r\n")
    assert event == frame(b"a X ", b"y", b"")


def test_limits_may_be_exchanged_between_commands():
    framer = new_framer(append=10)
    (error,) = events(framer, b"a APPEND x {11}\r\n")
    assert error.code == "TOOBIG"
    framer.limits = Limits(append=11)
    assert events(framer, b"b APPEND x {11}\r\n") == [GO]


# Spools


def test_a_large_literal_goes_to_a_spool_in_pieces():
    spools = Spools()
    framer = new_framer(spools)
    size = SPOOL_ABOVE + 1
    pieces = [b"a APPEND x {%d+}\r\n" % size, *[b"m" * 65536] * 16, b"n\r", b"\n"]
    (event,) = events(framer, *pieces)
    (spool,) = spools
    assert event.parts[1] == LiteralPart(b"m" * SPOOL_ABOVE + b"n")
    assert spool.size == size
    assert spool.finished
    assert max(map(len, spool.chunks)) <= 65536


def test_a_literal_of_a_mebibyte_goes_to_memory():
    spools = Spools()
    sent = b"a APPEND x {%d+}\r\n" % SPOOL_ABOVE + b"m" * SPOOL_ABOVE + b"\r\n"
    (event,) = events(new_framer(spools), sent)
    assert len(event.parts[1].octets) == SPOOL_ABOVE
    assert spools == []


def test_nul_in_a_spooled_literal():
    spools = Spools()
    framer = new_framer(spools)
    size = SPOOL_ABOVE + 10
    sent = b"a APPEND x {%d+}\r\n" % size + b"m" * (size - 1) + b"\0\r\nb NOOP\r\n"
    assert events(framer, sent) == [bad(b"a", NUL_IN_LITERAL), frame(b"b NOOP")]
    assert not spools[0].finished


def test_no_room_to_open_a_spool():
    def refuse(_size):
        raise OSError("no space left on device")

    framer = Framer(Limits(), refuse)
    no_room = bad(b"a", "no room for the literal", kind="NO")
    assert events(framer, b"a APPEND x {%d}\r\n" % 2**21, b"b NOOP\r\n") == [
        no_room,
        frame(b"b NOOP"),
    ]


@pytest.mark.parametrize("method", ["write", "finish"])
def test_no_room_while_a_literal_arrives(method):
    def fail(*_octets):
        raise OSError("no space left on device")

    spools = Spools()
    framer = new_framer(spools)
    size = SPOOL_ABOVE + 10
    assert events(framer, b"a APPEND x {%d}\r\n" % size) == [GO]
    setattr(spools[0], method, fail)
    assert events(framer, b"m" * size, b"\r\nb NOOP\r\n") == [
        bad(b"a", "no room for the literal", kind="NO"),
        frame(b"b NOOP"),
    ]


# Lines that are no commands, and STARTTLS


@pytest.mark.parametrize("end", [b"\r\n", b"\n"])
def test_take_line(end):
    framer = new_framer()
    framer.feed(b"DO")
    assert framer.take_line() is None
    framer.feed(b"NE" + end + b"AGEAYg==" + end + end + b"a NOOP" + end)
    assert framer.take_line() == b"DONE"
    assert framer.take_line() == b"AGEAYg=="
    assert framer.take_line() == b""
    assert framer.next() == frame(b"a NOOP")
    assert framer.take_line() is None


def test_a_taken_line_announces_no_literal():
    framer = new_framer()
    framer.feed(b"x {3}\r\na NOOP\r\n")
    assert framer.take_line() == b"x {3}"
    assert framer.next() == frame(b"a NOOP")


def test_a_taken_line_is_limited():
    framer = new_framer(line=100)
    framer.feed(b"a b" + b"x" * 96 + b"\r\n" + b"y" * 150)
    too_long = bad(None, "line too long: no more than 100 octets are taken")
    assert framer.take_line() == too_long
    assert framer.take_line() is None
    framer.feed(b"y\r\nDONE\r\n")
    assert framer.take_line() == too_long
    assert framer.take_line() == b"DONE"


def test_an_endless_taken_line_is_fatal():
    framer = new_framer(line=100, read_over=200)
    framer.feed(b"a b" + b"x" * 400)
    error = framer.take_line()
    assert (error.tag, error.fatal) == (None, True)
    assert framer.take_line() is None


@pytest.mark.parametrize(
    "received",
    [b"b LOGIN joe secret\r\n", b"b LOGIN", b"b LOGIN {9}\r\njoe", b"b X \0 {3+}\r\n", b""],
)
def test_discard(received):
    framer = new_framer()
    framer.feed(b"a STARTTLS\r\n" + received)
    assert framer.next() == frame(b"a STARTTLS")
    if b"{" in received:
        framer.next()
    framer.discard()
    assert framer.next() is None
    assert events(framer, b"c NOOP\r\n") == [frame(b"c NOOP")]


def test_an_overlong_line_without_a_space_has_no_tag():
    assert events(new_framer(line=100), b"y" * 200 + b"\r\nb NOOP\r\n") == [
        bad(None, "line too long: no more than 100 octets are taken"),
        frame(b"b NOOP"),
    ]


def test_limits_within_what_memory_there_is():
    assert Limits.within(2 << 20) == Limits.within(1 << 40) == Limits()
    small = Limits.within(128 * 1024)
    assert (small.line, small.literal, small.spool_above) == (32768, 32768, 65536)
    assert (small.append, small.read_over) == (Limits().append, Limits().read_over)
    assert Limits.within(0) == Limits.within(32 * 1024)
    assert Limits.within(0).line == 8192


def test_a_lower_limit_spools_earlier():
    spools = Spools()
    framer = new_framer(spools, spool_above=10)
    sent = b"a APPEND x {10+}\r\n" + b"m" * 10 + b"\r\nb APPEND x {11+}\r\n" + b"n" * 11 + b"\r\n"
    in_memory, spooled = events(framer, sent)
    assert in_memory.parts[1] == LiteralPart(b"m" * 10)
    assert spooled.parts[1] == LiteralPart(b"n" * 11)
    assert [spool.size for spool in spools] == [11]

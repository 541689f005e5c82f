"""Long and deep commands (RFC 2683, section 3.2.1.5; RFC 3501, section 2.2.2)."""

import pytest

from conformance.cases._mailbox import message
from conformance.requirements import requirement
from conformance.wire import ServerClosed
from conformance.wire.grammar import Condition

LINE = 8000  # octets that a server should take
ABSURD = 4 * 1024 * 1024  # octets of a line that no client needs
PIECE = 64 * 1024


@requirement("RFC2683-3.2.1.5-LENGTH")
def test_sequence_set_of_8000_octets(selected):
    """A command line of 8000 octets, most of it a sequence set, is executed."""
    uid = selected.append(message(1))
    start, end = b"k1 FETCH 1", b" (UID)\r\n"
    rest = LINE - len(start) - len(end)
    selected.send(start + b",1" * (rest // 2) + end)
    assert selected.finish("k1").expect("OK").fetch(1).uid == uid


@requirement("RFC2683-3.2.1.5-LENGTH")
def test_quoted_string_of_nearly_8000_octets(selected):
    """A command line of 8000 octets, most of it a quoted string, is executed."""
    selected.append(message(1))
    start, end = b'k1 SEARCH NOT BODY "', b'"\r\n'
    selected.send(start + b"x" * (LINE - len(start) - len(end)) + end)
    assert selected.finish("k1").expect("OK").search() == [1]


@requirement("RFC2683-3.2.1.5-LENGTH")
def test_many_search_keys(selected):
    """A command line of 8000 octets, most of it search keys, is executed."""
    selected.append(message(1))
    start, end = b"k1 SEARCH ALL", b"\r\n"
    selected.send(start + b" NOT DELETED" * ((LINE - len(start) - len(end)) // 12) + end)
    assert selected.finish("k1").expect("OK").search() == [1]


def send_at_length(connection, start):
    """Send a line that is far too long, read until it is refused: "BAD" or "BYE"."""
    try:
        connection.send(start)
        connection.send(b"x" * (ABSURD - len(start)), piece_size=PIECE)
        connection.send(b"\r\n")
        while True:
            response = connection.read_response(awaited="BAD or BYE to an absurdly long line")
            if isinstance(response, Condition) and response.kind in ("BAD", "BYE"):
                return response.kind
    except ServerClosed as closed:
        if closed.bye is None:
            raise
        return "BYE"


@requirement("RFC2683-3.2.1.5-BAD", "RFC3501-3.4-2", "RFC9051-3.4-2", level="SHOULD")
@pytest.mark.parametrize(
    "start",
    [b"", b"k1 ", b"k1 STATUS ", b'k1 STATUS "'],
    ids=["tag", "name", "atom", "quoted"],
)
def test_absurdly_long_line(authenticated, start):
    """A line of 4 MiB is answered BAD, and the session goes on, or with BYE."""
    if send_at_length(authenticated, start) == "BAD":
        try:
            authenticated.ok("NOOP")
        except ServerClosed as closed:
            if closed.bye is None:
                raise


@requirement("RFC2683-3.2.1.5-BAD", "RFC3501-3.4-2", "RFC9051-3.4-2", level="SHOULD")
def test_absurdly_long_line_before_login(connection):
    """A line of 4 MiB before login is answered BAD or BYE, never with silence."""
    assert send_at_length(connection, b"k1 LOGIN ") in ("BAD", "BYE")


@requirement("RFC3501-2.2.1-COMMAND")
@pytest.mark.parametrize(
    "command",
    [
        "SEARCH " + "(" * 3000 + "ALL" + ")" * 3000,
        "SEARCH " + "NOT " * 1900 + "ALL",
        "SEARCH " + "OR ALL " * 1100 + "ALL",
        "SEARCH " + "(" * 7000,
    ],
    ids=["parentheses", "not", "or", "not-closed"],
)
def test_absurdly_deep_search(selected, command):
    """Search keys nested thousands of levels deep are answered, and the session goes on."""
    selected.append(message(1))
    answer = selected.command(command)
    if answer.status == "OK":
        assert answer.search() == [1]
    assert selected.command("NOOP").status == "OK"

"""Responses are cut at the right octet, however they arrive."""

import pytest

from conformance.wire.grammar import Framer

RESPONSES = [
    b"* OK text may end like a literal {3}\r\n",
    b"a1 OK [UIDNEXT 3] so may this {4294967}\r\n",
    b"+ and this {1}\r\n",
    b"a NO [BADCHARSET ({5}\r\nUTF-8 {3}\r\nx\r\n)] a code may hold literals {9}\r\n",
    b'* LIST () "/" {4}\r\n\r\n\r\n\r\n',
    b"* 1 FETCH (BODY[] {0}\r\n BODY[TEXT] {12}\r\n* 2 EXISTS\r\n RFC822 {2}\r\n\r\n)\r\n",
    b"* bare line feed\n",
    b"\r\n",
]


@pytest.mark.parametrize("size", [1, 2, 3, 7, 1000])
def test_responses_are_framed_in_pieces_of_any_size(size):
    octets = b"".join(RESPONSES)
    framer = Framer()
    framed = []
    for at in range(0, len(octets), size):
        framer.feed(octets[at : at + size])
        while (response := framer.next()) is not None:
            framed.append(response)
    assert framed == RESPONSES
    assert framer.pending == b""


def test_what_is_unfinished_is_pending():
    framer = Framer()
    framer.feed(b"* 1 EXISTS\r\n* 1 FETCH (BODY[] {3}\r\nab")
    assert framer.next() == b"* 1 EXISTS\r\n"
    assert framer.next() is None
    assert framer.pending == b"* 1 FETCH (BODY[] {3}\r\nab"
    assert framer.discard() == b"* 1 FETCH (BODY[] {3}\r\nab"
    framer.feed(b"* 2 EXISTS\r\n")
    assert framer.next() == b"* 2 EXISTS\r\n"

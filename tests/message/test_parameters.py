"""Continued parameters (RFC 2231, 3, 4.1; RFC 9051, 7.5.2)."""

import pytest

from reference_server.message import digest
from reference_server.message.parameters import join_continuations


@pytest.mark.parametrize(
    ("parameters", "expected"),
    [
        ([], []),
        ([(b"A", b"x"), (b"B*", b"utf-8''%41")], [(b"A", b"x"), (b"B*", b"utf-8''%41")]),
        # The examples of RFC 2231, 3 and 4.1
        ([(b"URL*0", b"ftp://"), (b"URL*1", b"cs.utk.edu")], [(b"URL", b"ftp://cs.utk.edu")]),
        (
            [
                (b"TITLE*0*", b"us-ascii'en'This%20is%20even%20more%20"),
                (b"TITLE*1*", b"%2A%2A%2Afun%2A%2A%2A%20"),
                (b"TITLE*2", b"isn't it!"),
            ],
            [(b"TITLE*", b"This is even more ***fun*** isn't it!")],
        ),
        # In any order, in the place of the first; a character may be parted.
        (
            [(b"X*1*", b"%BC"), (b"A", b"x"), (b"X*0*", b"utf-8''%C3")],
            [(b"X*", b"\xc3\xbc"), (b"A", b"x")],
        ),
        ([(b"X*0*", b"iso-8859-1''%FC")], [(b"X*", b"\xc3\xbc")]),
        ([(b"X*0", b"x"), (b"X*0", b"y"), (b"X*1", b"z")], [(b"X", b"xz")]),
        ([(b"X*0", b"100%25")], [(b"X", b"100%25")]),
    ],
)
def test_joined(parameters, expected):
    assert join_continuations(tuple(parameters)) == tuple(expected)


@pytest.mark.parametrize(
    "parameters",
    [
        [(b"X", b"x"), (b"X", b"x")],
        [(b"X*1", b"x")],
        [(b"X*0", b"x"), (b"X*2", b"y")],
        [(b"X*00", b"x"), (b"X*01", b"y")],
        [(b"X", b"x"), (b"X*0", b"y")],
        [(b"X*0*", b"no charset")],
        [(b"X*0*", b"no-such-charset''x")],
        [(b"X*0*", b"hex''41")],
        [(b"X*0*", b"punycode''x")],
        [(b"X*0*", b"utf-8''%C3")],
        [(b"X*0*", b"\xff''x")],
        [(b"X*0", b"utf-8''x"), (b"X*1*", b"%41")],
        [(b"*0", b"x")],
    ],
)
def test_what_cannot_be_joined_stays(parameters):
    assert join_continuations(tuple(parameters)) == tuple(parameters)


def test_disposition():
    message = b"Content-Disposition: attachment;\r\n filename*0=abc;\r\n filename*1=def\r\n\r\nx"
    assert b'("ATTACHMENT" ("FILENAME" "abcdef"))' in digest(message).bodystructure

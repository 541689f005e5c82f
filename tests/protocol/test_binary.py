"""BINARY on the wire: items, literal8 (RFC 3516, section 7)."""

import pytest

from reference_server.protocol.commands import Append, FetchItem, Malformed, Section
from reference_server.protocol.encoder import encode, encode_value
from reference_server.protocol.responses import Binary, FetchData, Stream


@pytest.mark.parametrize(
    ("octets", "item"),
    [
        (b"BINARY[]", FetchItem("BINARY[]", Section())),
        (b"binary.peek[1.2]", FetchItem("BINARY[]", Section((1, 2)), peek=True)),
        (b"BINARY[3]<0.10>", FetchItem("BINARY[]", Section((3,)), partial=(0, 10))),
        (b"BINARY.SIZE[4]", FetchItem("BINARY.SIZE[]", Section((4,)), peek=True)),
    ],
)
def test_items(parse, octets, item):
    assert parse(b"a FETCH 1 " + octets).items == (item,)
    assert parse(b"a FETCH 1 (UID %b)" % octets).items == (FetchItem("UID"), item)


def test_append(parse):
    assert parse(b"a APPEND x ~{3+}\r\na\0b") == Append(b"a", b"x", b"a\0b", binary=True)
    assert parse(b"a APPEND x (\\Seen) ~{0+}\r\n") == Append(
        b"a", b"x", b"", ("\\Seen",), binary=True
    )


@pytest.mark.parametrize("octets", [b"~ {1+}\r\nx", b"~~{1+}\r\nx", b'~"x"', b"~"])
def test_what_is_no_literal8(parse, octets):
    assert isinstance(parse(b"a APPEND x " + octets), Malformed)


def test_nul_makes_a_literal8():
    assert encode_value(Binary(b"a\0b\r\n")) == b"~{5}\r\na\0b\r\n"
    assert encode_value(Binary(b"a\r\nb")) == b"{4}\r\na\r\nb"
    assert encode_value(Binary(b"ab")) == b'"ab"'
    assert encode_value(Binary(b"")) == b'""'


def test_binary_stream():
    response = FetchData(1, ((b"BINARY[1]", Stream(4, [b"a\0", b"\0b"], binary=True)),))
    assert b"".join(encode(response)) == b"* 1 FETCH (BINARY[1] ~{4}\r\na\0\0b)\r\n"

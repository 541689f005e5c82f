"""Decoded content of parts, and messages that hold NUL (RFC 3516)."""

import base64

import pytest

from reference_server.message import (
    NoLeafError,
    UnknownEncodingError,
    binary_content,
    check_binary,
    decoding,
    digest,
    encode_binary,
    load_structure,
)
from reference_server.message import binary as module

MIXED = (
    b"MIME-Version: 1.0\r\nContent-Type: multipart/mixed; boundary=b\r\n\r\npreamble\r\n"
    b"--b\r\nContent-Type: application/octet-stream\r\nContent-Transfer-Encoding: base64\r\n\r\n"
    b"AAEC\r\n/w==\r\n"
    b"--b\r\nContent-Transfer-Encoding: quoted-printable\r\n\r\nsoft=\r\n line  \r\n=C3=A9\r\n"
    b"--b\r\nContent-Type: message/rfc822\r\n\r\nSubject: inner\r\n\r\ninner\r\n"
    b"--b\r\nContent-Transfer-Encoding: x-rot13\r\n\r\nuryyb\r\n"
    b"--b--\r\n"
)
BINARY_PART = b"\0\xff\r\n\n--c\0" * 20


def binary_message(content=BINARY_PART):
    return (
        b"MIME-Version: 1.0\r\nContent-Type: multipart/mixed; boundary=bound\r\n\r\n--bound\r\n"
        b"Content-Type: image/png\r\nContent-Transfer-Encoding:\r\n\tbinary\r\nX-Last: 1\r\n\r\n"
        + content
        + b"\r\n--bound\r\n\r\ntext\r\n--bound--\r\nepilogue\r\n"
    )


def content(message, *numbers):
    chunks = binary_content(load_structure(digest(message).structure), numbers, message)
    return None if chunks is None else b"".join(chunks)


def single(encoding, body, type_=b"text/plain"):
    return b"Content-Type: %b\r\nContent-Transfer-Encoding: %b\r\n\r\n%b" % (type_, encoding, body)


def test_base64():
    assert content(MIXED, 1) == b"\0\x01\x02\xff"


def test_quoted_printable():
    assert content(MIXED, 2) == b"soft line\r\n\xc3\xa9"


def test_the_part_in_a_message():
    assert content(MIXED, 3, 1) == b"inner"


def test_the_whole_message_as_it_is():
    assert content(MIXED) == MIXED


@pytest.mark.parametrize("numbers", [(5,), (1, 1), (3, 2)])
def test_no_such_part(numbers):
    assert content(MIXED, *numbers) is None


@pytest.mark.parametrize("encoding", [b"7bit", b"8bit", b"BINARY"])
def test_identity(encoding):
    assert content(single(encoding, b"caf\xc3\xa9\r\n"), 1) == b"caf\xc3\xa9\r\n"


@pytest.mark.parametrize(
    ("encoding", "body", "expected"),
    [
        (b"7bit", b"a\nb\r\nc\n", b"a\r\nb\r\nc\r\n"),
        (b"quoted-printable", b"a=\nb\nc\r\n", b"ab\r\nc\r\n"),
        (b"base64", base64.b64encode(b"a\nb"), b"a\nb"),
    ],
)
def test_lines_of_text_end_with_crlf(encoding, body, expected):
    assert content(single(encoding, body), 1) == expected


def test_other_types_keep_their_line_feeds():
    assert content(single(b"8bit", b"a\nb", b"image/svg"), 1) == b"a\nb"


@pytest.mark.parametrize("size", [1, 2, 3, 5])
def test_chunks_of_any_size_make_the_same_content(monkeypatch, size):
    monkeypatch.setattr(decoding, "CHUNK", size)
    text = b"one\r\n\r\ntwo\nthree\r\r\n"
    assert content(single(b"8bit", text), 1) == b"one\r\n\r\ntwo\r\nthree\r\r\n"
    assert content(MIXED, 1) == b"\0\x01\x02\xff"


def test_refusals():
    structure = load_structure(digest(MIXED).structure)
    with pytest.raises(NoLeafError):
        check_binary(structure, (3,))
    with pytest.raises(UnknownEncodingError):
        check_binary(structure, (4,))
    nested = load_structure(
        digest(
            b"Content-Type: multipart/mixed; boundary=a\r\n\r\n--a\r\n"
            b"Content-Type: multipart/mixed; boundary=b\r\n\r\n--b\r\n\r\nx\r\n--b--\r\n--a--\r\n"
        ).structure
    )
    with pytest.raises(NoLeafError):
        check_binary(nested, (1,))


@pytest.mark.parametrize("chunk", [57, 57 * 4096])
def test_binary_parts_are_put_into_base64(monkeypatch, chunk):
    monkeypatch.setattr(module, "_CHUNK", chunk)
    encoded = b"".join(encode_binary(binary_message()))
    lines = base64.encodebytes(BINARY_PART).replace(b"\n", b"\r\n")
    assert encoded == binary_message(lines).replace(
        b"Content-Transfer-Encoding:\r\n\tbinary\r\n", b"Content-Transfer-Encoding: base64\r\n"
    )
    assert content(encoded, 1) == BINARY_PART
    assert content(encoded, 2) == b"text"


def test_parts_without_nul_stay():
    message = single(b"binary", b"\xff\x01\n") + b"more"
    assert b"".join(encode_binary(message)) == message


def test_two_parts():
    message = binary_message().replace(
        b"\r\n\r\ntext", b"\r\nContent-Transfer-Encoding: binary\r\n\r\n\0"
    )
    encoded = b"".join(encode_binary(message))
    assert content(encoded, 1) == BINARY_PART
    assert content(encoded, 2) == b"\0"


@pytest.mark.parametrize(
    "message",
    [
        b"Subject: \0\r\n\r\ntext",
        b"Subject: x\r\n\r\na\0b",
        single(b"8bit", b"\0"),
        single(b"base64", b"AA\0A"),
        binary_message().replace(b"epilogue", b"\0"),
        binary_message().replace(b"X-Last: 1", b"X-Last: \0"),
    ],
)
def test_nul_elsewhere_is_refused(message):
    with pytest.raises(UnknownEncodingError):
        encode_binary(message)

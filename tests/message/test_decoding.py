"""Encoded words (the examples of RFC 2047, 8), charsets and transfer encodings."""

import base64
import codecs
import quopri

import pytest

from reference_server.message import decode_words
from reference_server.message.decoding import CHUNK, body_text, decode_charset
from reference_server.message.parts import Part


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (b"plain", "plain"),
        # RFC 2047, 8
        (b"=?US-ASCII?Q?Keith_Moore?= <m@c>", "Keith Moore <m@c>"),
        (b"=?ISO-8859-1?Q?Keld_J=F8rn_Simonsen?=", "Keld Jørn Simonsen"),
        (
            b"=?ISO-8859-1?B?SWYgeW91IGNhbiByZWFkIHRoaXMgeW8=?="
            b"    =?ISO-8859-2?B?dSB1bmRlcnN0YW5kIHRoZSBleGFtcGxlLg==?=",
            "If you can read this you understand the example.",
        ),
        (b"(=?ISO-8859-1?Q?a?=)", "(a)"),
        (b"(=?ISO-8859-1?Q?a?= b)", "(a b)"),
        (b"(=?ISO-8859-1?Q?a?= =?ISO-8859-1?Q?b?=)", "(ab)"),
        (b"(=?ISO-8859-1?Q?a?=  =?ISO-8859-1?Q?b?=)", "(ab)"),
        (b"(=?ISO-8859-1?Q?a_b?=)", "(a b)"),
        (b"(=?ISO-8859-1?Q?a?= =?ISO-8859-2?Q?_b?=)", "(a b)"),
        # RFC 2231, 5: a language
        (b"=?US-ASCII*EN?Q?Keith_Moore?=", "Keith Moore"),
        # One character in two words
        (b"=?utf-8?B?4oI=?= =?utf-8?Q?=AC?=", "€"),
        (b"=?x-unknown?Q?=E9?=", "é"),
        # 27 43 40 36 30 39 as octets, of which BA is no UTF-8
        (b"=?utf-8?B?broken!?=", "n\xba$z"),
        (b"=?utf-8?X?a?= =?utf-8?Q?", "=?utf-8?X?a?= =?utf-8?Q?"),
        ("ä".encode(), "ä"),
        (b"\xe4", "ä"),
    ],
)
def test_encoded_words(value, text):
    assert decode_words(value) == text


@pytest.mark.parametrize(
    ("octets", "charset", "text"),
    [
        (b"\xa4", "ISO-8859-15", "€"),
        ("Привет".encode("koi8-r"), "KOI8-R", "Привет"),
        ("日本".encode("iso-2022-jp"), "iso-2022-jp", "日本"),
        ("ä".encode(), "us-ascii", "ä"),
        (b"a\xe4b", "us-ascii", "aäb"),
        (b"a\xffb", "utf-8", "aÿb"),
        (b"x\xe9", "", "xé"),
        (b"x\xe9", "no such charset", "xé"),
        (b"x\xe9", "\xe9\0", "xé"),
        (b"eJwDAAAAAAE=", "zlib", "eJwDAAAAAAE="),
        (b"uryyb", "rot13", "uryyb"),
        (b"xn--a", "idna", "xn--a"),
    ],
)
def test_charsets(octets, charset, text):
    assert decode_charset(octets, charset) == text


def text_of(octets, encoding, charset="utf-8"):
    part = Part(0, 0, len(octets), "TEXT", "PLAIN", encoding, charset)
    return "".join(body_text(part, octets))


@pytest.mark.parametrize(
    ("octets", "encoding", "text"),
    [
        (b"a=C3=A4=\r\nb =3D\r\n", "QUOTED-PRINTABLE", "aäb =\r\n"),
        # RFC 2045, 6.7 (3): white space at the end of an encoded line is not part of the text.
        (b"a  \r\nb=  \r\nc", "QUOTED-PRINTABLE", "a\r\nbc"),
        (b"a=", "QUOTED-PRINTABLE", "a"),
        (b"=XY=C3=A4", "QUOTED-PRINTABLE", "=XYä"),
        (b"w6Q\r\n=", "BASE64", "ä"),
        (b"YQ==", "BASE64", "a"),
        (b"Y!W-I", "BASE64", "ab"),
        (b"YWI=YWI=", "BASE64", "ab"),
        (b"Y", "BASE64", ""),
        (b"a=41", "X-UNKNOWN", "a=41"),
        (b"a=41", "8BIT", "a=41"),
    ],
)
def test_transfer_encodings(octets, encoding, text):
    assert text_of(octets, encoding) == text


@pytest.mark.parametrize("charset", ["utf-8", "us-ascii", "utf-16", "shift_jis"])
@pytest.mark.parametrize("encoding", ["8BIT", "BASE64", "QUOTED-PRINTABLE"])
def test_large_bodies_decode_as_small_ones(encoding, charset):
    """Characters, digits and escapes lie across the borders of chunks."""
    text = "xyäあ" if charset == "utf-8" else "xyあ" if charset != "us-ascii" else "xyz"
    text = text * (CHUNK // 2)
    octets = text.encode(charset)
    if encoding == "BASE64":
        octets = base64.encodebytes(octets).replace(b"\n", b"\r\n")
    elif encoding == "QUOTED-PRINTABLE":
        octets = quopri.encodestring(octets).replace(b"\n", b"\r\n")
    assert len(octets) > CHUNK
    assert text_of(octets, encoding, charset) == text


def test_quoted_printable_without_line_ends():
    assert text_of(b"=41" * CHUNK, "QUOTED-PRINTABLE") == "A" * CHUNK


def test_a_large_body_that_its_decoder_refuses_is_read_all_the_same():
    assert text_of(b"ab" * CHUNK, "8BIT", "utf-16") == "ab" * CHUNK


def test_a_codec_that_refuses_what_it_gets():
    def refuse(octets, _errors="strict"):
        if octets != b"a":
            raise UnicodeError("refused")
        return "a", 1

    def search(name):
        return codecs.CodecInfo(refuse, refuse, name=name) if name == "x_refusing" else None

    codecs.register(search)
    try:
        assert decode_charset(b"\xe9", "x-refusing") == "é"
    finally:
        codecs.unregister(search)

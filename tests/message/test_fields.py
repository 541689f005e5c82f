"""Content-Type and its kin: RFC 2045, 5.1; RFC 2183; RFC 2231; RFC 3282."""

import pytest

from reference_server.message.fields import (
    DEFAULT,
    ContentType,
    parse_content_type,
    parse_disposition,
    parse_encoding,
    parse_languages,
)


@pytest.mark.parametrize(
    ("value", "type_", "subtype", "parameters"),
    [
        (b"text/plain", b"TEXT", b"PLAIN", ()),
        # RFC 2045, 5.1: these two mean the same.
        (
            b"text/plain; charset=us-ascii (Plain text)",
            b"TEXT",
            b"PLAIN",
            ((b"CHARSET", b"us-ascii"),),
        ),
        (b'text/plain; charset="us-ascii"', b"TEXT", b"PLAIN", ((b"CHARSET", b"us-ascii"),)),
        (
            b'multipart/mixed; boundary="gc0pJq0M:08jU534c0p"',
            b"MULTIPART",
            b"MIXED",
            ((b"BOUNDARY", b"gc0pJq0M:08jU534c0p"),),
        ),
        (
            b'image/png (a "picture) ; name = "a\\"b\\\\c; d" ;x=',
            b"IMAGE",
            b"PNG",
            ((b"NAME", b'a"b\\c; d'), (b"X", b"")),
        ),
        # RFC 2231, 4.1: continuations and charsets are passed on as they stand.
        (
            b"application/x-stuff; title*0*=us-ascii'en'This%20is; title*1=\"it\"",
            b"APPLICATION",
            b"X-STUFF",
            ((b"TITLE*0*", b"us-ascii'en'This%20is"), (b"TITLE*1", b"it")),
        ),
        # Not by the grammar, but plain in meaning.
        (
            b"image/gif; name=a report.gif; ; broken; size=3",
            b"IMAGE",
            b"GIF",
            ((b"NAME", b"a report.gif"), (b"SIZE", b"3")),
        ),
        (b"text/plain;", b"TEXT", b"PLAIN", ()),
    ],
)
def test_content_type(value, type_, subtype, parameters):
    assert parse_content_type(value) == ContentType(type_, subtype, parameters)


@pytest.mark.parametrize(
    "value",
    [
        b"",
        b"text",
        b"text/",
        b"/plain",
        b"te xt/plain",
        b"text/plain charset=x",
        b"text/pl\xe9in",
        b"(text/plain",
        b"multipart/mixed",
        b'multipart/mixed; boundary=""',
    ],
)
def test_a_malformed_content_type_is_plain_text(value):
    assert parse_content_type(value) == DEFAULT
    assert ContentType(b"TEXT", b"PLAIN", ((b"CHARSET", b"US-ASCII"),)) == DEFAULT


@pytest.mark.parametrize(
    ("parameters", "value"),
    [
        (b"title=a; title=b", b"a"),
        # RFC 2231, 3, 4 and 4.1
        (b'title*0="ftp://"; title*1="cs.utk.edu/pub"', b"ftp://cs.utk.edu/pub"),
        (b"title*=us-ascii'en-us'This%20is%20%2A%2A%2Afun%2A%2A%2A", b"This is ***fun***"),
        (
            b"title*0*=us-ascii'en'This%20is%20even%20more%20;"
            b' title*1*=%2A%2A%2Afun%2A%2A%2A%20; title*2="isn\'t it!"',
            b"This is even more ***fun*** isn't it!",
        ),
        (b"title*1=b", None),
        (b"x=y", None),
    ],
)
def test_a_parameter_put_together(parameters, value):
    content = parse_content_type(b"application/x-stuff; " + parameters)
    assert content.parameter(b"TITLE") == value


def test_a_continued_boundary_is_a_boundary():
    content = parse_content_type(b"multipart/mixed; boundary*0=a; boundary*1=b")
    assert content.parameter(b"BOUNDARY") == b"ab"


def test_disposition():
    assert parse_disposition(b'attachment; filename="genome.jpeg"; size=12') == (
        b"ATTACHMENT",
        ((b"FILENAME", b"genome.jpeg"), (b"SIZE", b"12")),
    )
    assert parse_disposition(b"inline") == (b"INLINE", ())
    assert parse_disposition(b'"inline"') is None


def test_encoding():
    assert parse_encoding(b"quoted-printable (of course)") == b"QUOTED-PRINTABLE"
    assert parse_encoding(b"Base64;") == b"BASE64"
    assert parse_encoding(b"") == b"7BIT"


def test_languages():
    assert parse_languages(b"i-mingo, de (German),, en-US") == (b"i-mingo", b"de", b"en-US")
    assert parse_languages(b" ") == ()

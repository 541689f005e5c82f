"""SEARCH in a charset, in encoded headers and bodies: RFC 3501 section 6.4.4."""

import pytest

from conformance.cases.selected._search import UTF_8, check_keys, fill, found, require_utf_8
from conformance.requirements import requirement
from conformance.wire import Literal

UNKNOWN = ("CHARSET", "X-GXIMAP-UNKNOWN")
MESSAGE = b"Subject: charset\r\n\r\ncharset\r\n"


@requirement("RFC3501-6.4.4-5", "RFC9051-6.4.4-14")
@pytest.mark.parametrize(
    "name",
    ["quoted-printable", "signed", "base64-utf-8", "alternative", "eight-bit"],
)
def test_content_transfer_encoding(selected, messages, name):
    """A body is decoded from its content transfer encoding before it is searched."""
    require_utf_8(selected)
    check_keys(selected, [messages[name]], UTF_8)


@requirement("RFC3501-6.4.4-5", "RFC9051-6.4.4-14")
def test_encoded_words(selected, messages):
    """Encoded words in header fields are decoded before they are searched."""
    require_utf_8(selected)
    check_keys(selected, [messages["encoded-words"]], UTF_8)


# Decoding is a MUST; which charsets of messages a server knows, RFC 3501 leaves open.
@requirement("RFC3501-6.4.4-5", "RFC9051-6.4.4-14", level="SHOULD")
@pytest.mark.parametrize(
    "name", ["base64-iso-8859-1", "encoded-words-charsets", "base64-shift-jis"]
)
def test_other_charsets(selected, messages, name):
    """Text in ISO-8859-1, KOI8-R, Windows-1252, ISO-2022-JP and Shift_JIS is found in UTF-8."""
    require_utf_8(selected)
    check_keys(selected, [messages[name]], UTF_8)


@requirement("RFC3501-6.4.4-5", "RFC3501-6.4.4-HEADER", "RFC3501-6.4.4-TEXT", "RFC9051-6.4.4-14")
def test_encoded_words_in_header_and_text(selected):
    """HEADER and TEXT find decoded text, too, in any field."""
    require_utf_8(selected)
    fill(selected, MESSAGE, b"Subject: a\r\nX-Tree: =?utf-8?Q?=C3=96lbaum?=\r\n\r\n.\r\n")
    string = Literal("Ölbaum".encode())
    assert found(selected, *UTF_8, "HEADER X-Tree", string) == [2]
    assert found(selected, *UTF_8, "TEXT", string) == [2]
    assert found(selected, *UTF_8, "BODY", string) == []


# The RFC names no rule by which letters outside US-ASCII are folded.
@requirement("RFC3501-6.4.4-CASE", level="SHOULD")
def test_case_outside_us_ascii(selected):
    """Letters outside US-ASCII match in whatever case, too."""
    require_utf_8(selected)
    fill(selected, MESSAGE, b"Subject: =?utf-8?Q?=C3=96lbaum_=D0=96=D0=B0?=\r\n\r\n.\r\n")
    assert found(selected, *UTF_8, "SUBJECT", Literal("öLBAUM".encode())) == [2]
    assert found(selected, *UTF_8, "SUBJECT", Literal("жА".encode())) == [2]


@requirement("RFC3501-6.4.4-6")
def test_us_ascii(selected):
    """CHARSET US-ASCII is supported, named in any case, as an atom or quoted."""
    fill(selected, b"Subject: other\r\n\r\n.\r\n", MESSAGE)
    for charset in ("US-ASCII", "us-ascii", '"US-ASCII"'):
        assert found(selected, "CHARSET", charset, "SUBJECT charset") == [2], charset


@requirement("RFC3501-6.4.4-4", "RFC3501-6.4.4-6")
def test_charset_before_keys_without_strings(selected):
    """CHARSET may stand before any keys."""
    fill(selected, MESSAGE, MESSAGE)
    assert found(selected, "CHARSET US-ASCII 2") == [2]
    assert found(selected, "CHARSET US-ASCII UNSEEN NOT 1") == [2]


@requirement("RFC3501-6.4.4-7")
def test_unknown_charset(selected):
    """A charset that the server does not support is answered NO, not BAD."""
    fill(selected, MESSAGE)
    assert selected.command("SEARCH", *UNKNOWN, "SUBJECT charset").status == "NO"
    assert selected.command("UID SEARCH", *UNKNOWN, "TEXT", Literal(b"a")).status == "NO"
    assert found(selected, "SUBJECT charset") == [1]


@requirement("RFC3501-6.4.4-8", level="SHOULD")
def test_badcharset(selected):
    """The NO for an unknown charset bears the response code BADCHARSET."""
    fill(selected, MESSAGE)
    answer = selected.command("SEARCH", *UNKNOWN, "SUBJECT charset").expect("NO")
    assert answer.tagged.code is not None, "the NO bears no response code"
    assert answer.tagged.code.name == "BADCHARSET"

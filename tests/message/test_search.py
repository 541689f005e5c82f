"""Searching for strings: RFC 3501, 6.4.4."""

import pytest

from reference_server.message import (
    body_contains,
    digest,
    fold,
    header_contains,
    load_structure,
    text_contains,
)
from reference_server.message.decoding import CHUNK


def crlf(text):
    return text.replace("\n", "\r\n").encode("latin-1")


MESSAGE = crlf(
    "From: =?utf-8?Q?J=C3=BCrgen_Gro=C3=9F?= <Juergen@Example.TEST>\n"
    "To: friends: a@x.test, Bea <b@x.test>;\n"
    "Cc: cc@x.test (Cecil)\n"
    "Bcc: hidden@x.test\n"
    "Subject: =?iso-8859-1?Q?Caf=E9?=\n =?iso-8859-1?Q?_au_lait?=\n"
    "X-Empty:\n"
    "X-Folded: first\n\tsecond\n"
    "Content-Type: multipart/mixed; boundary=b\n"
    "\n"
    "preamble\n"
    "--b\n"
    "Content-Type: text/plain; charset=utf-8\n"
    "Content-Transfer-Encoding: quoted-printable\n"
    "\n"
    "The S=C3=84TZE are here=\n after.\n"
    "--b\n"
    "Content-Type: text/html; charset=koi8-r\n"
    "Content-Transfer-Encoding: base64\n"
    "\n"
    "8NLJ18XU\n"  # "Привет"
    "--b\n"
    "Content-Type: application/octet-stream\n"
    "\n"
    "secretoctets\n"
    "--b\n"
    "Content-Type: message/delivery-status\n"
    "\n"
    "Action: failed\n"
    "--b\n"
    "Content-Type: message/rfc822\n"
    "Content-Description: enclosed\n"
    "\n"
    "Subject: inner subject\n"
    "\n"
    "inner text\n"
    "--b--\n"
    "epilogue\n"
)
DIGEST = digest(MESSAGE)
PART = load_structure(DIGEST.structure)


@pytest.mark.parametrize(
    "needle",
    ["sätze", "SÄTZE ARE HERE AFTER", "привет", "action: failed", "inner text", "INNER SUBJECT"],
)
def test_in_the_body(needle):
    assert body_contains(PART, MESSAGE, fold(needle))
    assert text_contains(PART, MESSAGE, fold(needle))


@pytest.mark.parametrize(
    "needle",
    ["Jürgen GROSS", "café au LAIT", "juergen@example", "first\tsecond", "koi8-r", "enclosed"],
)
def test_in_a_header_only(needle):
    assert text_contains(PART, MESSAGE, fold(needle))
    assert not body_contains(PART, MESSAGE, fold(needle))


@pytest.mark.parametrize("needle", ["8NLJ", "=C3", "secretoctets", "nowhere", "after.the"])
def test_nowhere(needle):
    assert not text_contains(PART, MESSAGE, fold(needle))
    assert not body_contains(PART, MESSAGE, fold(needle))


def test_the_empty_string_is_in_everything():
    assert body_contains(PART, MESSAGE, "")
    assert text_contains(PART, MESSAGE, "")
    image = b"Content-Type: image/gif\r\n\r\nx"
    assert body_contains(load_structure(digest(image).structure), image, "")


@pytest.mark.parametrize(
    ("name", "needle", "found"),
    [
        (b"SUBJECT", "CAFÉ AU", True),
        (b"Subject", "tea", False),
        (b"X-Empty", "", True),
        (b"X-Empty", "x", False),
        (b"X-Absent", "", False),
        (b"X-Folded", "first\tsecond", True),
        # The text of the header is what comes after the colon.
        (b"X-Folded", " first", True),
        (b"X-Folded", "x-folded", False),
        (b"From", "groß", True),
        # A MIME header of a part is not the message's.
        (b"Content-Description", "", False),
    ],
)
def test_header(name, needle, found):
    assert header_contains(PART, MESSAGE, name, fold(needle)) is found


def test_columns_are_decoded_and_folded():
    assert DIGEST.subject == "café au lait"
    assert DIGEST.sender == "jürgen gross <juergen@example.test>"
    assert DIGEST.to == "friends, a@x.test, bea <b@x.test>"
    assert DIGEST.cc == "cecil <cc@x.test>"
    assert DIGEST.bcc == "hidden@x.test"


def test_columns_are_none_where_the_envelope_has_nil():
    found = digest(b"X: y\r\n\r\n")
    assert (found.subject, found.sender, found.to, found.cc, found.bcc) == (None,) * 5
    assert found.sent is None
    found = digest(b"Subject:\r\nTo:\r\n\r\n")
    assert (found.subject, found.to) == ("", None)


@pytest.mark.parametrize("shift", range(-7, 2))
def test_across_the_borders_of_chunks(shift):
    header = b"Subject: x\r\n\r\n"
    message = header + b"a" * (CHUNK + shift) + b"Needle" + b"b" * CHUNK
    part = load_structure(digest(message).structure)
    assert body_contains(part, message, "needle")
    assert body_contains(part, message, "e")
    assert not body_contains(part, message, "needles")

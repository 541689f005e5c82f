"""BODY[section]: RFC 3501, 6.4.5, on a message shaped as its example, octets written out."""

import pytest

from reference_server.message import Extent, find_section
from reference_server.message.parts import Reader
from reference_server.protocol.commands import Section

# Pieces of the message, put together below; each line end is a CRLF of its own.
HEADER = (
    b"Subject: outer\r\nFrom: a@example.test\r\n"
    b"Content-Type: multipart/mixed; boundary=outer\r\n\r\n"
)
ONE = b"first text"
TWO_MIME = b"Content-Type: application/octet-stream\r\n\r\n"
TWO = b"octets\r\n"
THREE_MIME = b"Content-Type: message/rfc822\r\nContent-Description: three\r\n\r\n"
THREE_HEADER = (
    b"Subject: three\r\nTo:\r\n b@example.test\r\n"
    b"Content-Type: multipart/mixed; boundary=three\r\n\r\n"
)
THREE_ONE = b"text in three"
THREE_TWO_MIME = b"Content-Type: application/octet-stream\r\n\r\n"
THREE_TWO = b"octets in three"
THREE_TEXT = (
    b"--three\r\n\r\n" + THREE_ONE + b"\r\n--three\r\n" + THREE_TWO_MIME + THREE_TWO
    + b"\r\n--three--"
)  # fmt: skip
FOUR_MIME = b"Content-Type: multipart/mixed; boundary=four\r\n\r\n"
FOUR_ONE_MIME = b"Content-Type: image/gif\r\n\r\n"
FOUR_ONE = b"GIF89a"
FOUR_TWO_MIME = b"Content-Type: message/rfc822\r\n\r\n"
FOUR_TWO_HEADER = b"Subject: four two\r\n\r\n"
FOUR_TWO_TEXT = b"text of four two"
FOUR = (
    b"--four\r\n" + FOUR_ONE_MIME + FOUR_ONE + b"\r\n--four\r\n" + FOUR_TWO_MIME
    + FOUR_TWO_HEADER + FOUR_TWO_TEXT + b"\r\n--four--\r\nepilogue of four"
)  # fmt: skip
TEXT = (
    b"--outer\r\n\r\n" + ONE + b"\r\n--outer\r\n" + TWO_MIME + TWO + b"\r\n--outer\r\n"
    + THREE_MIME + THREE_HEADER + THREE_TEXT + b"\r\n--outer\r\n" + FOUR_MIME + FOUR
    + b"\r\n--outer--\r\n"
)  # fmt: skip
MESSAGE = HEADER + TEXT

SIMPLE = b"Subject: simple\r\n\r\nbody\r\n"


def fetch(message, numbers=(), specifier="", *fields):
    found = find_section(Reader(message).read().part, Section(numbers, specifier, fields), message)
    return message[found.start : found.stop] if isinstance(found, Extent) else found


@pytest.mark.parametrize(
    ("numbers", "specifier", "octets"),
    [
        ((), "", MESSAGE),
        ((), "HEADER", HEADER),
        ((), "TEXT", TEXT),
        ((1,), "", ONE),
        ((1,), "MIME", b"\r\n"),
        ((2,), "", TWO),
        ((2,), "MIME", TWO_MIME),
        ((3,), "", THREE_HEADER + THREE_TEXT),
        ((3,), "MIME", THREE_MIME),
        ((3,), "HEADER", THREE_HEADER),
        ((3,), "TEXT", THREE_TEXT),
        ((3, 1), "", THREE_ONE),
        ((3, 2), "", THREE_TWO),
        ((3, 2), "MIME", THREE_TWO_MIME),
        ((4,), "", FOUR),
        ((4,), "MIME", FOUR_MIME),
        ((4, 1), "", FOUR_ONE),
        ((4, 1), "MIME", FOUR_ONE_MIME),
        ((4, 2), "", FOUR_TWO_HEADER + FOUR_TWO_TEXT),
        ((4, 2), "MIME", FOUR_TWO_MIME),
        ((4, 2), "HEADER", FOUR_TWO_HEADER),
        ((4, 2), "TEXT", FOUR_TWO_TEXT),
        ((4, 2, 1), "", FOUR_TWO_TEXT),
        ((4, 2, 1), "MIME", FOUR_TWO_HEADER),
    ],
)
def test_sections(numbers, specifier, octets):
    assert fetch(MESSAGE, numbers, specifier) == octets


@pytest.mark.parametrize(
    ("numbers", "specifier"),
    [
        ((5,), ""),
        ((0,), ""),
        ((1, 1), ""),
        ((1,), "HEADER"),
        ((1,), "TEXT"),
        ((2,), "HEADER.FIELDS"),
        ((3, 3), ""),
        ((3, 3), "MIME"),
        # A multipart is no message.
        ((4,), "HEADER"),
        ((4,), "TEXT"),
        ((4, 2, 1), "TEXT"),
        ((4, 2, 2), ""),
        ((4, 2, 1, 1), ""),
        # MIME must be prefixed by a part number.
        ((), "MIME"),
    ],
)
def test_there_is_no_such_part(numbers, specifier):
    assert fetch(MESSAGE, numbers, specifier, b"SUBJECT") is None


def test_the_only_part_of_a_simple_message_is_its_body():
    assert fetch(SIMPLE, (1,)) == b"body\r\n"
    assert fetch(SIMPLE, (1,), "MIME") == b"Subject: simple\r\n\r\n"
    assert fetch(SIMPLE, (2,)) is None
    assert fetch(SIMPLE, (1, 1)) is None


def test_header_fields():
    assert fetch(MESSAGE, (), "HEADER.FIELDS", b"FROM", b"subject", b"X") == (
        b"Subject: outer\r\nFrom: a@example.test\r\n\r\n"
    )
    assert fetch(MESSAGE, (), "HEADER.FIELDS", b"X") == b"\r\n"
    assert fetch(MESSAGE, (), "HEADER.FIELDS.NOT", b"CONTENT-TYPE", b"From") == (
        b"Subject: outer\r\n\r\n"
    )
    assert fetch(MESSAGE, (3,), "HEADER.FIELDS", b"To") == b"To:\r\n b@example.test\r\n\r\n"
    assert fetch(MESSAGE, (3,), "HEADER.FIELDS.NOT", b"To", b"Content-Type") == (
        b"Subject: three\r\n\r\n"
    )


def test_a_message_that_is_a_message():
    """Its one part is the message inside, whose parts are counted below it."""
    message = b"Content-Type: message/rfc822\r\n\r\n" + SIMPLE
    assert fetch(message, (1,)) == SIMPLE
    assert fetch(message, (1,), "HEADER") == b"Subject: simple\r\n\r\n"
    assert fetch(message, (1,), "TEXT") == b"body\r\n"
    assert fetch(message, (1, 1)) == b"body\r\n"
    assert fetch(message, (), "TEXT") == SIMPLE


@pytest.mark.parametrize("message", [b"", b"Subject: x\r\n", b"Subject: x"])
def test_a_message_without_body_and_blank_line(message):
    assert fetch(message, (), "HEADER") == message
    assert fetch(message, (), "HEADER.FIELDS", b"Subject") == message
    assert fetch(message, (), "HEADER.FIELDS", b"To") == b""
    assert fetch(message, (), "TEXT") == b""
    assert fetch(message, (1,)) == b""

"""Header fields as octets: RFC 5322, 2.2 and 4.5; RFC 3501, 6.4.5."""

import pytest

from reference_server.message.header import Header, unfold
from reference_server.message.parts import Reader

BLOCK = (
    b"Received: from a\r\n\tby b\r\n"
    b"Subject: one\r\n  two\r\n"
    b"X-Empty:\r\n"
    b"this line is no field\r\n"
    b"received : from c\r\n"
    b"\r\n"
)


def test_values_by_name_whatever_the_case():
    assert Header(BLOCK).all(b"received") == [b" from a\tby b", b" from c"]


def test_first_is_without_the_white_space_around_it():
    assert Header(BLOCK).first(b"subject") == b"one  two"
    assert Header(BLOCK).first(b"x-empty") == b""
    assert Header(BLOCK).first(b"date") is None


def test_a_line_of_white_space_continues_the_field():
    header = Header(b"Subject: a\r\n \r\n b\r\nTo: x\r\n\r\n")
    assert header.first(b"subject") == b"a  b"
    assert header.first(b"to") == b"x"


def test_subset_keeps_octets_order_and_blank_line():
    header = Header(BLOCK)
    assert header.subset([b"SUBJECT", b"Received"], matching=True) == (
        b"Received: from a\r\n\tby b\r\nSubject: one\r\n  two\r\nreceived : from c\r\n\r\n"
    )
    assert header.subset([b"SUBJECT", b"Received"], matching=False) == b"X-Empty:\r\n\r\n"


def test_field_names_match_exactly():
    assert Header(BLOCK).subset([b"Subj", b"Subjects"], matching=True) == b"\r\n"


def test_no_blank_line_where_the_message_has_none():
    header = Header(b"Subject: x\r\nTo: y\r\n")
    assert header.subset([b"to"], matching=True) == b"To: y\r\n"
    assert header.subset([b"cc"], matching=True) == b""


@pytest.mark.parametrize(
    ("message", "end"),
    [
        (b"", 0),
        (b"\r\n", 2),
        (b"\r\nbody", 2),
        (b"\nbody", 1),
        (b"A: b\r\n\r\nbody", 8),
        (b"A: b\n\nbody", 6),
        (b"A: b\n\r\nbody\n\n", 7),
        (b"A: b\r\n\nbody\r\n\r\n", 7),
        (b"A: b\r\n", 6),
        (b"A: b", 4),
    ],
)
def test_the_body_begins_behind_the_first_empty_line(message, end):
    assert Reader(message).read().part.body == end


def test_unfolding_takes_line_ends_and_nothing_else():
    assert unfold(b" a\r\n\t b\n c\r") == b" a\t b c"
    assert unfold(b"a\0b") == b"ab"

"""What holds for every message, whatever its octets are."""

import mmap
from itertools import pairwise
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from conformance.wire.grammar.response import parse_body, parse_envelope
from reference_server.message import (
    Extent,
    body_contains,
    digest,
    find_section,
    header_contains,
    load_structure,
    text_contains,
)
from reference_server.message.addresses import MAXIMUM_ADDRESSES
from reference_server.message.header import MAXIMUM_FIELDS
from reference_server.message.lexical import LONGEST_FIELD
from reference_server.message.parts import MAXIMUM_HEADER
from reference_server.protocol.commands import Section

SEED = (
    b'From: "Q \\" x" (c (d)) <@a,@b:"l p"@[1.2.3.4]>, g: a@b, =?utf-8?B?w6Q=?= <c@d>;\r\n'
    b"Date: Thu, 13 Feb 1969 23:32 -0330 (NST)\r\n"
    b"Subject: =?iso-8859-1?Q?=E4?=\r\n =?utf-8?B?w6Q=?= \xe4\r\n"
    b'Content-Type: multipart/mixed; x*0="\\"y"; boundary="b"\r\n\r\npre\r\n--b\r\n\r\none\r\n'
    b"--b\r\nContent-Type: message/rfc822\r\nContent-Language: de, en\r\n\r\n"
    b"To: x\r\nContent-Type: multipart/digest; boundary=bb\r\n\r\n--bb\r\n\r\nSubject: s\r\n\r\n"
    b"text\r\n--bb--\r\n--b\r\nContent-Type: text/html; charset=utf-7 (c)\r\n"
    b"Content-Transfer-Encoding: quoted-printable\r\nContent-Disposition: inline; a=b\r\n\r\n"
    b"a=\r\n=C3 \r\n--b\r\nContent-Type: text/plain; charset=utf-16\r\n"
    b"Content-Transfer-Encoding: base64\r\n\r\nw6Q\r\n--b--\r\nepilogue"
)
PIECES = [
    b"\r\n", b"\n", b"\r", b" ", b"\t", b":", b";", b",", b"<", b">", b"(", b")", b'"', b"\\", b"@",
    b"=?", b"?=", b"?Q?", b"=", b"--b", b"--bb", b"--", b"\0", b"\xff", b"a", b"From:", b"To:",
    b"Content-Type:", b"multipart/mixed;boundary=b", b"multipart/digest;boundary=bb",
    b"message/rfc822", b"text/plain;charset=", b"utf-16", b"idna", b"Content-Transfer-Encoding:",
    b"base64", b"quoted-printable", b"Date: 1 Jan 2000", b"Content-Disposition:",
    b"Content-Language:", b"[", b"]", b".",
]  # fmt: skip


@st.composite
def mutated(draw):
    message = SEED
    for _ in range(draw(st.integers(1, 6))):
        start = draw(st.integers(0, len(message)))
        stop = min(len(message), start + draw(st.integers(0, 30)))
        message = message[:start] + draw(st.sampled_from([b"", *PIECES])) + message[stop:]
    return message


messages = st.one_of(
    st.binary(max_size=200),
    st.lists(st.sampled_from(PIECES), max_size=60).map(b"".join),
    mutated(),
)


def check_offsets(part):
    assert 0 <= part.header <= part.body <= part.stop
    assert all(part.body <= inner.header and inner.stop <= part.stop for inner in part.parts)
    assert all(one.stop <= two.header for one, two in pairwise(part.parts))
    for inner in part.parts:
        check_offsets(inner)


def numbers_of(part, prefix=()):
    """The section numbers of all parts of a message."""
    parts = part.parts if part.is_multipart else (part,)
    return _below(parts, prefix)


def _below(parts, prefix):
    for number, part in enumerate(parts, 1):
        yield (*prefix, number), part
        if part.is_multipart:
            yield from _below(part.parts, (*prefix, number))
        elif part.is_message:
            yield from numbers_of(part.parts[0], (*prefix, number))


@pytest.mark.slow
@settings(max_examples=400, deadline=None)
@given(messages)
def test_every_message_has_a_digest_that_keeps_the_grammar(message):
    found = digest(message)
    parse_envelope(found.envelope)
    parse_body(found.body, extensible=False)
    parse_body(found.bodystructure)


@pytest.mark.slow
@settings(max_examples=400, deadline=None)
@given(messages)
def test_offsets_and_sections_fit_each_other(message):
    part = load_structure(digest(message).structure)
    assert (part.header, part.stop) == (0, len(message))
    check_offsets(part)

    def section(numbers, specifier=""):
        found = find_section(part, Section(numbers, specifier), message)
        return message[found.start : found.stop] if isinstance(found, Extent) else found

    assert section((), "HEADER") + section((), "TEXT") == section(()) == message
    for numbers, inner in numbers_of(part):
        assert section(numbers) == message[inner.body : inner.stop]
        assert section(numbers, "MIME") == message[inner.header : inner.body]
        if inner.is_message:
            assert section(numbers, "HEADER") + section(numbers, "TEXT") == section(numbers)
        else:
            assert section(numbers, "TEXT") is None


@pytest.mark.slow
@settings(max_examples=400, deadline=None)
@given(messages, st.text(max_size=3))
def test_a_search_never_fails(message, needle):
    part = load_structure(digest(message).structure)
    needle = needle.casefold()
    assert not body_contains(part, message, needle) or text_contains(part, message, needle)
    header_contains(part, message, b"from", needle)


@settings(max_examples=200, deadline=None)
@given(messages, st.sets(st.sampled_from([b"from", b"TO", b"Subject", b"content-type"])))
def test_header_fields_and_their_complement_share_the_header_out(message, names):
    part = load_structure(digest(message).structure)
    kept, left = (
        find_section(part, Section((), specifier, tuple(names)), message)
        for specifier in ("HEADER.FIELDS", "HEADER.FIELDS.NOT")
    )
    every = find_section(part, Section((), "HEADER.FIELDS.NOT"), message)
    blank = find_section(part, Section((), "HEADER.FIELDS", (b"x-not-there",)), message)
    assert len(kept) + len(left) == len(every) + len(blank)


class Spy:
    """Octets of a large message that record how much of them is taken out at once."""

    def __init__(self, octets):
        self.octets = octets
        self.largest = 0

    def __len__(self):
        return len(self.octets)

    def __getitem__(self, index):
        taken = self.octets[index]
        self.largest = max(self.largest, len(taken))
        return taken

    def find(self, *arguments):
        return self.octets.find(*arguments)


LARGE = SEED.replace(b"one\r\n", b"one two three four\r\n" * (5 << 20 >> 4))


def test_a_large_message_is_not_copied_whole():
    message = Spy(LARGE)
    found = digest(message)
    assert found == digest(LARGE)
    assert not text_contains(load_structure(found.structure), message, "not in this message")
    assert 0 < message.largest <= 1 << 20


def test_a_mapped_file_is_a_message(tmp_path: Path):
    path = tmp_path / "message"
    path.write_bytes(LARGE)
    with path.open("rb") as file, mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) as message:
        assert digest(message) == digest(LARGE)


@pytest.mark.slow
def test_what_is_read_of_a_header_has_a_limit():
    found = digest(b"To: " + b"a@b," * LONGEST_FIELD + b"c@d\r\n\r\n")
    assert found.to.count("a@b") == LONGEST_FIELD // len("a@b,")
    addresses = b"To: " + b"a," * (LONGEST_FIELD // 2) + b"\r\n"
    assert digest(addresses + b"Cc: b\r\n").to.count("a@") == MAXIMUM_ADDRESSES
    assert digest(addresses + b"Cc: b\r\n").cc is None
    long = b"x" * MAXIMUM_HEADER
    assert digest(b"Subject: " + long).subject == "x" * (MAXIMUM_HEADER - len("Subject: "))
    assert digest(b"X: " + long + b"\r\nSubject: s\r\n\r\n").subject is None
    fields = b"X: y\r\n" * MAXIMUM_FIELDS
    assert digest(b"Subject: s\r\n" + fields).subject == "s"
    assert digest(fields + b"Subject: s\r\n").subject is None

"""The one pass over a message finds the parts that the definition of RFC 2046, 5.1.1, gives.

The definition is written out here as it reads: part within part, each looked for in the octets
of the one around it, however often that reads them.
"""

import re

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from reference_server.checkpoint import checked_by
from reference_server.message import parts, scanner
from reference_server.message.fields import DEFAULT, DIGEST_DEFAULT, parse_content_type
from reference_server.message.header import Header
from reference_server.message.parts import Reader
from reference_server.message.scanner import EmptyLine, Scanner


def defined(message, start, stop, default=DEFAULT):
    """(header, body, stop, type, lines or None, parts) of the part in ``message[start:stop]``."""
    empty = re.compile(rb"(?:\A|\n)\r?\n").search(message[start:stop])
    body = stop if empty is None else start + empty.end()
    value = Header(message[start:body]).first(b"content-type")
    content = default if value is None else parse_content_type(value)
    inner = []
    if content.is_message:
        inner = [defined(message, body, stop)]
    elif content.is_multipart:
        default = DIGEST_DEFAULT if content.subtype == b"DIGEST" else DEFAULT
        extents = delimited(message, body, stop, content.parameter(b"BOUNDARY"))
        inner = [defined(message, *extent, default) for extent in extents or [(stop, stop)]]
    lines = message[body:stop].count(b"\n") if content.has_lines else None
    return start, body, stop, content.type + b"/" + content.subtype, lines, inner


def delimited(message, start, stop, boundary):
    """Where the parts between the delimiter lines of ``message[start:stop]`` begin and end."""
    line = re.compile(rb"\r?\n--%b(--)?[ \t\r]*(?:\n|\Z)" % re.escape(boundary))
    extents, opened, position = [], None, max(start - 2, 0)
    # The line end of the header may be the one in front of the first delimiter.
    while found := line.search(message[:stop], position):
        if found.start() + found.group().index(b"\n") < start - 1:
            position = found.start() + 1
            continue
        if opened is not None:
            extents.append((opened, max(opened, found.start())))
            opened = None
        if found[1]:
            return extents
        opened = found.end()
        position = found.end() - 1
    return extents if opened is None else [*extents, (opened, stop)]


def read(entity):
    """The findings of the reader, in the form of ``defined``."""
    part = entity.part
    lines = entity.lines if part.type == "TEXT" or part.is_message else None
    kind = f"{part.type}/{part.subtype}".encode()
    return part.header, part.body, part.stop, kind, lines, [read(one) for one in entity.parts]


BOUNDARIES = [b"b", b"bb", b"b--", b"--b", b"b b"]
LINES = [
    b"", b"text", b"--", b"-- ", b"--b ", b"--b\t", b"--bx", b"--b -", b" --b", b"--b---", b"\r",
    *[b"--" + boundary for boundary in BOUNDARIES],
    *[b"--%b--" % boundary for boundary in BOUNDARIES],
    b"Content-Type: text/html", b"Content-Type: message/rfc822", b"Content-Type: image/gif",
    *[b'Content-Type: multipart/mixed; boundary="%b"' % boundary for boundary in BOUNDARIES],
    b"Content-Type: multipart/digest; boundary=b", b"Content-Type: multipart/digest; boundary=bb",
]  # fmt: skip
HEADERS = [
    *[b'Content-Type: multipart/mixed; boundary="%b"' % boundary for boundary in BOUNDARIES],
    b"Content-Type: multipart/digest; boundary=b", b"Content-Type: message/rfc822", b"Subject: x",
]  # fmt: skip
ENDS = st.sampled_from([b"\r\n", b"\r\n", b"\n"])


@st.composite
def any_lines(draw):
    """Lines of every kind in any order."""
    lines = draw(st.lists(st.sampled_from(LINES), max_size=40))
    text = b"".join(line + draw(ENDS) for line in lines)
    return text + draw(st.sampled_from([b"", b"", b"text", b"--b", b"--b--", b"\r"]))


@st.composite
def nested(draw, depth=0):
    """A part with parts in it; boundaries repeat, are prefixes of each other, and do not end."""
    end = draw(ENDS)
    if depth > 3 or draw(st.integers(0, 2)) == 0:
        return draw(st.sampled_from(HEADERS)) + end + draw(any_lines())
    if draw(st.integers(0, 4)) == 0:
        return b"Content-Type: message/rfc822" + end + end + draw(nested(depth + 1))
    boundary = draw(st.sampled_from(BOUNDARIES))
    kind = draw(st.sampled_from([b"mixed", b"digest"]))
    text = b'Content-Type: multipart/%b; boundary="%b"%b%b' % (kind, boundary, end, end)
    text += draw(st.sampled_from([b"", b"", b"preamble\r\n"]))
    for _ in range(draw(st.integers(0, 3))):
        text += b"--" + boundary + draw(ENDS) + draw(nested(depth + 1))
        text += draw(st.sampled_from([b"", b"\n", b"\r\n", b"\r\n"]))
    text += draw(st.sampled_from([b"", b"--" + boundary + b"--", b"--" + boundary + b"--\r\n"]))
    return text + draw(st.sampled_from([b"", b"epilogue\r\n", b"\r\n"]))


messages = st.one_of(any_lines(), nested(), nested())


@pytest.mark.slow
@settings(max_examples=500, deadline=None)
@given(messages)
@example(b"Content-Type: multipart/mixed; boundary=b\r\n\r\n--b\r\n--b\r\n--b--")
@example(b"Content-Type: multipart/mixed; boundary=b\n\n--b\n\r\n--b--\n")
def test_the_parts_are_those_of_the_definition(message):
    assert read(Reader(message).read()) == defined(message, 0, len(message))


@settings(max_examples=150, deadline=None)
@given(messages, st.integers(1, 40))
def test_windows_change_nothing(message, width):
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(scanner, "_WHOLE", 0)
        patch.setattr(scanner, "WINDOW", width)
        found = read(Reader(message).read())
    assert found == defined(message, 0, len(message))


class Counting:
    """Octets of a message that count how many of them are taken out."""

    def __init__(self, octets):
        self.octets = octets
        self.taken = 0

    def __len__(self):
        return len(self.octets)

    def __getitem__(self, index):
        piece = self.octets[index]
        self.taken += len(piece)
        return piece


def nested_multiparts(depth, text):
    heads = [
        b"Content-Type: multipart/mixed; boundary=b%d\r\n\r\n--b%d\r\n" % (level, level)
        for level in range(depth)
    ]
    ends = [b"\r\n--b%d--" % level for level in reversed(range(depth))]
    return b"".join([*heads, b"\r\n", text, *ends])


@pytest.mark.parametrize(
    "text",
    [b"word " * (1 << 19), b"w\n" * (1 << 20), b"--b\n" * (1 << 19), b"w\r\n\r\n" * (1 << 19)],
)
def test_a_deep_message_is_read_twice_and_not_more_often(text):
    message = Counting(nested_multiparts(99, text))
    found = Reader(message).read()
    assert message.taken < 2.2 * len(message)
    depth = 0
    part = found.part
    while part.parts:
        (part,) = part.parts
        depth += 1
    assert depth == 99
    assert message.octets[part.body : part.stop] == text


@pytest.mark.parametrize("line_end", [b"\r\n", b"\n"])
def test_many_parts_are_read_twice_and_not_more_often(line_end):
    body = (b"--b" + line_end * 2 + b"x" * 300 + line_end) * (parts.MAXIMUM_PARTS - 1)
    message = Counting(b"Content-Type: multipart/mixed; boundary=b" + line_end * 2 + body)
    assert len(Reader(message).read().parts) == parts.MAXIMUM_PARTS - 1
    assert message.taken < 2.2 * len(message)


def test_the_checkpoint_is_called_in_each_window():
    calls = []
    message = nested_multiparts(3, b"text\r\n" * (1 << 20))
    with checked_by(lambda: calls.append(None)):
        Reader(message).read()
    assert len(calls) >= 2 * (len(message) // scanner.WINDOW)


def test_what_the_checkpoint_raises_ends_the_reading():
    def stop():
        raise TimeoutError

    message = b"Content-Type: text/plain\r\n\r\n" + b"text\r\n" * (1 << 19)
    with pytest.raises(TimeoutError), checked_by(stop):
        Reader(message).read()


def test_a_line_longer_than_any_boundary_is_no_delimiter():
    found = Scanner(b"\n--b" + b" " * 5000 + b"\n--b\n")
    found.boundaries[b"b"] = 0
    assert found.next(0, in_header=False).before == 5004
    assert isinstance(Scanner(b"\n\n").next(0, in_header=True), EmptyLine)

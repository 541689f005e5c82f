"""The tree of parts and its offsets: RFC 2045, 5.2; RFC 2046, 5.

Messages are written with LF and sent with CRLF. What a part's header and body must be is
written out; the offsets are checked by what they cut out of the message.
"""

import pytest

from reference_server.message import digest
from reference_server.message.parts import (
    MAXIMUM_DEPTH,
    MAXIMUM_DESCRIPTIONS,
    MAXIMUM_PARTS,
    Reader,
    dump_structure,
    load_structure,
)


def crlf(text):
    return text.replace("\n", "\r\n").encode("latin-1")


def read(message):
    return Reader(message).read().part


def bodies(message, part):
    """A leaf as its media type and its body's octets, a multipart or message as a list."""
    if part.parts:
        return [bodies(message, inner) for inner in part.parts]
    return f"{part.type}/{part.subtype}", message[part.body : part.stop]


def mixed(body, boundary="b", subtype="mixed"):
    return crlf(f"Content-Type: multipart/{subtype}; boundary={boundary}\n\n{body}")


TEXT = "TEXT/PLAIN"


def test_the_example_of_rfc_2046_5_1_1():
    message = crlf(
        "From: Nathaniel Borenstein <nsb@bellcore.com>\n"
        "MIME-Version: 1.0\n"
        'Content-type: multipart/mixed; boundary="simple boundary"\n'
        "\n"
        "This is the preamble.  It is to be ignored.\n"
        "\n"
        "--simple boundary\n"
        "\n"
        "This is implicitly typed plain US-ASCII text.\n"
        "It does NOT end with a linebreak.\n"
        "--simple boundary\n"
        "Content-type: text/plain; charset=us-ascii\n"
        "\n"
        "This is explicitly typed plain US-ASCII text.\n"
        "It DOES end with a linebreak.\n"
        "\n"
        "--simple boundary--\n"
        "\n"
        "This is the epilogue.  It is also to be ignored.\n"
    )
    part = read(message)
    first, second = part.parts
    assert message[first.header : first.body] == b"\r\n"
    assert message[first.body : first.stop] == (
        b"This is implicitly typed plain US-ASCII text.\r\nIt does NOT end with a linebreak."
    )
    assert message[second.header : second.body] == (
        b"Content-type: text/plain; charset=us-ascii\r\n\r\n"
    )
    assert message[second.body : second.stop] == (
        b"This is explicitly typed plain US-ASCII text.\r\nIt DOES end with a linebreak.\r\n"
    )


@pytest.mark.parametrize(
    ("body", "parts"),
    [
        # No closing delimiter: the last part goes to the end.
        ("--b\n\none\n--b\n\ntwo\n", [(TEXT, b"one"), (TEXT, b"two\r\n")]),
        ("--b\n\none\n--b", [(TEXT, b"one"), (TEXT, b"")]),
        # White space behind a boundary; other octets make another line of it.
        ("--b \t\n\none\n--bc\n--b c\n--b-\n--b-- \nx", [(TEXT, b"one\r\n--bc\r\n--b c\r\n--b-")]),
        # Not at the beginning of a line.
        ("--b\n\none --b\n --b\n--b--\n", [(TEXT, b"one --b\r\n --b")]),
        # Empty parts, with and without a blank line.
        ("--b\n\n--b\n\n\n--b\n--b--\n", [(TEXT, b""), (TEXT, b""), (TEXT, b"")]),
        # Nothing behind the closing delimiter counts.
        ("--b\n\none\n--b--\n--b\n\ntwo\n--b--\n", [(TEXT, b"one")]),
        # No delimiter at all, or the closing one alone: one empty part.
        ("nothing\n", [(TEXT, b"")]),
        ("--b--\n", [(TEXT, b"")]),
        # A part that is all header.
        ("--b\nContent-Type: image/gif\n--b--\n", [("IMAGE/GIF", b"")]),
    ],
)
def test_delimiters(body, parts):
    message = mixed(body)
    assert bodies(message, read(message)) == parts


def test_bare_line_feeds_delimit_as_well():
    message = mixed("--b\n\none\n--b\n\ntwo\n--b--\n").replace(b"\r\n", b"\n")
    assert bodies(message, read(message)) == [(TEXT, b"one"), (TEXT, b"two")]


def test_a_boundary_may_begin_another():
    message = mixed(
        "--b\nContent-Type: multipart/alternative; boundary=b1\n\n"
        "--b1\n\none\n--b1\n\ntwo\n--b1--\n"
        "--b\n\nthree\n--b--\n"
    )
    assert bodies(message, read(message)) == [
        [(TEXT, b"one"), (TEXT, b"two")],
        (TEXT, b"three"),
    ]


def test_an_outer_delimiter_ends_an_inner_multipart():
    message = mixed(
        "--b\nContent-Type: multipart/mixed; boundary=inner\n\n"
        "--inner\n\none\n"
        "--b\n\ntwo\n--inner--\n--b--\n"
    )
    assert bodies(message, read(message)) == [[(TEXT, b"one")], (TEXT, b"two\r\n--inner--")]


def test_a_digest_holds_messages_by_default():
    message = mixed(
        "--b\n\nSubject: one\n\nfirst\n--b\nContent-Type: text/html\n\nsecond\n"
        "--b\nContent-Type: nonsense\n\nthird\n--b--\n",
        subtype="digest",
    )
    first, second, third = read(message).parts
    assert first.is_message
    (inner,) = first.parts
    assert message[inner.header : inner.body] == b"Subject: one\r\n\r\n"
    assert message[inner.body : inner.stop] == b"first"
    assert (second.type, second.subtype) == ("TEXT", "HTML")
    assert (third.type, third.subtype) == ("TEXT", "PLAIN")


def test_a_message_inside_a_multipart_inside_a_message():
    message = crlf(
        "Content-Type: message/rfc822\n\n"
        "Content-Type: multipart/mixed; boundary=b\n\n"
        "--b\nContent-Type: message/rfc822\n\n"
        "Content-Type: text/html\n\ninnermost\n"
        "--b--\n"
    )
    part = read(message)
    assert part.is_message
    assert part.parts[0].is_multipart
    assert bodies(message, part) == [[[("TEXT/HTML", b"innermost")]]]


def test_nesting_has_a_limit():
    levels = MAXIMUM_DEPTH + 20
    message = b"".join(
        b"Content-Type: multipart/mixed; boundary=b%d\r\n\r\n--b%d\r\n" % (level, level)
        for level in range(levels)
    )
    part = read(message)
    depth = 0
    while part.parts:
        (part,) = part.parts
        depth += 1
    assert depth == MAXIMUM_DEPTH
    assert (part.type, part.subtype, part.stop) == ("APPLICATION", "OCTET-STREAM", len(message))


def test_nested_messages_have_a_limit():
    part = read(b"Content-Type: message/rfc822\r\n\r\n" * (MAXIMUM_DEPTH + 20))
    depth = 0
    while part.parts:
        (part,) = part.parts
        depth += 1
    assert depth == MAXIMUM_DEPTH


@pytest.mark.slow
def test_the_number_of_parts_has_a_limit():
    message = mixed("--b\n\nx\n" * (MAXIMUM_PARTS + 50))
    part = read(message)
    assert len(part.parts) == MAXIMUM_PARTS
    assert part.parts[0].stop < part.parts[1].header
    assert part.parts[-1].stop == len(message)


@pytest.mark.slow
def test_the_limit_of_parts_counts_all_levels():
    inner = "--b\nContent-Type: multipart/mixed; boundary=c\n\n" + "--c\n\nx\n" * 200
    part = read(mixed(inner * 100))

    def count(part):
        return 1 + sum(map(count, part.parts))

    assert count(part) - 1 == MAXIMUM_PARTS


def test_descriptions_have_a_limit():
    head = b"Content-Type: text/plain; a=" + b"x" * 100_000
    body = b"".join(b"--b\r\n%b\r\n\r\n%d\r\n" % (head, number) for number in range(50))
    message = mixed("") + body + b"--b--\r\n"
    found = digest(message)
    assert MAXIMUM_DESCRIPTIONS < len(found.bodystructure) < MAXIMUM_DESCRIPTIONS + 200_000
    parts = load_structure(found.structure).parts
    assert [message[part.body : part.stop] for part in parts[:3]] == [b"0", b"1", b"2"]
    assert len(parts) == MAXIMUM_DESCRIPTIONS // 100_000 + 1
    assert parts[-1].stop == len(message)


def test_names_that_are_kept_have_a_limit():
    found = read(b"Content-Type: text/html; charset=" + b"\xff" * 1000 + b"\r\n\r\n")
    assert (found.type, found.charset) == ("TEXT", "\xff" * 127)


def test_lines_are_line_ends():
    # RFC 3501, 7.4.2, has a BASE64 part of 4554 octets and 73 lines: 73 lines of 60 digits with
    # CRLF are 4526 octets, the 28 digits that remain are a line without CRLF, and not counted.
    body = (b"A" * 60 + b"\r\n") * 73 + b"A" * 28
    assert len(body) == 4554
    for octets, lines in [(body, 73), (b"a\nb\nc", 2), (b"", 0), (b"\n" * (3 << 20), 3 << 20)]:
        found = digest(b"Content-Type: text/plain\r\n\r\n" + octets)
        assert found.body.endswith(b" %d %d)" % (len(octets), lines))


def test_structure_survives_storage():
    part = read(mixed("--b\nContent-Type: text/html; charset=\xe9\n\none\n--b--\n"))
    assert part.parts[0].charset == "\xe9"
    assert load_structure(dump_structure(part)) == part

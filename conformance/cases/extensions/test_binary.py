"""FETCH BINARY, BINARY.PEEK and BINARY.SIZE: RFC 3516; RFC 9051 sections 6.4.5 and 7.5.2."""

import base64

import pytest

from conformance.cases._mailbox import flags
from conformance.requirements import needs, requirement, revision
from conformance.wire import Literal, Mailbox

pytestmark = needs("BINARY")

ALL_OCTETS = bytes(range(256))
TEXT = "Grüße,\r\n\r\n= Ende  \r\n".encode()
BOUNDARY = b"\r\n--=_b\r\n"
MIXED = (
    BOUNDARY.join(
        [
            b"Subject: =?utf-8?q?Gr=C3=BC=C3=9Fe?=\r\nMIME-Version: 1.0\r\n"
            b'Content-Type: multipart/mixed; boundary="=_b"\r\n',
            b"Content-Type: application/octet-stream\r\nContent-Transfer-Encoding: base64\r\n\r\n"
            + base64.encodebytes(ALL_OCTETS).replace(b"\n", b"\r\n").rstrip(),
            b"Content-Type: text/plain; charset=utf-8\r\n"
            b"Content-Transfer-Encoding: quoted-printable\r\n\r\n"
            b"Gr=C3=BC=\r\n=C3=9Fe,\r\n\r\n=3D Ende =20\r\n",
            b"Content-Type: message/rfc822\r\n\r\n"
            b"Subject: inner\r\nContent-Transfer-Encoding: base64\r\n\r\naW5uZXIgdGV4dA==",
            b'Content-Type: multipart/mixed; boundary="=_inner"\r\n\r\n--=_inner\r\n'
            b"Content-Transfer-Encoding: 8bit\r\n\r\n\xc3\xa9t\xc3\xa9\r\n--=_inner--\r\n",
        ]
    )
    + b"\r\n--=_b--\r\n"
)
STRANGE = (
    b"MIME-Version: 1.0\r\nContent-Type: text/plain\r\n"
    b"Content-Transfer-Encoding: x-no-such-encoding\r\n\r\nuryyb\r\n"
)


@pytest.fixture
def mixed(selected):
    """A session with one message: base64, quoted-printable, a message, a multipart."""
    selected.append(MIXED)
    return selected


def content(session, section, item="BINARY.PEEK"):
    """What BINARY.PEEK[section] brings of the only message."""
    return session.ok("FETCH", 1, f"{item}[{section}]").fetch(1).octets(f"BINARY[{section}]")


@requirement("RFC3516-4.2-BINARY")
def test_base64(mixed):
    """A part in base64 is told as the octets that were encoded, all 256 of them, NUL too."""
    assert content(mixed, "1") == ALL_OCTETS


@requirement("RFC3516-4.2-BINARY", "RFC3516-6-1", "RFC9051-7.5.2-2")
def test_quoted_printable(mixed):
    """A part in quoted-printable is told decoded, its lines ending with CRLF."""
    assert content(mixed, "2") == TEXT


@requirement("RFC3516-4.2-BINARY")
@pytest.mark.parametrize("encoding", ["7bit", "8bit", "binary"])
def test_identity(selected, encoding):
    """A part in 7bit, 8bit or binary is told as it is."""
    body = b"line 1\r\n=20\r\n\r\naGVsbG8=\r\n"
    head = f"MIME-Version: 1.0\r\nContent-Transfer-Encoding: {encoding}\r\n\r\n"
    selected.append(head.encode() + body)
    assert content(selected, "1") == body


@requirement("RFC3516-4.2-BINARY")
def test_message_without_mime(selected):
    """Part 1 of a message without MIME is its text."""
    selected.append(b"Subject: x\r\n\r\ntext\r\n")
    assert content(selected, "1") == b"text\r\n"


@requirement("RFC3516-4.2-BINARY")
def test_part_of_a_message_inside(mixed):
    """A part of a message inside the message is decoded, too."""
    assert content(mixed, "3.1") == b"inner text"


@requirement("RFC3516-4.2-BINARY")
def test_part_of_a_multipart_inside(mixed):
    """A part of a multipart inside the message is found by its numbers."""
    assert content(mixed, "4.1") == "été".encode()


@requirement("RFC3516-4.2-BINARY")
def test_fixture_with_all_octets(selected, messages):
    """The fixture of all octets comes out as it went in."""
    selected.append(messages["binary-base64"].octets)
    assert content(selected, "1") == ALL_OCTETS


@requirement("RFC3516-4.3-1", "RFC9051-7.5.2-1")
def test_text_without_nul_is_a_string(mixed):
    """Content without NUL is sent as a string, not as a literal8."""
    before = len(list(mixed.transcript))
    assert content(mixed, "2")
    sent = "".join(entry.text for entry in list(mixed.transcript)[before:] if entry.side == "S")
    assert "~{" not in sent


@requirement("RFC3516-5-1")
def test_encoded_words_stay(mixed):
    """The encoded words of a header are not decoded, neither in BINARY nor beside it."""
    fetched = mixed.ok("FETCH", 1, "(BINARY.PEEK[2] ENVELOPE BODY.PEEK[HEADER])").fetch(1)
    assert fetched.envelope.subject == b"=?utf-8?q?Gr=C3=BC=C3=9Fe?="
    assert b"=?utf-8?q?Gr=C3=BC=C3=9Fe?=" in (fetched.section("HEADER") or b"")


@requirement("RFC3516-4.2-BINARY")
def test_beside_other_items(mixed):
    """BINARY and BODY of one part in one command bring the part decoded and as it is."""
    fetched = mixed.ok("FETCH", 1, "(BINARY.PEEK[3.1] BODY.PEEK[3.1] UID)").fetch(1)
    assert fetched.octets("BINARY[3.1]") == b"inner text"
    assert fetched.section("3.1") == b"aW5uZXIgdGV4dA=="


@requirement("RFC3516-4.2-BINARY", "RFC9051-6.4.9-2")
def test_uid_fetch(mixed):
    """UID FETCH of BINARY brings the UID, too."""
    fetched = mixed.ok("UID FETCH", "1:*", "BINARY.PEEK[1]").fetch(1)
    assert fetched.octets("BINARY[1]") == ALL_OCTETS
    assert fetched.uid > 0


# Partial


@requirement("RFC3516-4.2-PARTIAL")
@pytest.mark.parametrize(
    ("section", "first", "count", "expected"),
    [
        ("1", 0, 4, ALL_OCTETS[:4]),
        ("1", 100, 56, ALL_OCTETS[100:156]),
        ("1", 250, 1000, ALL_OCTETS[250:]),
        ("1", 256, 1, b""),
        ("1", 9999, 1, b""),
        ("2", 2, 4, TEXT[2:6]),
    ],
    ids=["beginning", "middle", "across-the-end", "at-the-end", "beyond", "text"],
)
def test_partial(mixed, section, first, count, expected):
    """A partial BINARY counts octets of the decoded content and is cut at its end."""
    answer = mixed.ok("FETCH", 1, f"BINARY.PEEK[{section}]<{first}.{count}>")
    assert answer.fetch(1).octets(f"BINARY[{section}]<{first}>") == expected


@requirement("RFC3516-4.2-PARTIAL")
def test_pieces_make_the_whole(selected):
    """A large content fetched in pieces is the same as in one piece."""
    octets = ALL_OCTETS * 1200
    head = b"MIME-Version: 1.0\r\nContent-Type: image/png\r\nContent-Transfer-Encoding: base64\r\n"
    selected.append(head + b"\r\n" + base64.encodebytes(octets).replace(b"\n", b"\r\n"))
    pieces = []
    for first in range(0, len(octets), 70_001):
        answer = selected.ok("FETCH", 1, f"BINARY.PEEK[1]<{first}.70001>")
        pieces.append(answer.fetch(1).octets(f"BINARY[1]<{first}>") or b"")
    assert b"".join(pieces) == octets
    assert content(selected, "1") == octets


# \Seen


@requirement("RFC3516-4.2-PEEK")
def test_sets_seen(mixed):
    r"""BINARY sets \Seen, also where only a part of the content is asked for."""
    mixed.ok("FETCH", 1, "BINARY[1]<0.1>")
    assert flags(mixed) == {"\\Seen"}


@requirement("RFC3516-4.2-PEEK")
@pytest.mark.parametrize("item", ["BINARY.PEEK[1]", "BINARY.SIZE[1]"])
def test_leaves_seen(mixed, item):
    r"""BINARY.PEEK and BINARY.SIZE do not set \Seen."""
    mixed.ok("FETCH", 1, item)
    assert flags(mixed) == set()


@requirement("RFC3516-4.2-PEEK", "RFC3501-6.3.2-SAME")
def test_read_only_mailbox(mixed):
    r"""In a mailbox opened by EXAMINE BINARY brings the content and sets no flag."""
    mixed.ok("EXAMINE", Mailbox(mixed.mailbox))
    assert content(mixed, "1", item="BINARY") == ALL_OCTETS
    assert flags(mixed) == set()


# BINARY.SIZE


@requirement("RFC3516-4.3-3", "RFC3516-4.2-SIZE", "RFC9051-7.5.2-4")
@pytest.mark.parametrize("section", ["1", "2", "3.1", "4.1"])
def test_size(mixed, section):
    """BINARY.SIZE is the number of octets that BINARY brings."""
    fetched = mixed.ok("FETCH", 1, f"(BINARY.SIZE[{section}] BINARY.PEEK[{section}])").fetch(1)
    expected = {"1": 256, "2": 22, "3.1": 10, "4.1": 5}[section]
    assert fetched[f"BINARY.SIZE[{section}]"] == expected
    assert len(fetched.octets(f"BINARY[{section}]") or b"") == expected


# What cannot be decoded


@requirement("RFC3516-4.3-2", "RFC3516-4.3-4", "RFC9051-7.5.2-3", "RFC9051-7.5.2-5")
@pytest.mark.parametrize("item", ["BINARY[1]", "BINARY.PEEK[1]", "BINARY.SIZE[1]"])
def test_unknown_encoding(selected, item):
    """An encoding that the server does not know is answered NO with the code UNKNOWN-CTE."""
    selected.append(STRANGE)
    answer = selected.command("FETCH", 1, item).expect("NO")
    assert answer.tagged.code is not None, "the response has no code"
    assert answer.tagged.code.name == "UNKNOWN-CTE"
    assert selected.ok("FETCH", 1, "BODY.PEEK[1]").fetch(1).section("1") == b"uryyb\r\n"


@requirement("RFC3516-4.2-BINARY")
@pytest.mark.parametrize("section", ["5", "1.1.1", "3.2"])
def test_no_such_part(mixed, section):
    """BINARY of a part that does not exist brings NIL or an empty string, or is refused."""
    answer = mixed.command("FETCH", 1, f"BINARY.PEEK[{section}]")
    if answer.status == "OK":
        assert not answer.fetch(1).octets(f"BINARY[{section}]")
    assert content(mixed, "3.1") == b"inner text"


@revision("IMAP4rev2")
@requirement("RFC9051-6.4.5-LEAF")
@pytest.mark.parametrize(
    "item", ["BINARY.PEEK[3]", "BINARY.PEEK[4]", "BINARY.SIZE[3]", "BINARY.SIZE[4]"]
)
def test_only_leaf_parts(mixed, item):
    """BINARY and BINARY.SIZE of a multipart or of a message are refused."""
    mixed.command("FETCH", 1, item).expect("NO", "BAD")
    assert content(mixed, "3.1") == b"inner text"


@requirement("RFC3516-7-SYNTAX", "RFC3501-2.2.2-3", level="SHOULD")
@pytest.mark.parametrize(
    "item",
    [
        "BINARY",
        "BINARY[TEXT]",
        "BINARY[1.MIME]",
        "BINARY.SIZE[1]<0.1>",
        "BINARY.PEEK[1]<0>",
        "BINARY[0]",
    ],
)
def test_malformed(mixed, item):
    """What breaks the syntax of BINARY is answered BAD."""
    mixed.command("FETCH", 1, item).expect("BAD")
    assert content(mixed, "3.1") == b"inner text"


@requirement("RFC3516-4.3-2")
def test_session_goes_on_after_pipelined_refusal(selected):
    """A refused BINARY harms no command that was sent behind it."""
    selected.append(STRANGE)
    selected.append(b"Subject: x\r\n\r\ntext\r\n")
    selected.send(b"p1 FETCH 1 BINARY[1]\r\np2 FETCH 2 BINARY.PEEK[1]\r\n")
    answers = [selected.finish("p1").expect("NO"), selected.finish("p2").expect("OK")]
    fetched = [one for answer in answers for one in answer.fetches() if "BINARY[1]" in one]
    assert [(one.number, one.octets("BINARY[1]")) for one in fetched] == [(2, b"text\r\n")]


@requirement("RFC3516-4.2-BINARY")
def test_several_messages(selected):
    """BINARY of several messages brings the content of each."""
    for text in (b"MQ==", b"Mg==", b"Mw=="):
        head = b"MIME-Version: 1.0\r\nContent-Transfer-Encoding: base64\r\n\r\n"
        selected.ok("APPEND", Mailbox(selected.mailbox), Literal(head + text + b"\r\n"))
    selected.ok("NOOP")
    answer = selected.ok("FETCH", "1:3", "BINARY.PEEK[1]")
    assert [answer.fetch(number).octets("BINARY[1]") for number in (1, 2, 3)] == [b"1", b"2", b"3"]

"""APPEND of binary content as literal8: RFC 3516 section 4.4."""

import base64

import pytest

from conformance.cases._mailbox import flags, message
from conformance.requirements import needs, requirement
from conformance.wire import Joined, Literal, Mailbox, NonSync
from conformance.wire.grammar import moment

pytestmark = needs("BINARY", advertised=True)

CONTENT = b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR\0\xff\r\n--=_c\0"


def binary_message(content):
    """A multipart with a BINARY part and a text."""
    return (
        b"Subject: binary\r\nMIME-Version: 1.0\r\n"
        b'Content-Type: multipart/mixed; boundary="=_b"\r\nContent-Transfer-Encoding: binary\r\n'
        b"\r\n--=_b\r\nContent-Type: image/png\r\nContent-Transfer-Encoding: binary\r\n\r\n"
        + content
        + b"\r\n--=_b\r\nContent-Type: text/plain\r\n\r\ntext\r\n--=_b--\r\n"
    )


def append(session, octets, *arguments, literal=Literal):
    """APPEND a literal8 to the selected mailbox; skips where binary content is not stored."""
    answer = session.command(
        "APPEND", Mailbox(session.mailbox), *arguments, Joined("~", literal(octets))
    )
    if answer.status == "NO" and answer.tagged.code and answer.tagged.code.name == "UNKNOWN-CTE":
        pytest.skip("the mailbox does not store binary content (UNKNOWN-CTE)")
    answer.expect("OK")
    session.ok("NOOP")


@requirement("RFC3516-4.4-APPEND", "RFC3516-4.4-1")
def test_content_with_nul(selected):
    """Content with NUL comes back from BINARY as it was appended."""
    append(selected, binary_message(CONTENT))
    fetched = selected.ok("FETCH", 1, "(BINARY.PEEK[1] BINARY.SIZE[1] BINARY.PEEK[2])").fetch(1)
    assert fetched.octets("BINARY[1]") == CONTENT
    assert fetched["BINARY.SIZE[1]"] == len(CONTENT)
    assert fetched.octets("BINARY[2]") == b"text"


@requirement("RFC3516-6-2", "RFC3516-6-3", "RFC3516-4.4-1")
def test_body_and_structure_agree(selected):
    """BODY gives binary content in the encoding and the size that BODYSTRUCTURE tells."""
    append(selected, binary_message(CONTENT))
    fetched = selected.ok("FETCH", 1, "(BODYSTRUCTURE BODY.PEEK[1])").fetch(1)
    part = fetched.body_structure.part(1)
    body = fetched.section("1") or b""
    assert part.octets == len(body)
    assert part.encoding == "BASE64", "NUL needs base64 to be told by BODY"
    assert body.translate(None, b"\r\n") == base64.b64encode(CONTENT)


@requirement("RFC3516-6-3")
def test_size_and_whole_message_agree(selected):
    """RFC822.SIZE is the number of octets of BODY[], whatever became of the content."""
    append(selected, binary_message(CONTENT))
    fetched = selected.ok("FETCH", 1, "(RFC822.SIZE BODY.PEEK[])").fetch(1)
    assert fetched.size == len(fetched.section("") or b"")


@requirement("RFC3516-4.4-1")
def test_content_without_nul(selected):
    """A literal8 without NUL is a message like any other."""
    append(selected, message(1))
    fetched = selected.ok("FETCH", 1, "(BODY.PEEK[] BINARY.PEEK[1])").fetch(1)
    assert fetched.section("") == message(1)
    assert fetched.octets("BINARY[1]") == b"text 1\r\n"


@requirement("RFC3516-4.4-APPEND")
def test_flags_and_date(selected):
    """Flags and date stand before a literal8 as before a literal."""
    date = "17-Jul-1996 02:44:25 -0700"
    append(selected, binary_message(CONTENT), "(\\Flagged)", f'"{date}"')
    assert flags(selected) == {"\\Flagged"}
    told = selected.ok("FETCH", 1, "INTERNALDATE").fetch(1).internal_date
    assert moment(told) == moment(date)


@needs("LITERAL+")
@requirement("RFC3516-4.4-APPEND")
def test_non_synchronizing(selected):
    """With LITERAL+ a literal8 may be non-synchronizing."""
    append(selected, binary_message(CONTENT), literal=NonSync)
    fetched = selected.ok("FETCH", 1, "BINARY.PEEK[1]").fetch(1)
    assert fetched.octets("BINARY[1]") == CONTENT


@requirement("RFC3516-4.4-APPEND")
def test_copied(selected, elsewhere):
    """COPY takes binary content along."""
    append(selected, binary_message(CONTENT))
    selected.ok("COPY", 1, Mailbox(elsewhere))
    selected.select(elsewhere)
    fetched = selected.ok("FETCH", 1, "BINARY.PEEK[1]").fetch(1)
    assert fetched.octets("BINARY[1]") == CONTENT


@requirement("RFC3501-6.3.11-9")
def test_missing_mailbox(selected, scratch):
    """APPEND of a literal8 to a mailbox that does not exist is refused."""
    name = scratch.name()
    literal = Joined("~", Literal(binary_message(CONTENT)))
    selected.command("APPEND", Mailbox(name), literal).expect("NO")

"""FETCH of HEADER.FIELDS and HEADER.FIELDS.NOT (RFC 3501 6.4.5)."""

import pytest

from conformance.cases.selected._fetched import check_sections
from conformance.requirements import requirement

# Names that begin or end with other names, names that repeat, names in odd letter case.
HEADER = (
    b"Received: from one\r\n"
    b"Date: Mon, 5 Feb 2001 10:11:12 +0000\r\n"
    b"Received: from two\r\n"
    b"Subject: first\r\n"
    b"X-Subject: not the subject\r\n"
    b"Subject-X: not the subject either\r\n"
    b"REPLY-to: r@example.test\r\n"
    b"To: one@example.test,\r\n"
    b"\ttwo@example.test\r\n"
    b"From: a@example.test\r\n"
    b"To: three@example.test\r\n"
    b"X-Empty:\r\n"
    b"Received: from three\r\n"
)
MESSAGE = HEADER + b"\r\nSubject: this is the body\r\n"
LINES = HEADER.splitlines(keepends=True)


def fields(*numbers):
    """These lines of the header, counted from 1, and the blank line."""
    return b"".join(LINES[number - 1] for number in numbers) + b"\r\n"


def fetch(connection, section):
    connection.append(MESSAGE)
    return connection.ok("FETCH", "1", f"BODY.PEEK[{section}]").fetch(1).section(section)


@requirement("RFC3501-6.4.5-FIELDS", "RFC3501-6.4.5-MATCHING", "RFC3501-6.4.5-BLANK")
@pytest.mark.parametrize(
    ("names", "expected"),
    [
        pytest.param("sUBJECT rEPLY-tO", fields(4, 7), id="any-letter-case"),
        pytest.param("To", fields(8, 9, 11), id="folded-and-repeated"),
        pytest.param(
            "From Received X-Empty Date From", fields(1, 2, 3, 10, 12, 13), id="order-of-the-header"
        ),
        pytest.param("Cc Bcc", fields(), id="absent"),
        pytest.param("Sub X Re", fields(), id="beginnings-of-names"),
    ],
)
def test_header_fields(selected, names, expected):
    """HEADER.FIELDS is the fields with these names, as they stand, and the blank line."""
    assert fetch(selected, f"HEADER.FIELDS ({names})") == expected


@requirement("RFC3501-6.4.5-FIELDSNOT", "RFC3501-6.4.5-MATCHING", "RFC3501-6.4.5-BLANK")
@pytest.mark.parametrize(
    ("names", "expected"),
    [
        pytest.param(
            "received to SUBJECT", fields(2, 5, 6, 7, 10, 12), id="repeated-folded-any-letter-case"
        ),
        pytest.param("Cc", HEADER + b"\r\n", id="absent"),
        pytest.param(
            "Received Date Subject X-Subject Subject-X Reply-To To From X-Empty",
            fields(),
            id="all-of-them",
        ),
    ],
)
def test_header_fields_not(selected, names, expected):
    """HEADER.FIELDS.NOT is the fields with other names, as they stand, and the blank line."""
    assert fetch(selected, f"HEADER.FIELDS.NOT ({names})") == expected


@requirement("RFC3501-9-FIELDNAME")
def test_field_name_as_a_quoted_string(selected):
    """The name of a header field may be a quoted string."""
    selected.append(MESSAGE)
    answer = selected.ok("FETCH", "1", 'BODY.PEEK[HEADER.FIELDS ("Date" FROM "x-empty")]')
    assert answer.fetch(1).section("HEADER.FIELDS (DATE FROM X-EMPTY)") == fields(2, 10, 12)


@requirement("RFC3501-9-FIELDNAME")
def test_field_name_as_a_literal(selected):
    """The name of a header field may be a literal."""
    selected.append(MESSAGE)
    selected.send_line(b"literal FETCH 1 BODY.PEEK[HEADER.FIELDS (From {7}")
    selected.expect_continuation()
    selected.send_line(b"Subject)]")
    answer = selected.finish("literal").expect("OK")
    assert answer.fetch(1).section("HEADER.FIELDS (FROM SUBJECT)") == fields(4, 10)


@requirement("RFC3501-6.4.5-FIELDS", "RFC3501-6.4.5-FIELDSNOT")
def test_several_field_lists(selected):
    """Several lists of fields in one command are answered apart, each under its own names."""
    selected.append(MESSAGE)
    sections = {
        "HEADER.FIELDS (SUBJECT)": fields(4),
        "HEADER.FIELDS (FROM DATE)": fields(2, 10),
        "HEADER.FIELDS.NOT (RECEIVED TO X-SUBJECT SUBJECT-X)": fields(2, 4, 7, 10, 12),
    }
    items = " ".join(f"BODY.PEEK[{section}]" for section in sections)
    fetched = selected.ok("FETCH", "1", f"({items})").fetch(1)
    assert {section: fetched.section(section) for section in sections} == sections


@requirement("RFC3501-6.4.5-FIELDS", "RFC3501-6.4.5-FIELDSNOT", "RFC3501-6.4.5-HEADERPREFIX")
@pytest.mark.parametrize("name", ["rfc822-nested", "header-only", "huge-header"])
def test_header_fields_of(selected, messages, name):
    """HEADER.FIELDS and HEADER.FIELDS.NOT of a deep, a bodiless and a huge header."""
    message = messages[name]
    check_sections(selected, message, (one for one in message.sections if "FIELDS" in one))

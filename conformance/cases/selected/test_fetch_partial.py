"""FETCH of substrings: BODY[<section>]<<partial>> (RFC 3501 6.4.5 and 7.4.2)."""

import pytest

from conformance.requirements import requirement

MESSAGE = (
    b"Date: Mon, 5 Feb 2001 10:11:12 +0000\r\n"
    b"Subject: partial\r\n"
    b"From: a@example.test\r\n"
    b"\r\n"
    b"0123456789\r\nabcdefghij\r\n"
)
TEXT = b"0123456789\r\nabcdefghij\r\n"
FIELDS = b"Subject: partial\r\nFrom: a@example.test\r\n\r\n"


@requirement("RFC3501-6.4.5-PARTIAL", "RFC3501-7.4.2-SECTION")
@pytest.mark.parametrize(
    ("first", "count", "expected"),
    [
        pytest.param(0, 10, b"0123456789", id="beginning"),
        pytest.param(9, 5, b"9\r\nab", id="middle"),
        pytest.param(0, 24, TEXT, marks=requirement("RFC3501-6.4.5-ORIGIN"), id="all-from-octet-0"),
        pytest.param(
            0, 2048, TEXT, marks=requirement("RFC3501-6.4.5-ORIGIN"), id="more-from-octet-0"
        ),
        pytest.param(
            20, 4294967295, b"ij\r\n", marks=requirement("RFC3501-6.4.5-TRUNCATED"), id="truncated"
        ),
        pytest.param(24, 1, b"", marks=requirement("RFC3501-6.4.5-BEYOND"), id="at-the-end"),
        pytest.param(
            4294967295, 1, b"", marks=requirement("RFC3501-6.4.5-BEYOND"), id="far-beyond-the-end"
        ),
    ],
)
def test_substring(selected, first, count, expected):
    """BODY[TEXT]<first.count> brings so many octets from there, and tells the origin octet."""
    selected.append(MESSAGE)
    fetched = selected.ok("FETCH", "1", f"BODY.PEEK[TEXT]<{first}.{count}>").fetch(1)
    assert fetched.section("TEXT", origin=first) == expected


@requirement("RFC3501-6.4.5-SUBSET")
@pytest.mark.parametrize(
    "section", ["HEADER.FIELDS (FROM SUBJECT)", "HEADER.FIELDS.NOT (DATE)"], ids=["fields", "not"]
)
def test_substring_of_header_fields(selected, section):
    """A substring of HEADER.FIELDS counts its octets in the fields that remain."""
    selected.append(MESSAGE)
    items = f"(BODY.PEEK[{section}]<5.20> BODY.PEEK[{section}]<30.999>)"
    fetched = selected.ok("FETCH", "1", items).fetch(1)
    assert fetched.section(section, origin=5) == FIELDS[5:25]
    assert fetched.section(section, origin=30) == FIELDS[30:]


@requirement("RFC3501-6.4.5-PARTIAL", "RFC3501-7.4.2-SECTION")
@pytest.mark.parametrize("section", ["", "4.2.HEADER", "4.2.2.2"])
def test_pieces_make_up_the_section(selected, messages, section):
    """The pieces of a section, fetched one after the other, are the whole section."""
    message = messages["rfc3501-6.4.5"]
    selected.append(message.octets)
    whole = message.sections[section] if section else message.octets
    pieces = b""
    for first in range(0, len(whole) + 1, 97):
        fetched = selected.ok("FETCH", "1", f"BODY.PEEK[{section}]<{first}.97>").fetch(1)
        pieces += fetched.section(section, origin=first) or b""
    assert pieces == whole


@requirement("RFC3501-7.4.2-3", "RFC9051-7.5.2-8")
def test_no_origin_unless_asked_for(selected):
    """A section that was not fetched as a substring comes without an origin octet, and whole."""
    selected.append(MESSAGE)
    fetched = selected.ok("FETCH", "1", "(BODY.PEEK[TEXT] BODY.PEEK[TEXT]<3.4>)").fetch(1)
    assert fetched.section("TEXT") == TEXT
    assert fetched.section("TEXT", origin=3) == b"3456"
    assert len([name for name in fetched.names if name.startswith("BODY[")]) == 2

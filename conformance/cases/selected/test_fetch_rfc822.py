"""FETCH of RFC822, RFC822.HEADER and RFC822.TEXT, older names of sections (RFC 3501 6.4.5)."""

import pytest

from conformance.requirements import requirement


@pytest.mark.parametrize(
    ("item", "section"),
    [
        pytest.param("RFC822", "", marks=requirement("RFC3501-6.4.5-RFC822"), id="rfc822"),
        pytest.param(
            "RFC822.HEADER", "HEADER", marks=requirement("RFC3501-6.4.5-RFC822HEADER"), id="header"
        ),
        pytest.param(
            "RFC822.TEXT", "TEXT", marks=requirement("RFC3501-6.4.5-RFC822TEXT"), id="text"
        ),
    ],
)
def test_equals_its_section(selected, messages, item, section):
    """RFC822, RFC822.HEADER and RFC822.TEXT are BODY[], BODY[HEADER] and BODY[TEXT]."""
    names = ["preamble-epilogue", "header-only", "no-final-crlf", "eight-bit"]
    for name in names:
        selected.append(messages[name].octets)
    answer = selected.ok("FETCH", "1:*", item)
    for number, name in enumerate(names, 1):
        message = messages[name]
        expected = message.sections[section] if section else message.octets
        assert answer.fetch(number).octets(item) == expected, f"{item} of {name}"

"""SEARCH with arguments that are none: RFC 3501 sections 6.4.4, 2.2.2 and 9."""

import pytest

from conformance.cases.selected._search import fill, found
from conformance.requirements import requirement


@requirement("RFC3501-6.4.4-INVALID", "RFC3501-2.2.2-3")
@pytest.mark.parametrize(
    "arguments",
    [
        pytest.param([], id="no-key"),
        pytest.param(["GXIMAP"], id="unknown-key"),
        pytest.param(["CHARSET US-ASCII"], id="charset-without-key"),
        pytest.param(["SUBJECT"], id="no-string"),
        pytest.param(["SUBJECT (charset)"], id="list-for-string"),
        pytest.param(["HEADER Subject"], id="header-without-string"),
        pytest.param(["BEFORE"], id="no-date"),
        pytest.param(["SINCE 1-Foo-2003"], id="no-such-month"),
        pytest.param(["SENTON 2003-04-01"], id="date-of-another-form"),
        pytest.param(["LARGER many"], id="word-for-number"),
        pytest.param(["SMALLER -1"], id="negative-number"),
        pytest.param(["KEYWORD \\Seen"], id="system-flag-as-keyword"),
        pytest.param(["NOT"], id="not-without-key"),
        pytest.param(["OR SEEN"], id="or-with-one-key"),
        pytest.param(["()"], id="empty-parentheses"),
        pytest.param(["(SEEN"], id="open-parenthesis"),
        pytest.param(["SEEN)"], id="closing-parenthesis"),
        pytest.param(["0"], id="number-zero"),
        pytest.param(["1:"], id="half-a-range"),
        pytest.param(["UID"], id="uid-without-set"),
        pytest.param(["UID many"], id="word-for-uids"),
    ],
)
def test_is_answered_bad(selected, arguments):
    """A SEARCH with missing or invalid arguments is answered BAD, and the session goes on."""
    fill(selected, b"Subject: malformed\r\n\r\n.\r\n")
    assert selected.command("SEARCH", *arguments).status == "BAD"
    assert found(selected, "SUBJECT malformed") == [1]

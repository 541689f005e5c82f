"""SEARCH with several keys: juxtaposed, in parentheses, NOT, OR. RFC 3501 section 6.4.4."""

import pytest

from conformance.cases.selected._search import fill, found
from conformance.requirements import requirement

AND, NOT, OR, PARENTHESES = (
    requirement(f"RFC3501-6.4.4-{name}") for name in ("AND", "NOT", "OR", "PARENTHESES")
)
SEEN, FLAGGED, ANSWERED = "\\Seen", "\\Flagged", "\\Answered"
# Message 1 carries none of the three flags, message 8 all, the others what stands here.
FLAGS = [
    (), (SEEN,), (FLAGGED,), (SEEN, FLAGGED),
    (ANSWERED,), (SEEN, ANSWERED), (FLAGGED, ANSWERED), (SEEN, FLAGGED, ANSWERED),
]  # fmt: skip


@pytest.mark.parametrize(
    ("criteria", "expected"),
    [
        pytest.param("SEEN FLAGGED", [4, 8], marks=AND, id="and"),
        pytest.param("ALL SEEN ALL FLAGGED UNANSWERED", [4], marks=AND, id="and-with-all"),
        pytest.param("NOT SEEN", [1, 3, 5, 7], marks=NOT, id="not"),
        pytest.param("NOT NOT SEEN", [2, 4, 6, 8], marks=NOT, id="not-not"),
        pytest.param("NOT SEEN FLAGGED", [3, 7], marks=NOT, id="not-binds-one-key"),
        pytest.param(
            "NOT (SEEN FLAGGED)", [1, 2, 3, 5, 6, 7], marks=[NOT, PARENTHESES], id="not-list"
        ),
        pytest.param("OR SEEN FLAGGED", [2, 3, 4, 6, 7, 8], marks=OR, id="or"),
        pytest.param("OR SEEN FLAGGED ANSWERED", [6, 7, 8], marks=[OR, AND], id="or-takes-two"),
        pytest.param(
            "OR (SEEN FLAGGED) (NOT SEEN ANSWERED)",
            [4, 5, 7, 8],
            marks=[OR, PARENTHESES],
            id="or-lists",
        ),
        pytest.param("OR OR SEEN FLAGGED ANSWERED", [2, 3, 4, 5, 6, 7, 8], marks=OR, id="or-or"),
        pytest.param("NOT OR NOT SEEN FLAGGED", [2, 6], marks=[NOT, OR], id="not-or-not"),
        pytest.param(
            "((SEEN) ((FLAGGED (ALL))))", [4, 8], marks=PARENTHESES, id="parentheses-in-parentheses"
        ),
    ],
)
def test_flags_combined(selected, criteria, expected):
    """AND, OR, NOT and parentheses find what they mean among all combinations of three flags."""
    for flags in FLAGS:
        selected.append(b"Subject: combined\r\n\r\n.\r\n", flags=flags)
    assert found(selected, criteria) == expected


@requirement("RFC3501-6.4.4-AND")
def test_the_example_of_the_rfc(selected):
    """DELETED FROM "SMITH" SINCE 1-Feb-1994 wants all three, not two of them."""
    from_smith = b"From: John Smith <smith@example.test>\r\n\r\n.\r\n"
    from_jones = b"From: Jim Jones <jones@example.test>\r\n\r\n.\r\n"
    deleted = ["\\Deleted"]
    selected.append(from_smith, flags=deleted, date=" 2-Feb-1994 12:00:00 +0000")
    selected.append(from_smith, flags=deleted, date="30-Jan-1994 12:00:00 +0000")
    selected.append(from_smith, date=" 2-Feb-1994 12:00:00 +0000")
    selected.append(from_jones, flags=deleted, date=" 2-Feb-1994 12:00:00 +0000")
    assert found(selected, 'DELETED FROM "SMITH" SINCE 1-Feb-1994') == [1]


@requirement("RFC3501-6.4.4-AND", "RFC3501-6.4.4-HEADER", "RFC3501-6.4.4-BODY")
def test_text_size_and_numbers(selected):
    """Keys of all kinds combine: text, size, sequence set, in any order."""
    short, long = b"Subject: apple\r\n\r\npear\r\n", b"Subject: apple\r\n\r\npear and plum\r\n"
    fill(selected, short, long, b"Subject: fig\r\n\r\npear and plum, too\r\n", long)
    assert found(selected, "BODY pear SUBJECT apple LARGER", len(short)) == [2, 4]
    assert found(selected, "LARGER", len(short), "1:3 SUBJECT apple") == [2]
    assert found(selected, "OR SUBJECT fig BODY plum NOT 4") == [2, 3]
    assert found(selected, "OR HEADER Subject fig SMALLER", len(short) + 1) == [1, 3]


@requirement("RFC3501-6.4.4-OR", "RFC3501-6.4.4-NOT", "RFC3501-6.4.4-PARENTHESES")
def test_twenty_levels_of_nesting(selected):
    """Keys nest in keys, twenty deep."""
    depth = 20
    fill(selected, b"Subject: one\r\n\r\n.\r\n", b"Subject: two\r\n\r\n.\r\n")
    criteria = "SUBJECT one"
    for _ in range(depth):
        criteria = f"(OR (SUBJECT none) ({criteria}))"
    assert found(selected, criteria) == [1]
    assert found(selected, "NOT " * depth + criteria) == [1]
    assert found(selected, "NOT " * (depth + 1) + criteria) == [2]

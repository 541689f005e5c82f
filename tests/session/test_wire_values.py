"""Mailbox patterns and UID sets."""

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from reference_server.session.channel import Wakeup
from reference_server.session.patterns import Patterns
from reference_server.session.uid_sets import common, gaps, runs, uid_set


@pytest.mark.parametrize(
    ("pattern", "name", "expected"),
    [
        (b"*", b"a/b", True),
        (b"%", b"a", True),
        (b"%", b"a/b", False),
        (b"a/%", b"a", False),
        (b"a/%", b"a/b", True),
        (b"a/%", b"a/b/c", False),
        (b"a*", b"a", True),
        (b"a*", b"a/b", True),
        (b"*b", b"a/b", True),
        (b"*b", b"a/bc", False),
        (b"%/%", b"a/b", True),
        (b"%%", b"a/b", False),
        (b"%*", b"a/b", True),
        (b"a%c", b"abc", True),
        (b"a%c", b"a/c", False),
        (b"a.c", b"abc", False),
        (b"", b"", True),
        (b"", b"a", False),
        (b"A", b"a", False),
        (b"inbox", b"INBOX", True),
        (b"InB%", b"INBOX", True),
        (b"in*/x", b"INBOX/x", False),
        (b"inbox/x", b"INBOX/x", True),
        (b"inbox/X", b"INBOX/x", False),
        (b"*%*%*%*%*%*%*%*%*%*%*%*%*%*%*%b", b"a" * 1000, False),
        (b"%a" * 400 + b"b", b"a" * 1000, False),
    ],
)
def test_patterns(pattern, name, expected):
    assert Patterns([pattern], 1000).matches(name) is expected


def matches_by_definition(pattern, name):
    """RFC 3501, 6.3.8, word for word: a wildcard is tried with every length."""
    if not pattern:
        return not name
    if pattern[:1] in (b"*", b"%"):
        lengths = range(len(name) + 1)
        return any(
            matches_by_definition(pattern[1:], name[length:])
            for length in lengths
            if pattern[:1] == b"*" or b"/" not in name[:length]
        )
    return pattern[:1] == name[:1] and matches_by_definition(pattern[1:], name[1:])


@given(
    st.lists(st.text("ab/*%", max_size=7), max_size=4),
    st.text("ab/", max_size=7),
)
@example(["a%", "%b"], "a/b")
@example(["a", "b"], "ab")
@example(["a*", ""], "")
def test_names_match_any_of_the_patterns(patterns, name):
    patterns, name = [pattern.encode() for pattern in patterns], name.encode()
    expected = any(matches_by_definition(pattern, name) for pattern in patterns)
    assert Patterns(patterns, 7).matches(name) is expected
    assert Patterns(patterns, len(name)).matches(name) is expected


@given(st.text("iInN*%", max_size=3), st.text("bBoOxX*%", max_size=4))
def test_inbox_matches_in_any_case(start, end):
    pattern = (start + end).encode()
    expected = matches_by_definition(pattern.upper(), b"INBOX")
    assert Patterns([pattern], 5).matches(b"INBOX") is expected


@pytest.mark.parametrize(
    ("uids", "expected"),
    [
        ([7], b"7"),
        ([1, 2], b"1:2"),
        ([1, 2, 3, 5, 7, 8], b"1:3,5,7:8"),
        ([3, 1, 2], b"3,1:2"),
    ],
)
def test_uid_sets(uids, expected):
    assert uid_set(uids) == expected


def test_a_wakeup_can_be_set_any_number_of_times_and_after_its_end():
    wakeup = Wakeup()
    for _ in range(200_000):  # more than a pipe holds
        wakeup.set()
    wakeup.clear()
    wakeup.close()
    wakeup.set()


@given(
    st.sets(st.integers(1, 40)),
    st.lists(st.tuples(st.integers(1, 40), st.integers(0, 20)), max_size=5),
)
def test_spans(uids, others):
    """Against sets of numbers."""
    spans = runs(sorted(uids))
    assert [uid for a, b in spans for uid in range(a, b + 1)] == sorted(uids)
    absent = gaps(sorted(uids), 50)
    assert [uid for a, b in absent for uid in range(a, b + 1)] == sorted({*range(1, 50)} - uids)
    ranges = [(low, low + length) for low, length in others]
    named = {uid for low, high in ranges for uid in range(low, high + 1)}
    both = common(spans, ranges)
    assert [uid for a, b in both for uid in range(a, b + 1)] == sorted(uids & named)

"""Mailbox patterns and UID sets."""

import pytest

from reference_server.session.channel import Wakeup
from reference_server.session.patterns import Pattern
from reference_server.session.uid_sets import uid_set


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
    assert Pattern(pattern).matches(name) is expected


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

"""Sets of UIDs or numbers: in responses (RFC 4315, RFC 4731), and as spans of a list."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from reference_server.protocol.responses import Atom

Span = tuple[int, int]
"""The first and the last of a run of UIDs."""


def uid_set(uids: Sequence[int]) -> Atom:
    """A uid-set of at least one UID, in the order given; runs of ascending ones as ranges."""
    return span_set(runs(uids))


def span_set(spans: Iterable[Span]) -> Atom:
    """A uid-set of at least one run."""
    return Atom(b",".join(b"%d" % a if a == b else b"%d:%d" % (a, b) for a, b in spans))


def runs(uids: Iterable[int]) -> list[Span]:
    """The UIDs, in the order given, as runs."""
    found: list[Span] = []
    for uid in uids:
        if found and uid == found[-1][1] + 1:
            found[-1] = (found[-1][0], uid)
        else:
            found.append((uid, uid))
    return found


def gaps(uids: Iterable[int], end: int) -> list[Span]:
    """The runs of the numbers from 1 to before ``end`` that are not among these ascending UIDs."""
    found: list[Span] = []
    start = 1
    for uid in (*uids, end):
        if start < uid:
            found.append((start, uid - 1))
        start = uid + 1
    return found


def common(spans: Sequence[Span], others: Iterable[Span]) -> list[Span]:
    """The spans in both. ``spans`` ascend and do not overlap; ``others`` come in any order."""
    found: list[Span] = []
    index = 0
    for low, high in sorted(others):
        if found:  # where it overlaps the one before
            low = max(low, found[-1][1] + 1)
        while index < len(spans) and spans[index][1] < low:
            index += 1
        while index < len(spans) and max(spans[index][0], low) <= high:
            first, last = spans[index]
            found.append((max(first, low), min(last, high)))
            if last > high:
                break  # the next may have the rest of it
            index += 1
    return found


def union(spans: list[tuple[int, int]]) -> Sequence[int]:
    """The indexes that are in any of the spans (start, stop), ascending, each once."""
    joined = join(spans)
    if len(joined) == 1:
        return range(*joined[0])
    return [index for span in joined for index in range(*span)]


def join(spans: list[tuple[int, int]]) -> list[tuple[int, int]]:
    """The spans (start, stop) as few as possible: ascending, none empty, none touching another."""
    joined: list[tuple[int, int]] = []
    for start, stop in sorted(spans):
        if joined and start <= joined[-1][1]:
            if stop > joined[-1][1]:
                joined[-1] = joined[-1][0], stop
        elif start < stop:
            joined.append((start, stop))
    return joined

"""Sets of UIDs or numbers: in responses (RFC 4315, RFC 4731), and as spans of a list."""

from __future__ import annotations

from collections.abc import Sequence

from reference_server.protocol.responses import Atom


def uid_set(uids: Sequence[int]) -> Atom:
    """A uid-set of at least one UID, in the order given; runs of ascending ones as ranges."""
    ranges: list[tuple[int, int]] = []
    for uid in uids:
        if ranges and uid == ranges[-1][1] + 1:
            ranges[-1] = (ranges[-1][0], uid)
        else:
            ranges.append((uid, uid))
    return Atom(b",".join(b"%d" % a if a == b else b"%d:%d" % (a, b) for a, b in ranges))


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

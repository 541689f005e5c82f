"""Comments and quoted pairs, which every structured field may hold (RFC 5322, 3.2)."""

from __future__ import annotations

import re

LONGEST_FIELD = 256 * 1024
"""Octets of a structured field that are read: thousands of addresses, but not millions."""

_BACKSLASH, _PARENTHESIS_OPENS = b"\\("  # octets as numbers are found much faster
_QUOTED_PAIR = re.compile(rb"\\(.)", re.DOTALL)
_OUTSIDE = re.compile(rb'(?:[^"(\\]++|\\.|"(?:[^"\\]++|\\.)*+(?:"|\\?\Z)|\\\Z)*+', re.DOTALL)
_PARENTHESIS = re.compile(rb"(?:[^()\\]++|\\.)*+([()])", re.DOTALL)


def unquote(text: bytes) -> bytes:
    """The inside of a quoted string or comment with its quoted pairs resolved."""
    return _QUOTED_PAIR.sub(rb"\1", text) if _BACKSLASH in text else text


def comment_end(value: bytes, start: int) -> int:
    """Where the comment ends whose ``(`` is at ``start``; nested ones belong to it.

    A comment that is never closed ends with the value.
    """
    depth = 1
    position = start + 1
    while depth:
        found = _PARENTHESIS.match(value, position)
        if found is None:
            return len(value)
        depth += 1 if found[1] == b"(" else -1
        position = found.end()
    return position


def remove_comments(value: bytes) -> bytes:
    """``value`` with each comment turned into a space; quoted strings are left alone.

    What goes beyond ``LONGEST_FIELD`` is dropped.
    """
    value = value[:LONGEST_FIELD]
    if _PARENTHESIS_OPENS not in value:
        return value.strip(b" \t")
    kept = []
    position = 0
    while position < len(value):
        found = _OUTSIDE.match(value, position)
        stop = found.end() if found else position
        kept += [value[position:stop], b" "]
        position = comment_end(value, stop)
    return b"".join(kept).strip(b" \t")

"""The character classes of RFC 3501, section 9, as pieces of regular expressions."""

from __future__ import annotations

import re

ATOM_CHAR = rb'[^\x00-\x20\x7f-\xff(){%*"\\\]]'
ASTRING_CHAR = rb'[^\x00-\x20\x7f-\xff(){%*"\\]'
LIST_CHAR = rb'[^\x00-\x20\x7f-\xff(){"\\]'
TAG_CHAR = rb'[^\x00-\x20\x7f-\xff(){%*"\\+]'

# A tag is only believed where a space or the end of the command follows.
_TAG = re.compile(TAG_CHAR + rb"+(?= |\r?\Z)")


def read_tag(line: bytes) -> bytes | None:
    """The tag that ``line`` begins with; ``None`` where it begins with no valid tag."""
    match = _TAG.match(line)
    return match[0] if match else None

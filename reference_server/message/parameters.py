"""Parameter values that are continued in other parameters (RFC 2231, 3, 4.1 and 6)."""

from __future__ import annotations

import re
from urllib.parse import unquote_to_bytes

from reference_server.message.decoding import find_codec
from reference_server.message.fields import Parameters

_SECTION = re.compile(rb"(.+)\*(0|[1-9][0-9]{0,3})(\*?)")
(_ASTERISK,) = b"*"

Sections = dict[int, tuple[bytes, bool]]
"""By number: the value, and whether it is encoded. Of two with one number the first counts."""


def join_continuations(parameters: Parameters) -> Parameters:
    """``parameters`` with each continued one put together, in the place of its first section.

    "X*0" and "X*1" become "X". "X*0*" and "X*1" become "X*", with the value in UTF-8 (RFC 9051,
    7.5.2). What cannot be put together stays as it is.
    """
    if not any(_ASTERISK in name for name, _ in parameters):
        return parameters
    joined = _joined(parameters)
    names = frozenset(joined)
    result: list[tuple[bytes, bytes]] = []
    for parameter in parameters:
        found = _SECTION.fullmatch(parameter[0])
        whole = joined.pop(found[1], None) if found and found[1] in names else parameter
        if whole is not None:
            result.append(whole)
    return tuple(result)


def _joined(parameters: Parameters) -> dict[bytes, tuple[bytes, bytes]]:
    """Name and value of each parameter that can be put together, by its bare name."""
    continued: dict[bytes, Sections] = {}
    for name, text in parameters:
        if found := _SECTION.fullmatch(name):
            sections = continued.setdefault(found[1], {})
            sections.setdefault(int(found[2]), (text, bool(found[3])))
    names = {name for name, _ in parameters}
    joined: dict[bytes, tuple[bytes, bytes]] = {}
    for name, sections in continued.items():
        complete = max(sections) == len(sections) - 1
        if complete and not names & {name, name + b"*"}:
            encoded = any(encoded for _, encoded in sections.values())
            value = _decoded(sections) if encoded else _concatenated(sections)
            if value is not None:
                joined[name] = name + b"*" * encoded, value
    return joined


def _concatenated(sections: Sections) -> bytes:
    return b"".join(value for _, (value, _) in sorted(sections.items()))


def _decoded(sections: Sections) -> bytes | None:
    """The value in UTF-8; None where the sections do not say how, or say it wrongly."""
    first, encoded = sections[0]
    charset, apostrophe, rest = first.partition(b"'")
    _language, apostrophe, text = rest.partition(b"'")
    if not encoded or not apostrophe:
        return None
    octets = unquote_to_bytes(text) + b"".join(
        unquote_to_bytes(value) if encoded else value
        for number, (value, encoded) in sorted(sections.items())
        if number > 0
    )
    codec = find_codec(charset.decode("latin-1") or "us-ascii")
    try:
        return octets.decode(codec).encode("utf-8") if codec else None
    except UnicodeError:
        return None

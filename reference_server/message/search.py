"""Search keys that look for a string in a message (RFC 3501, 6.4.4).

Needles come decoded from their charset and through ``fold``. A body part is searched if its
type is TEXT or MESSAGE; the RFC allows to leave out all others.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from reference_server.checkpoint import checkpoint
from reference_server.message.decoding import body_text, decode_words, fold
from reference_server.message.header import WINDOW, Header
from reference_server.message.parts import Part
from reference_server.protocol.commands import Octets

_FOLD = re.compile(rb"\r?\n(?=[ \t])")


def header_contains(part: Part, message: Octets, name: bytes, needle: str) -> bool:
    """HEADER: whether some field ``name`` has ``needle`` in what comes after the colon.

    An empty needle matches each message that has the field. Of a very long header the beginning
    is searched.
    """
    block = message[part.header : min(part.body, part.header + WINDOW)]
    values = Header(block).all(name.lower())
    return any(needle in fold(decode_words(value)) for value in values)


def body_contains(part: Part, message: Octets, needle: str) -> bool:
    """BODY: whether ``needle`` is in the body: in a text part, or a message inside it."""
    return not needle or any(_contains(text, needle) for text in _body_texts(part, message))


def text_contains(part: Part, message: Octets, needle: str) -> bool:
    """TEXT: whether ``needle`` is in the body, or in the header of the message or of a part."""
    return any(_contains(text, needle) for text in _all_texts(part, message))


def _all_texts(part: Part, message: Octets) -> Iterator[Iterator[str]]:
    yield _header_text(part, message)
    if part.parts:
        for inner in part.parts:
            yield from _all_texts(inner, message)
    elif part.type in ("TEXT", "MESSAGE"):
        yield body_text(part, message)


def _body_texts(part: Part, message: Octets) -> Iterator[Iterator[str]]:
    if part.is_message:
        # The header of a message inside is body text of the message around it.
        yield _header_text(part.parts[0], message)
    for inner in part.parts:
        yield from _body_texts(inner, message)
    if not part.parts and part.type in ("TEXT", "MESSAGE"):
        yield body_text(part, message)


def _header_text(part: Part, message: Octets) -> Iterator[str]:
    position = part.header
    while position < part.body:
        end = min(position + WINDOW, part.body)
        block = message[position:end]
        if end < part.body:  # words stay whole, and folds, but for those in an endless line
            cut = block.rfind(b"\n", 1)
            cut -= block[cut - 1 : cut] == b"\r"
            block = block[:cut] if cut > 0 else block
            end = position + len(block)
        if b"\n " in block or b"\n\t" in block:
            block = _FOLD.sub(b"", block)
        yield decode_words(block)
        position = end


def _contains(text: Iterator[str], needle: str) -> bool:
    """Whether ``needle`` is in the chunks of ``text``, across their borders too."""
    tail = ""
    for chunk in text:
        checkpoint()
        tail += fold(chunk)
        if needle in tail:
            return True
        tail = tail[1 - len(needle) :] if len(needle) > 1 else ""
    return False

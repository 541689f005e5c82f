"""FETCH of decoded content: BINARY and BINARY.SIZE (RFC 3516; RFC 9051, 6.4.5 and 7.5.2)."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence

from reference_server.checkpoint import checkpoint
from reference_server.message import (
    NoLeafError,
    UnknownEncodingError,
    check_binary,
)
from reference_server.protocol.commands import FetchItem
from reference_server.protocol.responses import Binary, Stream, Value
from reference_server.session.outcome import No
from reference_server.session.stored import stored_structure
from reference_server.session.streams import CHUNK, certain
from reference_server.session.view import View

BINARY = ("BINARY[]", "BINARY.SIZE[]")

Content = Callable[[], Iterator[bytes] | None]
"""Gives the decoded content of a part from its beginning; None where there is no such part."""


def fetchable(
    view: View, uids: Sequence[int], items: Sequence[FetchItem]
) -> tuple[list[int], No | None]:
    """The messages whose content can be decoded, and how the command ends if that is not all.

    Looked at before anything is sent, so that no message is marked as seen that is not shown.
    """
    sections = [item.section.part for item in items if item.name in BINARY and item.section]
    kept: list[int] = []
    refusal: No | None = None
    for uid, structure in view.mailbox.rows(uids, ["structure"]):
        checkpoint()
        message = stored_structure(structure)
        try:
            for part in sections:
                check_binary(message, part)
        except UnknownEncodingError:
            refusal = No("the transfer encoding of a part is not known", "UNKNOWN-CTE")
        except NoLeafError:
            refusal = refusal or No("a multipart or a message has no content to decode")
        else:
            kept.append(uid)
    return kept, refusal


def binary_value(content: Content, partial: tuple[int, int] | None, room: int = CHUNK) -> Value:
    """The content, or part of it; NIL where there is none. See ``read_value``."""
    value = read_value(content, partial, room)
    return Binary(value) if isinstance(value, bytes) else value


def read_value(
    content: Content, partial: tuple[int, int] | None, room: int
) -> bytes | Stream | None:
    """Content whose size is known only when it has been read; NIL where there is none.

    Of more octets than ``room`` it is a stream, for which it is read again.
    """
    chunks = content()
    if chunks is None:
        return None
    kept: list[bytes] = []
    size = 0
    has_nul = False
    for chunk in _window(chunks, partial):
        checkpoint()
        size += len(chunk)
        has_nul = has_nul or b"\0" in chunk
        if size <= room:
            kept.append(chunk)
        else:
            kept.clear()
    if size <= room:
        return b"".join(kept)
    return Stream(size, certain(_again(content, partial)), binary=has_nul)


def _again(content: Content, partial: tuple[int, int] | None) -> Iterator[bytes]:
    yield from _window(content() or iter(()), partial)


def binary_size(content: Content) -> int:
    """The number of octets that ``binary_value`` gives; 0 where there is no such part."""
    size = 0
    for chunk in content() or ():
        checkpoint()
        size += len(chunk)
    return size


def _window(chunks: Iterator[bytes], partial: tuple[int, int] | None) -> Iterator[bytes]:
    """The octets that ``partial`` asks for: (first octet, count)."""
    if partial is None:
        yield from chunks
        return
    skipped, left = partial
    for chunk in chunks:
        piece = chunk[skipped : skipped + left]
        skipped = max(0, skipped - len(chunk))
        left -= len(piece)
        if piece:
            yield piece
        if not left:
            return

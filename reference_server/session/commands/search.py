"""SEARCH (RFC 3501, 6.4.4) and UID SEARCH."""

from __future__ import annotations

from typing import TYPE_CHECKING

from reference_server.protocol.commands import (
    Search,
    SearchAnd,
    SearchKey,
    SearchNot,
    SearchOr,
    SearchSequence,
)
from reference_server.protocol.responses import Atom, Code, Data
from reference_server.session.outcome import No, Steps
from reference_server.session.searching import Compiler

if TYPE_CHECKING:
    from reference_server.session.session import Session

CHARSETS = {"US-ASCII": "ascii", "UTF-8": "utf-8"}  # and their codecs


def search(session: Session, command: Search) -> Steps:
    """The messages that match, by number or by UID."""
    view = session.selected
    codec = CHARSETS.get(command.charset or "US-ASCII")
    if codec is None:
        names = tuple(Atom(name.encode("ascii")) for name in CHARSETS)
        raise No("unknown charset", Code("BADCHARSET", (names,)))
    matching = Compiler(view, codec).compile(command.key)
    uids = [uid for uid in view.uids if uid not in view.vanished]
    found = matching.select(uids)
    yield Data("SEARCH", tuple(found if command.uid else map(view.number, found)))
    return None


def has_only_uids(command: Search) -> bool:
    """Whether this is a UID SEARCH without sequence numbers among its keys.

    Only then may the client be told of removals: it could have sent the numbers before it
    knew (5.5, 7.4.1).
    """
    return command.uid and not _mentions_numbers(command.key)


def _mentions_numbers(key: SearchKey) -> bool:
    match key:
        case SearchSequence():
            return not key.uid
        case SearchAnd():
            return any(map(_mentions_numbers, key.keys))
        case SearchOr():
            return _mentions_numbers(key.left) or _mentions_numbers(key.right)
        case SearchNot():
            return _mentions_numbers(key.key)
    return False

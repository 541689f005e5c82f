"""SEARCH (RFC 3501, 6.4.4) and UID SEARCH, with result options (RFC 4731, RFC 5182)."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

from reference_server.protocol.commands import (
    Search,
    SearchAnd,
    SearchKey,
    SearchNot,
    SearchOr,
    SearchSequence,
)
from reference_server.protocol.responses import Atom, Code, Data, Value
from reference_server.session.outcome import No, Steps
from reference_server.session.searching import Compiler
from reference_server.session.uid_sets import uid_set

if TYPE_CHECKING:
    from reference_server.session.session import Session

CHARSETS = {"US-ASCII": "ascii", "UTF-8": "utf-8"}  # and their codecs


def search(session: Session, command: Search) -> Steps:
    """The messages that match, by number or by UID: as asked for, or all of them."""
    view = session.selected
    options = _result_options(session, command)
    saves = "SAVE" in options
    codec = CHARSETS.get(command.charset or ("UTF-8" if session.revision2 else "US-ASCII"))
    if codec is None:
        if saves:
            view.saved = ()
        names = tuple(Atom(name.encode("ascii")) for name in CHARSETS)
        raise No("unknown charset", Code("BADCHARSET", (names,)))
    matching = Compiler(view, codec).compile(command.key)
    if saves:
        view.saved = ()  # so it stays if the search fails (RFC 5182, 2.1)
    uids = [uid for uid in view.uids if uid not in view.vanished]
    found = matching.select(uids)
    if saves:
        view.saved = _to_save(found, options)
    numbers = found if command.uid else [view.number(uid) for uid in found]
    if not options:
        yield Data("SEARCH", tuple(numbers))
    elif options != {"SAVE"}:
        correlator = (Atom(b"TAG"), command.tag)
        indicator = (Atom(b"UID"),) if command.uid else ()
        items = _result_items(numbers, options)
        yield Data("ESEARCH", (correlator, *indicator, *items))
    return None


def _result_options(session: Session, command: Search) -> frozenset[str]:
    """The result options that hold; none where SEARCH is to be the answer, not ESEARCH."""
    if command.options is None and not session.revision2:
        return frozenset()
    return command.options or frozenset({"ALL"})


def _to_save(found: Sequence[int], options: frozenset[str]) -> Sequence[int]:
    """What ``$`` stands for: with MIN or MAX alone only those (RFC 5182, 2.4)."""
    ends = options & {"MIN", "MAX"}
    if not ends or options & {"ALL", "COUNT"} or not found:
        return found
    return sorted({found[0] if end == "MIN" else found[-1] for end in ends})


def _result_items(numbers: Sequence[int], options: frozenset[str]) -> Iterator[Value]:
    """What ESEARCH tells of the messages found (RFC 4731, 3.1)."""
    if "COUNT" in options:
        yield from (Atom(b"COUNT"), len(numbers))
    if not numbers:
        return
    if "MIN" in options:
        yield from (Atom(b"MIN"), numbers[0])
    if "MAX" in options:
        yield from (Atom(b"MAX"), numbers[-1])
    if "ALL" in options:
        yield from (Atom(b"ALL"), uid_set(numbers))


def has_only_uids(command: Search) -> bool:
    """Whether this is a UID SEARCH without sequence numbers among its keys.

    Only then may the client be told of removals: it could have sent the numbers before it
    knew (5.5, 7.4.1).
    """
    return command.uid and not _mentions_numbers(command.key)


def _mentions_numbers(key: SearchKey) -> bool:
    match key:
        case SearchSequence():
            return not key.uid and bool(key.messages.ranges)
        case SearchAnd():
            return any(map(_mentions_numbers, key.keys))
        case SearchOr():
            return _mentions_numbers(key.left) or _mentions_numbers(key.right)
        case SearchNot():
            return _mentions_numbers(key.key)
    return False

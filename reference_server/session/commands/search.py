"""SEARCH (RFC 3501, 6.4.4) and UID SEARCH, with result options (RFC 4731, RFC 5182)."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

from reference_server.protocol.commands import Search, SearchModseq, SearchSequence
from reference_server.protocol.responses import Atom, Code, Data, Value
from reference_server.session.condstore import start_condstore
from reference_server.session.outcome import No, Steps
from reference_server.session.searching import Compiler, find, leaves
from reference_server.session.uid_sets import uid_set
from reference_server.session.view import View

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
    with_modseq = any(isinstance(key, SearchModseq) for key in leaves(command.key))
    if with_modseq:
        yield from start_condstore(session)
    if saves:
        view.saved = ()  # so it stays if the search fails (RFC 5182, 2.1)
    uids = [uid for uid in view.uids if uid not in view.vanished]
    found = find(matching, uids)
    if saves:
        view.saved = _returned(found, options)
    numbers = found if command.uid else [view.number(uid) for uid in found]
    modseq: tuple[Value, ...] = ()
    if with_modseq and found:
        modseq = (Atom(b"MODSEQ"), _highest_modseq(view, _returned(found, options)))
    if not options:
        yield Data("SEARCH", (*numbers, modseq) if modseq else tuple(numbers))
    elif options != {"SAVE"}:
        correlator = (Atom(b"TAG"), command.tag)
        indicator = (Atom(b"UID"),) if command.uid else ()
        items = _result_items(numbers, options)
        yield Data("ESEARCH", (correlator, *indicator, *items, *modseq))
    return None


def _result_options(session: Session, command: Search) -> frozenset[str]:
    """The result options that hold; none where SEARCH is to be the answer, not ESEARCH."""
    if command.options is None and not session.revision2:
        return frozenset()
    return command.options or frozenset({"ALL"})


def _highest_modseq(view: View, uids: Sequence[int]) -> int:
    modseqs = view.modseqs or {}
    return max(modseqs[uid] for uid in uids)


def _returned(found: Sequence[int], options: frozenset[str]) -> Sequence[int]:
    """The messages that ``$`` and MODSEQ are about: with MIN or MAX alone only those.

    RFC 5182, 2.4; RFC 4731, 3.2.
    """
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
    return command.uid and not any(
        isinstance(key, SearchSequence) and not key.uid and key.messages.ranges
        for key in leaves(command.key)
    )

"""CONDSTORE and QRESYNC (RFC 7162): what the commands have in common."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Iterator, Sequence
from itertools import chain
from typing import TYPE_CHECKING

from reference_server.protocol.commands import Resync, SequenceSet
from reference_server.protocol.responses import Atom, Code, Condition, Data, Response
from reference_server.session.outcome import Bad
from reference_server.session.uid_sets import uid_set, union
from reference_server.session.view import View

if TYPE_CHECKING:
    from reference_server.session.session import Session


def start_condstore(session: Session) -> Iterator[Response]:
    """A CONDSTORE enabling command: the first tells HIGHESTMODSEQ of the selected mailbox (3.1)."""
    if "CONDSTORE" in session.enabled:
        return
    if session.view is not None:
        session.view.use_modseqs()
    session.enabled |= {"CONDSTORE"}
    if session.view is not None:
        yield Condition("OK", "highest mod-sequence", highest_modseq(session.view))


def require_qresync(session: Session) -> None:
    """Raise Bad for a client that has not enabled QRESYNC (3.2.3)."""
    if "QRESYNC" not in session.enabled:
        raise Bad("QRESYNC is not enabled")


def highest_modseq(view: View) -> Code:
    """HIGHESTMODSEQ, true of what the client will have been told at the end of the command."""
    return Code("HIGHESTMODSEQ", (view.highest_modseq,))


def changed_since(view: View, uids: Sequence[int], modseq: int) -> list[int]:
    """Those of these messages that have a greater mod-sequence."""
    modseqs = view.modseqs or {}
    return [uid for uid in uids if modseqs[uid] > modseq]


def vanished_earlier(
    view: View, modseq: int, uids: SequenceSet | None, above: int = 0
) -> Iterator[Response]:
    """The removals of messages among ``uids`` (None: all) that the view never had (3.2.10.1).

    Those that it has are news like others. ``*`` is the greatest UID, be the message there or not.
    """
    present = set(view.uids)
    expunged = [
        uid for uid in view.mailbox.expunged_since(modseq) if uid > above and uid not in present
    ]
    if uids is not None:
        greatest = max([*expunged[-1:], *view.uids[-1:]], default=0)
        expunged = [expunged[index] for index in union(_spans(expunged, uids, greatest))]
    if expunged:
        yield Data("VANISHED", ((Atom(b"EARLIER"),), uid_set(expunged)))


def _spans(uids: Sequence[int], wanted: SequenceSet, greatest: int) -> list[tuple[int, int]]:
    spans = []
    for ends in wanted.ranges:
        first, last = sorted(greatest if end is None else end for end in ends)
        spans.append((bisect_left(uids, first), bisect_right(uids, last)))
    return spans


def resynchronize(view: View, known: Resync) -> Iterator[Response]:
    """What changed since the client knew the mailbox (3.2.5)."""
    if known.uid_validity != view.uid_validity:
        return
    yield from vanished_earlier(view, known.modseq, known.uids, _greatest_match(view, known))
    uids: Sequence[int] = view.uids
    if known.uids is not None:
        uids = [uids[position] for position in view.positions(known.uids, uid=True)]
    uids = [uid for uid in uids if uid not in view.vanished]
    uids = changed_since(view, uids, known.modseq)
    if uids:
        view.told(uids, {"FLAGS", "MODSEQ"})
        yield view.flag_table(uids)


def _greatest_match(view: View, known: Resync) -> int:
    """The client knows all removals up to this UID: it has the sequence number it had (3.2.5.2)."""
    if known.matches is None:
        return 0
    greatest = 0
    for number, uid in zip(*map(_numbers, known.matches), strict=True):
        if number > len(view.uids):
            break
        if view.uids[number - 1] == uid:
            greatest = uid
    return greatest


def _numbers(ascending: SequenceSet) -> Iterator[int]:
    return chain.from_iterable(
        range(low, high + 1) for low, high in ascending.ranges if low and high
    )

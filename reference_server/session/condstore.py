"""CONDSTORE and QRESYNC (RFC 7162): what the commands have in common."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import chain
from typing import TYPE_CHECKING

from reference_server.protocol.commands import Resync, SequenceSet
from reference_server.protocol.responses import Atom, Code, Condition, Data, Response
from reference_server.session.outcome import Bad
from reference_server.session.uid_sets import Span, common, gaps, runs, span_set
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

    Those that it has are reported like others. If ``modseq`` is older than what is known of
    removals, that is every UID that the client can know and no message has (3.2.6). ``*`` is the
    greatest UID, be the message there or not.
    """
    removed = view.mailbox.expunged_since(modseq)
    if removed is None:
        spans = gaps(view.flags, view.uid_next)  # with those that wait to be reported as new
    else:
        present = set(view.uids)
        spans = runs(uid for uid in removed if uid < view.uid_next and uid not in present)
    spans = common(spans, [(above + 1, view.uid_next)])
    if uids is not None:
        greatest = max([*(last for _, last in spans[-1:]), *view.uids[-1:]], default=0)
        spans = common(spans, (_span(ends, greatest) for ends in uids.ranges))
    if spans:
        yield Data("VANISHED", ((Atom(b"EARLIER"),), span_set(spans)))


def _span(ends: tuple[int | None, int | None], greatest: int) -> Span:
    first, last = sorted(greatest if end is None else end for end in ends)
    return first, last


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

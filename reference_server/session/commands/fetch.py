"""FETCH (RFC 3501, 6.4.5) and UID FETCH."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import TYPE_CHECKING, Any

from reference_server.protocol.commands import Fetch, FetchItem
from reference_server.protocol.dates import format_date_time
from reference_server.protocol.responses import FetchTable
from reference_server.session.condstore import (
    changed_since,
    require_qresync,
    start_condstore,
    vanished_earlier,
)
from reference_server.session.fetching import COLUMNS, Counter, fetch_texts
from reference_server.session.fetching_binary import BINARY, fetchable
from reference_server.session.outcome import No, Steps
from reference_server.session.texts import Text
from reference_server.session.view import View

if TYPE_CHECKING:
    from reference_server.session.session import Session

_SMALL = {"FLAGS", "UID", "MODSEQ", *COLUMNS}
_UID, _MODSEQ = FetchItem("UID"), FetchItem("MODSEQ")
_BATCH = 500  # rows


def fetch(session: Session, command: Fetch) -> Steps:
    """Messages, or what is known of them; reading a text sets \\Seen.

    A number stands for its message until EXPUNGE is sent, even if another session has removed it
    (RFC 2180, 4.1.1); a UID does not.
    """
    view = session.selected
    if command.vanished:
        require_qresync(session)
    positions = view.positions(command.messages, uid=command.uid)
    items = tuple(dict.fromkeys(command.items))
    if command.uid and _UID not in items:
        items = (_UID, *items)
    if command.changed_since is not None and _MODSEQ not in items:
        items = (*items, _MODSEQ)
    if _MODSEQ in items:
        yield from start_condstore(session)
    uids = [view.uids[position] for position in positions]
    if command.uid and view.vanished:
        uids = [uid for uid in uids if uid not in view.vanished]
    if command.changed_since is not None:
        uids = changed_since(view, uids, command.changed_since)
        if command.vanished:
            yield from vanished_earlier(view, command.changed_since, command.messages)
    unfetchable = None
    if any(item.name in BINARY for item in items):
        uids, unfetchable = fetchable(view, uids, items)
    yield from view.announce_flags()
    found = Counter()
    if all(item.name in _SMALL for item in items):
        names = tuple(item.name.encode("ascii") for item in items)
        yield FetchTable(names, _small_rows(view, uids, items, found))
    else:
        yield from fetch_texts(view, uids, items, found)
    if unfetchable is not None:
        raise unfetchable
    if found.messages < len(uids) and not command.uid:
        raise No(Text.MESSAGES_GONE, "EXPUNGEISSUED")
    return None


def _small_rows(
    view: View, uids: Sequence[int], items: Sequence[FetchItem], found: Counter
) -> Iterator[tuple[int | bytes, ...]]:
    """A row a message: its number, then a value an item. Worked out a column at a time."""
    names = [item.name for item in items]
    columns = [COLUMNS[name] for name in names if name in COLUMNS]
    view.told(uids, names)
    batches: Iterable[Sequence[tuple[Any, ...]]]
    if columns:
        batches = view.mailbox.batches(uids, columns)
    else:
        batches = (
            [(uid,) for uid in uids[start : start + _BATCH]]
            for start in range(0, len(uids), _BATCH)
        )
    for batch in filter(None, batches):
        found.messages += len(batch)
        values = dict(zip(("UID", *columns), zip(*batch, strict=True), strict=True))
        present = values["UID"]
        cells: list[Iterable[int | bytes]] = [map(view.number, present)]
        for name in names:
            if name == "FLAGS":
                cells.append(map(view.flag_list, present))
            elif name == "MODSEQ":
                cells.append(map(view.modseq_list, present))
            elif name == "INTERNALDATE":
                cells.append(map(format_date_time, values["internal_date"]))
            else:
                cells.append(values[COLUMNS.get(name, name)])
        yield from zip(*cells, strict=True)

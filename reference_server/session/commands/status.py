"""STATUS (RFC 3501, 6.3.10)."""

from __future__ import annotations

from operator import attrgetter
from typing import TYPE_CHECKING

from reference_server.protocol.commands import Status
from reference_server.protocol.responses import Atom, Data, Value
from reference_server.session.mailbox_names import from_wire, to_wire
from reference_server.session.outcome import Steps

if TYPE_CHECKING:
    from reference_server.session.session import Session

ITEMS = {
    "MESSAGES": attrgetter("messages"),
    "RECENT": attrgetter("recent"),
    "UIDNEXT": attrgetter("uid_next"),
    "UIDVALIDITY": attrgetter("uid_validity"),
    "UNSEEN": attrgetter("unseen"),
}


def status(session: Session, command: Status) -> Steps:
    """The counts of a mailbox, without selecting it."""
    name = from_wire(session, command.mailbox)
    counts = session.account.status(name)
    values: list[Value] = []
    for item in command.items:
        values += (Atom(item.encode("ascii")), ITEMS[item](counts))
    yield Data("STATUS", (to_wire(session, name), tuple(values)))
    return None

"""STATUS (RFC 3501, 6.3.10; RFC 9051, 6.3.11), with SIZE (RFC 8438), APPENDLIMIT (RFC 7889)."""

from __future__ import annotations

from operator import attrgetter
from typing import TYPE_CHECKING

from reference_server.protocol.commands import Status
from reference_server.protocol.responses import Atom, Data, Value
from reference_server.session.condstore import start_condstore
from reference_server.session.mailbox_names import from_wire, to_wire
from reference_server.session.outcome import Bad, Steps

if TYPE_CHECKING:
    from reference_server.session.session import Session

ITEMS = {
    "MESSAGES": attrgetter("messages"),
    "RECENT": attrgetter("recent"),
    "UIDNEXT": attrgetter("uid_next"),
    "UIDVALIDITY": attrgetter("uid_validity"),
    "UNSEEN": attrgetter("unseen"),
    "DELETED": attrgetter("deleted"),
    "SIZE": attrgetter("size"),
    "HIGHESTMODSEQ": attrgetter("highest_modseq"),
}


def status(session: Session, command: Status) -> Steps:
    """The counts of a mailbox, without selecting it."""
    refuse_items(session, command.items)
    if "HIGHESTMODSEQ" in command.items:
        yield from start_condstore(session)
    yield status_data(session, from_wire(session, command.mailbox), command.items)
    return None


def refuse_items(session: Session, items: tuple[str, ...]) -> None:
    """Raise Bad for an item that the session's revision of IMAP does not have."""
    other = "RECENT" if session.revision2 else "DELETED"
    if other in items:
        raise Bad(f"not in IMAP4rev{2 if session.revision2 else 1}: {other}")


def status_data(session: Session, name: str, items: tuple[str, ...]) -> Data:
    """The STATUS response for a mailbox. Raises MailboxMissing."""
    counts = session.account.status(name)
    values: list[Value] = []
    for item in items:
        limit = session.service.limits.append  # of any mailbox
        value = limit if item == "APPENDLIMIT" else ITEMS[item](counts)
        values += (Atom(item.encode("ascii")), value)
    return Data("STATUS", (to_wire(session, name), tuple(values)))

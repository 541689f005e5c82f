"""COPY (RFC 3501, 6.4.7) and UID COPY, with COPYUID (RFC 4315)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from reference_server.protocol.commands import Copy
from reference_server.protocol.responses import Code
from reference_server.session.mailbox_names import from_wire
from reference_server.session.outcome import Done, No
from reference_server.session.uid_sets import uid_set
from reference_server.storage import MailboxMissing, MessageMissing

if TYPE_CHECKING:
    from reference_server.session.session import Session


def copy(session: Session, command: Copy) -> Done:
    """Copy messages to the end of a mailbox: all of them, or none."""
    view = session.selected
    positions = view.positions(command.messages, uid=command.uid)
    uids = [view.uids[position] for position in positions]
    if command.uid:
        # A UID that does not exist is ignored (6.4.8).
        uids = [uid for uid in uids if uid not in view.vanished]
    destination = from_wire(session, command.mailbox)
    try:
        if not uids:
            session.account.mailbox(destination)
            return Done()
        copied = view.mailbox.copy(uids, destination)
    except MailboxMissing as missing:
        raise No(missing.explanation, "TRYCREATE") from None
    except MessageMissing:
        raise No("some of the messages are no longer there", "EXPUNGEISSUED") from None
    values = (copied.uid_validity, uid_set(copied.sources), uid_set(copied.targets))
    return Done(code=Code("COPYUID", values))

"""APPEND (RFC 3501, 6.3.11) with APPENDUID (RFC 4315)."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING

from reference_server.message import digest
from reference_server.protocol.commands import Append
from reference_server.protocol.responses import Code
from reference_server.session.mailbox_names import from_wire
from reference_server.session.outcome import Done, No
from reference_server.session.uid_sets import uid_set
from reference_server.storage import MailboxMissing, NewMessage

if TYPE_CHECKING:
    from reference_server.session.session import Session


def append(session: Session, command: Append) -> Done:
    """Put a message into a mailbox."""
    message = NewMessage(
        octets=command.message,
        digest=digest(command.message),
        flags=frozenset(command.flags),
        internal_date=command.internal_date or datetime.now().astimezone(),
    )
    name = from_wire(session, command.mailbox)
    try:
        appended = session.account.append(name, [message])
    except MailboxMissing as missing:
        raise No(missing.explanation, "TRYCREATE") from None
    return Done(code=Code("APPENDUID", (appended.uid_validity, uid_set(appended.uids))))

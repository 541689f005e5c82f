"""APPEND (RFC 3501, 6.3.11) with APPENDUID (RFC 4315), of binary content too (RFC 3516)."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING

from reference_server.message import UnknownEncodingError, encode_binary
from reference_server.protocol.commands import Append, Octets
from reference_server.protocol.responses import Code
from reference_server.session.mailbox_names import from_wire, no_destination
from reference_server.session.outcome import Done, No
from reference_server.session.uid_sets import uid_set
from reference_server.storage import MailboxMissing, NewMessage

if TYPE_CHECKING:
    from reference_server.session.session import Session


def append(session: Session, command: Append) -> Done:
    """Put a message into a mailbox."""
    octets = _without_nul(session, command.message) if command.binary else command.message
    message = NewMessage(
        octets=octets,
        flags=frozenset(command.flags),
        internal_date=command.internal_date or datetime.now().astimezone(),
    )
    name = from_wire(session, command.mailbox)
    try:
        appended = session.account.append(name, [message])
    except MailboxMissing:
        raise no_destination(name) from None
    return Done(code=Code("APPENDUID", (appended.uid_validity, uid_set(appended.uids))))


def _without_nul(session: Session, message: Octets) -> Octets:
    """The message as BODY[] can give it (RFC 3516, 6): unchanged, unless NUL is in it."""
    if message.find(b"\0") < 0:
        return message
    try:
        chunks = encode_binary(message)
    except UnknownEncodingError:
        raise No("NUL stands elsewhere than in a part that is BINARY", "UNKNOWN-CTE") from None
    spool = session.service.open_spool(len(message))
    for chunk in chunks:
        spool.write(chunk)
    return spool.finish()

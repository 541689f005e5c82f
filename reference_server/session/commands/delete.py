"""DELETE (RFC 3501, 6.3.4)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from reference_server.protocol.commands import Delete
from reference_server.session.mailbox_names import from_wire

if TYPE_CHECKING:
    from reference_server.session.session import Session


def delete(session: Session, command: Delete) -> None:
    """Remove a mailbox with its messages; its inferiors stay."""
    session.account.delete(from_wire(session, command.mailbox))

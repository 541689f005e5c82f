"""CREATE (RFC 3501, 6.3.3)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from reference_server.protocol.commands import Create
from reference_server.session.mailbox_names import from_wire

if TYPE_CHECKING:
    from reference_server.session.session import Session


def create(session: Session, command: Create) -> None:
    """Create a mailbox and the superior names that are missing."""
    session.account.create(from_wire(session, command.mailbox))

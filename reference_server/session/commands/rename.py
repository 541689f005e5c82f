"""RENAME (RFC 3501, 6.3.5)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from reference_server.protocol.commands import Rename
from reference_server.session.mailbox_names import from_wire

if TYPE_CHECKING:
    from reference_server.session.session import Session


def rename(session: Session, command: Rename) -> None:
    """Rename a mailbox with its inferiors; of INBOX, only the messages move."""
    session.account.rename(
        from_wire(session, command.mailbox), from_wire(session, command.new_name)
    )

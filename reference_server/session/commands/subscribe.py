"""SUBSCRIBE (RFC 3501, 6.3.6) and UNSUBSCRIBE (6.3.7)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from reference_server.protocol.commands import Subscribe, Unsubscribe
from reference_server.session.mailbox_names import from_wire

if TYPE_CHECKING:
    from reference_server.session.session import Session


def subscribe(session: Session, command: Subscribe) -> None:
    """Subscribe to a name, whether it exists or not."""
    session.account.subscribe(from_wire(session, command.mailbox))


def unsubscribe(session: Session, command: Unsubscribe) -> None:
    """Give up a subscription; there need not be one."""
    session.account.unsubscribe(from_wire(session, command.mailbox))

"""LOGOUT (RFC 3501, 6.1.3)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from reference_server.protocol.commands import Logout
from reference_server.session.outcome import Steps
from reference_server.session.texts import Text

if TYPE_CHECKING:
    from reference_server.session.session import Session


def logout(session: Session, _command: Logout) -> Steps:
    """Say BYE; the connection ends after the tagged response."""
    yield session.bye(Text.BYE_LOGOUT)
    session.ended = True
    return None

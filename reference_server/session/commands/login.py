"""LOGIN (RFC 3501, 6.2.3)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from reference_server.protocol.commands import Login
from reference_server.session.logging_in import log_in, require_privacy
from reference_server.session.outcome import Done

if TYPE_CHECKING:
    from reference_server.session.session import Session


def login(session: Session, command: Login) -> Done:
    """Log in with user name and password in plain text."""
    require_privacy(session)
    return log_in(session, "LOGIN", command.user, command.password)

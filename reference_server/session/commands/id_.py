"""ID (RFC 2971)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from reference_server.protocol.commands import Id
from reference_server.protocol.responses import Data
from reference_server.session.outcome import Steps

if TYPE_CHECKING:
    from reference_server.session.session import Session


def id_(session: Session, _command: Id) -> Steps:
    """Say what this server is; what the client says of itself has no effect (section 3)."""
    words = [word.encode("ascii") for pair in session.service.identification for word in pair]
    yield Data("ID", (tuple(words),))
    return None

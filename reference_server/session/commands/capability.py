"""CAPABILITY (RFC 3501, 6.1.1)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from reference_server.protocol.commands import Capability
from reference_server.protocol.responses import Data
from reference_server.session.capabilities import capabilities
from reference_server.session.outcome import Steps

if TYPE_CHECKING:
    from reference_server.session.session import Session


def capability(session: Session, _command: Capability) -> Steps:
    """List the capabilities of the present state."""
    yield Data("CAPABILITY", capabilities(session))
    return None

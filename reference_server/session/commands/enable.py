"""ENABLE (RFC 5161; RFC 9051, 6.3.1)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from reference_server.protocol.commands import Enable
from reference_server.protocol.responses import Data
from reference_server.session.capabilities import to_enable
from reference_server.session.outcome import Steps

if TYPE_CHECKING:
    from reference_server.session.session import Session


def enable(session: Session, command: Enable) -> Steps:
    """Put extensions into use until the connection ends; names that mean nothing are ignored.

    The response shows what this very command enabled.
    """
    offered = to_enable(session)
    fresh = [
        name
        for name in dict.fromkeys(command.names)
        if name in offered and name not in session.enabled
    ]
    session.enabled |= frozenset(fresh)
    if "QRESYNC" in session.enabled:  # it has all that CONDSTORE has (RFC 7162, 3.2.3)
        session.enabled |= {"CONDSTORE"}
    yield Data("ENABLED", tuple(offered[name] for name in fresh))
    return None

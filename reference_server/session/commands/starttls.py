"""STARTTLS (RFC 3501, 6.2.1)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from reference_server.protocol.commands import StartTls
from reference_server.session.capabilities import tls_offered
from reference_server.session.outcome import Bad, Done

if TYPE_CHECKING:
    from reference_server.session.session import Session


def starttls(session: Session, _command: StartTls) -> Done:
    """Negotiate TLS right after the tagged OK."""
    if not tls_offered(session):
        raise Bad("TLS is on already" if session.channel.secure else "TLS is not available")
    return Done("begin TLS negotiation now", after=session.start_tls)

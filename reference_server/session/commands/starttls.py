"""STARTTLS (RFC 3501, 6.2.1)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from reference_server.protocol.commands import StartTls
from reference_server.session.capabilities import tls_offered
from reference_server.session.outcome import Bad, Done
from reference_server.session.texts import Text

if TYPE_CHECKING:
    from reference_server.session.session import Session


def starttls(session: Session, _command: StartTls) -> Done:
    """Negotiate TLS right after the tagged OK."""
    if not tls_offered(session):
        raise Bad(Text.TLS_ON_ALREADY if session.channel.secure else Text.TLS_UNAVAILABLE)
    return Done(Text.STARTTLS, after=session.start_tls)

"""What CAPABILITY lists, in each state (RFC 3501, 6.1.1, 6.2.1, 7.2.1)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from reference_server.protocol.responses import Atom

if TYPE_CHECKING:
    from reference_server.session.session import Session

_ALWAYS = (b"IMAP4rev1", b"LITERAL+", b"UIDPLUS", b"IDLE", b"NAMESPACE", b"UNSELECT")
_LOGIN = (b"SASL-IR", b"AUTH=PLAIN", b"AUTH=LOGIN")


def tls_offered(session: Session) -> bool:
    """Whether STARTTLS can be given now."""
    service, channel = session.service, session.channel
    return service.tls_available and not channel.secure and session.identity is None


def login_disabled(session: Session) -> bool:
    """Whether the client has to start TLS before it may log in."""
    return session.service.force_tls and not session.channel.secure


def capabilities(session: Session) -> tuple[Atom, ...]:
    """The capabilities in the present state."""
    names = list(_ALWAYS)
    if session.identity is None:
        if tls_offered(session):
            names.append(b"STARTTLS")
        names += (b"LOGINDISABLED",) if login_disabled(session) else _LOGIN
    return tuple(map(Atom, names))

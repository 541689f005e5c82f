"""What CAPABILITY lists, in each state (RFC 3501, 6.1.1, 6.2.1, 7.2.1; RFC 9051, 6.1.1)."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from reference_server.protocol.responses import Atom

if TYPE_CHECKING:
    from reference_server.session.session import Session

Offered = Callable[["Session"], bool]


def tls_offered(session: Session) -> bool:
    """Whether STARTTLS can be given now."""
    service, channel = session.service, session.channel
    return service.tls_available and not channel.secure and session.identity is None


def login_disabled(session: Session) -> bool:
    """Whether the client has to start TLS before it may log in."""
    return session.service.force_tls and not session.channel.secure


def _always(_session: Session) -> bool:
    return True


def _revision2(session: Session) -> bool:
    return session.offers_revision2


def _identified(session: Session) -> bool:
    return bool(session.service.identification)


def _before_login(session: Session) -> bool:
    return session.identity is None


def _login_disabled(session: Session) -> bool:
    return _before_login(session) and login_disabled(session)


def _login_possible(session: Session) -> bool:
    return _before_login(session) and not login_disabled(session)


# Every capability, and when it is offered; in the order in which it is listed.
_TABLE: tuple[tuple[bytes, Offered], ...] = (
    (b"IMAP4rev1", _always),
    (b"XLIST", _always),
    (b"SPECIAL-USE", _always),
    (b"UNSELECT", _always),
    (b"UIDPLUS", _always),
    (b"IDLE", _always),
    (b"LITERAL+", _always),
    (b"ENABLE", _always),
    (b"MOVE", _always),
    (b"ESEARCH", _always),
    (b"SEARCHRES", _always),
    (b"CONDSTORE", _always),
    (b"QRESYNC", _always),
    (b"LIST-EXTENDED", _always),
    (b"LIST-STATUS", _always),
    (b"STATUS=SIZE", _always),
    (b"NAMESPACE", _always),
    (b"BINARY", _always),
    (b"CREATE-SPECIAL-USE", _always),
    (b"APPENDLIMIT=%d", _always),  # the server's limit
    (b"IMAP4rev2", _revision2),
    (b"STARTTLS", tls_offered),
    (b"LOGINDISABLED", _login_disabled),
    (b"SASL-IR", _login_possible),
    (b"AUTH=PLAIN", _login_possible),
    (b"AUTH=LOGIN", _login_possible),
    (b"ID", _identified),
)

# What ENABLE puts into use, and when it may (RFC 5161).
_TO_ENABLE: tuple[tuple[bytes, Offered], ...] = (
    (b"IMAP4rev2", _revision2),
    (b"CONDSTORE", _always),
    (b"QRESYNC", _always),
)


def capabilities(session: Session) -> tuple[Atom, ...]:
    """The capabilities in the present state."""
    limit = b"%d" % session.service.limits.append
    return tuple(Atom(name.replace(b"%d", limit)) for name, offered in _TABLE if offered(session))


def to_enable(session: Session) -> dict[str, Atom]:
    """What ENABLE can put into use in this session, by its name in upper case."""
    return {
        name.decode("ascii").upper(): Atom(name) for name, offered in _TO_ENABLE if offered(session)
    }

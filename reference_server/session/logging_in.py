"""What LOGIN and AUTHENTICATE have in common."""

from __future__ import annotations

import logging
import re
from typing import TYPE_CHECKING

from reference_server.protocol.responses import Code
from reference_server.session.capabilities import capabilities, login_disabled
from reference_server.session.outcome import Done, No

if TYPE_CHECKING:
    from reference_server.session.session import Session

logger = logging.getLogger(__name__)


def require_privacy(session: Session) -> None:
    """Raise No where the client has to start TLS first (LOGINDISABLED, 6.2.3)."""
    if login_disabled(session):
        raise No("use STARTTLS first", "PRIVACYREQUIRED")


def log_in(
    session: Session, method: str, user: bytes, password: bytes, authorization: bytes = b""
) -> Done:
    """Enter the authenticated state, or raise No: late, and in the same words for any reason."""
    try:
        identity = session.service.directory.authenticate(
            user.decode("utf-8"), password.decode("utf-8"), authorization.decode("utf-8")
        )
    except UnicodeDecodeError:
        identity = None  # no account has such a name or password
    if identity is None:
        # The form that log watchers such as fail2ban look for.
        peer, name = session.channel.peer, _printable(user)
        logger.warning("rhost=[%s] user=%s method=%s login rejected: failed", peer, name, method)
        session.pause(session.service.auth_fail_delay)
        raise No("authentication failed", "AUTHENTICATIONFAILED")
    session.log_in(identity)
    actor, mailbox = identity.actor.address, identity.mailbox.address
    logger.info("rhost=[%s] user=%s mailbox=%s logged in", session.channel.peer, actor, mailbox)
    return Done("logged in", Code("CAPABILITY", capabilities(session)))


def _printable(user: bytes) -> str:
    """A user name that cannot forge a log line."""
    return re.sub(r"[^\x21-\x7e]", "?", user.decode("utf-8", "replace"))[:256] or "-"

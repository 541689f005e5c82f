"""What LOGIN and AUTHENTICATE have in common."""

from __future__ import annotations

import logging
import re
from functools import partial
from typing import TYPE_CHECKING

from reference_server.accounts import Verdict
from reference_server.config.levels import NOTICE
from reference_server.protocol.responses import Code
from reference_server.session.capabilities import capabilities, login_disabled
from reference_server.session.outcome import Done, No
from reference_server.session.texts import Text

if TYPE_CHECKING:
    from reference_server.session.session import Session

logger = logging.getLogger(__name__)


def require_privacy(session: Session) -> None:
    """Raise No where the client has to start TLS first (LOGINDISABLED, 6.2.3)."""
    if login_disabled(session):
        raise No(Text.LOGIN_WITHOUT_TLS, "PRIVACYREQUIRED")


def log_in(
    session: Session, method: str, user: bytes, password: bytes, authorization: bytes = b""
) -> Done:
    """Enter the authenticated state, or raise No: late, and in the same words for any reason."""
    directory = session.service.directory
    # Octets that are not UTF-8 become surrogates, which no account has: counted as any other.
    name, key, target = (
        octets.decode("utf-8", "surrogateescape") for octets in (user, password, authorization)
    )
    identity = directory.authenticate(name, key, target)
    actor, _, mailbox = name.partition("!")
    account = directory.account(actor) if identity is None else identity.actor
    verdict = session.service.throttle.judge(actor, account, identity is not None)
    if identity is None or verdict is not Verdict.ADMITTED:
        # The form that log watchers such as fail2ban look for.
        logger.warning(
            "rhost=[%s] user=%s%s method=%s login rejected: %s",
            session.channel.peer,
            _printable(actor),
            _mailbox(mailbox or target),
            method,
            verdict.value,
        )
        session.pause(session.service.auth_fail_delay)
        # BYE comes after the answer, so that the client sees why.
        after = partial(session.end, Text.BYE_BLOCKED) if verdict.closes else None
        raise No(Text.LOGIN_FAILED, "AUTHENTICATIONFAILED", after)
    session.log_in(identity)
    own = identity.mailbox is identity.actor
    logger.log(
        logging.INFO if own else NOTICE,  # who looks into another's mailbox is worth knowing
        "rhost=[%s] user=%s%s method=%s logged in",
        session.channel.peer,
        identity.actor.address,
        "" if own else _mailbox(identity.mailbox.address),
        method,
    )
    return Done(Text.LOGGED_IN, Code("CAPABILITY", capabilities(session)))


def _mailbox(name: str) -> str:
    return f" mailbox={_printable(name)}" if name else ""


def _printable(name: str) -> str:
    """A name that cannot forge a log line."""
    return re.sub(r"[^\x21-\x7e]", "?", name)[:256] or "-"

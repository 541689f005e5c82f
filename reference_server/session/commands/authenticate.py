"""AUTHENTICATE (RFC 3501, 6.2.2) with an initial response (RFC 4959)."""

from __future__ import annotations

import base64
import binascii
from collections.abc import Callable, Generator
from typing import TYPE_CHECKING, NamedTuple

from reference_server.protocol.commands import Authenticate
from reference_server.protocol.responses import Continuation
from reference_server.session.logging_in import log_in, require_privacy
from reference_server.session.outcome import Bad, No, Steps
from reference_server.session.texts import Text

if TYPE_CHECKING:
    from reference_server.session.session import Session


class Credentials(NamedTuple):
    user: bytes
    password: bytes
    authorization: bytes = b""


Exchange = Generator[bytes, bytes, Credentials]
"""A SASL exchange: challenges out, answers in, both decoded."""


def _plain() -> Exchange:
    """PLAIN (RFC 4616): authorization identity, user name and password in one answer."""
    answer = yield b""
    fields = answer.split(b"\0")
    if len(fields) != 3 or not fields[1] or not fields[2]:
        raise Bad("not of the form [authorization identity] NUL user name NUL password")
    authorization, user, password = fields
    return Credentials(user, password, authorization)


def _login() -> Exchange:
    """LOGIN: two questions. It has no registration; this is what all clients expect.

    Some, GSASL's among them, send the user name as the initial response.
    """
    user = yield b"Username:"
    password = yield b"Password:"
    return Credentials(user, password)


MECHANISMS: dict[str, Callable[[], Exchange]] = {"PLAIN": _plain, "LOGIN": _login}
"""The first step of each. An initial response answers the first challenge, which is not sent."""


def authenticate(session: Session, command: Authenticate) -> Steps:
    """Go through the exchange of the mechanism."""
    begin = MECHANISMS.get(command.mechanism)
    if begin is None:
        raise No(Text.MECHANISM_UNKNOWN)
    require_privacy(session)
    initial = command.initial_response
    exchange = begin()
    challenge = next(exchange)
    while True:
        if initial is not None:
            line: bytes | None = b"" if initial == b"=" else initial
            initial = None
        else:
            yield Continuation(base64.b64encode(challenge).decode("ascii"))
            line = session.read_line()
        try:
            challenge = exchange.send(_decode(line or b""))
        except StopIteration as stop:
            credentials: Credentials = stop.value
            break
    return log_in(session, command.mechanism, *credentials)


def _decode(line: bytes) -> bytes:
    if line == b"*":
        raise Bad(Text.LOGIN_CANCELLED)
    try:
        return base64.b64decode(line, validate=True)
    except binascii.Error:
        raise Bad("not base64") from None

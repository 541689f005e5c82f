"""What imap_cmd_debug logs: commands and their results, without anything secret.

What may be shown is decided by the octets, not by the parsed command: most of the commands that
are worth a look are malformed. Before login a line may as well be an answer to AUTHENTICATE that
came at the wrong time, and its tag a password, so only the name is shown, and that only where it
is a command's.
"""

from __future__ import annotations

import logging
import re
from collections.abc import Callable
from typing import TYPE_CHECKING

from reference_server.protocol.characters import read_tag
from reference_server.protocol.framing import Frame
from reference_server.protocol.parser import COMMANDS
from reference_server.protocol.responses import Condition

if TYPE_CHECKING:
    from reference_server.session.session import Session

logger = logging.getLogger(__name__)

LONGEST = 1000  # octets shown of a command
HIDDEN = " ..."
_FAILED_ONLY = 1  # the value of imap_cmd_debug; 2 is every command
_NAME = re.compile(rb" ([A-Za-z]+)(?= |\Z)")
_LOGGING_IN = re.compile(rb"LOGIN|AUTHENTICATE", re.IGNORECASE)

Report = Callable[[Condition | None], None]


def begin(session: Session, frame: Frame | None) -> Report:
    """To be called before a command is carried out; the function returned takes its result.

    Without ``frame`` the command was refused before it was read; the result is ``None`` where
    the connection ended before there was one.
    """
    wanted = session.service.settings.imap_cmd_debug
    if not wanted:
        return _ignore
    if frame is None:
        shown = "(refused before it was read)"
    else:
        shown = show(frame, logged_in=session.identity is not None)

    def report(result: Condition | None) -> None:
        if wanted == _FAILED_ONLY and result is not None and result.kind == "OK":
            return
        user = session.identity.actor.address if session.identity else "-"
        logger.debug("user=%s command: %s result: %s", user, shown, _describe(result, shown))

    return report


def show(frame: Frame, *, logged_in: bool) -> str:
    """What may be seen of a command, in printable ASCII; literals as ``{size}``."""
    text = b"".join(p if isinstance(p, bytes) else b"{%d}" % len(p.octets) for p in frame.parts)
    tag = read_tag(text)
    name = _NAME.match(text, len(tag)) if tag else None
    if name is None or name[1].upper() not in COMMANDS:
        return "(no command)"
    if not logged_in:
        return name[1].decode("ascii") + HIDDEN * (name.end() < len(text))
    # Someone who logs in where it is not possible gives away a password as well.
    secret = _LOGGING_IN.search(text)
    end = min(LONGEST, secret.end() if secret else LONGEST)
    return text[:end].decode("ascii", "backslashreplace") + HIDDEN * (end < len(text))


def _describe(result: Condition | None, shown: str) -> str:
    if result is None:
        return "none, the connection ended"
    code = f" [{result.code.name}]" if result.code else ""
    # The text of a refusal may quote the command.
    text = "" if shown.endswith(HIDDEN) else f" {result.text}"
    return f"{result.kind}{code}{text}"


def _ignore(_result: Condition | None) -> None:
    pass

"""IDLE (RFC 2177)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from reference_server.protocol.commands import Idle
from reference_server.protocol.responses import Continuation
from reference_server.session.outcome import Bad, Steps

if TYPE_CHECKING:
    from reference_server.session.session import Session


def idle(session: Session, _command: Idle) -> Steps:
    """Tell of changes as they happen, until the client sends DONE."""
    yield Continuation("idling")
    with session.rousing() as wakeup:
        line = None
        while line is None:
            wakeup.clear()
            if session.view is not None:
                yield from session.view.tell(expunges=True)
            line = session.read_line(wakeup)
    if line.upper() != b"DONE":
        raise Bad("expected DONE")
    return None

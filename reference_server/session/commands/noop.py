"""NOOP (RFC 3501, 6.1.2) and CHECK (6.4.1)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from reference_server.protocol.commands import Check, Noop

if TYPE_CHECKING:
    from reference_server.session.session import Session


def noop(_session: Session, _command: Noop | Check) -> None:
    """Nothing: every command tells what is new, and storage needs no checkpoint."""

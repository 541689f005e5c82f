"""NAMESPACE (RFC 2342)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from reference_server.protocol.commands import Namespace
from reference_server.protocol.responses import Data
from reference_server.session.outcome import Steps

if TYPE_CHECKING:
    from reference_server.session.session import Session


def namespace(_session: Session, _command: Namespace) -> Steps:
    """One personal namespace, without a prefix; no other ones."""
    yield Data("NAMESPACE", (((b"", b"/"),), None, None))
    return None

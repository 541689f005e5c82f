"""CLOSE (RFC 3501, 6.4.2) and UNSELECT (RFC 3691)."""

from __future__ import annotations

from contextlib import suppress
from typing import TYPE_CHECKING

from reference_server.protocol.commands import Close, Unselect
from reference_server.storage import MailboxMissing

if TYPE_CHECKING:
    from reference_server.session.session import Session


def close(session: Session, _command: Close) -> None:
    """Remove what is marked as deleted, unless read-only, and leave the mailbox."""
    view = session.selected
    if not view.read_only:
        with suppress(MailboxMissing):  # another session deleted it
            view.mailbox.expunge(None, view)
    session.close_mailbox()


def unselect(session: Session, _command: Unselect) -> None:
    """Leave the mailbox, and remove nothing."""
    session.close_mailbox()

"""EXPUNGE (RFC 3501, 6.4.3) and UID EXPUNGE (RFC 4315), with HIGHESTMODSEQ (RFC 7162, 3.2.7)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from reference_server.protocol.commands import Expunge
from reference_server.session.condstore import highest_modseq
from reference_server.session.outcome import Done, No
from reference_server.session.texts import Text

if TYPE_CHECKING:
    from reference_server.session.session import Session


def expunge(session: Session, command: Expunge) -> Done | None:
    """Remove what is marked as deleted; the client is told with the other news."""
    view = session.selected
    if view.read_only:
        raise No(Text.READ_ONLY)
    uids = None
    if command.uids is not None:
        uids = [view.uids[position] for position in view.positions(command.uids, uid=True)]
    removed = view.mailbox.expunge(uids, view)
    if not removed or view.modseqs is None:
        return None
    view.refresh()
    return Done(code=highest_modseq(view))

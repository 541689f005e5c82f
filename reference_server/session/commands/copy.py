"""COPY (RFC 3501, 6.4.7) and MOVE (RFC 6851), by number and by UID, with COPYUID (RFC 4315)."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial
from typing import TYPE_CHECKING

from reference_server.protocol.commands import Copy, Move
from reference_server.protocol.responses import Code, Condition
from reference_server.session.condstore import highest_modseq
from reference_server.session.mailbox_names import from_wire, no_destination
from reference_server.session.outcome import Done, No, Steps
from reference_server.session.texts import Text
from reference_server.session.uid_sets import uid_set
from reference_server.session.view import View
from reference_server.storage import Copied, MailboxMissing, MessageMissing

if TYPE_CHECKING:
    from reference_server.session.session import Session


def copy(session: Session, command: Copy) -> Done:
    """Copy messages to the end of a mailbox: all of them, or none."""
    view = session.selected
    uids = _addressed(view, command)
    return Done(code=_transfer(session, command, uids, view.mailbox.copy))


def move(session: Session, command: Move) -> Steps:
    """Move messages to the end of a mailbox: all of them, or none.

    COPYUID comes before the removals are told (RFC 9051, 6.4.8), so it is not in the tagged OK.
    That has HIGHESTMODSEQ, whether the client asked for mod-sequences or not (RFC 6851, 4.4).
    """
    view = session.selected
    uids = _addressed(view, command)
    if view.read_only:
        raise No(Text.READ_ONLY)
    code = _transfer(session, command, uids, partial(view.mailbox.move, origin=view))
    if code is None:
        return None
    yield Condition("OK", "moved", code)
    view.refresh()
    return Done(code=highest_modseq(view))


def _addressed(view: View, command: Copy | Move) -> list[int]:
    """The UIDs. One that does not exist is ignored if the client named the UID (6.4.8)."""
    positions = view.positions(command.messages, uid=command.uid)
    uids = [view.uids[position] for position in positions]
    if command.uid:
        uids = [uid for uid in uids if uid not in view.vanished]
    return uids


def _transfer(
    session: Session,
    command: Copy | Move,
    uids: Sequence[int],
    transfer: Callable[[Sequence[int], str], Copied],
) -> Code | None:
    """COPYUID, or None where there was nothing to transfer. Raises No."""
    destination = from_wire(session, command.mailbox)
    copied = None
    try:
        while uids and copied is None:
            try:
                copied = transfer(uids, destination)
            except MessageMissing as error:
                if not command.uid:
                    raise No(Text.MESSAGES_GONE, "EXPUNGEISSUED") from None
                # Expunged by another session just now: as if they had never been there.
                uids = sorted(set(uids).difference(error.uids))
        if copied is None:
            session.account.mailbox(destination)
            return None
    except MailboxMissing:
        raise no_destination(destination) from None
    sources, targets = uid_set(copied.sources), uid_set(copied.targets)
    return Code("COPYUID", (copied.uid_validity, sources, targets))

"""STORE (RFC 3501, 6.4.6) and UID STORE."""

from __future__ import annotations

from typing import TYPE_CHECKING

from reference_server.protocol.commands import Store
from reference_server.protocol.responses import FetchTable
from reference_server.session.outcome import No, Steps

if TYPE_CHECKING:
    from reference_server.session.session import Session


def store(session: Session, command: Store) -> Steps:
    """Change flags, and show the new ones unless ``silent``."""
    view = session.selected
    positions = view.positions(command.messages, uid=command.uid)
    if view.read_only:
        raise No("the mailbox is read-only")
    uids = [view.uids[position] for position in positions]
    flags = frozenset(command.flags)
    result = view.mailbox.store_flags(uids, command.operation, flags, view)
    view.refresh()
    yield from view.announce_flags()
    if not command.silent and result.flags:
        view.flags_told(result.flags)
        number, flag_list = view.number, view.flag_list
        if command.uid:
            names: tuple[bytes, ...] = (b"UID", b"FLAGS")
            rows = [(number(uid), uid, flag_list(uid)) for uid in result.flags]
            yield FetchTable(names, rows)
        else:
            yield FetchTable((b"FLAGS",), [(number(uid), flag_list(uid)) for uid in result.flags])
    if result.missing and not command.uid:
        raise No("some of the messages are no longer there", "EXPUNGEISSUED")
    return None

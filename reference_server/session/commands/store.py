"""STORE (RFC 3501, 6.4.6) and UID STORE, conditional ones too (RFC 7162, 3.1.3)."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from reference_server.protocol.commands import Store
from reference_server.protocol.responses import Code, FetchTable
from reference_server.session.condstore import start_condstore
from reference_server.session.outcome import Done, No, Steps
from reference_server.session.texts import Text
from reference_server.session.uid_sets import uid_set
from reference_server.session.view import View
from reference_server.storage import DELETED, Condition, StoreResult

if TYPE_CHECKING:
    from reference_server.session.session import Session


def store(session: Session, command: Store) -> Steps:
    """Change flags, and show the new ones unless ``silent``.

    Messages that another session has removed are left out; only where the client would miss their
    flags it learns of that (RFC 2180, 4.2).
    """
    view = session.selected
    positions = view.positions(command.messages, uid=command.uid)
    if view.read_only:
        raise No(Text.READ_ONLY)
    condition = None
    uids = [view.uids[position] for position in positions]
    if command.unchanged_since is not None:
        yield from start_condstore(session)
        known = view.known_at(uids, command.unchanged_since)
        condition = Condition(command.unchanged_since, known)
    flags = frozenset(command.flags)
    result = view.mailbox.store_flags(uids, command.operation, flags, view, condition)
    if session.service.settings.imap_expunge_on_delete and _deletes(command):
        # STORE by number reports it with a later command (7.4.1).
        view.mailbox.expunge(tuple(result.flags), view if command.uid else None)
    view.refresh()
    yield from view.announce_flags()
    table = _table(view, command, result)
    if table is not None:
        yield table
    code = _modified(view, command, result.failed)
    if command.uid or command.silent or not result.missing:
        return Done(code=code)
    if code is not None or not result.flags:  # RFC 7162, 3.1.3, example 10; RFC 2180, 4.2.2
        raise No(Text.MESSAGES_GONE, code or "EXPUNGEISSUED")
    return Done(code=Code("EXPUNGEISSUED"))


def _deletes(command: Store) -> bool:
    """Whether it sets \\Deleted on the messages that it changes."""
    return command.operation != "remove" and DELETED in command.flags


def _table(view: View, command: Store, result: StoreResult) -> FetchTable | None:
    """The messages as they are now, as far as the client does not know.

    If it uses mod-sequences it does not know them, even where the command is silent.
    """
    if view.modseqs is not None:
        told = result.flags if command.unchanged_since is not None else result.changed
        if command.silent:
            return view.flag_table(told, flags=False) if told else None
        view.told(result.flags, {"FLAGS", "MODSEQ"})
        return view.flag_table(result.flags)
    if command.silent:
        return None
    view.told(result.flags, {"FLAGS"})
    number, flag_list = view.number, view.flag_list
    if command.uid:
        names: tuple[bytes, ...] = (b"UID", b"FLAGS")
        rows = [(number(uid), uid, flag_list(uid)) for uid in result.flags]
        return FetchTable(names, rows)
    return FetchTable((b"FLAGS",), [(number(uid), flag_list(uid)) for uid in result.flags])


def _modified(view: View, command: Store, failed: Sequence[int]) -> Code | None:
    """MODIFIED, if the condition did not hold of some messages, which the client is shown."""
    if not failed:
        return None
    view.tell_again(failed)
    numbers = failed if command.uid else [view.number(uid) for uid in failed]
    return Code("MODIFIED", (uid_set(numbers),))

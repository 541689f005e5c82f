"""SELECT (RFC 3501, 6.3.1; RFC 9051, 6.3.2) and EXAMINE, with the parameters of RFC 7162."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from reference_server.protocol.commands import Select
from reference_server.protocol.responses import (
    Atom,
    Code,
    Condition,
    Data,
    Numbered,
    Response,
    Value,
)
from reference_server.session.commands.list_ import list_data
from reference_server.session.condstore import require_qresync, resynchronize
from reference_server.session.flags import SYSTEM_FLAGS, flag_list
from reference_server.session.mailbox_names import from_wire
from reference_server.session.outcome import Done, Steps
from reference_server.session.texts import Text
from reference_server.session.view import View
from reference_server.storage import MAX_KEYWORDS

if TYPE_CHECKING:
    from reference_server.session.session import Session


def select(session: Session, command: Select) -> Steps:
    """Open a mailbox. If that fails, none is selected, whatever was before."""
    if command.resync is not None:
        require_qresync(session)
    if command.condstore:
        session.enabled |= {"CONDSTORE"}
    if session.view is not None:
        session.close_mailbox()
        yield Condition("OK", Text.MAILBOX_CLOSED, Code("CLOSED"))
    mailbox = session.account.mailbox(from_wire(session, command.mailbox))
    view = View(
        mailbox,
        read_only=command.read_only,
        revision2=session.revision2,
        condstore="CONDSTORE" in session.enabled,
        qresync="QRESYNC" in session.enabled,
    )
    session.view = view
    yield Data("FLAGS", (view.known_flags(),))
    yield Numbered(len(view.uids), "EXISTS")
    yield from _revision2(session, view) if session.revision2 else _revision1(view)
    yield _code("PERMANENTFLAGS", _permanent_flags(view), "flags that can be changed")
    yield _code("UIDNEXT", view.uid_next, "next UID")
    yield _code("UIDVALIDITY", view.uid_validity, "UIDs are valid")
    yield _code("HIGHESTMODSEQ", view.highest_modseq, "highest mod-sequence")
    if command.resync is not None:
        yield from resynchronize(view, command.resync)
    if command.read_only:
        return Done(f"EXAMINE {session.text(Text.COMPLETED)}", Code("READ-ONLY"))
    return Done(code=Code("READ-WRITE"))


def _revision1(view: View) -> Iterator[Response]:
    """What IMAP4rev2 has no more (RFC 9051, appendix E, 11 and 12)."""
    yield Numbered(view.count_recent(), "RECENT")
    unseen = view.first_unseen()
    if unseen is not None:
        yield _code("UNSEEN", unseen, "first unseen message")


def _revision2(session: Session, view: View) -> Iterator[Response]:
    """What is new in IMAP4rev2 (RFC 9051, appendix E, 10)."""
    for mailbox in session.account.mailboxes():
        if mailbox.name == view.mailbox.name:
            yield list_data(session, mailbox)


def _permanent_flags(view: View) -> tuple[Value, ...]:
    if view.read_only:
        return ()
    known = view.known_flags()
    keywords = [flag for flag in known if not flag.startswith(b"\\")]
    full = len(known) - len(SYSTEM_FLAGS) >= MAX_KEYWORDS
    return (*flag_list(SYSTEM_FLAGS), *keywords, *(() if full else (Atom(b"\\*"),)))


def _code(name: str, value: Value, text: str) -> Condition:
    return Condition("OK", text, Code(name, (value,)))

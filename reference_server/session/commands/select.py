"""SELECT (RFC 3501, 6.3.1) and EXAMINE (6.3.2)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from reference_server.protocol.commands import Select
from reference_server.protocol.responses import Atom, Code, Condition, Data, Numbered, Value
from reference_server.session.flags import SYSTEM_FLAGS, flag_list
from reference_server.session.mailbox_names import from_wire
from reference_server.session.outcome import Done, Steps
from reference_server.session.view import View

if TYPE_CHECKING:
    from reference_server.session.session import Session


def select(session: Session, command: Select) -> Steps:
    """Open a mailbox. If that fails, none is selected, whatever was before."""
    session.close_mailbox()
    mailbox = session.account.mailbox(from_wire(session, command.mailbox))
    view = session.view = View(mailbox, read_only=command.read_only)
    yield Data("FLAGS", (view.known_flags(),))
    yield Numbered(len(view.uids), "EXISTS")
    yield Numbered(view.count_recent(), "RECENT")
    unseen = view.first_unseen()
    if unseen is not None:
        yield _code("UNSEEN", unseen, "first unseen message")
    yield _code("PERMANENTFLAGS", _permanent_flags(view), "flags that can be changed")
    yield _code("UIDNEXT", view.uid_next, "next UID")
    yield _code("UIDVALIDITY", view.uid_validity, "UIDs are valid")
    if command.read_only:
        return Done("EXAMINE completed", Code("READ-ONLY"))
    return Done("SELECT completed", Code("READ-WRITE"))


def _permanent_flags(view: View) -> tuple[Value, ...]:
    if view.read_only:
        return ()
    keywords = [flag for flag in view.known_flags() if not flag.startswith(b"\\")]
    return (*flag_list(SYSTEM_FLAGS), *keywords, Atom(b"\\*"))


def _code(name: str, value: Value, text: str) -> Condition:
    return Condition("OK", text, Code(name, (value,)))

"""CREATE (RFC 3501, 6.3.3), with CREATE-SPECIAL-USE (RFC 6154, section 3)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from reference_server.protocol.commands import Create
from reference_server.session.mailbox_names import from_wire
from reference_server.session.outcome import No

if TYPE_CHECKING:
    from reference_server.session.session import Session

# Not \All and \Flagged: mailboxes that show what lies in others.
SPECIAL_USES = {
    use.lower(): use for use in ("\\Archive", "\\Drafts", "\\Junk", "\\Sent", "\\Trash")
}


def create(session: Session, command: Create) -> None:
    """Create a mailbox and the superior names that are missing.

    Several mailboxes may have the same special use, and a mailbox several uses.
    """
    unknown = [use for use in command.uses if use.lower() not in SPECIAL_USES]
    if unknown:
        raise No(f"special use not supported: {unknown[0]}", "USEATTR")
    uses = dict.fromkeys(SPECIAL_USES[use.lower()] for use in command.uses)
    session.account.create(from_wire(session, command.mailbox), tuple(uses))

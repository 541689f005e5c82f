"""LIST (RFC 3501, 6.3.8) and LSUB (6.3.9)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from reference_server.protocol.commands import List, Lsub
from reference_server.protocol.responses import Data
from reference_server.session.flags import flag_list
from reference_server.session.mailbox_names import to_wire
from reference_server.session.outcome import Steps
from reference_server.session.patterns import Pattern
from reference_server.storage import MailboxInfo

if TYPE_CHECKING:
    from reference_server.session.session import Session

DELIMITER = b"/"


def list_(session: Session, command: List) -> Steps:
    """The names that match; with an empty pattern, the delimiter and the root."""
    if not command.pattern:
        yield _data("LIST", ("\\Noselect",), b"")
        return None
    pattern = Pattern(command.reference + command.pattern)
    for mailbox in session.account.mailboxes():
        if pattern.matches(to_wire(session, mailbox.name)):
            yield list_data(session, mailbox)
    return None


def list_data(session: Session, mailbox: MailboxInfo) -> Data:
    """The LIST response for a mailbox, as SELECT also gives it."""
    attributes = () if mailbox.selectable else ("\\Noselect",)
    return _data("LIST", attributes, to_wire(session, mailbox.name))


def lsub(session: Session, command: Lsub) -> Steps:
    """The subscribed names that match.

    Where ``%`` stops at a name that is not subscribed but has subscribed inferiors, that name
    is shown with \\Noselect.
    """
    pattern = Pattern(command.reference + command.pattern)
    subscribed = [to_wire(session, name) for name in session.account.subscriptions()]
    found: dict[bytes, tuple[str, ...]] = {}
    for name in subscribed:
        if pattern.matches(name):
            found[name] = ()
        elif pattern.stops_at_delimiter:
            for superior in _superiors(name):
                if pattern.matches(superior):
                    found.setdefault(superior, ("\\Noselect",))
    found.update(dict.fromkeys(found.keys() & set(subscribed), ()))
    for name in sorted(found):
        yield _data("LSUB", found[name], name)
    return None


def _superiors(name: bytes) -> list[bytes]:
    levels = name.split(DELIMITER)
    return [DELIMITER.join(levels[:depth]) for depth in range(1, len(levels))]


def _data(response: str, attributes: tuple[str, ...], name: bytes) -> Data:
    return Data(response, (flag_list(attributes), DELIMITER, name))

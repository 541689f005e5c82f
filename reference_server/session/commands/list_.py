"""LIST (RFC 3501, 6.3.8; RFC 5258; RFC 9051, 6.3.9), XLIST and LSUB (RFC 3501, 6.3.9)."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Container, Iterable, Iterator, Mapping
from dataclasses import replace
from typing import TYPE_CHECKING

from reference_server.protocol.commands import List, Lsub, Xlist
from reference_server.protocol.responses import Data, Value
from reference_server.session.commands.status import refuse_items, status_data
from reference_server.session.condstore import start_condstore
from reference_server.session.flags import flag_list
from reference_server.session.mailbox_names import to_wire
from reference_server.session.outcome import No, Steps
from reference_server.session.patterns import Patterns
from reference_server.storage import MailboxInfo, MailboxMissing

if TYPE_CHECKING:
    from reference_server.session.session import Session

INBOX, DELIMITER = "INBOX", "/"
MAX_PATTERNS = 100  # of one command
CHILDINFO: tuple[Value, ...] = (b"CHILDINFO", (b"SUBSCRIBED",))


def list_(session: Session, command: List) -> Steps:
    """The names that match pattern and selection options, and what is to be known of them."""
    if len(command.patterns) > MAX_PATTERNS:
        raise No(f"more than {MAX_PATTERNS} patterns", "LIMIT")
    refuse_items(session, command.status)
    if "HIGHESTMODSEQ" in command.status:
        yield from start_condstore(session)
    yield from _entries(session, command)
    return None


def xlist(session: Session, command: Xlist) -> Steps:
    """LIST with special uses and children, and \\Inbox on INBOX, which no LIST shows."""
    shown = frozenset({"SPECIAL-USE", "CHILDREN", "XLIST"})
    as_list = List(command.tag, command.reference, (command.pattern,), returned=shown)
    for entry in _entries(session, as_list):
        yield replace(entry, name="XLIST")
    return None


def list_data(session: Session, mailbox: MailboxInfo) -> Data:
    """The LIST response for a mailbox, as SELECT also gives it."""
    attributes = _attributes(mailbox, _always_shown(session), mailbox.name, ())
    return _data("LIST", attributes, to_wire(session, mailbox.name))


def _entries(session: Session, command: List) -> Iterator[Data]:
    """The LIST and STATUS responses."""
    if not command.extended and command.patterns == (b"",):
        # A question for the delimiter and the root, in basic syntax only.
        yield _data("LIST", ("\\Noselect",), b"")
        return
    shown = command.selection | command.returned | _always_shown(session)
    mailboxes = {mailbox.name: mailbox for mailbox in session.account.mailboxes()}
    subscribed = frozenset(session.account.subscriptions() if "SUBSCRIBED" in shown else ())
    meant = frozenset(_select(command.selection, mailboxes, subscribed))
    inferiors = _inferiors(meant) if "RECURSIVEMATCH" in command.selection else {}

    names = sorted(meant | inferiors.keys(), key=lambda name: (name != INBOX, name))
    wires = {name: to_wire(session, name) for name in names}
    patterns = Patterns(
        (command.reference + pattern for pattern in command.patterns if pattern),
        longest=max(map(len, wires.values()), default=0),
    )
    matching = {name: wire for name, wire in wires.items() if patterns.matches(wire)}
    returned = matching.keys() & meant
    for name, wire in matching.items():
        below = inferiors.get(name, set())
        if name not in meant and below <= returned:
            continue  # CHILDINFO would tell nothing new
        mailbox = mailboxes.get(name)
        status = []
        if command.status and name in meant and mailbox is not None and mailbox.selectable:
            try:
                status.append(status_data(session, name, command.status))
            except MailboxMissing:
                mailbox = replace(mailbox, selectable=False)
        attributes = _attributes(mailbox, shown, name, subscribed)
        yield _data("LIST", attributes, wire, CHILDINFO if below else ())
        yield from status


def _select(
    selection: frozenset[str], mailboxes: Mapping[str, MailboxInfo], subscribed: frozenset[str]
) -> Iterable[str]:
    """The names that satisfy every selection option. No mailbox is remote."""
    names: Iterable[str] = subscribed if "SUBSCRIBED" in selection else mailboxes
    if "SPECIAL-USE" in selection:
        return [name for name in names if name in mailboxes and mailboxes[name].special_use]
    return names


def _inferiors(names: Iterable[str]) -> dict[str, set[str]]:
    """All superiors of these names, whether they exist or not, and which names are below them."""
    inferiors: dict[str, set[str]] = defaultdict(set)
    for name in names:
        levels = name.split(DELIMITER)
        for depth in range(1, len(levels)):
            inferiors[DELIMITER.join(levels[:depth])].add(name)
    return inferiors


def _always_shown(session: Session) -> frozenset[str]:
    """In IMAP4rev2 special uses are among the attributes of any LIST (RFC 9051, 7.3.1)."""
    return frozenset({"SPECIAL-USE"} if session.revision2 else ())


def _attributes(
    mailbox: MailboxInfo | None, shown: frozenset[str], name: str, subscribed: Container[str]
) -> Iterator[str]:
    """The attributes of a name (RFC 9051, 7.3.1); ``mailbox`` is None where there is none."""
    if mailbox is None:
        yield "\\NonExistent"
    elif not mailbox.selectable:
        yield "\\Noselect"
    if "SUBSCRIBED" in shown and name in subscribed:
        yield "\\Subscribed"
    if "CHILDREN" in shown:
        yield "\\HasChildren" if mailbox and mailbox.has_children else "\\HasNoChildren"
    if "SPECIAL-USE" in shown and mailbox:
        yield from mailbox.special_use
    if "XLIST" in shown and name == INBOX:
        yield "\\Inbox"


def lsub(session: Session, command: Lsub) -> Steps:
    """The subscribed names that match.

    Where ``%`` stops at a name that is not subscribed but has subscribed inferiors, that name
    is shown with \\Noselect.
    """
    subscribed = session.account.subscriptions()
    names = {to_wire(session, name) for name in subscribed}
    pattern = Patterns([command.reference + command.pattern], max(map(len, names), default=0))
    found: dict[bytes, tuple[str, ...]] = {}
    if b"%" in command.reference + command.pattern:
        superiors = (to_wire(session, name) for name in _inferiors(subscribed))
        found = {name: ("\\Noselect",) for name in superiors if pattern.matches(name)}
    found |= {name: () for name in names if pattern.matches(name)}
    for name in sorted(found):
        yield _data("LSUB", found[name], name)
    return None


def _data(
    response: str, attributes: Iterable[str], name: bytes, extended: tuple[Value, ...] = ()
) -> Data:
    values: tuple[Value, ...] = (flag_list(attributes), DELIMITER.encode("ascii"), name)
    return Data(response, (*values, *((extended,) if extended else ())))

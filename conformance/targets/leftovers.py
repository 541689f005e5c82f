"""Mailboxes that a run which could not clear up (kill -9, a lost connection) has left behind."""

import re
from dataclasses import dataclass

from imapclient.imap_utf7 import encode

from conformance.targets.client import connect_client, leave_client, log_in_client
from conformance.targets.description import Account, Description
from conformance.targets.folders import folders
from conformance.targets.housekeeping import SCRATCH, Housekeeper
from conformance.targets.probing import Facts

REMEDY = "gximap-conformance clean TARGET removes what was left behind"


@dataclass(frozen=True, slots=True)
class Leftover:
    """The scratch name of one run in one account, and how many mailboxes and subscriptions lie
    under it."""

    account: Account
    name: str
    mailboxes: int

    def __str__(self) -> str:
        number = "1 mailbox" if self.mailboxes == 1 else f"{self.mailboxes} mailboxes"
        return f"{self.account.user}: {self.name} ({number})"


def find_leftovers(description: Description, facts: Facts) -> list[Leftover]:
    """What has the form of a scratch name, in every account. Raises UnreachableError.

    Nothing tells those of a run that is going on from those that were left behind.
    """
    found = []
    for account in description.accounts.values():
        client = connect_client(description)
        try:
            log_in_client(client, account, description)
            names: dict[str, set[bytes]] = {}
            for command in ("LIST", "LSUB"):
                for _, name in folders(client, command, encode(f"{facts.prefix}gximap-") + b"*"):
                    root = _root(name, facts)
                    if root is not None:
                        names.setdefault(root, set()).add(name)
        finally:
            leave_client(client)
        found += [Leftover(account, root, len(names[root])) for root in sorted(names)]
    return found


def _root(name: bytes, facts: Facts) -> str | None:
    """The scratch name that a mailbox lies under, or is."""
    delimiter = re.escape(facts.delimiter or "-")
    prefix = re.escape(encode(facts.prefix).decode("ascii"))
    form = re.compile(f"({prefix}{SCRATCH})({delimiter}.*)?", re.DOTALL)
    match = form.fullmatch(name.decode("ascii", "replace"))
    return match[1] if match else None


def remove(description: Description, facts: Facts, leftover: Leftover) -> list[str]:
    """Remove it with all that lies under it; what is still there, with reasons."""
    housekeeper = Housekeeper(description, leftover.account, facts)
    try:
        return housekeeper.remove([leftover.name])
    finally:
        housekeeper.close()

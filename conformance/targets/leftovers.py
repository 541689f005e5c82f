"""Mailboxes that a run which could not clear up (kill -9, a lost connection) has left behind."""

import re
from dataclasses import dataclass

from imapclient.imap_utf7 import encode

from conformance.targets.client import connect_client, leave_client, log_in_client
from conformance.targets.description import Account, Description
from conformance.targets.folders import folders
from conformance.targets.housekeeping import Housekeeper
from conformance.targets.inventory import count
from conformance.targets.probing import Facts
from conformance.targets.scratch_names import FORM, is_scratch_name
from conformance.wire.mailbox_names import decode_leniently

REMEDY = "gximap-conformance clean TARGET removes what was left behind"


@dataclass(frozen=True, slots=True)
class Leftover:
    """The scratch name of one run in one account, or a mailbox elsewhere whose name has it in it.

    `mailboxes`: how many mailboxes and subscriptions lie under it. `messages`: how many are in
    them. `strayed`: it lies where no run creates any.
    """

    account: Account
    name: str
    mailboxes: int
    messages: int = 0
    strayed: bool = False

    def __str__(self) -> str:
        number = "1 mailbox" if self.mailboxes == 1 else f"{self.mailboxes} mailboxes"
        messages = f", {self.messages} messages" if self.messages else ""
        strayed = ", where no run creates any" if self.strayed else ""
        return f"{self.account.user}: {self.name} ({number}{messages}{strayed})"


def find_leftovers(description: Description, facts: Facts) -> list[Leftover]:
    """The mailboxes under a scratch name, in every account. Raises UnreachableError.

    Nothing tells those of a run that is going on from those that were left behind.
    """
    found = []
    for account in description.accounts.values():
        client = connect_client(description)
        try:
            log_in_client(client, account, description)
            client.folder_encode = False
            names: dict[tuple[str, bool], set[bytes]] = {}
            mailboxes: set[bytes] = set()
            for command in ("LIST", "LSUB"):
                for _, name in folders(client, command, b"*"):
                    place = _place(name, facts)
                    if place is not None:
                        names.setdefault(place, set()).add(name)
                        if command == "LIST":
                            mailboxes.add(name)
            for (root, strayed), there in sorted(names.items(), key=lambda pair: pair[0]):
                messages = [count(client, each).messages or 0 for each in there & mailboxes]
                named = decode_leniently(root.encode("ascii"))
                found.append(Leftover(account, named, len(there), sum(messages), strayed))
        finally:
            leave_client(client)
    return found


def _place(name: bytes, facts: Facts) -> tuple[str, bool] | None:
    """The scratch name that a mailbox lies under, or is, and whether it lies elsewhere.

    Elsewhere it is the name down to the level that has the scratch name in it.
    """
    text = name.decode("ascii", "ignore")
    delimiter = facts.delimiter or "-"
    prefix = encode(facts.prefix).decode("ascii")
    for match in re.finditer(FORM, text):
        if not is_scratch_name(match[0]) or text[match.end() :][:1] not in ("", delimiter):
            continue
        before = text[: match.start()]
        if before == prefix:
            return text[: match.end()], False
        if before.endswith(delimiter):
            return text[: match.end()], True
    return None


def remove(description: Description, facts: Facts, leftover: Leftover) -> list[str]:
    """Remove it with all that lies under it; what is still there, with reasons."""
    housekeeper = Housekeeper(description, leftover.account, facts)
    try:
        return housekeeper.remove([leftover.name])
    finally:
        housekeeper.close()

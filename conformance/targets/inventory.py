"""The mailboxes that a target had before a run, and what has become of them behind it.

Different mailboxes may share a UIDVALIDITY (RFC 3501 forbids it nowhere), so that alone identifies
none; together with UIDNEXT or messages that nobody has put there it does.
"""

import contextlib
import time
from collections.abc import Iterable
from dataclasses import dataclass, field
from imaplib import IMAP4
from typing import Any

from imapclient import IMAPClient

from conformance.targets.client import FAILURES, enter_client, in_text, leave_client
from conformance.targets.description import Description, UnreachableError
from conformance.targets.folders import folders
from conformance.targets.scratch_names import scratch_names_in

ITEMS = ["MESSAGES", "UIDNEXT", "UIDVALIDITY"]
SECONDS = 10.0  # for the STATUS of all mailboxes of an account; INBOX comes first


@dataclass(frozen=True, slots=True)
class Counts:
    """The STATUS of a mailbox; None where the server gives none."""

    messages: int | None = None
    uid_next: int | None = None
    uid_validity: int | None = None


@dataclass(frozen=True, slots=True)
class Inventory:
    """The mailboxes of each account, by user and by name as the server sends it.

    An account whose mailboxes cannot be listed is missing.
    """

    accounts: dict[str, dict[str, Counts]] = field(default_factory=dict)

    def to_data(self) -> dict[str, Any]:
        return {
            user: {
                name: (counts.messages, counts.uid_next, counts.uid_validity)
                for name, counts in mailboxes.items()
            }
            for user, mailboxes in self.accounts.items()
        }

    @classmethod
    def from_data(cls, data: dict[str, Any]) -> "Inventory":
        return cls(
            {
                user: {name: Counts(*counts) for name, counts in mailboxes.items()}
                for user, mailboxes in data.items()
            }
        )

    def kept(self, user: str) -> set[str]:
        """The mailboxes of an account that no run has made: other runs remove theirs."""
        return {name for name in self.accounts.get(user, {}) if not scratch_names_in(name)}

    def alike(self, uid_validity: int) -> list[tuple[str, Counts]]:
        """The mailboxes that have this UIDVALIDITY, of all accounts."""
        return [
            (name, counts)
            for mailboxes in self.accounts.values()
            for name, counts in mailboxes.items()
            if counts.uid_validity == uid_validity
        ]


def take_inventory(description: Description) -> Inventory:
    """List and count the mailboxes of every account. A server that cannot LIST is for cases."""
    accounts = {}
    for account in description.accounts.values():
        with contextlib.suppress(UnreachableError, *FAILURES):
            client = enter_client(description, account)
            client.folder_encode = False
            try:
                accounts[account.user] = _mailboxes(client)
            finally:
                leave_client(client)
    return Inventory(accounts)


def _mailboxes(client: IMAPClient) -> dict[str, Counts]:
    names = listed(client)
    names.sort(key=lambda name: name.upper() != b"INBOX")
    end = time.monotonic() + SECONDS
    return {
        in_text(name): count(client, name) if time.monotonic() < end else Counts() for name in names
    }


def listed(client: IMAPClient) -> list[bytes]:
    """The names of all mailboxes, as the server has sent them."""
    return list(dict.fromkeys(name for _, name in folders(client, "LIST", b"*")))


def count(client: IMAPClient, name: bytes) -> Counts:
    """STATUS of a mailbox; nothing is known of one for which it is refused or unreadable."""
    try:
        answer = client.folder_status(name, ITEMS)
    except (IMAP4.abort, OSError):
        raise
    except Exception:  # IMAPClient says nowhere what its readers raise
        return Counts()
    return Counts(*(_number(answer.get(item.encode("ascii"))) for item in ITEMS))


def _number(value: object) -> int | None:
    return value if isinstance(value, int) else None


@dataclass(frozen=True, slots=True)
class Changes:
    """The difference between two inventories: names as `user: mailbox`.

    `appeared` mailboxes are no run's; `emptied` ones have fewer messages than before. Others who
    use the account may have done either.
    """

    appeared: list[str]
    gone: list[str]
    emptied: list[str]

    @property
    def harm(self) -> bool:
        """Whether mail may have been lost, or be in another place than before."""
        return bool(self.gone or self.emptied)

    def sentences(self) -> list[str]:
        """The findings that a person has to look at."""
        return [
            *(f"{name} was not there before the run" for name in self.appeared),
            *(f"{name} was there before the run and is not any more" for name in self.gone),
            *(f"{name} has fewer messages than before the run" for name in self.emptied),
        ]


def compare(before: Inventory, after: Inventory, own: Iterable[str]) -> Changes:
    """The changes in mailboxes but those whose names begin with one of `own`.

    Nor do those of other runs count, which may go on at the same time.
    """
    roots = tuple(own)
    appeared, gone, emptied = [], [], []
    for user, mailboxes in after.accounts.items():
        known = before.accounts.get(user)
        if known is None:
            continue
        new = (name for name in mailboxes if name not in known and not name.startswith(roots))
        appeared += [f"{user}: {name}" for name in new if not _of_another_run(name, roots)]
        for name in sorted(before.kept(user)):
            if name not in mailboxes:
                gone.append(f"{user}: {name}")
            elif _fewer(mailboxes[name], known[name]):
                emptied.append(f"{user}: {name}")
    return Changes(appeared, gone, emptied)


def _of_another_run(name: str, roots: tuple[str, ...]) -> bool:
    made = scratch_names_in(name)
    return bool(made) and not any(root.endswith(one) for one in made for root in roots)


def _fewer(now: Counts, before: Counts) -> bool:
    if now.messages is None or before.messages is None:
        return False
    return now.messages < before.messages

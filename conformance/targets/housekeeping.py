"""What the suite creates and removes on a target outside of cases.

Through IMAPClient, and from an answer that it cannot read is taken what can be: a server with
deviations is still to be cleaned.
"""

import contextlib

from imapclient import IMAPClient
from imapclient.exceptions import IMAPClientError
from imapclient.imap_utf7 import encode

from conformance.targets.client import (
    FAILURES,
    enter_client,
    in_text,
    leave_client,
    patiently,
)
from conformance.targets.description import Account, Description, UnreachableError
from conformance.targets.folders import folders, quoted
from conformance.targets.inventory import Counts, count, listed
from conformance.targets.probing import Facts

AT_ONCE = 50  # commands in flight: their answers fit into any buffer


class Housekeeper:
    """Removes the suite's own mailboxes from one account, over one session kept for that."""

    def __init__(
        self, description: Description, account: Account, facts: Facts, only_empty: bool = False
    ) -> None:
        """With `only_empty` no mailbox is removed that has messages."""
        self._only_empty = only_empty
        self._description = description
        self._account = account
        self._facts = facts
        self._client: IMAPClient | None = None

    def make(self, name: str) -> None:
        """Create a mailbox that is to hold others, unless it is there.

        A name with the delimiter at its end announces inferiors (RFC 3501 6.3.3). A server that
        takes the delimiter for a part of the name is asked without. A refusal shows when the first
        mailbox below it is created.
        """
        client = self._client = self._client or self._log_in()
        announced, plain = encode(name + self._facts.delimiter), encode(name)
        with contextlib.suppress(IMAPClientError):
            client.create_folder(announced)
            names = [found for _, found in folders(client, "LIST", plain + b"*")]
            if plain not in names:
                if announced in names:
                    client.delete_folder(announced)
                client.create_folder(plain)

    def count(self, name: str) -> Counts:
        """The STATUS of a mailbox; empty where it cannot be had."""
        try:
            client = self._client = self._client or self._log_in()
            return count(client, encode(name))
        except (UnreachableError, *FAILURES):
            return Counts()

    def listed(self) -> list[str] | None:
        """The names of all mailboxes, as an inventory has them; None where LIST fails."""
        try:
            client = self._client = self._client or self._log_in()
            return [in_text(name) for name in listed(client)]
        except (UnreachableError, *FAILURES):
            return None

    def remove(self, names: list[str]) -> list[str]:
        """Remove the mailboxes, their inferiors and their subscriptions.

        Returns what is left behind, with reasons; empty when all is gone.
        """
        for attempt in (1, 2):
            try:
                self._client = self._client or self._log_in()
                return self._sweep(self._client, [encode(name) for name in names])
            except (UnreachableError, *FAILURES) as error:
                self.close()
                if attempt == 2:
                    return [f"{', '.join(names)}: {error}"]
        return []

    def _log_in(self) -> IMAPClient:
        client = patiently(lambda: enter_client(self._description, self._account))
        # A name that a server should not have taken may be no modified UTF-7: none is decoded.
        client.folder_encode = False
        return client

    def _sweep(self, client: IMAPClient, names: list[bytes]) -> list[str]:
        _each(client, "UNSUBSCRIBE", self._listed(client, "LSUB", names))
        reasons: dict[bytes, str] = {}
        # Deepest first; twice, since a name that keeps inferiors becomes \Noselect at first.
        left = self._listed(client, "LIST", names)
        kept = {name for name in left if self._only_empty and count(client, name).messages}
        reasons |= dict.fromkeys(kept, "it has messages, and others are missing elsewhere")
        for _ in range(2):
            if set(left) - kept:
                deepest = sorted(set(left) - kept, key=len, reverse=True)
                reasons |= _each(client, "DELETE", deepest)
                left = self._listed(client, "LIST", names)
        return [f"{in_text(mailbox)}: {reasons.get(mailbox, 'still listed')}" for mailbox in left]

    def _listed(self, client: IMAPClient, command: str, names: list[bytes]) -> list[bytes]:
        """The names as the server has sent them, of these mailboxes and of their inferiors.

        No others, whatever the server takes the pattern for: what is listed here gets deleted.
        """
        delimiter = self._facts.delimiter.encode()
        found = {name for _, name in folders(client, command, _common(names) + b"*")}
        return [
            name
            for name in found
            if any(name == own or name.startswith(own + delimiter) for own in names)
        ]

    def close(self) -> None:
        if self._client is not None:
            leave_client(self._client)
            self._client = None


def _common(names: list[bytes]) -> bytes:
    """What all these names begin with."""
    first, last = min(names), max(names)
    size = next((n for n, (a, b) in enumerate(zip(first, last, strict=False)) if a != b), None)
    return first[: len(first) if size is None else size]


def _each(client: IMAPClient, command: str, names: list[bytes]) -> dict[bytes, str]:
    """Carry out a command for each name, AT_ONCE of them in flight; the reasons for refusals."""
    refused = {}
    for start in range(0, len(names), AT_ONCE):
        some = names[start : start + AT_ONCE]
        answers = client.connection.pipeline(
            [f"{command} ".encode() + quoted(name) for name in some]
        )
        for name, (status, text) in zip(some, answers, strict=True):
            if status != "OK":
                refused[name] = in_text(text)
    return refused


def remove_all(
    description: Description, facts: Facts, name: str, only_empty: bool = False
) -> list[str]:
    """Remove everything below the scratch name from all accounts; what is left, with reasons.

    With `only_empty` mailboxes with messages stay.
    """
    left = []
    for account in description.accounts.values():
        housekeeper = Housekeeper(description, account, facts, only_empty)
        left += [
            f"{account.user}: {reason}" for reason in housekeeper.remove([facts.prefix + name])
        ]
        housekeeper.close()
    return left

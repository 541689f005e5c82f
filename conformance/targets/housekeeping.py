"""What the suite creates and removes on a target outside of cases.

Through IMAPClient, and from an answer that it cannot read is taken what can be: a server with
deviations is still to be cleaned.
"""

import contextlib
import secrets

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
from conformance.targets.probing import Facts

AT_ONCE = 50  # commands in flight: their answers fit into any buffer
ALPHABET = "abcdefghijkmnpqrstuvwxyz23456789"  # without those that are mistaken for one another
SCRATCH = f"gximap-[{ALPHABET}]{{8}}"  # the form of a scratch name


def scratch_name() -> str:
    """A name for everything that one run creates: `gximap-` and random letters."""
    return "gximap-" + "".join(secrets.choice(ALPHABET) for _ in range(8))


class Housekeeper:
    """Removes the suite's own mailboxes from one account, over one session kept for that."""

    def __init__(self, description: Description, account: Account, facts: Facts) -> None:
        self._description = description
        self._account = account
        self._facts = facts
        self._client: IMAPClient | None = None

    def make(self, name: str) -> None:
        """Create the mailbox that is to hold all others, unless it is there.

        A name with the delimiter at its end announces inferiors (RFC 3501 6.3.3). A server that
        takes the delimiter for a part of the name is asked without. A refusal shows when the first
        mailbox below it is created.
        """
        client = self._client = self._client or self._log_in()
        announced, plain = encode(name + self._facts.delimiter), encode(name)
        with contextlib.suppress(IMAPClientError):
            client.create_folder(announced)
            if plain not in [found for _, found in folders(client, "LIST", plain)]:
                client.delete_folder(announced)
                client.create_folder(plain)

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
        for _ in range(2):
            if left:
                reasons |= _each(client, "DELETE", sorted(left, key=len, reverse=True))
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


def remove_all(description: Description, facts: Facts, name: str) -> list[str]:
    """Remove everything below the scratch name from all accounts; what is left, with reasons."""
    left = []
    for account in description.accounts.values():
        housekeeper = Housekeeper(description, account, facts)
        left += [
            f"{account.user}: {reason}" for reason in housekeeper.remove([facts.prefix + name])
        ]
        housekeeper.close()
    return left

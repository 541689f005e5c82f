"""The directory of accounts, and the decision who gets into which mailbox."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import NamedTuple

from reference_server.accounts.account import Account, Identity, fold
from reference_server.accounts.file import read_accounts
from reference_server.accounts.passwords import Plain, Verifier


class _Listed(NamedTuple):
    """The accounts at a time: in the order of the file, and by address and alias."""

    accounts: tuple[Account, ...]
    by_name: Mapping[str, Account]

    @classmethod
    def of(cls, accounts: Iterable[Account]) -> _Listed:
        accounts = tuple(accounts)
        names = ((a, name) for a in accounts for name in (a.address, *a.aliases))
        return cls(accounts, {fold(name): account for account, name in names})

    def find(self, name: str) -> Account | None:
        return self.by_name.get(fold(name))


class Directory:
    """All accounts, by address and alias."""

    def __init__(self, accounts: Iterable[Account]) -> None:
        self._listed = _Listed.of(accounts)  # replaced as a whole: a login sees all or nothing
        self._secret = os.urandom(16)

    @classmethod
    def load(cls, path: Path) -> Directory:
        """Read the accounts file. Raises AccountsError."""
        return cls(read_accounts(path))

    def renew(self, read: Directory) -> None:
        """Take over the accounts of ``read``, for logins from now on."""
        self._listed = read._listed

    @property
    def accounts(self) -> tuple[Account, ...]:
        """All accounts, in the order of the file."""
        return self._listed.accounts

    def account(self, name: str) -> Account | None:
        """The account that has this address or alias, in any case of letters."""
        return self._listed.find(name)

    def authenticate(self, user: str, password: str, authorization: str = "") -> Identity | None:
        """Who this is, or None: wrong, unknown, not allowed. The caller cannot tell which.

        ``user`` may be ``actor!mailbox`` (split at the first ``!``): the password is the actor's,
        who needs store ownership over the mailbox. ``authorization``, the authorization identity
        of SASL PLAIN (RFC 4616), names the mailbox in another way.
        """
        listed = self._listed
        name, mark, target = user.partition("!")
        actor = listed.find(name)
        # The same work for unknown users as for known ones: time must not tell who exists.
        verifier = actor.verifier if actor is not None else self._decoy(listed.accounts, name)
        proven = verifier.verify(password)
        if not proven or actor is None or not actor.imap:
            return None
        mailbox: Account | None = actor
        if mark or authorization:
            mailbox = listed.find(authorization or target)
        if mark and authorization and fold(target) != fold(authorization):
            mailbox = None
        if mailbox is None or not (mailbox is actor or fold(actor.address) in mailbox.owners):
            return None
        return Identity(actor, mailbox)

    def _decoy(self, accounts: Sequence[Account], name: str) -> Verifier:
        """Some account's verifier, always the same for the same name."""
        if not accounts:
            return Plain.of("")
        digest = hashlib.blake2b(fold(name).encode("utf-8", "surrogatepass"), key=self._secret)
        return accounts[int.from_bytes(digest.digest()) % len(accounts)].verifier

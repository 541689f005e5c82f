"""The accounts that a case is given, and the mailbox names that it may use in them."""

from collections.abc import Iterator, Mapping

import pytest

from conformance.targets.description import Account, lacking_role
from conformance.targets.server import Server


class Accounts(Mapping[str, Account]):
    """The accounts of a case by role; asking for one that the target lacks skips the case."""

    def __init__(self, accounts: dict[str, Account]) -> None:
        self._accounts = accounts

    def __getitem__(self, role: str) -> Account:
        if role not in self._accounts:
            pytest.skip(lacking_role(role))
        return self._accounts[role]

    def __iter__(self) -> Iterator[str]:
        return iter(self._accounts)

    def __len__(self) -> int:
        return len(self._accounts)


class Scratch:
    """Mailbox names for one case. `delimiter` is the hierarchy delimiter, "" where there is none.

    A case creates, renames and deletes only names from here and names below them.
    """

    def __init__(self, server: Server, account: Account) -> None:
        self._server = server
        self._account = account
        self._names: list[str] = []
        self.delimiter = server.facts.delimiter

    def name(self, suffix: str = "") -> str:
        """A name that no mailbox has yet; with the suffix at its end."""
        self._server.make_room(self._account)
        name = self._server.scratch_name(len(self._names) + 1) + suffix
        self._names.append(name)
        return name

    def below(self, name: str, *levels: str) -> str:
        """The name of an inferior; skips the case where the server has no hierarchy."""
        if not self.delimiter:
            pytest.skip("mailbox names have no hierarchy on this server")
        return self.delimiter.join((name, *levels))

    def remove(self) -> None:
        """Remove what was created under these names, from a target that others use."""
        self._server.remove(self._account, self._names)

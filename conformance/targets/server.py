"""The server under test as the cases of one worker process see it."""

import contextlib
from dataclasses import replace
from pathlib import Path

from conformance.run import Target
from conformance.targets import reference
from conformance.targets.configuration import Settings
from conformance.targets.control import Control
from conformance.targets.description import Account, Address, Description, UnreachableError
from conformance.targets.guard import Guard, UnsafeError
from conformance.targets.housekeeping import Housekeeper
from conformance.targets.probing import Facts, probe
from conformance.targets.run_folder import FLAG
from conformance.wire import Endpoint

MOST_MAILBOXES = 50  # of a worker on a foreign target, before they are removed


class Server:
    """The target. Cases use the attributes and `offers`; the rest is for the fixtures.

    `capabilities`: those after login, in capitals; `initial_capabilities`: those before it.
    `settings`: the target's configuration as far as known, Gromox's keys. `is_reference`: a
    fresh reference server that no one else uses.
    """

    def __init__(self, target: Target, cases: int, worker: str) -> None:
        self._target = target
        self._cases = cases
        self._worker = worker
        self._case = -1
        self._process: reference.ReferenceServer | None = None
        self._housekeepers: dict[str, Housekeeper] = {}
        self._rooms: set[str] = set()
        self._to_remove: dict[str, list[str]] = {}
        self.is_reference = target.description is None
        self.guard = _guard(target)
        if target.description is None:
            self._process = reference.ReferenceServer(cases, target.settings)

    @property
    def description(self) -> Description:
        if self._process is not None:
            return self._process.description
        assert self._target.description is not None
        return self._target.description

    @property
    def facts(self) -> Facts:
        return self._target.facts

    @property
    def name(self) -> str:
        return self._target.name

    @property
    def capabilities(self) -> tuple[str, ...]:
        return self.facts.capabilities

    @property
    def initial_capabilities(self) -> tuple[str, ...]:
        return self.facts.initial_capabilities

    @property
    def sessions(self) -> int:
        """How many sessions of one account a case may have at once; 0 where no limit is known."""
        return max(1, self._target.sessions - 1) if self._target.sessions else 0

    @property
    def settings(self) -> Settings:
        return self.description.settings

    def offers(self, capability: str) -> bool:
        """Whether the server offers the capability, before or after login."""
        return self.facts.offers(capability)

    def address(self, kind: str | None = None) -> Address | None:
        """Where it listens: "imap", "imaps", "proxy"; the main address without a kind.

        "proxy" expects a PROXY header: where the configuration demands one, it is the main address.
        """
        demanded = self.settings.get("imap_accept_haproxy") == "2"
        if kind is None or (kind == "proxy" and demanded):
            return self.description.main
        return self.description.addresses.get(kind)

    def endpoint(self, address: Address) -> Endpoint:
        """One of its addresses as the raw client takes it."""
        description = self.description
        return Endpoint(
            address.host,
            address.port,
            tls=address.kind == "imaps",
            insecure=description.insecure,
            ca_file=Path(description.ca_file) if description.ca_file else None,
            deadline=self.facts.deadline,
        )

    def begin_case(self) -> dict[str, Account]:
        """The accounts of the next case, by role: its own ones on a reference server."""
        self._case += 1
        if self._process is None:
            return self.description.accounts
        return reference.accounts(self._case)

    def restart(self) -> None:
        """Start a reference server anew, with an empty store."""
        assert self._process is not None, "only a reference server can be started again"
        self._process.stop()
        self._process = reference.ReferenceServer(self._cases, self._target.settings)

    def look(self) -> None:
        """See what it offers as it is configured; one that lets nobody in is for cases to judge."""
        with contextlib.suppress(UnreachableError):
            self._target = replace(self._target, facts=probe(self.description))

    def log_text(self) -> str | None:
        """The server's log, or its end; None where it cannot be read. Raises ControlError."""
        if self._process is not None:
            return self._process.log_text()
        return Control(self.description.control).log()

    def obituary(self) -> str | None:
        """What a reference server wrote last, if it has ended; None while it runs."""
        if self._process is None or self._process.is_running:
            return None
        return f"its process has ended; its last words:\n{self._process.log()}"

    def scratch_name(self, number: int) -> str:
        """The `number`-th mailbox name of the running case, unused so far.

        On a reference server the account is the case's own. Elsewhere the name lies below the
        scratch name of the run.
        """
        if self.is_reference:
            return f"scratch-{number}"
        facts = self.facts
        root = facts.prefix + self._target.scratch
        return f"{root}{facts.delimiter or '-'}{self._worker}-{self._case}-{number}"

    def make_room(self, account: Account) -> None:
        """Create what the names of `scratch_name` lie below, in this account, once.

        UnsafeError if the server does not keep the mailboxes of the run and others apart.
        """
        if self.is_reference or account.user in self._rooms:
            return
        self._rooms.add(account.user)
        housekeeper = self._housekeeper(account)
        root = self.facts.prefix + self._target.scratch
        if self.facts.delimiter:
            housekeeper.make(root)
        if self.guard is not None:
            trial = f"{root}{self.facts.delimiter or '-'}{self._worker}-trial"
            housekeeper.make(trial)
            self.guard.look(trial, housekeeper.count(trial))
            self._remove_guarded(self.guard, account, [trial])

    def _housekeeper(self, account: Account) -> Housekeeper:
        if account.user not in self._housekeepers:
            self._housekeepers[account.user] = Housekeeper(self.description, account, self.facts)
        return self._housekeepers[account.user]

    def remove(self, account: Account, names: list[str]) -> None:
        """Remove these mailboxes with their inferiors, together with those of other cases.

        What stays goes when the run ends.
        """
        if self.is_reference:
            return
        waiting = self._to_remove.setdefault(account.user, [])
        waiting += names
        if len(waiting) >= MOST_MAILBOXES:
            self._sweep(account)

    def _sweep(self, account: Account) -> None:
        """Remove what waits for it, unless it may be somebody's: UnsafeError then."""
        names = self._to_remove.pop(account.user, [])
        if not names or (self.guard is not None and self.guard.stopped is not None):
            return
        housekeeper = self._housekeeper(account)
        if self.guard is None:
            housekeeper.remove(names)
            return
        for name in self.guard.renamed_to(names):
            self.guard.look(name, housekeeper.count(name))
        self._remove_guarded(self.guard, account, names)

    def _remove_guarded(self, guard: Guard, account: Account, names: list[str]) -> None:
        """Remove the mailboxes; UnsafeError if another one has gone with them."""
        housekeeper = self._housekeeper(account)
        earlier = housekeeper.listed()
        housekeeper.remove(names)
        guard.look_for(account.user, earlier, housekeeper.listed())

    def close(self) -> None:
        """End the reference server, or clear up and end the sessions kept for that.

        The workers clear up side by side: there are servers that take seconds for each DELETE.
        """
        if self._process is not None:
            self._process.stop()
        for account in self.description.accounts.values():
            with contextlib.suppress(UnsafeError):  # the run has been stopped, and says so
                self._sweep(account)
        for housekeeper in self._housekeepers.values():
            housekeeper.close()


def _guard(target: Target) -> Guard | None:
    """The guard of the mailboxes that others have there; None where there are none."""
    if target.description is None or not target.folder:
        return None
    facts = target.facts
    root = facts.prefix + target.scratch
    return Guard(target.before, root, facts.delimiter, Path(target.folder) / FLAG)

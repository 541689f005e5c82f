"""An account, and an identity: who acts on whose mailbox."""

from __future__ import annotations

from dataclasses import dataclass

from reference_server.accounts.passwords import Verifier


@dataclass(frozen=True, slots=True)
class Account:
    """One account; ``owners`` are the addresses that have store ownership over its mailbox."""

    address: str
    verifier: Verifier
    owners: frozenset[str] = frozenset()  # folded
    aliases: tuple[str, ...] = ()
    lang: str | None = None
    imap: bool = True


@dataclass(frozen=True, slots=True)
class Identity:
    """Who logged in (``actor``), and whose mailbox is shown. Mostly the same account."""

    actor: Account
    mailbox: Account


def fold(address: str) -> str:
    """The form in which addresses are compared: case is no difference."""
    return address.casefold()

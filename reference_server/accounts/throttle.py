"""Throttling: how many tries a user has to log in, over all connections and addresses.

A *user* is an account, by whichever of its names it is called. A name without an account is a user
of its own and is treated alike, so that a refusal does not tell who exists. What is kept is
bounded; see Register for who gives way where there is no room.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from enum import Enum

from reference_server.accounts.account import Account, fold
from reference_server.accounts.register import Register, User
from reference_server.config.settings import Settings

COUNTED = 16384  # users whose failures are counted at the same time; they take about 5 MiB


class Verdict(Enum):
    """What becomes of a login."""

    ADMITTED = "admitted"
    FAILED = "failed"
    FAILED_LAST = "failed, and the user is blocked from now on"
    BLOCKED = "the user is blocked"
    TOO_OFTEN = "the user logs in too often"

    @property
    def closes(self) -> bool:
        """Whether the connection ends after the refusal."""
        return self not in (Verdict.ADMITTED, Verdict.FAILED)


class Throttle:
    """Judges logins. Thread-safe: tries at the same moment are judged one after another.

    ``tries`` failures block a user for ``block`` seconds; a success, or ``block`` seconds without
    a failure, sets the count back. At most ``bans`` users are blocked at a time (0: none ever).
    Of ``tracked`` users (0: none) each has ``rate`` logins, failed or not, in ``window`` seconds
    from the first of them. With ``ignore_case`` names that differ in case are one user.
    """

    def __init__(
        self,
        *,
        tries: int = 10,
        block: float = 60.0,
        bans: int = 1000,
        ignore_case: bool = True,
        tracked: int = 0,
        rate: int = 10,
        window: float = 60.0,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._tries = tries
        self._rate = rate
        self._limits_rate = tracked > 0
        self._ignore_case = ignore_case
        self._lock = threading.Lock()
        self._failures: Register[int] = Register(COUNTED, block, clock)
        self._bans: Register[None] = Register(bans, block, clock)
        self._logins: Register[int] = Register(tracked, window, clock)

    @classmethod
    def of(cls, settings: Settings) -> Throttle:
        """As the directives say."""
        return cls(
            tries=settings.imap_auth_times,
            block=settings.block_interval_auths,
            bans=settings.userfilter_maxbans,
            ignore_case=settings.userfilter_icase,
            tracked=settings.userfilter_maxusers,
            rate=settings.userfilter_rl_maxtries,
            window=settings.userfilter_rl_window,
        )

    def judge(self, name: str, account: Account | None, right: bool) -> Verdict:
        """Count a login of ``name``, which is ``account``; ``right``: its password and rights are.

        To be asked after the password was looked at: of many guesses made at the same moment no
        more get an answer than of guesses made one by one.
        """
        user = self._user(name, account)
        with self._lock:
            if user in self._bans:
                return Verdict.BLOCKED
            if self._limits_rate and not self._within_rate(user):
                return Verdict.TOO_OFTEN
            failures = self._failures.remove(user) or 0
            if right:
                return Verdict.ADMITTED
            if failures + 1 < self._tries:
                self._failures.put(user, failures + 1)
                return Verdict.FAILED
            self._bans.put(user, None)
            return Verdict.FAILED_LAST

    def _user(self, name: str, account: Account | None) -> User:
        if self._ignore_case:
            return User.of(fold(account.address if account else name), account is not None)
        # A name in another case than the account's own is a user beside the account.
        if account is not None and name in (account.address, *account.aliases):
            return User.of(account.address, True)
        return User.of(name, False)

    def _within_rate(self, user: User) -> bool:
        """Whether this login is one of those that the window has; it is counted then."""
        logins = self._logins.get(user) or 0
        if logins >= self._rate:
            return False
        self._logins.put(user, logins + 1)
        return True

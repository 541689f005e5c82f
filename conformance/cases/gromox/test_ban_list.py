"""The ban list: userfilter_maxbans, userfilter_icase; and how long a refusal takes.

That names are compared without case by default is in test_throttling.py.
"""

import math
import time
from collections import defaultdict
from concurrent.futures import ThreadPoolExecutor

import pytest

from conformance.cases.gromox._logins import WRONG, enter, fail, log_in
from conformance.requirements import allow, configuration, requirement

TRIES = 3
DELAY = 1.0  # seconds
ALIKE = 0.5  # seconds that the refusals of one kind may take longer than those of another
ROUNDS = 3  # of which the shortest wait counts: whatever else delays an answer

pytestmark = allow("lockout")
small = configuration(
    imap_auth_times=TRIES,
    block_interval_auths="3s",
    userfilter_maxbans=1,
    userfilter_icase=False,
    auth_fail_delay=0,
)
unlimited = configuration(imap_auth_times=TRIES, userfilter_maxbans=0, auth_fail_delay="1s")


@small
@pytest.mark.usefixtures("_unblocked_afterwards")
@requirement("GROMOX-userfilter_maxbans-SIZE")
def test_no_more_users_are_blocked_than_the_list_has_room_for(before_login, accounts):
    """With room for one, of two users that failed too often one at least logs in."""
    users = [accounts["primary"], accounts["second"]]
    for user in users:
        for _ in range(TRIES):
            fail(before_login(), user.user)
    statuses = {log_in(before_login(), user.user, user.password).status for user in users}
    assert "OK" in statuses, "both users are blocked; the list has room for one"


@small
@pytest.mark.usefixtures("_unblocked_afterwards")
@requirement("GROMOX-userfilter_icase-EXACT")
def test_names_in_another_case_are_others_where_case_counts(before_login, account):
    """Failures of the name in capitals do not block the name as it is."""
    if account.user.upper() == account.user:
        pytest.skip("the user name of the account has no small letters")
    for _ in range(TRIES):
        fail(before_login(), account.user.upper())
    enter(before_login(), account)


def refuse_side_by_side(connections, words):
    """Log in on all connections at once, in vain; the seconds that each of them waited."""

    def refuse(connection, user_and_password):
        begin = time.monotonic()
        log_in(connection, *user_and_password).expect("NO")
        return time.monotonic() - begin

    with ThreadPoolExecutor(len(connections)) as threads:
        return list(threads.map(refuse, connections, words))


@pytest.fixture
def refuse(before_login, accounts):
    """refuse() is refused once for each reason; the seconds that each of them waited."""
    stranger, shared = accounts["stranger"], accounts["shared"]
    nobody = stranger.user.replace("@", "-nobody@")
    reasons = {
        "a wrong password": (stranger.user, WRONG),
        "an unknown name": (nobody, WRONG),
        "an impersonation without rights": (f"{stranger.user}!{shared.user}", stranger.password),
        "one with a wrong password": (f"{stranger.user}!{shared.user}", WRONG),
        "one of an unknown mailbox": (f"{stranger.user}!{nobody}", stranger.password),
    }

    def refuse():
        connections = [before_login() for _ in reasons]
        waits = refuse_side_by_side(connections, reasons.values())
        return dict(zip(reasons, waits, strict=True))

    return refuse


def in_words(waits):
    """What each kind of refusal waited, for a message."""
    return ", ".join(f"{reason} after {wait:.2f} s" for reason, wait in waits.items())


@unlimited
@requirement("GROMOX-auth_fail_delay-WAITS")
def test_refusals_of_every_kind_wait(refuse):
    """A wrong password, an unknown name and a denied impersonation are answered after the time."""
    waits = refuse()
    assert min(waits.values()) >= DELAY, in_words(waits)


@unlimited
@requirement("GROMOX-impersonation-DENIED", "GROMOX-impersonation-UNKNOWN")
def test_the_time_does_not_tell_why(refuse):
    """A denied impersonation is answered no later, and no sooner, than a wrong password."""
    shortest: dict[str, float] = defaultdict(lambda: math.inf)
    for _ in range(ROUNDS):
        for reason, wait in refuse().items():
            shortest[reason] = min(shortest[reason], wait)
        if max(shortest.values()) - min(shortest.values()) <= ALIKE:
            return
    raise AssertionError(in_words(shortest))


@unlimited
@requirement("GROMOX-userfilter_maxbans-NONE")
def test_without_room_in_the_list_nobody_is_blocked(before_login, account):
    """However often a user failed, the right password is accepted."""
    connections = [before_login() for _ in range(2 * TRIES)]
    refuse_side_by_side(connections, [(account.user, "wrong")] * len(connections))
    enter(before_login(), account)

"""The ban list: userfilter_maxbans, userfilter_icase; and how long a refusal takes.

That names are compared without case by default is in test_throttling.py.
"""

import time
from concurrent.futures import ThreadPoolExecutor

import pytest

from conformance.cases.gromox._logins import enter, fail, log_in
from conformance.requirements import allow, configuration, requirement

TRIES = 3
DELAY = 1.0  # seconds

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


@unlimited
@requirement("GROMOX-auth_fail_delay-WAITS")
def test_refusals_of_every_kind_wait(before_login, accounts):
    """A wrong password, an unknown name and a denied impersonation are answered after the time."""
    stranger, shared = accounts["stranger"], accounts["shared"]
    words = [
        (stranger.user, "wrong"),
        (stranger.user.replace("@", "-nobody@"), "wrong"),
        (f"{stranger.user}!{shared.user}", stranger.password),
        (f"{stranger.user}!{shared.user}", "wrong"),
    ]
    connections = [before_login() for _ in words]
    waits = refuse_side_by_side(connections, words)
    assert min(waits) >= DELAY, f"answered after {', '.join(f'{wait:.2f}' for wait in waits)} s"


@unlimited
@requirement("GROMOX-userfilter_maxbans-NONE")
def test_without_room_in_the_list_nobody_is_blocked(before_login, account):
    """However often a user failed, the right password is accepted."""
    connections = [before_login() for _ in range(2 * TRIES)]
    refuse_side_by_side(connections, [(account.user, "wrong")] * len(connections))
    enter(before_login(), account)

"""How often a user may log in: userfilter_maxusers, its number of tries and its window."""

import time

import pytest

from conformance.cases.gromox._logins import EVERY_METHOD, enter, fail, log_in
from conformance.requirements import allow, configuration, requirement

RATE = 3
SECONDS = 2.0
LATE = 1.5  # seconds that a server may take longer
PAUSE = 0.1  # seconds behind the end of a window

pytestmark = [
    configuration(
        userfilter_maxusers=1000,
        userfilter_rl_maxtries=RATE,
        userfilter_rl_window="2s",
        imap_auth_times=100,
        auth_fail_delay=0,
    ),
    allow("lockout"),
    pytest.mark.usefixtures("_fresh_window"),
]


@pytest.fixture
def _fresh_window(server):
    """Where accounts are shared, a case begins with a fresh window and leaves none behind."""
    if not server.is_reference:
        time.sleep(SECONDS + LATE)
    yield
    if not server.is_reference:
        time.sleep(SECONDS + LATE)


def expect_refused(connection, account, begin, method="LOGIN"):
    """The right password is answered NO, if the window that began then is not over."""
    answer = log_in(connection, account.user, account.password, method)
    if answer.status == "OK" and time.monotonic() - begin > SECONDS:
        pytest.skip(f"the target takes more than {SECONDS:g} s for {RATE + 1} logins")
    answer.expect("NO")


@EVERY_METHOD
@requirement("GROMOX-userfilter_rl_maxtries-REFUSED")
def test_logins_beyond_the_rate_are_refused(before_login, account, method):
    """So many logins succeed in a window; the next one is refused, with the right password."""
    begin = time.monotonic()
    for _ in range(RATE):
        enter(before_login(), account, method)
    expect_refused(before_login(), account, begin, method)


@requirement("GROMOX-userfilter_rl_maxtries-REFUSED")
def test_failed_logins_use_up_the_rate(before_login, account):
    """Failed logins are counted as those that succeed."""
    begin = time.monotonic()
    enter(before_login(), account)
    for _ in range(RATE - 1):
        fail(before_login(), account.user)
    expect_refused(before_login(), account, begin)


@requirement("GROMOX-userfilter_maxusers-PER_USER")
def test_each_user_has_a_rate_of_its_own(before_login, account, accounts):
    """Where one user has used up its window another one logs in."""
    begin = time.monotonic()
    for _ in range(RATE):
        enter(before_login(), account)
    expect_refused(before_login(), account, begin)
    enter(before_login(), accounts["second"])


@requirement("GROMOX-userfilter_rl_window-ENDS")
def test_the_next_window_admits_the_user(before_login, account):
    """When the window is over the user logs in again.

    Nothing is tried meanwhile: whether a refused try counts in the next window is not said.
    """
    for _ in range(RATE):
        enter(before_login(), account)
    for wait in (SECONDS + PAUSE, SECONDS + LATE):
        time.sleep(wait)
        if log_in(before_login(), account.user, account.password).status == "OK":
            return
    raise AssertionError("the window is over, and the user is still refused")

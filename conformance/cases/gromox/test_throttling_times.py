"""When a block ends, and when failures are forgotten: block_interval_auths."""

import time

import pytest

from conformance.cases.gromox._logins import enter, fail, log_in
from conformance.requirements import allow, configuration, requirement

TRIES = 3
SECONDS = 1.0
LATE = 1.5  # seconds that a server may take longer
PAUSE = 0.1  # seconds between two looks

pytestmark = [
    configuration(imap_auth_times=TRIES, block_interval_auths="1s", auth_fail_delay=0),
    allow("lockout"),
    pytest.mark.usefixtures("_unblocked_afterwards"),
]


@requirement("GROMOX-block_interval_auths-ENDS")
def test_a_block_ends_by_itself(before_login, account):
    """A block ends after its time, not before, though its user tries again meanwhile."""
    for _ in range(TRIES - 1):
        fail(before_login(), account.user)
    begin = time.monotonic()
    fail(before_login(), account.user)
    latest = time.monotonic() + SECONDS + LATE
    while time.monotonic() - begin < SECONDS / 2:
        fail(before_login(), account.user)
        time.sleep(PAUSE)
    while log_in(before_login(), account.user, account.password).status != "OK":
        assert time.monotonic() < latest, "the user is still blocked"
        time.sleep(PAUSE)
    assert time.monotonic() - begin >= SECONDS, "the block was too short"


@requirement("GROMOX-block_interval_auths-QUIET")
def test_an_interval_without_failure_sets_the_count_back(before_login, account):
    """All tries but one, the interval, and there are all tries but one again."""
    connection = before_login()
    for _ in range(TRIES - 1):
        fail(connection, account.user)
    time.sleep(SECONDS * 1.1)  # nothing is tried meanwhile: that is the point
    for _ in range(TRIES - 1):
        fail(connection, account.user)
    enter(connection, account)

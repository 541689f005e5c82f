"""How many tries a user has to log in: imap_auth_times, over all connections."""

import re
import uuid

import pytest

from conformance.cases._mailbox import message
from conformance.cases._words import quotable
from conformance.cases.gromox._logins import (
    EVERY_METHOD,
    enter,
    expect_blocked,
    expect_closed,
    fail,
    log_in,
)
from conformance.requirements import allow, configuration, needs, requirement
from conformance.wire import ServerClosed
from conformance.wire.arguments import quoted

TRIES = 3

pytestmark = [
    configuration(
        imap_auth_times=TRIES, block_interval_auths="3s", userfilter_icase=True, auth_fail_delay=0
    ),
    allow("lockout"),
    pytest.mark.usefixtures("_unblocked_afterwards"),
]


@pytest.fixture
def block(before_login):
    """block(user) fails so many logins, each on a connection of its own, that it is blocked."""

    def block(user):
        for _ in range(TRIES):
            fail(before_login(), user)

    return block


@EVERY_METHOD
@requirement("GROMOX-imap_auth_times-CLOSES")
def test_the_last_try_is_answered_no_and_closes(before_login, account, method):
    """Failures before the last leave the connection open; the last is answered NO, and closes."""
    connection = before_login()
    for _ in range(TRIES - 1):
        fail(connection, account.user, method)
        connection.ok("NOOP")
    fail(connection, account.user, method)
    expect_closed(connection)


@requirement("GROMOX-imap_auth_times-USER", "GROMOX-imap_auth_times-CLOSES")
def test_tries_are_counted_over_connections(before_login, account):
    """Whoever connects anew for each try has no more of them: the last one closes."""
    for _ in range(TRIES - 1):
        connection = before_login()
        fail(connection, account.user)
        connection.ok("LOGOUT")
    last = before_login()
    fail(last, account.user)
    expect_closed(last)
    expect_blocked(before_login(), account)


@requirement("GROMOX-imap_auth_times-USER")
def test_tries_are_counted_over_open_connections(before_login, account):
    """Connections open side by side share the tries of the user."""
    connections = [before_login() for _ in range(TRIES)]
    for connection in connections:
        fail(connection, account.user)
    expect_closed(connections[-1])
    expect_blocked(connections[0], account)


@EVERY_METHOD
@requirement("GROMOX-block_interval_auths-REFUSED")
def test_a_blocked_user_is_refused_with_the_right_password(before_login, account, block, method):
    """On a fresh connection the right password of a blocked user is answered NO, and closes it."""
    block(account.user)
    expect_blocked(before_login(), account, method)


@requirement("GROMOX-block_interval_auths-REFUSED")
def test_a_blocked_user_is_refused_with_a_wrong_password(before_login, account, block):
    """On a fresh connection a wrong password of a blocked user is answered NO, and closes it."""
    block(account.user)
    connection = before_login()
    fail(connection, account.user)
    expect_closed(connection, "the login of a user who is blocked")


@requirement("GROMOX-block_interval_auths-REFUSED")
@pytest.mark.parametrize("kind", ["imap", "imaps"])
def test_the_block_holds_at_every_address(before_login, account, block, kind):
    """A user blocked at the main address is refused at the one with TLS, and without."""
    connection = before_login(kind)
    block(account.user)
    expect_blocked(connection, account)


@requirement("GROMOX-block_interval_auths-REFUSED", "GROMOX-impersonation-COUNTS")
def test_a_blocked_user_cannot_impersonate(before_login, account, accounts, block):
    """A blocked actor does not get into a mailbox that it owns, either."""
    block(account.user)
    mailbox = accounts["shared"].user
    log_in(before_login(), account.user, account.password, mailbox=mailbox).expect("NO")


@requirement("GROMOX-imap_auth_times-OTHERS")
def test_other_users_are_not_blocked(before_login, account, accounts, block):
    """While one user is blocked another one logs in."""
    block(account.user)
    expect_blocked(before_login(), account)
    enter(before_login(), accounts["second"])


@requirement("GROMOX-imap_auth_times-SESSIONS")
def test_a_session_of_the_user_goes_on(selected, block):
    """A block ends no session that the user has already."""
    block(selected.account.user)
    assert selected.append(message(1))


@needs("AUTH=LOGIN")
@requirement("GROMOX-imap_auth_times-ALIKE")
def test_login_and_authenticate_are_counted_together(before_login, account, server):
    """One failure by each way: they add up."""
    second = "AUTHENTICATE PLAIN" if server.offers("AUTH=PLAIN") else "LOGIN"
    for method in ("AUTHENTICATE LOGIN", second, "LOGIN"):
        connection = before_login()
        fail(connection, account.user, method)
    expect_closed(connection)
    expect_blocked(before_login(), account)


@EVERY_METHOD
@requirement("GROMOX-impersonation-COUNTS")
def test_denied_impersonations_are_counted(before_login, accounts, method):
    """Impersonations denied with the right password count as failures of the actor."""
    stranger, mailbox = accounts["stranger"], accounts["shared"].user
    for _ in range(TRIES):
        connection = before_login()
        log_in(connection, stranger.user, stranger.password, method, mailbox).expect("NO")
    expect_closed(connection)
    expect_blocked(before_login(), stranger)


@requirement("GROMOX-impersonation-COUNTS")
def test_impersonations_count_for_the_actor_alone(before_login, account, accounts):
    """Failed impersonations block the actor, and not the user of the mailbox."""
    shared = accounts["shared"]
    for _ in range(TRIES):
        fail(before_login(), account.user, mailbox=shared.user)
    enter(before_login(), shared)
    expect_blocked(before_login(), account)


@requirement("GROMOX-imap_auth_times-SUCCESS")
def test_success_sets_the_count_back(before_login, account):
    """All tries but one, then the right password; then there are all tries but one again."""
    for _ in range(2):
        connection = before_login()
        for _ in range(TRIES - 1):
            fail(connection, account.user)
        enter(connection, account)


@requirement("GROMOX-userfilter_icase-FOLDED")
def test_another_case_gives_no_further_tries(before_login, account):
    """Tries with the name in capitals, in small letters, and in both, are tries of one user."""
    user = account.user
    for name in (user.upper(), user.swapcase().title(), user.upper()):
        connection = before_login()
        fail(connection, name)
    expect_closed(connection)
    expect_blocked(before_login(), account)


@requirement("GROMOX-imap_auth_times-UNKNOWN")
def test_names_without_account_are_blocked_alike(before_login, account):
    """For a name that nobody has the last try closes the connection, as does any later one."""
    name = account.user.replace("@", "-nobody@")
    for tries in range(1, TRIES + 2):
        connection = before_login()
        fail(connection, name)
        if tries < TRIES:
            connection.ok("NOOP")
        else:
            expect_closed(connection, f"{tries} failed logins of a name that nobody has")


@allow("load")
@requirement("GROMOX-imap_auth_times-USER")
def test_guesses_at_once_get_no_more_tries(before_login, account):
    """Of guesses sent on many connections at once all that come too late close theirs."""
    connections = [before_login() for _ in range(3 * TRIES)]
    guess = b"g1 LOGIN %s guess\r\n" % quoted(quotable(account.user).encode())
    for connection in connections:
        connection.send(guess)
    assert {connection.finish("g1").status for connection in connections} == {"NO"}
    expect_blocked(before_login(), account)
    still_open = [one for one in connections if goes_on(one)]
    assert len(still_open) < TRIES, "more guesses were answered than there are tries"


def goes_on(connection):
    """Whether the connection is still served."""
    try:
        return connection.command("NOOP").status == "OK"
    except ServerClosed:
        return False


def logged(name):
    """What finds the line of a refused login of this name; its group is the name."""
    return rf"rhost=\[(?:\S+)?\]\S* user=({name}) .*(?:auth|login.*|logon) rejected:"


@pytest.fixture
def invented():
    """invented() is a new user name, which nobody has and the log does not know yet."""
    return lambda: f"{uuid.uuid4().hex}@gximap.invalid"


@requirement("GROMOX-throttling-LOGGED")
def test_each_refused_login_is_logged(before_login, invented, log):
    """Failures, and refusals of a user who is blocked by then, are all logged for fail2ban."""
    name, last = invented(), invented()
    for _ in range(TRIES + 2):
        fail(before_login(), name)
    fail(before_login(), last)
    log.await_line(logged(re.escape(last)))
    lines = log.lines(logged(re.escape(name)))
    assert len(lines) >= TRIES + 2, f"{TRIES + 2} logins were refused, and {len(lines)} are logged"


@requirement("GROMOX-throttling-LOGGED")
def test_a_name_cannot_forge_a_log_line(before_login, invented, log):
    """A user name with spaces and brackets names no other user or address in the log."""
    victim, last = invented(), invented()
    fail(before_login(), f"x user={victim} login rejected: rhost=[192.0.2.99] user={victim} y")
    fail(before_login(), last)
    log.await_line(logged(re.escape(last)))
    found = [re.search(logged(r"\S+"), line) for line in log.lines(victim)]
    assert victim not in [match[1] for match in found if match]

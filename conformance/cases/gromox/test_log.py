"""Lines of refused logins, for fail2ban; what no client can do to the log; imap_log_level."""

import ipaddress
import re
import secrets

import pytest

from conformance.cases.gromox._logins import EVERY_METHOD, WRONG, enter, fail, log_in
from conformance.requirements import configuration, needs, requirement
from conformance.wire import Literal

# fail2ban's pattern; it takes the address from the first place of a line that matches.
REFUSED = re.compile(r"rhost=\[(\S+)?\]\S* user=(\S+) .*(auth|login.*|logon) rejected:")
STRANGER = "192.0.2.99"  # no client of the suite has this address


@pytest.fixture
def word():
    """What is in lines of this case alone."""
    return secrets.token_hex(8)


def address(text):
    """An address, IPv4 however it is written; None for what is none."""
    try:
        found = ipaddress.ip_address(text or "")
    except ValueError:
        return None
    return getattr(found, "ipv4_mapped", None) or found


def is_loopback(host):
    return host in ("localhost", "127.0.0.1", "::1")


@EVERY_METHOD
@requirement("GROMOX-log-FAIL2BAN")
def test_a_refused_login_is_logged(before_login, server, log, word, method):
    """A refused login is logged with the client's address and the user's name."""
    fail(before_login(), f"{word}@gximap.invalid", method)
    log.await_line(rf"user={word}.* rejected:")
    found = [REFUSED.search(line) for line in log.lines(word)]
    refused = [match for match in found if match]
    assert {match[2] for match in refused} == {f"{word}@gximap.invalid"}
    client = address(refused[0][1])
    assert client is not None, f"rhost is {refused[0][1]}, not an address"
    assert client.is_loopback or not is_loopback(server.address().host)


@EVERY_METHOD
@requirement("GROMOX-log-ACCEPTED")
def test_a_login_that_succeeds_is_not_logged_as_refused(before_login, account, log, word, method):
    """A client that logs in, reads and leaves gives fail2ban nothing to find."""
    connection = before_login()
    enter(connection, account, method)
    connection.ok("EXAMINE", "INBOX")
    connection.ok("LOGOUT")
    fail(before_login(), f"{word}@gximap.invalid")
    log.await_line(rf"user={word}.* rejected:")
    found = [REFUSED.search(line) for line in log.lines(re.escape(account.user))]
    refused = [match[0] for match in found if match and match[2] == account.user]
    assert not refused, f"a login that succeeded is logged as {refused[0]!r}"


CLAIM = f"rhost=[{STRANGER}] user=root login rejected: "

NAMES = {
    "claim": CLAIM,
    "claim behind a bracket": f"] user=x {CLAIM}",
    "claim as the mailbox": f"x!{CLAIM}",
    "claim on a line of its own": f"x\r\n{CLAIM}",
    "claim behind a line feed": f"x\n{CLAIM}",
}


def assert_no_stranger(log, word):
    log.await_line(rf"user={word}.* rejected:")
    found = [REFUSED.search(line) for line in log.lines(rf"{word}|{re.escape(STRANGER)}")]
    assert STRANGER not in [match[1] for match in found if match]


@pytest.mark.parametrize("name", NAMES)
@requirement("GROMOX-log-FORGED")
def test_a_user_name_gets_no_other_address_banned(before_login, log, word, name):
    """A user name that looks like a refused login is not found as one of another address."""
    before_login().command("LOGIN", Literal(NAMES[name].encode()), WRONG).expect("NO", "BAD")
    fail(before_login(), f"{word}@gximap.invalid")
    assert_no_stranger(log, word)


@needs("AUTH=PLAIN")
@requirement("GROMOX-log-FORGED")
def test_an_authorization_identity_gets_no_other_address_banned(before_login, log, word):
    """An authorization identity that looks like a refused login is not found as one."""
    user = f"{word}@gximap.invalid"
    log_in(before_login(), user, WRONG, "AUTHENTICATE PLAIN", f"\n{CLAIM}").expect("NO", "BAD")
    fail(before_login(), user)
    assert_no_stranger(log, word)


@requirement("GROMOX-imap_log_level-LEVEL")
@configuration(imap_log_level=1, imap_cmd_debug=0)
def test_at_level_1_no_failed_login_is_logged(before_login, account, log, word):
    """With imap_log_level=1 neither a failed login nor a session is logged: none is critical."""
    fail(before_login(), f"{word}@gximap.invalid")
    connection = before_login()
    enter(connection, account)
    connection.ok("LOGOUT")
    lines = log.lines(f"{word}|{re.escape(account.user)}")
    assert not lines, f"with imap_log_level=1 the log has {lines[0]!r}"


@requirement("GROMOX-imap_log_level-LEVEL")
@configuration(imap_log_level=6, imap_cmd_debug=1)
def test_at_level_6_a_failed_login_is_logged(before_login, log, word):
    """With imap_log_level=6 a failed login is logged as it is at the level that is the default."""
    fail(before_login(), f"{word}@gximap.invalid")
    log.await_line(rf"user={word}.* rejected:")

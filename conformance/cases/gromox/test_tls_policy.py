"""Whether TLS is offered, and whether it is demanded: imap_support_tls, imap_force_tls."""

import pytest

from conformance.cases._sasl import encode, plain
from conformance.requirements import allow, configuration, requirement
from conformance.wire import word
from conformance.wire.grammar import CapabilityData

forced = configuration(imap_force_tls=True)
offered = configuration(imap_support_tls=True)
switched_off = configuration(imap_support_tls=False, imap_force_tls=False)

WRONG = "wrong-7391-gximap"


def listed(connection):
    return set(connection.ok("CAPABILITY").only(CapabilityData).capabilities)


def mechanisms(capabilities):
    return {name for name in capabilities if name.startswith("AUTH=")}


def log_in(connection, method, account, password):
    """Try to log in; an AUTHENTICATE that goes on is answered."""
    if method == "LOGIN":
        return connection.command("LOGIN", word(account.user), word(password))
    if method == "PLAIN":
        return connection.authenticate("PLAIN", plain(account.user, password))
    return connection.authenticate("LOGIN", encode(account.user), encode(password))


@offered
@requirement("GROMOX-imap_support_tls-STARTTLS")
def test_starttls_is_listed_until_login(connect, account):
    """In plain text STARTTLS is listed; after login it is not, and is refused."""
    connection = connect("imap")
    capabilities = listed(connection)
    assert "STARTTLS" in capabilities
    if "LOGINDISABLED" in capabilities:
        pytest.skip("nobody logs in to the target in plain text")
    connection.log_in(account)
    assert "STARTTLS" not in listed(connection)
    connection.command("STARTTLS").expect("BAD", "NO")


@offered
@requirement("GROMOX-imap_support_tls-STARTTLS")
def test_starttls_is_not_listed_under_tls(connect, account):
    """Under TLS STARTTLS is neither listed nor possible, before login and after."""
    connection = connect("imap")
    connection.start_tls()
    assert "STARTTLS" not in listed(connection)
    connection.command("STARTTLS").expect("BAD", "NO")
    connection.log_in(account)
    assert "STARTTLS" not in listed(connection)


@switched_off
@requirement("GROMOX-imap_support_tls-OFF")
def test_without_tls_starttls_is_not_listed(connect):
    """Without TLS neither STARTTLS nor LOGINDISABLED is listed, but a mechanism is."""
    capabilities = listed(connect("imap"))
    assert not {"STARTTLS", "LOGINDISABLED"} & capabilities
    assert mechanisms(capabilities)


@switched_off
@requirement("GROMOX-imap_support_tls-OFF")
def test_without_tls_starttls_is_refused(connect, account):
    """Without TLS the command STARTTLS is refused, and the session goes on in plain text."""
    connection = connect("imap")
    connection.command("STARTTLS").expect("BAD", "NO")
    connection.log_in(account)


@forced
@requirement("GROMOX-imap_force_tls-LOGINDISABLED")
def test_login_is_disabled_in_plain_text(connect):
    """Where TLS is forced, LOGINDISABLED and STARTTLS are listed in plain text, no mechanism is."""
    capabilities = listed(connect("imap"))
    assert {"LOGINDISABLED", "STARTTLS"} <= capabilities
    assert not mechanisms(capabilities)


@forced
@requirement("GROMOX-imap_force_tls-TLS")
@pytest.mark.parametrize("way", ["STARTTLS", "imaps"])
def test_login_is_possible_under_tls(connect, account, way):
    """Where TLS is forced, LOGINDISABLED is gone under TLS, a mechanism is listed, LOGIN works."""
    connection = connect("imaps" if way == "imaps" else "imap")
    if way == "STARTTLS":
        connection.start_tls()
    capabilities = listed(connection)
    assert "LOGINDISABLED" not in capabilities
    assert mechanisms(capabilities)
    connection.log_in(account)


@allow("lockout")
@forced
@requirement("GROMOX-imap_force_tls-REFUSED")
@pytest.mark.parametrize("method", ["LOGIN", "PLAIN", "AUTHENTICATE LOGIN"])
def test_the_password_makes_no_difference(connect, account, method):
    """Where TLS is forced, in plain text the right password is refused just as a wrong one."""
    connection = connect("imap")
    told = []
    for password in account.password, WRONG:
        answer = log_in(connection, method, account, password).expect("NO", "BAD")
        told.append((answer.status, answer.tagged.code, answer.text))
    assert told[0] == told[1]
    connection.command("LIST", '""', '""').expect("NO", "BAD")


@forced
@requirement("GROMOX-imap_force_tls-PRIVACYREQUIRED")
@pytest.mark.parametrize("method", ["LOGIN", "PLAIN", "AUTHENTICATE LOGIN"])
def test_the_reason_is_privacy(connect, account, method):
    """Where TLS is forced, a login in plain text is refused with NO [PRIVACYREQUIRED]."""
    if method != "LOGIN":
        other = connect("imap")
        other.start_tls()
        if f"AUTH={method.split()[-1]}" not in listed(other):
            pytest.skip(f"{method} is not offered under TLS either")
    answer = log_in(connect("imap"), method, account, account.password)
    assert answer.status == "NO"
    assert answer.tagged.code is not None
    assert answer.tagged.code.name == "PRIVACYREQUIRED"


@forced
@requirement("GROMOX-imap_force_tls-REFUSED", level="SHOULD")
@pytest.mark.parametrize("mechanism", ["PLAIN", "LOGIN"])
def test_no_password_is_asked_for(connect, mechanism):
    """Where TLS is forced, AUTHENTICATE in plain text is refused before a password is sent."""
    connection = connect("imap")
    connection.send_line(f"x1 AUTHENTICATE {mechanism}")
    response = connection.read_response()
    assert getattr(response, "tag", None) == "x1", f"the server answered {response}"
    assert response.kind in ("NO", "BAD")


@allow("lockout")
@configuration(imap_force_starttls=True, imap_auth_times=2, auth_fail_delay=0)
@requirement("GROMOX-imap_force_tls-UNCOUNTED")
def test_logins_in_plain_text_are_not_counted(connect, account):
    """Logins refused because TLS is not on do not block the user, however many they are."""
    connection = connect("imap")
    for password in (WRONG, WRONG, WRONG):
        connection.command("LOGIN", word(account.user), word(password)).expect("NO")
    connection.start_tls()
    connection.log_in(account)

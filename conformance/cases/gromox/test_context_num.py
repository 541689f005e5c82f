"""context_num: the most sessions at a time, what the next one is told, and places that free up."""

import pytest

from conformance.cases._words import quotable
from conformance.cases.gromox._places import enter, is_full
from conformance.requirements import allow, configuration, needs, requirement
from conformance.wire.arguments import quoted

PLACES = 3
HOST = "full.example.test"

pytestmark = [configuration(context_num=PLACES, host_id=HOST), allow("load")]


@pytest.fixture
def guests(knock):
    """Sessions in all the places."""
    guests = [enter(knock) for _ in range(PLACES)]
    assert all(guests), f"{guests.count(None)} of {PLACES} sessions were not admitted"
    return guests


@pytest.mark.parametrize("kind", ["imap", "imaps"])
@requirement("GROMOX-context_num-BYE")
def test_the_greeting_of_a_full_server_is_bye(guests, connect, kind):
    """The session over the limit is greeted with BYE, over TLS inside TLS, and closed."""
    assert guests
    connection = connect(kind)
    assert connection.greeting.kind == "BYE", f"the greeting is {connection.greeting.kind}"
    assert connection.is_closed_by_server(), "the connection stays open after the BYE"


@requirement("GROMOX-context_num-HOST", "GROMOX-host_id-NEGATIVE")
def test_a_full_server_gives_its_name(guests, knock):
    """The greeting that refuses a session names the host, as the one that admits it does."""
    assert all(HOST.encode() in guest.greeting for guest in guests)
    refused = knock()
    assert not refused.admitted
    assert HOST.encode() in refused.greeting, f"no {HOST} in {refused.greeting!r}"


@requirement("GROMOX-context_num-LIMIT")
def test_as_many_sessions_as_there_are_places(guests, knock):
    """context_num sessions are served at the same time, and not one more."""
    assert is_full(knock)
    for guest in guests:
        assert guest.ask(b"NOOP").startswith(b"t OK"), "a session ended when another was refused"


@requirement("GROMOX-context_num-LIMIT")
def test_all_ports_share_the_places(server, knock):
    """Sessions with TLS and without count alike."""
    if server.address("imaps") is None or server.address("imap") is None:
        pytest.skip("the target has one address only")
    for number in range(PLACES):
        assert enter(knock, ("imap", "imaps")[number % 2])
    assert is_full(knock, "imap")
    assert is_full(knock, "imaps")


@requirement("GROMOX-context_num-LIMIT")
def test_who_is_refused_takes_no_place(guests, knock):
    """However many were refused, one place that frees up admits one session."""
    for _ in range(3 * PLACES):
        assert not knock().admitted  # and stays connected for its part
    guests[0].close()
    assert enter(knock), "no session is admitted in the place of one that ended"
    assert is_full(knock)


def log_out(guest):
    assert guest.ask(b"LOGOUT").startswith(b"t OK")
    guest.await_end()


def end_sending(guest):
    guest.channel.end_sending()
    guest.await_end()


def close_in_a_literal(guest):
    assert guest.ask(b"LOGIN {20}").startswith(b"+")
    guest.close()


def close_behind_commands(guest):
    guest.write(b"t NOOP\r\n" * 50)
    guest.close()


ENDINGS = {
    "LOGOUT": log_out,
    "closed": lambda guest: guest.close(),
    "reset": lambda guest: guest.reset(),
    "one direction closed": end_sending,
    "closed in a literal": close_in_a_literal,
    "closed behind commands": close_behind_commands,
}


def assert_free_again(knock):
    for number in range(PLACES):
        assert enter(knock), f"{number} of {PLACES} places became free"
    assert is_full(knock), f"more than {PLACES} sessions are admitted"


@pytest.mark.parametrize("ending", ENDINGS)
@requirement("GROMOX-context_num-FREE")
def test_a_place_is_free_however_its_session_ended(guests, knock, ending):
    """When a session ends, in whatever way, another one is admitted."""
    for guest in guests:
        ENDINGS[ending](guest)
    assert_free_again(knock)


@pytest.mark.parametrize("ending", ["closed", "reset"])
@requirement("GROMOX-context_num-FREE")
def test_a_place_is_free_when_a_client_vanishes_in_idle(server, guests, knock, account, ending):
    """The place of a client that goes away while it idles becomes free without a time-out."""
    if "LOGINDISABLED" in server.initial_capabilities:
        pytest.skip("no login without TLS")
    login = b"LOGIN %s %s" % tuple(
        quoted(quotable(text).encode()) for text in (account.user, account.password)
    )
    for guest in guests:
        assert guest.ask(login).startswith(b"t OK"), "the account could not log in"
        assert guest.ask(b"IDLE").startswith(b"+")
        ENDINGS[ending](guest)
    assert_free_again(knock)


@needs("STARTTLS", advertised=True)
@requirement("GROMOX-context_num-FREE")
def test_a_place_is_free_when_its_tls_handshake_fails(knock):
    """A session that ends in the handshake after STARTTLS leaves its place."""
    guests = [enter(knock, "imap") for _ in range(PLACES)]
    assert all(guests)
    for guest in guests:
        assert guest.ask(b"STARTTLS").startswith(b"t OK")
        guest.write(b"this is no handshake\r\n" * 20)
        guest.close()
    assert_free_again(knock)

"""imap_conn_timeout and imap_autologout_time: who stalls, and for how long."""

from concurrent.futures import ThreadPoolExecutor
from weakref import WeakKeyDictionary

import pytest

from conformance.cases.gromox._places import enter, is_full
from conformance.cases.gromox._stalls import (
    AUTOLOGOUT_TIME,
    CONN_TIMEOUT,
    LATE,
    MESSAGE_SIZE,
    play,
)
from conformance.cases.gromox._ways import WAYS
from conformance.report.transcripts import transcript_data
from conformance.requirements import allow, configuration, requirement
from conformance.stash import TRANSCRIPT

PLACES = 40  # more than stall at the same time

pytestmark = [
    configuration(imap_conn_timeout="1s", imap_autologout_time="2s", context_num=PLACES),
    allow("timeouts"),
]

BEFORE_LOGIN = [
    "silence",
    "half a command",
    "a literal that never comes",
    "AUTHENTICATE without an answer",
    "silence over TLS",
    "silence after STARTTLS",
]
DRIPPING = ["an octet now and then", "a literal that comes octet by octet"]
A_DRIPPING_HANDSHAKE = "a ClientHello octet by octet"
HANDSHAKES = ["no handshake", "half a ClientHello", "no handshake after STARTTLS"]
AFTER_LOGIN = [
    "silence after login",
    "silence in a mailbox, over TLS",
    "half a command after login",
    "an APPEND that never comes",
    "half an APPEND",
    "IDLE",
]
NOT_READING = ["a client that stops reading", "a client that stops reading, over TLS"]


def named(*names):
    return pytest.mark.parametrize("name", names)


@pytest.fixture(scope="session")
def played():
    """What was played on each server: all cases look at the same stalls."""
    return WeakKeyDictionary()


@pytest.fixture
def stalls(request, server, played):
    """All ways to stall that the chosen cases ask for, by name; played before the first case."""
    if server not in played:
        asked = set()
        for item in request.session.items:
            callspec = getattr(item, "callspec", None)
            if item.path == request.path:
                asked |= set(WAYS) if callspec is None else {callspec.params["name"]}
        selected = request.getfixturevalue("selected")
        line = b"x" * 62 + b"\r\n"
        selected.append(b"Subject: large\r\n\r\n" + line * (MESSAGE_SIZE // len(line)))
        selected.ok("LOGOUT")
        possible = [name for name in asked if WAYS[name].possible(server)]
        account = request.getfixturevalue("account")
        played[server] = play(server, account, selected.mailbox, possible)
    return played[server]


@pytest.fixture
def stall(request, stalls, name):
    """The stall of this name; its dialogue is that of the case."""
    if name not in stalls:
        pytest.skip(f"the server has no {WAYS[name].needs}")
    request.node.stash[TRANSCRIPT] = lambda: transcript_data(stalls[name].client.transcript)
    return stalls[name]


def assert_ended(ending, seconds):
    """The connection ended after so many seconds of inactivity: not before, and not much later."""
    assert ending.ended is not None, f"the connection was not ended after {seconds:g} s"
    waited = ending.ended - ending.began
    assert waited >= seconds, f"ended after {waited:.3f} s, before {seconds:g} s had passed"
    waited = ending.ended - ending.settled
    assert waited <= seconds + LATE, f"ended after {waited:.3f} s; the time set is {seconds:g} s"


@named(*BEFORE_LOGIN)
@requirement("GROMOX-imap_conn_timeout-UNAUTHENTICATED")
def test_an_inactive_connection_ends_before_login(stall):
    """An unauthenticated connection without activity for imap_conn_timeout is ended."""
    assert_ended(stall.ending, CONN_TIMEOUT)


@named(*DRIPPING, A_DRIPPING_HANDSHAKE)
@requirement("GROMOX-imap_conn_timeout-COMMANDS")
def test_octets_alone_are_no_activity(stall):
    """Before login a place cannot be held by an octet now and then, without a whole command."""
    assert_ended(stall.ending, CONN_TIMEOUT)


@named(*BEFORE_LOGIN, *DRIPPING)
@requirement("GROMOX-time-outs-BYE", "RFC3501-3.4-2", "RFC9051-3.4-2", level="MUST")
def test_the_end_before_login_is_a_bye(stall):
    """A connection that a time-out ends before login is told so by BYE."""
    stall.ending.expect_bye()
    if stall.client.broken_rules:
        raise ExceptionGroup("broken rules", stall.client.broken_rules)


@named("commands with pauses")
@requirement("GROMOX-imap_conn_timeout-ACTIVITY")
def test_each_command_begins_the_time_anew_before_login(stall):
    """A client that is not logged in and sends commands within imap_conn_timeout stays."""
    assert stall.ending.settled - stall.ending.began > CONN_TIMEOUT


@named(*HANDSHAKES)
@requirement("GROMOX-imap_conn_timeout-HANDSHAKE")
def test_a_stalled_tls_handshake_ends(stall):
    """A TLS handshake that is not completed within imap_conn_timeout ends the connection.

    Nothing is said in plain text: the client could not tell it from an attacker's words.
    """
    assert_ended(stall.ending, CONN_TIMEOUT)
    octets = stall.ending.octets
    alert = octets[:1] == b"\x15"
    assert alert or not octets, f"in the place of a handshake came {octets[:80]!r}"


@named(*AFTER_LOGIN)
@requirement("GROMOX-imap_autologout_time-IDLE")
def test_an_idle_session_is_logged_out(stall):
    """An authenticated connection that is idle for imap_autologout_time is ended."""
    assert_ended(stall.ending, AUTOLOGOUT_TIME)


@named("IDLE in a busy mailbox")
@requirement("GROMOX-imap_autologout_time-CLIENT")
def test_news_are_no_activity(stall):
    """What the server has to tell is no activity of a client that is idle.

    The manual does not say whose activity counts.
    """
    assert_ended(stall.ending, AUTOLOGOUT_TIME)


@named(*AFTER_LOGIN)
@requirement("GROMOX-time-outs-BYE", "RFC3501-3.4-2", "RFC9051-3.4-2", level="MUST")
def test_autologout_is_a_bye(stall):
    """A session that is logged out for its silence is told so by BYE, wherever it fell silent."""
    stall.ending.expect_bye()
    if stall.client.broken_rules:
        raise ExceptionGroup("broken rules", stall.client.broken_rules)


@named("commands with pauses after login", "IDLE again and again")
@requirement("GROMOX-imap_autologout_time-ACTIVITY", "RFC3501-5.4-2", level="MUST")
def test_each_command_begins_the_time_anew_after_login(stall):
    """Any command within imap_autologout_time keeps the session; to end IDLE does so, too."""
    assert stall.ending.settled - stall.ending.began > AUTOLOGOUT_TIME


@named(*NOT_READING)
@requirement("GROMOX-imap_conn_timeout-WRITING")
def test_a_client_that_stops_reading_is_given_up(stall):
    """A connection that takes nothing for imap_conn_timeout while it is written to is ended.

    The client sees it when it reads again: the end comes in the middle.
    """
    assert stall.ending.ended is not None, "all that was asked for came, after the pause"


@named("a client that reads slowly")
@requirement("GROMOX-imap_conn_timeout-READING")
def test_a_client_that_reads_slowly_gets_everything(stall):
    """A client that takes something now and then, in less than imap_conn_timeout, is served.

    Its command may last longer than imap_autologout_time: it is not idle.
    """
    ending = stall.ending
    assert ending.settled - ending.began >= AUTOLOGOUT_TIME


@allow("load")
@requirement("GROMOX-time-outs-PLACE")
def test_all_places_are_free_again(stalls, knock):
    """Each connection that a time-out ended has left its place."""
    assert stalls
    with ThreadPoolExecutor(PLACES) as pool:  # from far away, one by one, the first would time out
        guests = list(pool.map(lambda _: enter(knock), range(PLACES)))
    taken = PLACES - guests.count(None)
    assert taken == PLACES, f"after all the time-outs there are {taken} places of {PLACES}"
    assert is_full(knock), f"more than {PLACES} sessions are open"

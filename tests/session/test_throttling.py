"""Refused logins, as sessions answer and log them."""

import base64
import logging
import re
import threading

import pytest

from reference_server.accounts import Throttle
from reference_server.config.levels import NOTICE

# fail2ban's form, as the manual has it
REJECTED = re.compile(r"rhost=\[(\S+)?\]\S* user=(\S+) .*(auth|login.*|logon) rejected:")


@pytest.fixture
def strict(connect):
    """Makes clients of one service with three tries."""
    throttle = Throttle(tries=3, block=1000.0)
    return lambda **settings: connect(**{"throttle": throttle} | settings)


def plain(*fields):
    return base64.b64encode(b"\0".join(fields)).decode()


def test_the_last_failure_is_answered_before_bye(strict):
    client = strict()
    for _ in range(2):
        assert client("a LOGIN alice@x.test no") == [
            "a NO [AUTHENTICATIONFAILED] authentication failed"
        ]
    answer, bye = client("a LOGIN alice@x.test no\r\nb NOOP")
    assert answer == "a NO [AUTHENTICATIONFAILED] authentication failed"
    assert bye.startswith("* BYE mail.x.test ")
    assert client.finished


def test_every_way_to_fail_counts_for_the_actor(strict):
    for line in (
        b"a LOGIN {12+}\r\nbob@x.test!\xff hush",  # not UTF-8
        f"a AUTHENTICATE PLAIN {plain(b'nobody@x.test', b'BOB@x.test', b'hush')}".encode(),
        b'a LOGIN "bob@x.test!" hush',
    ):
        assert strict()(line)[0].startswith("a NO [AUTHENTICATIONFAILED]")
    client = strict()
    assert client("a LOGIN bob@x.test hush")[1].startswith("* BYE")
    assert strict()("a LOGIN alice@x.test secret")[0].startswith("a OK")


@pytest.mark.parametrize("name", [b"\xff", b"\xe4\xf6", b""])
def test_names_that_nobody_can_have_are_counted(strict, name):
    ends = []
    for _ in range(4):
        client = strict()
        client(b"a LOGIN {%d+}\r\n%s x" % (len(name), name))
        ends.append(client.finished)
    assert ends == [False, False, True, True]


@pytest.mark.directive("auth_fail_delay")
def test_every_refusal_waits(strict):
    client = strict(auth_fail_delay=7.0)
    waited = []
    client.session.pause = waited.append
    for _ in range(3):
        client('a LOGIN "alice@x.test!bob@x.test" secret')
    assert waited == [7.0] * 3
    client = strict(auth_fail_delay=7.0)
    client.session.pause = waited.append
    client("a LOGIN alice@x.test secret")
    assert waited == [7.0] * 4, "the user is blocked"


@pytest.mark.directive("auth_fail_delay")
def test_a_failure_counts_before_its_answer_waits(strict):
    waiting = strict(auth_fail_delay=7.0)
    paused, go_on = threading.Event(), threading.Event()

    def pause(_seconds):
        paused.set()
        go_on.wait(20)

    waiting.session.pause = pause
    waiting.channel.feed(b"a LOGIN alice@x.test no\r\n")
    assert paused.wait(20)
    others = strict()
    others("a LOGIN alice@x.test no")
    others("a LOGIN alice@x.test no")
    assert others.finished
    go_on.set()
    assert waiting.responses()[0].startswith("a NO")


def test_a_blocked_login_looks_at_the_password_too(strict, directory, monkeypatch):
    """So that it takes as long as any other."""
    asked = []
    original = directory.authenticate
    monkeypatch.setattr(
        type(directory), "authenticate", lambda _, *words: asked.append(words) or original(*words)
    )
    for _ in range(5):
        strict()("a LOGIN alice@x.test no")
    assert len(asked) == 5


def test_refused_logins_are_logged_for_log_watchers(strict, caplog):
    lines = [
        "a LOGIN alice@x.test!bob@x.test secret",
        f"a AUTHENTICATE PLAIN {plain(b'bob@x.test', b'alice@x.test', b'no')}",
        "a LOGIN alice@x.test!bob@x.test no",
        "a LOGIN alice@x.test secret",
    ]
    with caplog.at_level(logging.WARNING):
        for line in lines:
            strict()(line)
    logged = [record.getMessage() for record in caplog.records]
    assert [REJECTED.search(line).group(1, 2) for line in logged] == [
        ("192.0.2.1", "alice@x.test")
    ] * 4
    assert [" mailbox=bob@x.test " in line for line in logged] == [True, True, True, False]
    assert [line.rpartition("rejected: ")[2] for line in logged] == [
        "failed",
        "failed",
        "failed, and the user is blocked from now on",
        "the user is blocked",
    ]


@pytest.mark.parametrize(
    "line",
    [
        'a LOGIN "bob@x.test!alice@x.test" hush',
        f"a AUTHENTICATE PLAIN {plain(b'alice@x.test', b'bob@x.test', b'hush')}",
    ],
)
def test_impersonation_is_logged_at_notice(client, caplog, line):
    with caplog.at_level(logging.DEBUG):
        assert client(line)[0].startswith("a OK")
    (record,) = [record for record in caplog.records if "logged in" in record.getMessage()]
    assert record.levelno == NOTICE
    assert " user=bob@x.test mailbox=alice@x.test " in record.getMessage()


def test_the_own_mailbox_is_no_impersonation(client, caplog):
    with caplog.at_level(logging.DEBUG):
        client("a LOGIN alice@x.test!ALICE@x.test secret")
    (record,) = [record for record in caplog.records if "logged in" in record.getMessage()]
    assert record.levelno == logging.INFO
    assert "mailbox=" not in record.getMessage()


@pytest.mark.directive("userfilter_maxusers")
def test_logins_beyond_the_rate_are_refused_and_end_the_connection(connect):
    throttle = Throttle(tracked=10, rate=2, window=1000.0)
    for _ in range(2):
        connect(throttle=throttle).ok("LOGIN alice@x.test secret")
    answer, bye = connect(throttle=throttle)("a LOGIN alice@x.test secret")
    assert answer == "a NO [AUTHENTICATIONFAILED] authentication failed"
    assert bye.startswith("* BYE ")

"""imap_cmd_debug: which commands are logged, and that nothing secret ever is."""

import base64
import logging

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reference_server.config.live import Live
from reference_server.config.settings import Settings
from reference_server.network.log import ClientFormatter
from reference_server.protocol.framing import Frame, LiteralPart
from reference_server.session import command_log

pytestmark = pytest.mark.directive("imap_cmd_debug")


class Lines(logging.Handler):
    """Keeps the lines as they would be written."""

    def __init__(self):
        super().__init__()
        self.lines = []
        self.setFormatter(ClientFormatter("%(message)s"))

    def emit(self, record):
        self.lines.append(self.format(record))


@pytest.fixture
def logged():
    """The lines logged so far."""
    handler, logger = Lines(), command_log.logger
    before = logger.level
    logger.addHandler(handler)
    logger.setLevel(logging.DEBUG)
    yield handler.lines
    logger.removeHandler(handler)
    logger.setLevel(before)


@pytest.fixture
def debug(connect):
    """Factory of clients of a service with that imap_cmd_debug."""
    return lambda number, **more: connect(live=Live(Settings(imap_cmd_debug=number)), **more)


def test_off(debug, logged):
    client = debug(0)
    client("a NOOP")
    client("b NONSENSE")
    assert logged == []


def test_failed_commands(debug, logged):
    client = debug(1)
    client("a NOOP")
    client("b SELECT INBOX")
    client("c LOGIN alice@x.test wrong")
    client("d LOGIN alice@x.test secret")
    client("e SELECT Missing")
    client("f FETCH 1 (FLAGS")
    client("g LOGOUT")
    assert len(logged) == 4
    assert logged[0].startswith("user=- command: SELECT ... result: BAD")
    assert logged[1] == "user=- command: LOGIN ... result: NO [AUTHENTICATIONFAILED]"
    assert logged[2].startswith("user=alice@x.test command: e SELECT Missing result: NO [NONEXIS")
    assert logged[3].startswith("user=alice@x.test command: f FETCH 1 (FLAGS result: BAD ")


def test_all_commands(debug, logged):
    client = debug(2)
    client("a CAPABILITY")
    client("b login alice@x.test secret")
    client("c NOOP")
    client("d LOGOUT")
    assert [line.partition(" result: OK")[0] for line in logged] == [
        "user=- command: CAPABILITY",
        "user=alice@x.test command: login ...",
        "user=alice@x.test command: c NOOP",
        "user=alice@x.test command: d LOGOUT",
    ]


def test_messages_are_shown_by_their_size(debug, logged):
    client = debug(2)
    client.ok("LOGIN alice@x.test secret")
    client.append(message=b"Subject: private\r\n\r\nThe body.\r\n")
    client.send(b"u SELECT {5+}\r\nINBOX\r\n")
    assert "APPEND INBOX {31} result: OK [APPENDUID]" in logged[1]
    assert "u SELECT {5} result: OK" in logged[2]
    assert "private" not in "".join(logged)


def test_commands_refused_before_they_were_read(debug, logged):
    client = debug(1)
    client("a NOOP " + "x" * 70000)
    client("b LOGIN {70000}")
    assert [line.partition(" result: ")[0] for line in logged] == [
        "user=- command: (refused before it was read)"
    ] * 2


def test_a_connection_that_ends_in_a_command(debug, logged):
    client = debug(2)
    client("a AUTHENTICATE LOGIN")
    client.end()
    assert logged == ["user=- command: AUTHENTICATE ... result: none, the connection ended"]


def test_long_commands_are_cut(debug, logged):
    client = debug(2)
    client.ok("LOGIN alice@x.test secret")
    client("a SELECT " + "x" * 5000)
    assert "x" * 900 in logged[1]
    assert "x" * 1000 not in logged[1]


def test_no_line_and_no_refused_login_is_forged(debug, logged):
    client = debug(2)
    client.ok("LOGIN alice@x.test secret")
    client(b'a CREATE "x\ruser=root command: b LOGOUT\x1b[2J\xff"')
    client('a CREATE "rhost=[192.0.2.7] user=x auth rejected:"')
    client("a STORE 1 FLAGS (\\rhost=[192.0.2.7])")
    assert len(logged) == 4
    for line in logged:
        assert line.isascii()
        assert line.isprintable()
        assert "rhost=[" not in line


PASSWORD = "tUrtle4711"  # letters, so that nothing is hidden for being odd
BASE64 = base64.b64encode(PASSWORD.encode()).decode()
PLAIN = base64.b64encode(f"\0alice@x.test\0{PASSWORD}".encode()).decode()
SECRETS = (PASSWORD, BASE64, PLAIN, PLAIN[:20])

GIVEN_AWAY = [
    "a LOGIN alice@x.test {p}",
    'a login "alice@x.test" "{p}"',
    "a LOGIN alice@x.test {{10+}}\r\n{p}",
    "a LOGIN {{12+}}\r\nalice@x.test {{10+}}\r\n{p}",
    "a LOGIN {{12+}}\r\nalice@x.test {p} {p}",
    "a LOGIN alice@x.test {p} {p}",
    "a LOGIN {p}",
    'a LOGIN alice@x.test "{p}',
    "a LOGIN  alice@x.test {p}",
    "a  LOGIN alice@x.test {p}",
    "a\tLOGIN alice@x.test {p}",
    "a LOGIN\talice@x.test {p}",
    " LOGIN alice@x.test {p}",
    "LOGIN alice@x.test {p}",
    "alice@x.test {p}",
    "* LOGIN alice@x.test {p}",
    "+ LOGIN alice@x.test {p}",
    "a b LOGIN alice@x.test {p}",
    "aLOGIN alice@x.test {p}",
    "a LOGINalice@x.test {p}",
    "a NOOP LOGIN alice@x.test {p}",
    "a NOOP\rb LOGIN alice@x.test {p}",
    "a UID LOGIN alice@x.test {p}",
    "a SELECT INBOX LoGiN alice@x.test {p}",
    "a LOGIN alice@x.test {{3+}}\r\n{p}",
    "a LOGIN alice@x.test {{12}} {p}",
    "a LOGIN alice@x.test \x00{p}",
    "a LOGIN alice@x.test {p}" + "x" * 70000,
    "a AUTHENTICATE PLAIN {plain}",
    "a authenticate plain {plain}",
    "a AUTHENTICATE PLAIN  {plain}",
    "a AUTHENTICATE PLAIN {plain} {plain}",
    "a AUTHENTICATE {plain}",
    "a AUTHENTICATE PLAIN\r\n{plain}",
    "a AUTHENTICATE PLAIN\r\n{plain}!",
    "a AUTHENTICATE LOGIN {b}",
    "a AUTHENTICATE LOGIN\r\nYWxpY2VAeC50ZXN0\r\n{b}",
    "a AUTHENTICATE LOGIN\r\n{b}",
    "a AUTHENTICATE X-OTHER\r\n{plain}",
    "a AUTHENTICATE X-OTHER\r\n{b} ",
    "{plain}",
    "{b}",
    "{p}",
    "{b} {b}",
]


@pytest.mark.parametrize("logged_in", [False, True], ids=["before-login", "after-login"])
@pytest.mark.parametrize("script", GIVEN_AWAY)
def test_no_password_is_logged(debug, logged, caplog, script, logged_in):
    client = debug(2)
    if logged_in:
        client.ok("LOGIN alice@x.test secret")
    with caplog.at_level(logging.DEBUG):
        client(script.format(p=PASSWORD, b=BASE64, plain=PLAIN))
        client.end()
    assert logged, "nothing was logged at all"
    for text in (*logged, caplog.text):
        for secret in SECRETS:
            assert secret.lower() not in text.lower()


def test_the_right_password_is_not_logged(debug, logged, caplog):
    right = base64.b64encode(b"\0alice@x.test\0secret").decode()
    with caplog.at_level(logging.DEBUG):
        for line in "a LOGIN alice@x.test secret", f"a AUTHENTICATE PLAIN {right}":
            client = debug(2)
            assert client(line)[-1].startswith("a OK")
    assert len(logged) == 2
    assert "secret" not in "".join(logged) + caplog.text
    assert right not in "".join(logged) + caplog.text


TEXT = st.one_of(
    st.binary(max_size=30),
    st.sampled_from([b" ", b"a ", b"LOGIN ", b"login", b"AUTHENTICATE ", b"NOOP ", b"\r", b'"']),
)


@given(
    before=st.lists(TEXT, max_size=5),
    between=st.lists(TEXT, max_size=3),
    after=TEXT,
    word=st.sampled_from([b"LOGIN", b"login", b"Authenticate"]),
    literal=st.booleans(),
    logged_in=st.booleans(),
)
def test_nothing_behind_the_name_is_shown(before, between, after, word, literal, logged_in):
    first = b"".join([*before, word, *between])
    secret = b"tUrtle4711"
    last = after + secret
    frame = Frame((first, LiteralPart(secret), last)) if literal else Frame((first + last,))
    shown = command_log.show(frame, logged_in=logged_in)
    assert "tUrtle4711" not in shown
    assert len(shown) <= 4 * command_log.LONGEST + len(command_log.HIDDEN)
    assert shown.isascii()

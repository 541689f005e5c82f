"""imap_cmd_debug: commands in the log with their results, and never a password."""

import re
import secrets

import pytest

from conformance.cases._sasl import encode, plain
from conformance.cases.gromox._logins import EVERY_METHOD, NOBODY, log_in
from conformance.requirements import configuration, requirement
from conformance.wire import Literal, Mailbox, Quoted

pytestmark = configuration(imap_log_level=6, imap_cmd_debug=2)


@pytest.fixture
def known(log, login, scratch):
    """Waits until the log has a command that is carried out now: all before it is in the log."""

    def known():
        missing = scratch.name("last")
        connection = login()
        connection.command("SELECT", Mailbox(missing)).expect("NO")
        log.await_line(re.escape(missing))

    return known


@requirement("GROMOX-imap_cmd_debug-ALL")
def test_every_command_is_logged(authenticated, scratch, log):
    """With imap_cmd_debug=2 a command that succeeds and one that fails are logged."""
    made, missing = scratch.name("made"), scratch.name("missing")
    authenticated.ok("CREATE", Mailbox(made))
    authenticated.command("SELECT", Mailbox(missing)).expect("NO")
    log.await_line(re.escape(made))
    log.await_line(re.escape(missing))


@requirement("GROMOX-imap_cmd_debug-FAILED")
@configuration(imap_cmd_debug=1)
def test_failed_commands_are_logged(authenticated, scratch, log):
    """With imap_cmd_debug=1 a command answered NO and one answered BAD are logged, with that."""
    missing, malformed = scratch.name("missing"), scratch.name("malformed")
    authenticated.command("SELECT", Mailbox(missing)).expect("NO")
    authenticated.command("STATUS", Mailbox(malformed), "MESSAGES").expect("BAD")
    log.await_line(re.escape(missing))
    log.await_line(re.escape(malformed))
    log.await_line(r"\bNO\b")  # on the same line or one of its own: the manual does not say
    log.await_line(r"\bBAD\b")


@requirement("GROMOX-imap_cmd_debug-FAILED")
@configuration(imap_cmd_debug=1)
def test_with_1_commands_that_succeed_are_not_logged(authenticated, scratch, log, known):
    """With imap_cmd_debug=1 a command that is answered OK is not logged."""
    made = scratch.name("made")
    authenticated.ok("STATUS", Mailbox("INBOX"), "(MESSAGES)")
    authenticated.ok("CREATE", Mailbox(made))
    known()
    assert log.lines(rf"CREATE.*{re.escape(made)}") == []


@requirement("GROMOX-imap_cmd_debug-OFF")
@configuration(imap_cmd_debug=0, imap_log_level=1)
def test_without_it_no_command_is_logged(authenticated, scratch, log):
    """With imap_cmd_debug=0 neither a command that succeeds nor one that fails is logged."""
    made, missing = scratch.name("made"), scratch.name("missing")
    authenticated.ok("CREATE", Mailbox(made))
    authenticated.command("SELECT", Mailbox(missing)).expect("NO")
    authenticated.ok("LOGOUT")
    assert log.lines(f"{re.escape(made)}|{re.escape(missing)}") == []


@requirement("GROMOX-imap_cmd_debug-LITERALS")
def test_no_message_is_logged(selected, log, known):
    """Of a message that is appended nothing is shown, neither of its header nor of its body."""
    word = secrets.token_hex(8)
    message = f"Subject: {word}\r\n\r\nThe {word} of the body.\r\n".encode()
    selected.ok("APPEND", Mailbox(selected.mailbox), Literal(message))
    known()
    assert log.lines(word) == []


@requirement("GROMOX-log-FORGED", level="SHOULD")
def test_no_command_forges_a_line(authenticated, log, known):
    """A mailbox name with a line end in it begins no line of the log."""
    word = secrets.token_hex(8)
    for line_end in b"\r\n", b"\n", b"\r":
        name = b"x" + line_end + word.encode() + b" of nobody"
        authenticated.command("SELECT", Literal(name)).expect("NO", "BAD")
    known()
    assert log.lines(rf"^\W*{word}") == []


def assert_unseen(log, password, *others):
    """Neither the password is in the log nor what stands for it in AUTHENTICATE."""
    for secret in (password, encode(password).decode(), *others):
        assert log.lines(re.escape(secret)) == [], "a password is in the log"


@EVERY_METHOD
@requirement("GROMOX-imap_cmd_debug-PASSWORDS")
def test_no_password_is_logged(before_login, account, log, known, method):
    """Of a login that fails and of one that succeeds the password is not shown, nor its base64."""
    wrong = secrets.token_hex(8)
    log_in(before_login(), NOBODY, wrong, method).expect("NO")
    log_in(before_login(), account.user, account.password, method).expect("OK")
    known()
    assert_unseen(log, wrong, plain(NOBODY, wrong).decode())
    assert_unseen(log, account.password, plain(account.user, account.password).decode())


WAYS = {
    "lower case": lambda user, password: ("login", user, password),
    "quoted strings": lambda user, password: ("LOGIN", Quoted(user), Quoted(password)),
    "literals": lambda user, password: (
        "LOGIN",
        Literal(user.encode()),
        Literal(password.encode()),
    ),
    "no user name": lambda _user, password: ("LOGIN", password),
    "three arguments": lambda user, password: ("LOGIN", user, password, password),
    "no closing quote": lambda user, password: ("LOGIN", user, f'"{password}'),
    "two spaces": lambda user, password: ("LOGIN ", user, password),
    "initial response": lambda *given: ("AUTHENTICATE", "PLAIN", plain(*given)),
    "two initial responses": lambda *given: ("AUTHENTICATE", "PLAIN", plain(*given), plain(*given)),
}


@pytest.mark.parametrize("way", WAYS)
@requirement("GROMOX-imap_cmd_debug-PASSWORDS")
def test_no_password_of_a_refused_login_is_logged(before_login, log, known, way):
    """However a login is written, and however wrong it is, its password is not shown."""
    password = secrets.token_hex(8)
    before_login().command(*WAYS[way](NOBODY, password)).expect("NO", "BAD")
    known()
    assert_unseen(log, password, plain(NOBODY, password).decode())


@requirement("GROMOX-imap_cmd_debug-PASSWORDS")
def test_no_password_is_logged_after_login(authenticated, log, known):
    """LOGIN and AUTHENTICATE in a state where they are not valid show no password either."""
    password = secrets.token_hex(8)
    message = plain(NOBODY, password)
    authenticated.command("LOGIN", NOBODY, password).expect("BAD", "NO")
    authenticated.command("AUTHENTICATE", "PLAIN", message).expect("BAD", "NO")
    known()
    assert_unseen(log, password, message.decode())

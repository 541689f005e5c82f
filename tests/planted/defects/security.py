"""What keeps passwords and the server safe."""

import threading
from dataclasses import replace

from reference_server.network.channel import SocketChannel
from reference_server.protocol.commands import Malformed
from reference_server.protocol.framing import Framer
from reference_server.session import capabilities, dispatch, session
from reference_server.session.channel import Disconnected
from reference_server.session.commands import authenticate, login
from reference_server.session.outcome import No
from reference_server.session.session import Session
from tests.planted.defects import found_by


@found_by(
    "security/starttls/commands_injected_before_tls_are_not_executed[command]",
    "security/starttls/commands_injected_before_tls_are_not_executed[commands]",
    "security/starttls/commands_injected_before_tls_are_not_executed[half a command]",
    "security/starttls/commands_injected_before_tls_are_not_executed[half a literal]",
)
def starttls_keeps_the_buffer():
    """What came in plain text behind STARTTLS is executed under TLS."""

    def start_tls(self):
        self.flush()
        self.channel.start_tls()

    Session.start_tls = start_tls


@found_by("security/starttls/plain_text_instead_of_the_handshake_is_not_answered")
def starttls_does_nothing():
    """STARTTLS is answered OK, and the connection goes on in plain text."""
    Session.start_tls = Session.flush


@found_by(
    "security/starttls/a_client_that_leaves_in_the_handshake_harms_no_other",
    "security/implicit_tls/a_failed_handshake_harms_no_other_client[nothing]",
    "security/implicit_tls/a_failed_handshake_harms_no_other_client[half a ClientHello]",
)
def handshakes_wait_for_each_other():
    """There is one TLS handshake at a time."""
    one_at_a_time = threading.Lock()
    start_tls = SocketChannel.start_tls

    def in_turn(self):
        with one_at_a_time:
            start_tls(self)

    SocketChannel.start_tls = in_turn


@found_by(
    "security/login_disabled/login_is_refused",
    "security/login_disabled/authenticate_is_refused",
    imap_force_tls="yes",
)
def login_disabled_is_not_enforced():
    """LOGINDISABLED is listed, but whoever logs in nevertheless is let in."""
    login.require_privacy = authenticate.require_privacy = lambda _session: None


@found_by(
    "gromox/tls_policy/login_is_disabled_in_plain_text",
    "security/login_disabled/is_announced_with_a_way_out",
    imap_force_tls="yes",
)
def plain_is_listed_without_tls():
    """AUTH=PLAIN is listed beside LOGINDISABLED."""
    capabilities._TABLE = tuple(
        (name, capabilities._before_login if name == b"AUTH=PLAIN" else when)
        for name, when in capabilities._TABLE
    )


@found_by("security/login_disabled/ends_with_tls", imap_force_tls="yes")
def login_disabled_stays_under_tls():
    """LOGINDISABLED is still listed under TLS."""
    capabilities.login_disabled = lambda session: session.service.force_tls


@found_by(
    "security/failed_logins/does_not_tell_which_user_exists[LOGIN]",
    "security/failed_logins/does_not_tell_which_user_exists[PLAIN]",
)
def refusal_tells_of_unknown_users():
    """A login with an unknown user name is refused in other words than a wrong password."""
    for module in (login, authenticate):
        module.log_in = _telling(module.log_in, lambda user, _: f"is {user.decode()} known?")


@found_by("security/failed_logins/does_not_repeat_the_password[NO]")
def refusal_repeats_the_password():
    """The answer to a failed LOGIN shows the password."""
    login.log_in = _telling(login.log_in, lambda _, password: f"not {password.decode()}")


def _telling(log_in, text):
    def telling(session, method, user, password, authorization=b""):
        try:
            return log_in(session, method, user, password, authorization)
        except No as refused:
            told = text(user, password) if b"nobody" in user else refused.text
            raise No(told) from None

    return telling


@found_by(
    "security/garbage/is_answered_bad_or_bye[HTTP]",
    "security/garbage/is_answered_bad_or_bye[8-bit octets]",
)
def garbage_ends_the_connection():
    """What is no command ends the connection without a word."""

    def execute(of, command):
        if isinstance(command, Malformed):
            raise Disconnected("garbage")
        yield from dispatch.execute(of, command)

    session.execute = execute


@found_by(
    "security/garbage/a_literal_beyond_all_numbers_is_refused[2^32]",
    "security/garbage/a_literal_beyond_all_numbers_is_refused[10^20]",
)
def literals_have_no_limit():
    """A literal of any size is asked for."""
    begin = Framer.__init__

    def unlimited(self, limits, open_spool):
        begin(self, replace(limits, literal=10**30, append=10**30), open_spool)

    Framer.__init__ = unlimited

"""What a server does wrong in its log."""

import logging
import re
from types import SimpleNamespace

from reference_server.accounts import Verdict
from reference_server.network import log
from reference_server.protocol.framing import LiteralPart
from reference_server.session import command_log, logging_in
from reference_server.session.commands import authenticate, login
from reference_server.session.session import Session
from tests.planted.defects import found_by

NEVER = re.compile(r"(?!)")
_LOG = "gromox/log/"
_IMPERSONATION = "gromox/impersonation/"
_THROTTLING = "gromox/throttling/"
_DEBUG = "gromox/cmd_debug/"


def change_refusals(change):
    """``change(form, arguments)`` gives form and arguments of the line of a refused login."""
    warning = logging_in.logger.warning
    logging_in.logger.warning = lambda form, *arguments: warning(*change(form, arguments))


@found_by(
    _LOG + "a_refused_login_is_logged[LOGIN]",
    _LOG + "a_refused_login_is_logged[AUTHENTICATE LOGIN]",
    _LOG + "a_refused_login_is_logged[AUTHENTICATE PLAIN]",
    "gromox/proxy_off/the_greeting_waits_for_nothing",
)
def the_address_is_not_the_clients():
    """rhost is always the same."""
    change_refusals(lambda form, arguments: (form, "192.0.2.1", *arguments[1:]))


@found_by(_LOG + "a_refused_login_is_logged[AUTHENTICATE PLAIN]")
def plain_is_logged_in_other_words():
    """The line of a refused AUTHENTICATE PLAIN does not say that it was rejected."""

    def change(form, given):
        return form.replace("rejected", "failed") if "PLAIN" in given else form, *given

    change_refusals(change)


@found_by(
    _LOG + "a_login_that_succeeds_is_not_logged_as_refused[LOGIN]",
    _LOG + "a_login_that_succeeds_is_not_logged_as_refused[AUTHENTICATE LOGIN]",
    _LOG + "a_login_that_succeeds_is_not_logged_as_refused[AUTHENTICATE PLAIN]",
)
def every_login_begins_as_refused():
    """A line is written before the password is looked at."""
    log_in = logging_in.log_in

    def log_first(session, method, user, password, authorization=b""):
        form = "rhost=[%s] user=%s method=%s login rejected: undecided"
        logging_in.logger.warning(form, session.channel.peer, user.decode(), method)
        return log_in(session, method, user, password, authorization)

    login.log_in = authenticate.log_in = log_first


@found_by(
    _LOG + "a_user_name_gets_no_other_address_banned[claim on a line of its own]",
    _LOG + "a_user_name_gets_no_other_address_banned[claim behind a line feed]",
    _LOG + "an_authorization_identity_gets_no_other_address_banned",
)
def line_ends_go_into_the_log():
    """User names are logged as they are, line ends included."""
    logging_in._printable = str
    log._CONTROL = log._CLAIM = NEVER


@found_by(
    _LOG + "a_user_name_gets_no_other_address_banned[claim]",
    _LOG + "a_user_name_gets_no_other_address_banned[claim behind a bracket]",
    _LOG + "a_user_name_gets_no_other_address_banned[claim as the mailbox]",
    _THROTTLING + "a_name_cannot_forge_a_log_line",
)
def the_user_comes_first():
    """The line begins with what the client calls itself."""
    logging_in._printable = str
    log._CLAIM = NEVER
    change_refusals(lambda form, given: ("login of %s%s: " + form, given[1], given[2], *given))


@found_by(_THROTTLING + "each_refused_login_is_logged")
def what_a_blocked_user_tries_is_not_logged():
    """The last line of a user is that of the failure that blocks."""
    warning = logging_in.logger.warning
    logging_in.logger.warning = lambda *line: Verdict.BLOCKED.value in line or warning(*line)


@found_by(
    _IMPERSONATION + "a_denied_one_is_logged_as_a_refused_login",
    _IMPERSONATION + "both_identities_are_logged[LOGIN]",
)
def actors_are_not_logged():
    """The line of an impersonation, denied or not, has the mailbox for the user."""

    def change(form, given):
        peer, actor, mailbox, *rest = given
        return form, peer, mailbox.removeprefix(" mailbox=") or actor, "", *rest

    change_refusals(change)
    write = logging_in.logger.log
    logging_in.logger.log = lambda level, form, *given: write(level, *change(form, given))


@found_by(_LOG + "at_level_1_no_failed_login_is_logged")
def the_level_is_ignored():
    """Everything is logged, whatever imap_log_level says."""
    log.LEVELS = dict.fromkeys(log.LEVELS, logging.DEBUG)


@found_by(
    _LOG + "at_level_1_no_failed_login_is_logged",
    _LOG + "at_level_6_a_failed_login_is_logged",
)
def levels_count_the_wrong_way():
    """6 is critical, 1 is debugging."""
    log.LEVELS = dict(zip(log.LEVELS, reversed(log.LEVELS.values()), strict=True))


@found_by(_DEBUG + "without_it_no_command_is_logged")
def commands_are_always_logged():
    """imap_cmd_debug is 2, whatever it says."""
    begin = command_log.begin
    service = SimpleNamespace(settings=SimpleNamespace(imap_cmd_debug=2))
    command_log.begin = lambda session, frame: begin(
        SimpleNamespace(service=service, identity=session.identity), frame
    )


@found_by(_DEBUG + "with_1_commands_that_succeed_are_not_logged")
def failed_commands_means_all():
    """imap_cmd_debug=1 logs every command."""
    command_log._FAILED_ONLY = None


@found_by(_DEBUG + "failed_commands_are_logged")
def a_bad_command_is_not_a_failed_one():
    """imap_cmd_debug=1 logs what is answered NO, but not what is answered BAD."""
    begin = command_log.begin

    def begin_unless_bad(session, frame):
        report = begin(session, frame)
        return lambda result: None if result and result.kind == "BAD" else report(result)

    command_log.begin = begin_unless_bad


def show_always(hide=lambda text: text):
    """Commands are shown whole but for what ``hide`` takes away, before login, too."""

    def show(frame, **_state):
        parts = (part if isinstance(part, bytes) else b"{}" for part in frame.parts)
        return hide(b"".join(parts).decode("ascii", "replace"))

    command_log.show = show


@found_by(_DEBUG + "no_password_of_a_refused_login_is_logged[lower case]")
def only_capitals_are_secret():
    """The arguments of login are shown, those of LOGIN are not."""
    show_always(lambda text: re.sub("(LOGIN|AUTHENTICATE) .*", r"\1 ***", text))


@found_by(
    _DEBUG + "no_password_of_a_refused_login_is_logged[no closing quote]",
    _DEBUG + "no_password_of_a_refused_login_is_logged[no user name]",
    _DEBUG + "no_password_of_a_refused_login_is_logged[three arguments]",
    _DEBUG + "no_password_of_a_refused_login_is_logged[two spaces]",
)
def only_what_is_well_formed_is_secret():
    """Of a LOGIN that is malformed the password is shown."""
    show_always(lambda text: re.sub(r'(?i)(LOGIN \S+) ("[^"]*"|[^"\s]+)$', r"\1 ***", text))


@found_by(
    _DEBUG + "no_password_of_a_refused_login_is_logged[initial response]",
    _DEBUG + "no_password_of_a_refused_login_is_logged[two initial responses]",
    _DEBUG + "no_password_is_logged_after_login",
)
def initial_responses_are_shown():
    """Only LOGIN hides its arguments."""
    show_always(lambda text: re.sub("(?i)LOGIN .*", "LOGIN ***", text))


@found_by(_DEBUG + "no_password_is_logged[AUTHENTICATE LOGIN]")
def answers_to_challenges_are_shown():
    """What the client sends after a continuation request of AUTHENTICATE is logged."""
    read_line = Session.read_line

    def read_and_show(self, wakeup=None):
        line = read_line(self, wakeup)
        command_log.logger.debug("answer: %s", line)
        return line

    Session.read_line = read_and_show


@found_by(_DEBUG + "no_password_is_logged_after_login")
def a_login_after_login_is_shown():
    """Who is logged in has no secrets."""
    command_log._LOGGING_IN = re.compile(rb"(?!)")


@found_by(
    _DEBUG + "no_message_is_logged",
    _DEBUG + "no_password_of_a_refused_login_is_logged[literals]",
)
def literals_are_shown():
    """Commands are logged as they came, but for the text of LOGIN."""
    show = command_log.show

    def show_literals(frame, **state):
        octets = (bytes(part.octets[:]) for part in frame.parts if isinstance(part, LiteralPart))
        return show(frame, **state) + b" ".join(octets).decode("utf-8", "replace")

    command_log.show = show_literals


@found_by(_DEBUG + "no_command_forges_a_line")
def mailbox_names_are_shown_as_they_are():
    """Literals are shown, and line ends in them begin new lines of the log."""
    log._CONTROL = NEVER
    literals_are_shown()


@found_by(_DEBUG + "every_command_is_logged", _DEBUG + "failed_commands_are_logged")
def only_names_are_shown():
    """Of each command the name is logged, after login, too."""
    show = command_log.show
    command_log.show = lambda frame, **_state: show(frame, logged_in=False)

"""What a server does wrong about whether TLS is offered, demanded, and in which versions."""

import ssl

from reference_server import cli
from reference_server.network import tls
from reference_server.session import capabilities, logging_in
from reference_server.session.commands import authenticate, login, starttls
from reference_server.session.outcome import No
from reference_server.session.session import Session
from tests.planted.defects import found_by


def list_when(name, offered):
    capabilities._TABLE = tuple(
        (other, offered if other == name else when) for other, when in capabilities._TABLE
    )


@found_by("gromox/tls_policy/starttls_is_listed_until_login")
def starttls_is_still_listed_after_login():
    """STARTTLS is listed in plain text, before login and after."""
    list_when(b"STARTTLS", lambda session: not session.channel.secure)


@found_by("gromox/tls_policy/starttls_is_not_listed_under_tls")
def starttls_is_possible_twice():
    """STARTTLS is listed under TLS, too, and begins TLS within TLS."""
    starttls.tls_offered = lambda session: session.identity is None
    list_when(b"STARTTLS", starttls.tls_offered)


@found_by("gromox/tls_policy/without_tls_starttls_is_not_listed")
def starttls_is_listed_in_vain():
    """STARTTLS is listed though the server has no TLS."""
    list_when(b"STARTTLS", capabilities._before_login)


@found_by("gromox/tls_policy/without_tls_starttls_is_refused")
def starttls_is_promised_in_vain():
    """STARTTLS is answered OK though the server has no TLS."""
    starttls.tls_offered = lambda session: not session.channel.secure


@found_by("gromox/tls_policy/login_is_possible_under_tls[imaps]")
def implicit_tls_counts_for_nothing():
    """Where TLS is forced, nothing but STARTTLS takes LOGINDISABLED away."""
    start_tls = Session.start_tls
    started = set()

    def starting(self):
        started.add(self)
        start_tls(self)

    def disabled(session):
        return session.service.force_tls and session not in started

    Session.start_tls = starting
    capabilities.login_disabled = logging_in.login_disabled = disabled


def _look_at_the_password(refuse):
    """Where TLS is demanded, have LOGIN and AUTHENTICATE take the password before they refuse."""
    log_in = logging_in.log_in

    def looking(session, method, user, password, authorization=b""):
        if capabilities.login_disabled(session):
            refuse(session, user.decode(), password.decode())
            raise No("TLS comes first", "PRIVACYREQUIRED")
        return log_in(session, method, user, password, authorization)

    for command in login, authenticate:
        command.require_privacy = lambda _session: None
        command.log_in = looking


@found_by(
    "gromox/tls_policy/the_password_makes_no_difference[LOGIN]",
    "gromox/tls_policy/the_password_makes_no_difference[PLAIN]",
    "gromox/tls_policy/the_password_makes_no_difference[AUTHENTICATE LOGIN]",
    "gromox/tls_policy/no_password_is_asked_for[PLAIN]",
    "gromox/tls_policy/no_password_is_asked_for[LOGIN]",
)
def a_wrong_password_is_told_in_plain_text():
    """Where TLS is forced, the password is looked at first, and a wrong one is told of."""

    def refuse(session, user, password):
        if session.service.directory.authenticate(user, password, "") is None:
            raise No("authentication failed", "AUTHENTICATIONFAILED")

    _look_at_the_password(refuse)


@found_by("gromox/tls_policy/logins_in_plain_text_are_not_counted")
def logins_in_plain_text_are_counted():
    """A login refused for want of TLS counts as a failed one, so that anybody can block a user."""

    def refuse(session, user, _password):
        account = session.service.directory.account(user)
        session.service.throttle.judge(user, account, right=False)

    _look_at_the_password(refuse)


@found_by(
    "gromox/tls_policy/the_reason_is_privacy[LOGIN]",
    "gromox/tls_policy/the_reason_is_privacy[PLAIN]",
    "gromox/tls_policy/the_reason_is_privacy[AUTHENTICATE LOGIN]",
)
def the_want_of_privacy_has_no_code():
    """A login without TLS is refused as any other is."""

    def require_privacy(session):
        if capabilities.login_disabled(session):
            raise No("authentication failed", "AUTHENTICATIONFAILED")

    login.require_privacy = authenticate.require_privacy = require_privacy


def _change_versions(change):
    def changed(settings):
        context = tls.tls_context(settings)
        if context is not None:
            change(context)
        return context

    cli.tls_context = changed


@found_by(
    "gromox/tls_versions/accepts_what_is_out_of_use[tls1.0-tls1.0]",
    "gromox/tls_versions/accepts_what_is_out_of_use[tls1.1-tls1.1]",
    "gromox/tls_versions/refuses_an_older_version[tls1.3-tls1.2]",
    "gromox/tls_versions/refuses_an_older_version_after_starttls[tls1.3-tls1.2]",
)
def the_oldest_version_is_not_configurable():
    """tls_min_proto is read, and TLS 1.2 and 1.3 are accepted whatever it says."""
    _change_versions(lambda context: setattr(context, "minimum_version", ssl.TLSVersion.TLSv1_2))


@found_by(
    "gromox/tls_versions/refuses_an_older_version[tls1.1-tls1.0]",
    "gromox/tls_versions/refuses_an_older_version[tls1.2-tls1.1]",
    "gromox/tls_versions/refuses_an_older_version_after_starttls[tls1.1-tls1.0]",
    "gromox/tls_versions/refuses_an_older_version_after_starttls[tls1.2-tls1.1]",
)
def every_version_is_accepted():
    """tls_min_proto is read, and every version is accepted."""

    def accept_all(context):
        context.minimum_version = ssl.TLSVersion.TLSv1
        context.set_ciphers("DEFAULT:@SECLEVEL=0")

    _change_versions(accept_all)


@found_by(
    "gromox/tls_versions/accepts[tls1.0-tls1.3]",
    "gromox/tls_versions/accepts[tls1.2-tls1.3]",
)
def the_oldest_version_is_the_only_one():
    """The version of tls_min_proto is accepted, and no newer one."""
    _change_versions(lambda context: setattr(context, "maximum_version", context.minimum_version))


@found_by(
    "gromox/tls_versions/accepts_what_is_out_of_use[tls1.0-tls1.0]",
    "gromox/tls_versions/accepts_what_is_out_of_use[tls1.1-tls1.1]",
)
def old_versions_have_no_cipher():
    """tls_min_proto permits TLS 1.0 and 1.1, and the security level forbids their signatures."""
    _change_versions(lambda context: context.set_ciphers("DEFAULT:@SECLEVEL=1"))

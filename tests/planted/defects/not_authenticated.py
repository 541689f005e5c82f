"""STARTTLS, AUTHENTICATE and LOGIN."""

import base64
from dataclasses import replace

from reference_server.accounts import Directory
from reference_server.protocol import commands
from reference_server.session import capabilities, dispatch
from reference_server.session.commands import authenticate, starttls
from reference_server.session.commands.authenticate import Credentials
from reference_server.session.dispatch import ANY
from reference_server.session.outcome import Bad, No
from reference_server.session.session import Session
from tests.planted.defects import found_by


@found_by("not_authenticated/login/a_second_time_does_not_change_the_user")
def login_is_valid_after_login():
    """LOGIN in the authenticated state changes the user."""
    dispatch.TABLE[commands.Login] = replace(dispatch.TABLE[commands.Login], states=ANY)


@found_by(
    "not_authenticated/login/rejects_a_wrong_password",
    "not_authenticated/plain/rejects_a_wrong_password",
)
def passwords_are_compared_without_case():
    """A password with upper and lower case exchanged is accepted."""
    check = Directory.authenticate
    Directory.authenticate = lambda self, user, password, authorization="": (
        check(self, user, password, authorization)
        or check(self, user, password.swapcase(), authorization)
    )


@found_by(
    "not_authenticated/authenticate/cancelled_is_bad",
    "not_authenticated/authenticate/login_can_be_cancelled_at_the_second_question",
)
def cancelling_is_answered_no():
    """A cancelled AUTHENTICATE is answered NO."""
    decode = authenticate._decode

    def lenient(line):
        if line == b"*":
            raise No("cancelled")
        return decode(line)

    authenticate._decode = lenient


@found_by("not_authenticated/authenticate/with_a_response_that_is_not_base64_is_bad[AHgA eQ==]")
def base64_may_hold_anything():
    """What is not of the alphabet of base64 is skipped."""

    def lenient(line):
        if line == b"*":
            raise Bad("cancelled")
        return base64.b64decode(line + b"==")

    authenticate._decode = lenient


@found_by("not_authenticated/plain/challenge_is_empty")
def plain_has_a_challenge():
    """The first challenge of PLAIN is a text."""

    def exchange():
        _, user, password = (yield b"ready").split(b"\0")
        return Credentials(user, password)

    authenticate.MECHANISMS["PLAIN"] = exchange


@found_by("not_authenticated/plain/rejects_a_malformed_message[three NULs]")
def plain_ignores_the_rest():
    """What follows the password and another NUL in a message of PLAIN is ignored."""

    def exchange():
        authorization, user, password, *_ = (yield b"").split(b"\0")
        return Credentials(user, password, authorization)

    authenticate.MECHANISMS["PLAIN"] = exchange


@found_by("not_authenticated/plain/denies_the_privileges_of_another_user")
def authorization_identity_is_ignored():
    """Whoever requests the privileges of another user is logged in as himself."""
    log_in = authenticate.log_in
    authenticate.log_in = lambda session, method, user, password, *_: log_in(
        session, method, user, password
    )


@found_by("not_authenticated/authenticate/with_an_unknown_mechanism_is_answered_no")
def unknown_mechanisms_are_bad():
    """AUTHENTICATE with an unknown mechanism is answered BAD."""
    handler = dispatch.TABLE[commands.Authenticate].handler

    def strict(session, command):
        if command.mechanism not in authenticate.MECHANISMS:
            raise Bad("no such mechanism")
        return handler(session, command)

    dispatch.TABLE[commands.Authenticate] = replace(
        dispatch.TABLE[commands.Authenticate], handler=strict
    )


@found_by(
    "not_authenticated/starttls/is_not_offered_again",
    "not_authenticated/starttls/a_second_time_is_refused",
)
def starttls_is_offered_under_tls():
    """STARTTLS is listed and begun again under TLS."""

    def offered(session):
        return session.service.tls_available and session.identity is None

    starttls.tls_offered = offered
    capabilities._TABLE = tuple(
        (name, offered if name == b"STARTTLS" else when) for name, when in capabilities._TABLE
    )


@found_by("not_authenticated/starttls/does_not_log_in")
def starttls_logs_in():
    """After STARTTLS the connection is in the authenticated state."""
    start_tls = Session.start_tls

    def and_log_in(self):
        start_tls(self)
        self.log_in(self.service.directory.authenticate("alice@example.test", "alicepw"))

    Session.start_tls = and_log_in

"""The greeting, CAPABILITY, NOOP and LOGOUT, and the states."""

from dataclasses import replace

from reference_server.protocol import commands
from reference_server.protocol.responses import Atom, Condition
from reference_server.session import dispatch, logging_in, session
from reference_server.session.capabilities import capabilities
from reference_server.session.commands import capability
from reference_server.session.dispatch import LOGGED_IN
from reference_server.session.session import Session
from tests.planted.defects import found_by

execute = dispatch.execute


def alter(command, **changes):
    """Change the entry of a command in the table."""
    dispatch.TABLE[command] = replace(dispatch.TABLE[command], **changes)


@found_by("any_state/capability/names_imap4rev1_once[connection]")
def capabilities_come_twice():
    """CAPABILITY brings two CAPABILITY responses."""

    def handler(session, command):
        yield from capability.capability(session, command)
        return (yield from capability.capability(session, command))

    alter(commands.Capability, handler=handler)


@found_by("any_state/greeting/lists_the_capabilities_that_hold")
def greeting_lists_other_capabilities():
    """The greeting lists a capability that CAPABILITY does not list."""
    session.capabilities = lambda of: (*capabilities(of), Atom(b"QUOTA"))


@found_by(
    "any_state/capability/agrees_with_the_code_of_the_login",
    "not_authenticated/authenticate/lists_the_capabilities_that_hold",
)
def login_lists_the_capabilities_before_it():
    """The OK to a login still lists what could be used to log in."""
    logging_in.capabilities = lambda of: (*capabilities(of), Atom(b"AUTH=PLAIN"))


@found_by(
    "any_state/noop/tells_of_a_new_message",
    "any_state/noop/tells_of_a_removed_message",
    "any_state/noop/tells_of_changed_flags",
)
def noop_tells_nothing():
    """NOOP tells nothing of what happened in the mailbox."""

    def deaf(of, command):
        if not isinstance(command, commands.Noop):
            yield from execute(of, command)
            return
        view, of.view = of.view, None
        yield from execute(of, command)
        of.view = view

    session.execute = deaf


@found_by("any_state/noop/succeeds[connection]")
def noop_wants_a_login():
    """NOOP is refused before login."""
    alter(commands.Noop, states=LOGGED_IN)


@found_by(
    "any_state/logout/says_bye_and_closes[connection]",
    "any_state/logout/says_bye_and_closes[selected]",
)
def logout_says_no_bye():
    """LOGOUT is answered OK and the connection closed, without BYE."""

    def handler(session, _command):
        session.ended = True

    alter(commands.Logout, handler=handler)


@found_by(
    "any_state/logout/says_bye_and_closes[connection]",
    "any_state/logout/says_bye_and_closes[selected]",
)
def logout_leaves_the_connection_open():
    """LOGOUT is answered as it should be, and the connection stays."""

    def handler(_session, _command):
        yield Condition("BYE", "logging out")

    alter(commands.Logout, handler=handler)


@found_by("any_state/logout/nothing_is_executed_after_it")
def commands_after_logout_are_executed():
    """What has come with LOGOUT is executed before the connection ends."""
    run = Session.run

    def to_the_end(self):
        serve_next = self._serve_next

        def and_one_more():
            serve_next()
            if self.ended:
                serve_next()

        self._serve_next = and_one_more
        run(self)

    Session.run = to_the_end


@found_by("any_state/states/no_other_failure_changes_the_state")
def failures_close_the_mailbox():
    """Every command that is answered NO leaves the selected state."""

    def closing(of, command):
        for response in execute(of, command):
            if isinstance(response, Condition) and response.kind == "NO":
                of.close_mailbox()
            yield response

    session.execute = closing

"""UIDPLUS, IDLE, LITERAL+, NAMESPACE, UNSELECT and SASL-IR."""

import re
from dataclasses import replace

from reference_server.protocol import commands, framing
from reference_server.protocol.responses import Code, Continuation, Data
from reference_server.session import dispatch
from reference_server.session.commands import append, authenticate, close, copy, expunge
from reference_server.session.outcome import No
from reference_server.session.uid_sets import uid_set
from tests.planted.defects import found_by


def handle(command, handler):
    """Let another handler carry out a command."""
    dispatch.TABLE[command] = replace(dispatch.TABLE[command], handler=handler)


@found_by("extensions/uidplus/append_uid", "extensions/uidplus/append_uid_in_the_selected_mailbox")
def append_uid_is_that_of_another_message():
    """APPENDUID has the UID before that of the new message."""
    append.uid_set = lambda uids: uid_set([max(1, uid - 1) for uid in uids])


@found_by("extensions/uidplus/append_and_copy_tell_uids")
def copy_uid_is_missing():
    """COPY is answered without COPYUID."""
    handler = copy.copy
    handle(commands.Copy, lambda session, command: replace(handler(session, command), code=None))


@found_by("extensions/uidplus/copy_uid[copy]", "extensions/uidplus/copy_uid[uid-copy]")
def copy_uid_has_the_uid_validity_of_the_source():
    """COPYUID has the UIDVALIDITY of the selected mailbox."""

    def handler(session, command):
        done = copy.copy(session, command)
        if done.code is None:
            return done
        _, sources, targets = done.code.value
        values = (session.selected.uid_validity, sources, targets)
        return replace(done, code=Code("COPYUID", values))

    handle(commands.Copy, handler)


@found_by("extensions/uidplus/uid_expunge", "extensions/uidplus/uid_expunge_of_nothing")
def uid_expunge_disregards_the_set():
    """UID EXPUNGE removes all deleted messages."""

    def handler(session, command):
        expunge.expunge(session, replace(command, uids=None))

    handle(commands.Expunge, handler)


@found_by("extensions/idle/tells_of_a_new_message", "extensions/idle/tells_of_an_expunge")
def idle_tells_nothing():
    """IDLE waits for DONE and does not look at the mailbox."""

    def handler(session, _command):
        yield Continuation("idling")
        session.read_line()

    handle(commands.Idle, handler)


@found_by("extensions/idle/in_the_authenticated_state")
def idle_needs_a_mailbox():
    """IDLE is refused in the authenticated state."""
    handler = dispatch.TABLE[commands.Idle].handler

    def refuse(session, command):
        if session.view is None:
            raise No("no mailbox is selected")
        return handler(session, command)

    handle(commands.Idle, refuse)


@found_by("extensions/idle/anything_but_done[command]", "extensions/idle/anything_but_done[empty]")
def idle_ends_with_any_line():
    """IDLE takes any line for DONE."""

    def handler(session, _command):
        yield Continuation("idling")
        session.read_line()

    handle(commands.Idle, handler)


@found_by("extensions/literal_plus/append_without_waiting", "extensions/literal_plus/login")
def every_literal_is_continued():
    """A non-synchronizing literal brings a continuation request, too."""
    framing._ANNOUNCEMENT = re.compile(rb"\{([0-9]+)\+?()\}\Z")


@found_by(
    "extensions/namespace/delimiters_are_those_of_list",
    "gromox/folders/there_is_one_personal_namespace",
)
def namespace_tells_another_delimiter():
    """NAMESPACE tells a delimiter that LIST does not use."""

    def handler(_session, _command):
        yield Data("NAMESPACE", (((b"", b"."),), None, None))

    handle(commands.Namespace, handler)


@found_by("extensions/unselect/removes_nothing")
def unselect_removes_messages():
    """UNSELECT does what CLOSE does."""
    handle(commands.Unselect, close.close)


@found_by("extensions/sasl_ir/empty_response", "extensions/sasl_ir/initial_response")
def initial_response_is_ignored():
    """AUTHENTICATE asks for the response though it is there."""

    def handler(session, command):
        return authenticate.authenticate(session, replace(command, initial_response=None))

    handle(commands.Authenticate, handler)

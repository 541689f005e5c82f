"""A server that leaves the RFCs and the manual in all the ways in which Gromox 3.10 was seen to."""

from reference_server.protocol import commands
from reference_server.session import capabilities
from reference_server.session.commands import authenticate
from reference_server.session.outcome import Bad
from tests.planted.defects import found_by
from tests.planted.defects.gromox_logins import failures_are_counted_by_connection
from tests.planted.defects.gromox_timeouts import a_full_server_says_bad, a_time_out_says_bad
from tests.planted.defects.revision2 import handle

NOT_OFFERED = {b"SASL-IR", b"BINARY", b"AUTH=PLAIN", b"CONDSTORE", b"QRESYNC"}


def _refuse(command, reason):
    """Answer BAD to a command for which ``reason(session, command)`` gives one."""

    def handler(original, session, sent):
        words = reason(session, sent)
        if words:
            raise Bad(words)
        return original(session, sent)

    handle(command, handler)


@found_by(
    "any_state/capability_revision2/names_the_mechanism_plain[imap]",
    "any_state/capability_revision2/plain_with_initial_response",
    "extensions/uidplus/uid_expunge_of_a_read_only_mailbox_is_answered_no",
    "gromox/context_num/the_greeting_of_a_full_server_is_bye[imap]",
    "gromox/throttling/a_blocked_user_cannot_impersonate",
    "gromox/timeouts/the_end_before_login_is_a_bye[silence]",
    "selected/expunge/of_a_read_only_mailbox_is_answered_no",
    "selected/included_revision2/binary[BINARY[1]]",
    "selected/store/of_a_read_only_mailbox_is_no_error_of_the_client[store]",
)
def everything_at_once():
    """All that profiles/gromox.toml knows."""
    a_full_server_says_bad()
    a_time_out_says_bad()
    failures_are_counted_by_connection()
    capabilities._TABLE = tuple(row for row in capabilities._TABLE if row[0] not in NOT_OFFERED)
    del authenticate.MECHANISMS["PLAIN"]
    _refuse(
        commands.Authenticate,
        lambda _, sent: sent.initial_response is not None and "no initial response is taken",
    )
    _refuse(
        commands.Fetch,
        lambda _, sent: any(item.name.startswith("BINARY") for item in sent.items) and "no BINARY",
    )
    for command in commands.Store, commands.Expunge:
        _refuse(command, lambda session, _: session.selected.read_only and "read-only mailbox")

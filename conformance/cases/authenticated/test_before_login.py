"""The commands of RFC 3501 section 6.3 in the not authenticated state."""

import pytest

from conformance.requirements import requirement
from conformance.wire import Literal, Mailbox

# Every command with valid arguments; None stands for the name of a mailbox.
COMMANDS = {
    "SELECT": (None,),
    "EXAMINE": (None,),
    "CREATE": (None,),
    "DELETE": (None,),
    "RENAME": (None, "gximap-other"),
    "SUBSCRIBE": (None,),
    "UNSUBSCRIBE": (None,),
    "LIST": ('""', "%"),
    "LSUB": ('""', "%"),
    "STATUS": (None, "(MESSAGES)"),
    "APPEND": (None, Literal(b"Subject: one\r\n\r\nbody\r\n")),
}


@requirement("RFC3501-3.1-1", "RFC3501-6.3-STATE", "RFC9051-3.1-1")
@pytest.mark.parametrize("command", COMMANDS, ids=str.lower)
def test_is_refused(connection, mailbox, command):
    """Before login the commands of the authenticated state are refused, and tell nothing."""
    arguments = [Mailbox(mailbox) if one is None else one for one in COMMANDS[command]]
    answer = connection.command(command, *arguments)
    assert answer.status in ("NO", "BAD")
    told = {"LIST", "LSUB", "STATUS", "FLAGS", "EXISTS"} & set(answer.untagged_names())
    assert not told, f"{command} told a client that is not logged in: {told}"
    assert connection.command("NOOP").status == "OK"

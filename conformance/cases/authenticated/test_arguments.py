"""Missing, superfluous and malformed arguments of the commands of RFC 3501 section 6.3."""

import pytest

from conformance.requirements import requirement

# What follows the tag; NAME stands for the name of a mailbox that exists.
MALFORMED = {
    "6.3.1": ("SELECT", "SELECT ", "SELECT  NAME", "SELECT NAME NAME", 'SELECT "NAME', "SELECT %"),
    "6.3.2": ("EXAMINE", "EXAMINE  NAME", "EXAMINE NAME NAME", "EXAMINE (NAME)"),
    "6.3.3": ("CREATE", "CREATE ", "CREATE NAMEx NAMEy", 'CREATE "NAMEx', "CREATE NAMEx*"),
    "6.3.4": ("DELETE", "DELETE  NAME", "DELETE NAME NAME", "DELETE (NAME)"),
    "6.3.5": ("RENAME", "RENAME NAME", "RENAME NAME NAMEx NAMEy", "RENAME NAME (NAMEx)"),
    "6.3.6": ("SUBSCRIBE", "SUBSCRIBE NAME NAME", "SUBSCRIBE (NAME)"),
    "6.3.7": ("UNSUBSCRIBE", "UNSUBSCRIBE NAME NAME", "UNSUBSCRIBE (NAME)"),
    "6.3.8": ("LIST", 'LIST ""', "LIST NAME", 'LIST "" NAME NAME', 'LIST "" (NAME', 'LIST ""NAME'),
    "6.3.9": ("LSUB", 'LSUB ""', "LSUB NAME", 'LSUB "" NAME NAME', 'LSUB "" (NAME)'),
    "6.3.10": (
        "STATUS",
        "STATUS NAME",
        "STATUS NAME ()",
        "STATUS NAME MESSAGES",
        "STATUS NAME (MESSAGES",
        "STATUS NAME (NOSUCHITEM)",
        "STATUS NAME (MESSAGES,UNSEEN)",
        "STATUS (MESSAGES) NAME",
    ),
    "6.3.11": (
        "APPEND",
        "APPEND NAME",
        "APPEND NAME (\\Seen)",
        "APPEND NAME text",
        "APPEND NAME \\Seen text",
        "APPEND NAME 17-Jul-1996 text",
        'APPEND NAME "text"',
    ),
}


@pytest.mark.parametrize(
    "commands",
    [
        pytest.param(commands, marks=requirement(f"RFC3501-{section}-BAD", "RFC3501-2.2.2-3"))
        for section, commands in MALFORMED.items()
    ],
    ids=[commands[0].lower() for commands in MALFORMED.values()],
)
def test_malformed_is_bad(authenticated, mailbox, commands):
    """A command whose arguments the formal syntax does not permit is answered BAD."""
    taken = []
    for number, command in enumerate(commands):
        authenticated.send_line(f"x{number} {command.replace('NAME', mailbox)}")
        if authenticated.finish(f"x{number}").status != "BAD":
            taken.append(command)
    assert not taken, f"malformed, but not answered BAD: {taken}"
    assert authenticated.command("NOOP").status == "OK"

"""The mailboxes that LIST and LSUB name, read from whatever a server answers.

IMAPClient's own reader takes an answer apart into threes, and fails on a response with more in it
(RFC 5258 extended data, say). Clearing up must not depend on that.
"""

import re
from typing import Any

from imapclient import IMAPClient

# "* LIST " is gone. What follows the name is not looked at.
RESPONSE = re.compile(
    rb'\s*\([^()]*\)\s+(?P<delimiter>NIL|"(?:[^"\\]++|\\.)*+")\s+'
    rb'(?:"(?P<quoted>(?:[^"\\]++|\\.)*+)"|\{\d+\+?\}|(?P<atom>[^\s"{]\S*))',
    re.IGNORECASE,
)
ESCAPE = re.compile(rb"\\(.)", re.DOTALL)


def folders(client: IMAPClient, command: str, pattern: bytes) -> list[tuple[str, bytes]]:
    """Delimiter ("" for NIL) and name, as the server has sent it, of each mailbox that matches.

    `command` is "LIST" or "LSUB". A response that is none is left out: cases judge it. Raises
    what imaplib raises, IMAP4.error also where the command is refused.
    """
    connection = client.connection
    method = {"LIST": connection.list, "LSUB": connection.lsub}[command]
    status, responses = method('""', quoted(pattern))
    if status != "OK":
        raise connection.error(f"{command} was answered {status}")
    return [entry for response in responses for entry in _entry(response)]


def quoted(text: bytes) -> bytes:
    """A quoted string."""
    return b'"' + re.sub(rb'([\\"])', rb"\\\1", text) + b'"'


def _entry(response: Any) -> list[tuple[str, bytes]]:
    """The entry of one item of imaplib's: octets, or octets that end in {N} and the literal."""
    line, literal = response if isinstance(response, tuple) else (response, b"")
    found = RESPONSE.match(line or b"")
    if found is None:
        return []
    delimiter = "" if found["delimiter"].upper() == b"NIL" else _unescaped(found["delimiter"][1:-1])
    if found["quoted"] is not None:
        name = ESCAPE.sub(rb"\1", found["quoted"])
    else:
        name = literal if found["atom"] is None else found["atom"]
    return [(delimiter, name)]


def _unescaped(text: bytes) -> str:
    return ESCAPE.sub(rb"\1", text).decode("utf-8", "replace")

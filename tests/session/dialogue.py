"""Plays a written dialogue against sessions and compares every line.

==========  ==================================================================
``C:``      the client sends this line; ``D:`` is a second client's
``S:``      the server answers with this line, in this order; ``T:`` to the second client
``M:``      a message comes into a mailbox: its name, then flags
==========  ==================================================================

``<...>`` stands for any text. ``\\r\\n`` may stand within a line (literals). A line without any
``S:`` after it must be left without an answer.
"""

import re
from datetime import UTC, datetime

from reference_server.session.folder_names import read_folder_names
from reference_server.storage import NewMessage

NAMES, _ = read_folder_names()
MESSAGE = b"Subject: Hello\r\n\r\nbody\r\n"
CLIENTS = {"C": "S", "D": "T"}


def deliver(store, mailbox, flags=(), message=MESSAGE, account="alice@x.test"):
    """A message comes into a mailbox, past all sessions."""
    new = NewMessage(message, frozenset(flags), datetime(2024, 5, 1, 12, tzinfo=UTC))
    return store.account(account, NAMES.folders("en")).append(mailbox, [new]).uids[0]


def matches(expected, line):
    pattern = ".*".join(map(re.escape, re.split(r"<[a-z ]+>", expected)))
    return re.fullmatch(pattern, line, re.DOTALL) is not None


def play(script, clients, store):
    """``clients`` by letter: {"C": client, "D": client}."""
    answers = []
    for number, text in enumerate(script.strip().splitlines(), 1):
        kind, _, line = text.strip().partition(": ")
        line = line.replace("\\r\\n", "\r\n")
        where = f"line {number}: {text.strip()}"
        if kind == "M":
            mailbox, *flags = line.split()
            deliver(store, mailbox, flags)
        elif kind in CLIENTS:
            assert not answers, f"{where}: not expected before this: {answers}"
            answers = clients[kind](line)
            expected_kind = CLIENTS[kind]
        else:
            assert kind == expected_kind, where
            assert answers, f"{where}: nothing more was sent"
            answer = answers.pop(0)
            assert matches(line, answer), f"{where}\ngot: {answer}"
    assert not answers, f"not expected at the end: {answers}"

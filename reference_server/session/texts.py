"""The texts of responses, which the operator can replace with imap_code.txt.

A text is for people: kind and code of a response say the same to programs, and never change.
Texts that name what is wrong with one command's arguments are not among these.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from enum import StrEnum
from pathlib import Path

from reference_server.config.data_files import find_data_file, read_entries
from reference_server.config.syntax import ConfigurationError
from reference_server.storage import (
    InboxRefused,
    InvalidName,
    MailboxExists,
    MailboxHasInferiors,
    MailboxMissing,
    NameTooLong,
)

FILE_NAME = "imap_code.txt"
LONGEST = 200  # characters
# resp-text (RFC 3501, section 9): one line of ASCII that cannot be taken for a response code.
_TEXT = re.compile(rf"(?!\[)[\x20-\x7e]{{1,{LONGEST}}}")
_ACCEPTED = f"1 to {LONGEST} printable ASCII characters, the first of them no ["


class Text(StrEnum):
    """Every text that can be replaced; its key in the file is the name in lower case.

    The host name goes before greeting and BYE texts, the name of the command before COMPLETED.
    """

    # fmt: off
    GREETING = "IMAP4rev1 service ready"
    BYE_LOGOUT = "logging out"
    BYE_SHUTDOWN = "server is shutting down"
    BYE_TIMEOUT = "idle for too long"
    BYE_FULL = "has too many sessions, try again later"
    BYE_BLOCKED = "too many logins, try again later"
    BYE_BAD_COMMANDS = "too many bad commands"
    COMPLETED = "completed"
    LOGGED_IN = "logged in"
    LOGIN_FAILED = "authentication failed"
    LOGIN_WITHOUT_TLS = "use STARTTLS first"
    MECHANISM_UNKNOWN = "no such mechanism"
    LOGIN_CANCELLED = "authentication cancelled"
    STARTTLS = "begin TLS negotiation now"
    TLS_ON_ALREADY = "TLS is on already"
    TLS_UNAVAILABLE = "TLS is not available"
    COMMAND_UNKNOWN = "unknown command"
    MAILBOX_MISSING = MailboxMissing.explanation
    MAILBOX_EXISTS = MailboxExists.explanation
    MAILBOX_HAS_INFERIORS = MailboxHasInferiors.explanation
    MAILBOX_INBOX = InboxRefused.explanation
    MAILBOX_NAME = InvalidName.explanation
    MAILBOX_NAME_TOO_LONG = NameTooLong.explanation
    MAILBOX_DELETED = "the selected mailbox was deleted"
    MAILBOX_CLOSED = "the previous mailbox is closed"
    READ_ONLY = "the mailbox is read-only"
    MESSAGES_GONE = "some of the messages are no longer there"
    STORE_FAILED = "the store failed"
    INTERNAL_ERROR = "internal error"
    # fmt: on


Texts = Mapping[str, str]
"""What stands for a text; a text that is not in it stands for itself."""


def read_texts(folders: Sequence[Path]) -> tuple[Texts, list[str]]:
    """The operator's texts, and warnings for the log; none where no folder has the file.

    Raises ConfigurationError.
    """
    file = find_data_file(folders, FILE_NAME)
    return ({}, []) if file is None else parse_texts(file)


def parse_texts(file: Path) -> tuple[Texts, list[str]]:
    """The texts of a file, and warnings. Raises ConfigurationError."""
    known = {text.name.lower(): text for text in Text}
    texts: dict[str, str] = {}
    warnings = []
    for entry in read_entries(file):
        key, *rest = entry.text.split(maxsplit=1)
        replacement = "".join(rest)
        if key not in known:
            warnings.append(f"{entry.place}: unknown key {key}")
        elif not _TEXT.fullmatch(replacement):
            raise ConfigurationError(f"{entry.place}: {key}: expected {_ACCEPTED}")
        else:
            texts[known[key]] = replacement
    return texts, warnings

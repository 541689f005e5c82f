"""An account full of mail, and a picture of all that a client can see of it.

Through imaplib alone: nothing here is shared with the suite whose harmlessness it proves.
"""

import contextlib
import imaplib
import re
import tomllib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

APPENDED = 50  # to INBOX, and copied from there
FOLDERS = {  # mailbox: how often all of INBOX is copied there
    "Archive": 1,
    "Archive/2023": 4,
    "Archive/2023/Q1": 1,
    "Entw&APw-rfe": 1,
    '"with a space"': 1,
    "gximap-notes": 1,  # begins as a scratch name does
    "Empty": 0,
    "Above/below": 0,  # Above itself is a name, not a mailbox
    "Deleted": 0,  # and stays subscribed
}
SUBSCRIBED = ("INBOX", "Archive", "Archive/2023/Q1", "Entw&APw-rfe", "Deleted")
FLAGS = (
    r"\Seen",
    "",
    r"\Seen \Answered $Forwarded",
    r"\Flagged Label1",
    r"\Seen \Deleted",  # not expunged: the user may have second thoughts
    r"\Draft",
)
LINES = 2500  # of one message, 80 octets each
STATUS = "(MESSAGES RECENT UIDNEXT UIDVALIDITY UNSEEN HIGHESTMODSEQ)"
MESSAGE = """\
From: Someone <someone@example.test>\r
To: everybody@example.test\r
Subject: message {number}\r
Message-ID: <{number}@example.test>\r
\r
Octets \xff\xfe that are in no character set, and line {number}.\r
"""


@dataclass(frozen=True)
class Target:
    """What a target file says, as far as it is needed here."""

    file: Path
    port: int
    accounts: dict[str, tuple[str, str]]

    @classmethod
    def load(cls, file: Path) -> "Target":
        data = tomllib.loads(file.read_text())
        accounts = {each["role"]: (each["user"], each["password"]) for each in data["account"]}
        return cls(file, data["endpoint"]["imap"]["port"], accounts)

    @contextlib.contextmanager
    def session(self, role: str) -> Iterator[imaplib.IMAP4]:
        client = imaplib.IMAP4("127.0.0.1", self.port, timeout=60)
        client.login(*self.accounts[role])
        try:
            yield client
        finally:
            client.logout()


def fill(target: Target, role: str) -> None:
    """Put mail into the account: folders, flags, keywords, dates, subscriptions."""
    with target.session(role) as client:
        for number in range(APPENDED):
            flags = FLAGS[number % len(FLAGS)]
            zone = number % 24 - 12
            date = f'"{number % 28 + 1:2}-Jul-{1990 + number % 30} 02:44:25 {zone:+03}00"'
            text = MESSAGE.format(number=number) + ("x" * 78 + "\r\n") * (LINES * (number == 7))
            done(client.append("INBOX", f"({flags})", date, text.encode("latin-1")))
        done(client.select("INBOX", readonly=True))  # its messages stay recent
        for folder, copies in FOLDERS.items():
            done(client.create(folder))
            for _ in range(copies):
                done(client.copy("1:*", folder))
        for name in SUBSCRIBED:
            done(client.subscribe(name))
        done(client.delete("Deleted"))
        done(client.select("Archive"))
        done(client.uid("STORE", "3,5:9", "+FLAGS.SILENT", r"(\Deleted)"))
        done(client.expunge())


def picture(target: Target) -> dict[str, object]:
    """All that can be seen of all accounts, without changing any of it."""
    return {role: _picture(target, role) for role in target.accounts}


def _picture(target: Target, role: str) -> dict[str, object]:
    with target.session(role) as client:
        listed, mailboxes = [], {}
        for line in done(client.list()):
            attributes, name = re.fullmatch(rb'\((.*?)\) "/" (.*)', line).groups()
            # Whether a name is marked may change whenever anybody looks (RFC 3501 section 7.2.2).
            words = set(attributes.split()) - {rb"\Marked", rb"\UnMarked"}
            listed.append((name, words))
            if rb"\Noselect" not in words:
                mailboxes[name] = _mailbox(client, name.decode())
        subscriptions = sorted(line for line in done(client.lsub()) if line is not None)
        return {"list": sorted(listed), "subscriptions": subscriptions, "mailboxes": mailboxes}


def _mailbox(client: imaplib.IMAP4, name: str) -> tuple[object, ...]:
    """STATUS (the count of recent messages among it) and every message with all that it has."""
    status = done(client.status(name, STATUS))
    done(client.select(name, readonly=True))  # EXAMINE takes \\Recent from no message
    fetched = done(client.uid("FETCH", "1:*", "(UID FLAGS INTERNALDATE RFC822.SIZE BODY.PEEK[])"))
    return status, fetched


def done(answer: tuple[str, list]) -> list:
    """The data of a command that must have succeeded."""
    status, data = answer
    assert status == "OK", data
    return data

"""mbsync (isync): 500 messages synchronised both ways with a Maildir, octet for octet."""

import contextlib
import imaplib
import re
import subprocess
from pathlib import Path

import pytest

COUNT = 500

CONFIGURATION = """
IMAPAccount reference
Host localhost
Port {port}
User {user}
Pass {password}
SSLType IMAPS
CertificateFile {authority}
SystemCertificates no

IMAPStore far
Account reference

MaildirStore near
Path {folder}/mail/
Inbox {folder}/mail/INBOX
SubFolders Verbatim

Channel all
Far :far:
Near :near:
Patterns work
Create Both
Expunge Both
CopyArrivalDate yes
SyncState *
"""


LETTERS = {
    rb"\Seen": "S",
    rb"\Answered": "R",
    rb"\Flagged": "F",
    rb"\Deleted": "T",
    rb"\Draft": "D",
}
"""The letters that stand for flags in a Maildir."""


class Sync:
    """mbsync with a Maildir, and a client that looks at the server's side."""

    def __init__(self, program: str, server, folder: Path) -> None:
        self._program = program
        self._folder = folder
        self.maildir = folder / "mail" / "work"
        (folder / "mail").mkdir()
        (folder / "mbsyncrc").write_text(
            CONFIGURATION.format(
                port=server.imaps[1],
                user=server.user,
                password=server.password,
                authority=server.certificate.authority,
                folder=folder,
            )
        )
        self.client = imaplib.IMAP4(*server.imap, timeout=60)
        self.client.login(server.user, server.password)

    def run(self) -> None:
        command = [self._program, "--config", str(self._folder / "mbsyncrc"), "--all"]
        ended = subprocess.run(command, capture_output=True, text=True, timeout=100, check=False)
        assert ended.returncode == 0, ended.stderr
        assert ended.stderr == ""

    def near(self) -> dict[int, tuple[bytes, frozenset[str]]]:
        """Messages by their number in Subject: octets with CRLF, Maildir flags."""
        found = {}
        for file in [*self.maildir.glob("cur/*"), *self.maildir.glob("new/*")]:
            octets = file.read_bytes().replace(b"\n", b"\r\n")
            flags = frozenset(file.name.partition(":2,")[2])
            found[number_of(octets)] = (without_mark(octets), flags)
        return found

    def far(self) -> dict[int, tuple[bytes, frozenset[str]]]:
        """The same of the server."""
        found = {}
        assert self.client.select("work")[0] == "OK"
        status, data = self.client.fetch("1:*", "(FLAGS BODY.PEEK[])")
        assert status == "OK"
        for item in data:
            if isinstance(item, tuple):
                flags = imaplib.ParseFlags(item[0])
                letters = frozenset(LETTERS[flag] for flag in flags if flag in LETTERS)
                found[number_of(item[1])] = (without_mark(item[1]), letters)
        self.client.unselect()
        return found

    def near_file(self, number: int) -> Path:
        """The file of a message."""
        pattern = re.compile(rb"^Subject: Message %d\r?$" % number, re.MULTILINE)
        return next(
            file
            for file in [*self.maildir.glob("cur/*"), *self.maildir.glob("new/*")]
            if pattern.search(file.read_bytes())
        )

    def store_far(self, numbers: list[int], operation: str, flags: str) -> None:
        """STORE by the numbers in Subject."""
        self.client.select("work")
        for number in numbers:
            _, [uid] = self.client.uid("SEARCH", "HEADER", "Message-ID", f"<{number}@example.test>")
            assert self.client.uid("STORE", uid.decode(), operation, flags)[0] == "OK"
        self.client.unselect()


def number_of(message: bytes) -> int:
    found = re.search(rb"^Subject: Message (\d+)\r$", message, re.MULTILINE)
    assert found is not None, message[:200]
    return int(found[1])


def without_mark(message: bytes) -> bytes:
    """The message without the header field that mbsync adds to what it carries over."""
    header, end, body = message.partition(b"\r\n\r\n")
    return re.sub(rb"\r\nX-TUID: \S{12}$", b"", header, count=1, flags=re.MULTILINE) + end + body


@pytest.fixture
def sync(required_tool, reference_process, tmp_path):
    sync = Sync(required_tool("mbsync", "isync"), reference_process, tmp_path)
    yield sync
    with contextlib.suppress(OSError, imaplib.IMAP4.abort):
        sync.client.logout()


def test_two_way_sync(sync, message):
    # Half of the messages begin on the server, half in the Maildir.
    sync.client.create("work")
    for number in range(0, COUNT, 2):
        flags = r"(\Seen)" if number % 4 else r"(\Flagged)"
        assert sync.client.append("work", flags, None, message(number))[0] == "OK"
    for folder in ("cur", "new", "tmp"):
        (sync.maildir / folder).mkdir(parents=True, exist_ok=True)
    for number in range(1, COUNT, 2):
        flags = "RS" if number % 4 == 1 else ""
        file = sync.maildir / "cur" / f"17000{number:05}.M{number}.host:2,{flags}"
        file.write_bytes(message(number).replace(b"\r\n", b"\n"))
    expected = {
        number: (message(number), frozenset(("F", "RS", "S", "")[number % 4]))
        for number in range(COUNT)
    }
    sync.run()
    assert sync.far() == expected
    assert sync.near() == expected

    # Flags, both ways.
    sync.store_far([2, 3], "+FLAGS", r"(\Answered)")
    sync.store_far([5], "-FLAGS", r"(\Seen)")
    for number, flags in ((10, "FS"), (11, "")):
        file = sync.near_file(number)
        file.rename(file.with_name(file.name.partition(":2,")[0] + ":2," + flags))
    for number, flags in ((2, "RS"), (3, "R"), (5, "R"), (10, "FS"), (11, "")):
        expected[number] = (message(number), frozenset(flags))
    sync.run()
    assert sync.far() == expected
    assert sync.near() == expected

    # Deletions, both ways, and a new message on each side.
    sync.store_far([20, 21, 22], "+FLAGS", r"(\Deleted)")
    for number in (30, 31, 32):
        sync.near_file(number).unlink()
    for number in (20, 21, 22, 30, 31, 32):
        del expected[number]
    assert sync.client.append("work", None, None, message(COUNT))[0] == "OK"
    (sync.maildir / "new" / "1700099999.M1.host").write_bytes(
        message(COUNT + 1).replace(b"\r\n", b"\n")
    )
    for number in (COUNT, COUNT + 1):
        expected[number] = (message(number), frozenset())
    sync.run()
    assert sync.far() == expected
    assert sync.near() == expected

    # Nothing is left to do: the same again changes nothing.
    sync.run()
    assert sync.far() == expected
    assert sync.near() == expected

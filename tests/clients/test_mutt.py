"""mutt with imap_authenticators="login": GSASL sends the user name as the initial response."""

import contextlib
import imaplib
import os
import pty
import re
import select
import subprocess
import time
from pathlib import Path

import pytest

SECONDS = 60

CONFIGURATION = """
set folder="{protocol}://localhost:{port}/"
set imap_user="{user}" imap_pass="{password}"
set imap_authenticators="login"
set certificate_file="{authority}" ssl_force_tls=yes ssl_starttls=yes
set spoolfile="+INBOX" record="+Sent" postponed="+Drafts"
set from="alice@example.test" realname="Alice" use_domain=no hostname="example.test"
set sendmail="/bin/true" use_envelope_from=no
set send_charset="utf-8" mbox_type=Maildir
set confirmappend=no confirmcreate=no move=no delete=yes quit=yes
set header_cache="" message_cachedir="" history_file="{folder}/history"
set wait_key=no beep=no sleep_time=0 timeout=5 mail_check=5
"""


class Mutt:
    """mutt with a configuration of its own, which reaches one server."""

    def __init__(self, program: str, server, protocol: str, folder: Path) -> None:
        self._program = program
        self._folder = folder
        self._configuration = folder / "muttrc"
        self._configuration.write_text(
            CONFIGURATION.format(
                protocol=protocol,
                port=getattr(server, protocol)[1],
                user=server.user,
                password=server.password,
                authority=server.certificate.authority,
                folder=folder,
            )
        )
        self._environment = {
            "PATH": os.environ["PATH"],
            "HOME": str(folder),
            "TMPDIR": str(folder),
            "TERM": "vt100",
            "LC_ALL": "C.UTF-8",
        }

    def _command(self, *arguments: str) -> list[str]:
        return [self._program, "-n", "-F", str(self._configuration), *arguments]

    def send(self, subject: str, text: str) -> None:
        """Without a terminal: send a message and keep a copy of it."""
        ended = subprocess.run(
            self._command("-s", subject, "bob@example.test"),
            input=text.encode(),
            capture_output=True,
            env=self._environment,
            timeout=SECONDS,
            check=False,
        )
        assert ended.returncode == 0, ended.stderr.decode()

    def type(self, keys: str) -> None:
        """With a terminal: open INBOX, have these keys pressed, and wait for mutt's end."""
        screen, terminal = pty.openpty()
        process = subprocess.Popen(
            self._command("-e", f'push "{keys}"'),
            stdin=terminal,
            stdout=terminal,
            stderr=terminal,
            env=self._environment,
            start_new_session=True,
        )
        os.close(terminal)
        seen = b""
        deadline = time.monotonic() + SECONDS
        try:
            while process.poll() is None:
                assert time.monotonic() < deadline, seen.decode(errors="replace")
                if select.select([screen], [], [], 0.1)[0]:
                    with contextlib.suppress(OSError):  # the other end is closed
                        seen += os.read(screen, 65536)
        finally:
            process.kill()
            process.wait()
            os.close(screen)
        assert process.returncode == 0, seen.decode(errors="replace")


@pytest.fixture(params=["imap", "imaps"])
def server(request, start_reference):
    server = start_reference(imap_cmd_debug="2")
    server.protocol = request.param
    return server


@pytest.fixture
def mutt(server, required_tool, tmp_path):
    return Mutt(required_tool("mutt", "mutt"), server, server.protocol, tmp_path)


def fetched(client, messages):
    """The octets of these messages, one behind the other."""
    _, data = client.fetch(messages, "(BODY.PEEK[])")
    return b"".join(item[1] for item in data if isinstance(item, tuple))


@pytest.fixture
def client(server):
    client = imaplib.IMAP4(*server.imap, timeout=30)
    client.login(server.user, server.password)
    yield client
    client.logout()


@pytest.mark.slow
def test_send_read_and_delete(server, mutt, client, message, tmp_path):
    client.create("Sent")
    for number in (1, 2, 4):
        client.append("INBOX", None, None, message(number))
    mutt.send("From the command line", "Grüße aus mutt.\n")
    assert client.select("Sent") == ("OK", [b"1"])
    sent = fetched(client, "1")
    assert b"\r\nSubject: From the command line\r\n" in sent
    assert sent.endswith("\r\n\r\nGrüße aus mutt.\r\n".encode())

    copies = tmp_path / "copies"
    mutt.type(
        f"<tag-pattern>.<enter><tag-prefix><copy-message><kill-line>{copies}<enter>"
        "<untag-pattern>.<enter><delete-pattern>~s 'Message 2'<enter><sync-mailbox><quit>"
    )
    # mutt adds header fields of its own at the end of the header.
    headers, texts = zip(
        *sorted(file.read_bytes().split(b"\n\n", 1) for file in copies.glob("*/*")), strict=True
    )
    assert [re.findall(rb"^Subject: (.*)$", header, re.MULTILINE) for header in headers] == [
        [b"Message 1"],
        [b"Message 2"],
        [b"Message 4"],
    ]
    assert [text.replace(b"\n", b"\r\n") for text in texts] == [
        message(number).partition(b"\r\n\r\n")[2] for number in (1, 2, 4)
    ]
    assert client.select("INBOX") == ("OK", [b"2"])
    assert fetched(client, "1:2") == message(1) + message(4)

    logins = re.findall(r"command: (LOGIN|AUTHENTICATE) \.\.\. result: (\S+)", server.log)
    assert logins == [("LOGIN", "OK"), ("AUTHENTICATE", "OK"), ("AUTHENTICATE", "OK")]

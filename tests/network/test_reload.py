"""SIGHUP: what changes in a running server, what does not, and what a wrong file does to it."""

import contextlib
import imaplib
import re
import signal
import socket
import time

import pytest

from reference_server.config.directives import DIRECTIVES
from reference_server.config.live import Live
from reference_server.config.settings import Settings

LIVE = {
    "imap_accept_haproxy",
    "imap_cmd_debug",
    "imap_expunge_on_delete",
    "imap_log_file",
    "imap_log_level",
    "imap_rfc9051",
}

READ = "configuration read again"
NOT_READ = "configuration not read again"

pytestmark = pytest.mark.directive("signals")


def test_the_live_directives_are_those_of_the_manual():
    assert {directive.key for directive in DIRECTIVES if directive.live} == LIVE


def test_only_live_directives_are_taken_over():
    live = Live(Settings(host_id="a", context_num=5))
    waiting = live.renew(Settings(host_id="b", context_num=5, imap_rfc9051=False, imap_cmd_debug=2))
    assert waiting == ["host_id"]
    assert live.settings == Settings(
        host_id="a", context_num=5, imap_rfc9051=False, imap_cmd_debug=2
    )


class Operator:
    """Changes the configuration of a running server; a client's NOOPs pass the time."""

    def __init__(self, server):
        self.server = server
        self.client = imaplib.IMAP4(*server.imap, timeout=30)
        self.client.login(server.user, server.password)

    def write(self, **directives):
        """Put these lines in place of those with the same keys."""
        file = self.server.folder / "imap.cfg"
        lines = [
            line
            for line in file.read_text().splitlines()
            if line.partition("=")[0] not in directives
        ]
        lines += [f"{key}={value}" for key, value in directives.items() if value is not None]
        file.write_text("\n".join(lines) + "\n")

    def await_text(self, read, text, count=1):
        deadline = time.monotonic() + 30
        while (found := read()).count(text) < count:
            assert time.monotonic() < deadline, found
            self.client.noop()

    def hang_up(self, text=READ, read=None):
        """Send SIGHUP and wait until the log has one more line with ``text``."""
        read = read or (lambda: self.server.log)
        count = read().count(text) + 1
        self.server.process.send_signal(signal.SIGHUP)
        self.await_text(read, text, count)

    def capabilities(self):
        client = imaplib.IMAP4(*self.server.imap, timeout=30)
        client.logout()
        return set(client.capabilities)


@pytest.fixture
def program(forked):
    return forked


@pytest.fixture
def operate(start_reference):
    """Factory of (server, its operator); directives as keyword arguments."""
    with contextlib.ExitStack() as clients:

        def operate(**directives):
            operator = Operator(start_reference(reference_store=":memory:", **directives))
            clients.callback(operator.client.shutdown)
            return operator.server, operator

        yield operate


@pytest.mark.directive("imap_rfc9051")
def test_imap4rev2_for_new_sessions(operate):
    server, operator = operate()
    used = imaplib.IMAP4(*server.imap, timeout=30)
    used.login(server.user, server.password)
    used.enable("IMAP4rev2")
    assert used.response("ENABLED")[1] == [b"IMAP4rev2"]
    told = imaplib.IMAP4(*server.imap, timeout=30)
    operator.write(imap_rfc9051="no")
    operator.hang_up()
    assert "IMAP4REV2" not in operator.capabilities()
    used.select()
    assert used.search(None, "ALL")[0] == "OK"
    assert used.untagged_responses.get("ESEARCH") is not None  # it goes on as IMAP4rev2
    told.login(server.user, server.password)
    told.enable("IMAP4rev2")
    assert told.response("ENABLED")[1] == [b"IMAP4rev2"]  # as its greeting promised
    for client in used, told:
        client.logout()
    operator.write(imap_rfc9051="yes")
    operator.hang_up()
    assert "IMAP4REV2" in operator.capabilities()


@pytest.mark.directive("imap_expunge_on_delete")
def test_expunge_on_delete_for_the_next_command(operate):
    _, operator = operate()
    client = operator.client
    client.append("INBOX", None, None, b"Subject: x\r\n\r\nx\r\n")
    assert client.select() == ("OK", [b"1"])
    for flags in r"(\Deleted)", "()":
        client.uid("STORE", "1", "FLAGS", flags)
    assert client.response("EXPUNGE")[1] == [None]
    operator.write(imap_expunge_on_delete="yes")
    operator.hang_up()
    client.uid("STORE", "1", "+FLAGS", r"(\Deleted)")
    assert client.response("EXPUNGE")[1] == [b"1"]


@pytest.mark.directive("imap_accept_haproxy")
def test_proxy_headers_for_new_connections(operate):
    server, operator = operate()
    operator.write(imap_accept_haproxy="2")
    operator.hang_up()
    with socket.create_connection(server.imap, timeout=30) as client:
        client.sendall(b"a NOOP, which is no PROXY header\r\n")
        with contextlib.suppress(ConnectionResetError):
            assert client.recv(100) == b""  # no greeting
    assert operator.client.noop()[0] == "OK"


@pytest.mark.directive("imap_cmd_debug", "imap_log_level")
def test_command_log_and_level_in_open_sessions(operate):
    server, operator = operate(imap_log_level="4")
    operator.client.create("before")
    operator.write(imap_cmd_debug="2", imap_log_level="5")
    operator.hang_up()
    operator.client.create("between")
    operator.capabilities()
    operator.write(imap_cmd_debug="0", imap_log_level="4")
    operator.hang_up()
    operator.client.create("after")
    operator.capabilities()
    assert "before" not in server.log
    assert re.search("DEBUG .*CREATE between result: OK", server.log)
    assert "after" not in server.log
    assert server.log.count(" connected") == 1


@pytest.mark.directive("imap_log_file")
def test_log_rotation(operate):
    server, operator = operate(imap_log_level="3")
    log, rotated = server.folder / "imap.log", server.folder / "imap.log.1"
    operator.write(imap_log_file=log, imap_log_level="4")
    operator.hang_up(read=lambda: log.read_text() if log.exists() else "")
    log.rename(rotated)
    with pytest.raises(imaplib.IMAP4.error):
        imaplib.IMAP4(*server.imap, timeout=30).login("mallory", "first")
    assert "user=mallory" in rotated.read_text()  # still the same file
    operator.hang_up(read=lambda: log.read_text() if log.exists() else "")
    with pytest.raises(imaplib.IMAP4.error):
        imaplib.IMAP4(*server.imap, timeout=30).login("eve", "second")
    assert "user=eve" in log.read_text()
    assert "user=eve" not in rotated.read_text()
    assert READ not in server.log


def test_what_needs_a_restart_is_said_and_stays(operate):
    server, operator = operate()
    operator.write(host_id="other.example.test", imap_rfc9051="no", imap_colour="green")
    operator.hang_up()
    assert "host_id has changed: that takes effect when the server is restarted" in server.log
    assert "unknown key imap_colour" in server.log
    assert "imap_rfc9051 has changed" not in server.log
    client = imaplib.IMAP4(*server.imap, timeout=30)
    assert b"reference.example.test" in client.welcome
    client.logout()


@pytest.mark.parametrize(
    ("wrong", "message"),
    [
        (
            {"imap_log_level": "9"},
            r'imap\.cfg:\d+: imap_log_level = "9": expected a number from 1 to 6',
        ),
        ({"context_num": "many"}, r'imap\.cfg:\d+: context_num = "many": expected a quantity'),
        (
            {"imap_log_file": "absent/imap.log"},
            r'imap_log_file = "absent/imap\.log": .*No such file',
        ),
        ({"imap_log_file": "a\0b"}, r"imap\.cfg:\d+: line with a NUL octet: expected no NUL"),
    ],
)
def test_a_wrong_file_changes_nothing(operate, wrong, message):
    server, operator = operate()
    operator.write(imap_rfc9051="no", **wrong)
    operator.hang_up(NOT_READ)
    assert re.search(f"ERROR {NOT_READ}: .*{message}", server.log)
    assert "IMAP4REV2" in operator.capabilities()
    operator.write(**dict.fromkeys(wrong))
    operator.hang_up()
    assert "IMAP4REV2" not in operator.capabilities()


def test_a_missing_file_changes_nothing(operate):
    server, operator = operate()
    (server.folder / "imap.cfg").unlink()
    operator.hang_up(NOT_READ)
    assert "imap.cfg: cannot be read: No such file" in server.log
    assert operator.client.noop()[0] == "OK"
    assert server.end() == 0


ACCOUNTS_READ = "accounts read again"
ACCOUNTS_NOT_READ = "accounts not read again"


def can_log_in(server, user, password):
    with contextlib.closing(socket.create_connection(server.imap, timeout=30)) as client:
        client.sendall(f"a LOGIN {user} {password}\r\nb LOGOUT\r\n".encode())
        answers = b"".join(iter(lambda: client.recv(4096), b""))
    assert b"a OK" in answers or b"a NO [AUTHENTICATIONFAILED]" in answers
    return b"a OK" in answers


def write_accounts(server, **passwords):
    (server.folder / "accounts.toml").write_text(
        "".join(
            f'[[account]]\naddress = "{name}@example.test"\npassword = "{password}"\n'
            for name, password in passwords.items()
        )
    )


@pytest.mark.directive("reference_accounts")
def test_accounts_are_read_again(operate):
    """New ones, changed passwords and removed ones count for logins from then on."""
    server, operator = operate()
    bob = imaplib.IMAP4(*server.imap, timeout=30)
    bob.login("bob@example.test", "bobpw")
    write_accounts(server, alice="changed", eve="new")
    operator.hang_up(ACCOUNTS_READ)
    assert f"{ACCOUNTS_READ}: 2" in server.log
    assert can_log_in(server, "alice@example.test", "changed")
    assert not can_log_in(server, "alice@example.test", "alicepw")
    assert can_log_in(server, "eve@example.test", "new")
    assert not can_log_in(server, "bob@example.test", "bobpw")
    assert bob.create("still-there")[0] == operator.client.create("here-too")[0] == "OK"
    assert bob.append("still-there", None, None, b"Subject: x\r\n\r\nx\r\n")[0] == "OK"
    bob.logout()


@pytest.mark.directive("reference_accounts")
@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("[[account]\n", r"accounts\.toml:1: not TOML: Expected"),
        ("\n[[account]]\naddress = 'alice'\n", r"accounts\.toml:2: account 1 \(alice\): address"),
        ("", r"accounts\.toml: no account"),
        (None, r"accounts\.toml: cannot be read: No such file"),
    ],
)
def test_an_invalid_accounts_file_leaves_the_accounts_as_they_are(operate, text, reason):
    """One line says why. The configuration is read again all the same."""
    server, operator = operate()
    file = server.folder / "accounts.toml"
    file.unlink()
    if text is not None:
        file.write_text(text)
        file.chmod(0o600)
    operator.write(imap_rfc9051="no")
    before = len(server.log.splitlines())
    operator.hang_up(ACCOUNTS_NOT_READ)
    lines = [line for line in server.log.splitlines()[before:] if "accounts" in line]
    assert len(lines) == 1
    assert re.search(rf"ERROR {ACCOUNTS_NOT_READ}: .*{reason}", lines[0])
    assert can_log_in(server, "alice@example.test", "alicepw")
    assert "IMAP4REV2" not in operator.capabilities()


def test_sigterm_after_sighup(operate):
    server, operator = operate()
    for _ in range(3):
        operator.hang_up()
    assert server.end() == 0

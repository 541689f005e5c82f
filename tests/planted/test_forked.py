"""A process that the fork server starts is like any other to whoever started it."""

import imaplib
import signal
import socket
import subprocess

import pytest

from tests.conftest import ReferenceProcess, fork_server

DEFECT = "security/starttls_does_nothing"


@pytest.fixture
def server(tmp_path, certificate, planted):
    server = ReferenceProcess(tmp_path / "server", certificate, planted(DEFECT))
    yield server
    server.end()


def run(program, *words, folder=None):
    return subprocess.run(
        [*program, *words], cwd=folder, capture_output=True, text=True, timeout=60, check=False
    )


def test_its_streams_folder_and_exit_status_are_its_own(planted, tmp_path):
    (tmp_path / "imap.cfg").write_text("imap_listen_port=none\n")
    ended = run(planted(DEFECT), "-c", "imap.cfg", folder=tmp_path)
    assert (ended.returncode, ended.stdout) == (1, "")
    assert "imap.cfg:1: " in ended.stderr
    ended = run(planted(DEFECT), "--version")
    assert (ended.returncode, ended.stderr) == (0, "")
    assert ended.stdout.startswith("gximap-server ")


def test_a_defect_is_in_no_other(tmp_path, certificate, planted):
    careless = planted("not_authenticated/passwords_are_compared_without_case")
    first = ReferenceProcess(tmp_path / "first", certificate, careless)
    second = ReferenceProcess(tmp_path / "second", certificate, planted(DEFECT))
    try:
        with imaplib.IMAP4(*first.imap, timeout=60) as client:
            client.login(first.user, first.password.upper())
        refused = pytest.raises(imaplib.IMAP4.error, match="AUTHENTICATIONFAILED")
        with imaplib.IMAP4(*second.imap, timeout=60) as client, refused:
            client.login(second.user, second.password.upper())
    finally:
        first.end()
        second.end()


@pytest.mark.parametrize("ending", [signal.SIGTERM, signal.SIGINT])
def test_signals_are_passed_on(server, ending):
    assert server.end(ending) == 0
    assert f"ending: {ending.name}" in server.log


def test_it_ends_with_the_process_that_stands_for_it(server):
    with socket.create_connection(server.imap, timeout=60) as client:
        assert client.recv(4) == b"* OK"
        server.process.kill()
        while client.recv(4096):
            pass


def test_it_ends_with_whoever_started_the_fork_server(planted, tmp_path, certificate):
    address = tmp_path / "socket"
    program = planted(DEFECT)
    program = (*program[:3], str(address), DEFECT)
    with fork_server(address) as parent:
        server = ReferenceProcess(tmp_path / "server", certificate, program)
        with socket.create_connection(server.imap, timeout=60) as client:
            assert client.recv(4) == b"* OK"
            parent.stdin.close()
            while client.recv(4096):
                pass
    assert server.process.wait(timeout=60) == 128 + signal.SIGKILL

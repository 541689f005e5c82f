"""What a killed run leaves behind is recognised by the next one, and removed by `clean`."""

import signal
import subprocess
import sys

import pytest
from imapclient import IMAPClient

from conformance import cli

KILLED = """
import os, signal
from conformance.requirements import requirement
@requirement("RFC3501-6.1.1-2")
def test_dies(selected):
    '''The process that runs the suite is killed.'''
    selected.ok("CREATE", f'"{selected.mailbox}/below"')
    os.kill(os.getpid(), signal.SIGKILL)
"""
PASSING = """
from conformance.requirements import requirement
@requirement("RFC3501-6.1.1-2")
def test_passes(connection):
    '''A case that passes.'''
    assert connection.command("CAPABILITY").status == "OK"
"""
RUN = "import sys; from pathlib import Path; from conformance.cli import main; "
RUN += "sys.exit(main(sys.argv[2:], cases=Path(sys.argv[1])))"


@pytest.fixture
def url(reference_process):
    host, port = reference_process.imap
    return f"imap://{reference_process.user}:{reference_process.password}@{host}:{port}"


@pytest.fixture
def client(reference_process):
    client = IMAPClient(*reference_process.imap, ssl=False)
    client.login(reference_process.user, reference_process.password)
    yield client
    client.logout()


@pytest.fixture
def cases(tmp_path):
    def cases(text):
        folder = tmp_path / "cases" / "any_state"
        folder.mkdir(parents=True, exist_ok=True)
        (folder / "test_it.py").write_text(text)
        return folder.parent

    return cases


@pytest.fixture
def killed(tmp_path, cases, url):
    """A run that was killed while it had three mailboxes."""
    words = ["--jobs", "1", "--insecure", "--report", str(tmp_path / "report")]
    command = [sys.executable, "-c", RUN, str(cases(KILLED)), url, *words]
    assert subprocess.run(command, capture_output=True).returncode == -signal.SIGKILL


def names(client):
    return {name for _, _, name in client.list_folders()}


@pytest.mark.usefixtures("killed")
def test_next_run_tells_of_it_and_leaves_it_alone(cases, url, client, tmp_path, capfd):
    before = names(client)
    words = [url, "--jobs", "1", "--insecure", "--report", str(tmp_path / "report")]
    assert cli.main(words, cases=cases(PASSING)) == 0
    output = capfd.readouterr().out
    assert "left behind, or of a run that goes on now: alice@example.test: gximap-" in output
    assert "gximap-conformance clean TARGET" in output
    assert names(client) == before


@pytest.mark.usefixtures("killed")
def test_clean_removes_it_and_nothing_else(url, client, capfd):
    client.create_folder("gximap-notes")  # not the form of a scratch name
    client.create_folder("gximap-abcdefgh23456789")
    before = names(client)
    assert cli.main(["clean", url, "--yes"]) == 0
    output = capfd.readouterr().out
    assert "(3 mailboxes)" in output
    assert "removed" in output
    left = names(client)
    assert left < before
    assert {"INBOX", "Drafts", "gximap-notes", "gximap-abcdefgh23456789"} <= left
    assert len(before - left) == 3
    assert cli.main(["clean", url]) == 0
    assert "nothing was left behind" in capfd.readouterr().out


@pytest.mark.usefixtures("killed")
@pytest.mark.parametrize("answer", ["", "n", "no"])
def test_clean_removes_nothing_without_a_yes(url, client, monkeypatch, answer):
    before = names(client)
    questions = []
    monkeypatch.setattr("builtins.input", lambda question: questions.append(question) or answer)
    assert cli.main(["clean", url]) == 1
    assert len(questions) == 1
    assert names(client) == before


@pytest.mark.usefixtures("killed")
def test_clean_without_anyone_to_answer(url, client, monkeypatch, capfd):
    def nobody(_question):
        raise EOFError

    before = names(client)
    monkeypatch.setattr("builtins.input", nobody)
    assert cli.main(["clean", url]) == 2
    assert "--yes" in capfd.readouterr().err
    assert names(client) == before


def test_clean_needs_a_target_that_lasts(tmp_path, capfd):
    file = tmp_path / "target.toml"
    file.write_text("[settings]\nimap_rfc9051 = false\n")
    assert cli.main(["clean", str(file)]) == 2
    assert "nothing left behind" in capfd.readouterr().err

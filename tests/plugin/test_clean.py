"""What a killed run leaves behind is recognised by the next one, and removed by `clean`."""

import shutil
import signal
import subprocess
import sys

import pytest
from imapclient import IMAPClient

from conformance import cli
from tests.conftest import ReferenceProcess

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


def case_folder(folder, text):
    (folder / "any_state").mkdir(parents=True, exist_ok=True)
    (folder / "any_state" / "test_it.py").write_text(text)
    return folder


def url_of(server):
    host, port = server.imap
    return f"imap://{server.user}:{server.password}@{host}:{port}"


@pytest.fixture(scope="module")
def left_behind(tmp_path_factory, certificate, forked):
    """The store of a server after a run was killed that had three mailboxes."""
    folder = tmp_path_factory.mktemp("killed")
    server = ReferenceProcess(folder / "server", certificate, forked)
    try:
        words = ["--jobs", "1", "--insecure", "--report", str(folder / "report")]
        cases = case_folder(folder / "cases", KILLED)
        command = [sys.executable, "-c", RUN, str(cases), url_of(server), *words]
        assert subprocess.run(command, capture_output=True).returncode == -signal.SIGKILL
    finally:
        server.end()
    return folder / "server" / "store"


@pytest.fixture
def program(forked):
    return forked


@pytest.fixture
def server(start_reference, left_behind, tmp_path):
    store = shutil.copytree(left_behind, tmp_path / "store")
    return start_reference(reference_store=str(store))


@pytest.fixture
def url(server):
    return url_of(server)


@pytest.fixture
def client(server):
    client = IMAPClient(*server.imap, ssl=False)
    client.login(server.user, server.password)
    yield client
    client.logout()


def names(client):
    return {name for _, _, name in client.list_folders()}


def test_next_run_tells_of_it_and_leaves_it_alone(url, client, tmp_path, capfd):
    before = names(client)
    words = [url, "--jobs", "1", "--insecure", "--report", str(tmp_path / "report")]
    assert cli.main(words, cases=case_folder(tmp_path / "cases", PASSING)) == 0
    output = capfd.readouterr().out
    assert "left behind, or of a run that goes on now: alice@example.test: gximap-" in output
    assert "gximap-conformance clean TARGET" in output
    assert names(client) == before


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


@pytest.mark.parametrize("answer", ["", "n", "no"])
def test_clean_removes_nothing_without_a_yes(url, client, monkeypatch, answer):
    before = names(client)
    questions = []
    monkeypatch.setattr("builtins.input", lambda question: questions.append(question) or answer)
    assert cli.main(["clean", url]) == 1
    assert len(questions) == 1
    assert names(client) == before


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

"""What the command says, and its exit code, where it is called in a wrong way."""

import contextlib
import os
import subprocess
import sys

import pytest

from conformance import cli
from conformance.cli import main
from tests.fake_server import FakeServer

CASE = """
from conformance.requirements import requirement
@requirement("RFC3501-6.1.1-2")
def test_passes(connection):
    '''A case that passes.'''
    assert connection.command("CAPABILITY").status == "OK"
"""
LIST_OF_CLIENT = """
from conformance.requirements import requirement
@requirement("RFC3501-6.1.1-2")
def test_list(imap_client):
    '''A client reads the names.'''
    imap_client.list_folders("", "INBOX")
"""


@pytest.fixture
def cases(tmp_path):
    folder = tmp_path / "cases" / "any_state"
    folder.mkdir(parents=True)
    (folder / "test_it.py").write_text(CASE)
    return folder.parent


@pytest.fixture
def server():
    with FakeServer() as server:
        yield server


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["list", "rfc9999"], "no document RFC9999, only rfc3501"),
        (["list", "any_stat"], "there is no such group, file or case; the groups: any_state"),
        (
            ["list", "any_state/that"],
            "there is no such group, file or case; the files: any_state/it",
        ),
        (["--select", "any_state", "--select", "typo"], "--select typo: there is no such group"),
        (["--jobs", "none"], "'none' is not a number from 1 on"),
        (["--report", "/dev/null/report"], "--report /dev/null/report: Not a directory"),
    ],
)
def test_wrong_words(cases, capfd, words, said):
    try:
        code = main(words, cases=cases)
    except SystemExit as end:  # argparse
        code = end.code
    assert code == 2
    output = capfd.readouterr()
    assert said in output.err
    assert "Traceback" not in output.err
    assert not output.out


@pytest.mark.parametrize(
    "words",
    [
        ["rnu", "imap://alice@x.test:pa55@w0rd@127.0.0.1:1"],
        ["run", "target.toml", "--jobs", "imap://alice:pa55@w0rd@127.0.0.1:1"],
        ["list", "imap://alice:pa55@w0rd@127.0.0.1:1"],
        ["compare", "imap://alice:pa55@w0rd@127.0.0.1:1"],
    ],
)
def test_complaint_repeats_no_password(cases, capfd, words):
    with contextlib.suppress(SystemExit):  # argparse
        assert main(words, cases=cases) == 2
    said = "".join(capfd.readouterr())
    assert "alice" in said
    assert "pa55" not in said
    assert "w0rd" not in said


def test_no_one_answers_the_prompt(cases, capfd, monkeypatch):
    def getpass(_):
        raise EOFError

    monkeypatch.delenv("GXIMAP_PASSWORD", raising=False)
    monkeypatch.setattr(cli.getpass, "getpass", getpass)
    assert main(["imap://alice@127.0.0.1:1"], cases=cases) == 2
    assert "GXIMAP_PASSWORD" in capfd.readouterr().err


def test_prompt_without_a_terminal():
    words = [sys.executable, "-m", "conformance", "imap://alice@127.0.0.1:1"]
    environment = {key: os.environ[key] for key in os.environ if key != "GXIMAP_PASSWORD"}
    done = subprocess.run(
        words, env=environment, input=b"alicepw\n", capture_output=True, start_new_session=True
    )
    assert done.returncode == 2
    assert done.stderr.startswith(
        b"gximap-conformance: the password of alice on 127.0.0.1 is neither in the URL nor"
    )
    assert done.stderr.count(b"\n") == 1


def test_prompt_for_an_account_of_a_file(cases, capfd, monkeypatch, tmp_path):
    def getpass(_):
        raise EOFError

    monkeypatch.setattr(cli.getpass, "getpass", getpass)
    file = tmp_path / "target.toml"
    file.write_text(
        "[endpoint.imap]\nhost = '127.0.0.1'\n[[account]]\nrole = 'primary'\nuser = 'alice'\n"
    )
    assert main([str(file)], cases=cases) == 2
    said = capfd.readouterr().err
    assert f"{file}: [[account]] with role 'primary': no one answers" in said
    assert "the password of alice; password_env or password_file" in said
    assert "GXIMAP_PASSWORD" not in said


def test_selector_of_no_case_is_refused_before_anybody_logs_in(cases, server, tmp_path, capfd):
    words = ["--select", "any_state/it/passes", "--select", "any_state/it/none"]
    assert main([server.url, *words, "--report", str(tmp_path / "report")], cases=cases) == 2
    said = capfd.readouterr().err
    assert "--select any_state/it/none: there is no such group, file or case; the cases: " in said
    assert "any_state/it/passes" in said
    assert server.commands == []
    assert not (tmp_path / "report").exists()


@pytest.mark.parametrize("words", [["list"], ["--format", "markdown"]])
def test_reader_that_leaves(cases, server, tmp_path, words):
    """As with `| head`: no complaint, and the exit code is that of the cases."""
    if words != ["list"]:
        words += [server.url, "--jobs", "1", "--report", str(tmp_path / "report")]
    script = f"from conformance.cli import main; sys.exit(main({words!r}, Path({str(cases)!r})))"
    reader, writer = os.pipe()
    os.close(reader)
    done = subprocess.run(
        [sys.executable, "-c", f"import sys; from pathlib import Path; {script}"],
        stdout=writer,
        stderr=subprocess.PIPE,
    )
    os.close(writer)
    assert done.returncode == 0
    assert b"Error" not in done.stderr


def test_ca_file_without_certificates(cases, tmp_path, capfd):
    file = tmp_path / "ca.pem"
    file.write_text("nothing")
    words = [
        "imaps://a:b@127.0.0.1:1",
        "--ca-file",
        str(file),
        "--report",
        str(tmp_path / "report"),
    ]
    assert main(words, cases=cases) == 2
    assert f"{file}: no certificates in PEM" in capfd.readouterr().err


def test_report_that_cannot_be_written_at_the_end(cases, server, tmp_path, capfd):
    (tmp_path / "report" / "results.json").mkdir(parents=True)
    words = [server.url, "--jobs", "1", "--report", str(tmp_path / "report")]
    assert main(words, cases=cases) == 4
    assert "the report cannot be written" in capfd.readouterr().out


def test_unexpected_exception_is_a_fault_of_the_suite(cases, capfd, monkeypatch):
    def prepare(*_):
        raise RuntimeError("boom")

    monkeypatch.setattr(cli, "prepare", prepare)
    assert main([], cases=cases) == 4
    assert "boom" in capfd.readouterr().err


def test_answer_that_imapclient_cannot_read_is_a_deviation(cases, server, tmp_path, capfd):
    # Another name: the runs of this file share a process, and with it the imported module.
    (cases / "any_state" / "test_it.py").unlink()
    (cases / "any_state" / "test_client.py").write_text(LIST_OF_CLIENT)
    server.script["LIST"] = [
        *(f'* LIST () "/" {name} ("CHILDINFO" ("SUBSCRIBED"))' for name in "abcd"),
        "OK done",
    ]
    words = [server.url, "--jobs", "1", "--report", str(tmp_path / "report")]
    assert main(words, cases=cases) == 1
    assert "1 fail" in capfd.readouterr().out

"""A target that does not get its own configuration back: that is said, and blamed on no case."""

import sys
from dataclasses import replace

import pytest

from conformance import cli
from conformance.cli import main
from conformance.quiet import Preparation, Quiet, arguments, run_pytest
from conformance.run import Options, prepare
from conformance.run_plugin import new_results
from tests.fake_server import FakeServer

CASE = """
import os, signal
from conformance.requirements import configuration, requirement
@configuration(imap_auth_times=5)
@requirement("RFC3501-6.1.1-2")
def test_passes(connection):
    '''A case that passes.'''
    assert connection.command("CAPABILITY").status == "OK"
"""
CTRL_C = "    os.kill(os.getpid(), signal.SIGINT)\n"
APPLY = "import sys; 'imap_auth_times=5' in sys.stdin.read() or sys.exit('no disk')"
TARGET = """
name = "it"
endpoint.imap = {{ host = "127.0.0.1", port = {port} }}
control.apply = ["{python}", "-c", "{apply}"]
[[account]]
role = "primary"
user = "alice"
password = "alicepw"
"""
SAID = "it did not get its own configuration back: [control].apply ended with 1: no disk"


@pytest.fixture
def cases(tmp_path):
    folder = tmp_path / "cases" / "any_state"
    folder.mkdir(parents=True)
    return folder.parent


@pytest.fixture
def target(tmp_path):
    with FakeServer() as server:
        file = tmp_path / "target.toml"
        file.write_text(TARGET.format(port=server.port, python=sys.executable, apply=APPLY))
        yield str(file)


@pytest.mark.parametrize("error", [KeyboardInterrupt, ValueError])
def test_it_is_said_after_a_second_ctrl_c(cases, target, tmp_path, capfd, monkeypatch, error):
    """Which falls on pytest, or on what that does of the first."""

    def twice(*words):
        run_pytest(*words)
        raise error

    monkeypatch.setattr(cli, "run_pytest", twice)
    monkeypatch.setattr(pytest.ExceptionInfo, "getrepr", pytest.fail)  # takes its time
    (cases / "any_state" / f"test_{error.__name__}.py").write_text(CASE + CTRL_C)
    assert main([target, "--report", str(tmp_path / "report")], cases=cases) == 130
    output = capfd.readouterr()
    assert SAID in output.out
    assert "Traceback" not in output.err


@pytest.mark.parametrize(("end", "code"), [("", 0), (CTRL_C, 130)])
def test_it_is_said(cases, target, tmp_path, capfd, monkeypatch, end, code):
    # The runs of this file share a process; another name keeps their modules apart.
    monkeypatch.setattr(sys, "dont_write_bytecode", True)
    (cases / "any_state" / f"test_code_{code}.py").write_text(CASE + end)
    report = tmp_path / "report"
    assert main([target, "--report", str(report)], cases=cases) == code
    output = capfd.readouterr().out
    assert SAID in output
    assert "fault of the suite" not in output
    assert SAID in (report / "index.html").read_text()


def test_it_is_said_by_a_worker_process(cases, target, tmp_path):
    (cases / "any_state" / "test_worker.py").write_text(CASE)
    options = Options(target=target)
    target, profile = prepare(options, pytest.fail)
    target = replace(target, folder=str(tmp_path))
    results = new_results(target, profile, options)
    run_pytest([*arguments(cases), "-n1"], [Quiet(), Preparation(target, results)])
    assert results.left_behind == [SAID]
    assert [result.outcome for result in results.cases] == ["pass"]

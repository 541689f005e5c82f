"""The cases as plain `pytest` runs them, with its own options."""

import subprocess
import sys
from pathlib import Path

import pytest

from tests.fake_server import FakeServer

CONFIGURATION = Path(__file__).parents[2] / "pyproject.toml"
CASES = """
from conformance.requirements import requirement

@requirement("RFC3501-6.1.2-OK")
def test_fails(connection):
    '''A case that fails.'''
    assert connection.command("NOOP").status == "OK"

@requirement("RFC3501-6.1.1-2")
def test_passes(connection):
    '''A case that passes.'''
    assert connection.command("CAPABILITY").status == "OK"
"""


@pytest.fixture
def run(tmp_path):
    """run(cases, *options): the exit code and the output of pytest, on a server without NOOP."""

    def run(cases, *options):
        folder = tmp_path / "cases" / "any_state"
        folder.mkdir(parents=True)
        (folder / "test_it.py").write_text(cases)
        with FakeServer({"NOOP": ["NO never"]}) as server:
            command = [sys.executable, "-m", "pytest", "-c", CONFIGURATION, folder.parent]
            command += [f"-oconformance_cases={folder.parent}", "-pno:cacheprovider"]
            command += [f"--target={server.url}", *options]
            done = subprocess.run(command, capture_output=True, text=True)
        return done.returncode, done.stdout + done.stderr

    return run


@pytest.mark.usefixtures("unmeasured")
@pytest.mark.parametrize("jobs", ["-n0", "-n2"])
def test_stop_at_the_first_failure(run, jobs):
    code, output = run(CASES, jobs, "-x")
    assert "stopping after 1 failures" in output
    assert code == 1, output


@pytest.mark.usefixtures("unmeasured")
def test_file_that_cannot_be_imported(run):
    code, output = run("import nothing_of_this_name")
    assert "1 error during collection" in output
    assert code == 4, output

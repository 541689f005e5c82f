"""A test that takes too long is one test that fails, whatever pytest is just doing."""

import subprocess
import sys
from pathlib import Path

import pytest

CONFIGURATION = Path(__file__).parents[2] / "pyproject.toml"
# "Time is up" is the signal itself, if it is caught: no test waits for it.
CONFTEST = """
import signal
import pytest

def time_is_up():
    if signal.getsignal(signal.SIGALRM) != signal.SIG_DFL:
        signal.raise_signal(signal.SIGALRM)

def pytest_runtest_logreport(report):
    if report.nodeid.endswith("test_between"):
        time_is_up()

@pytest.fixture
def slow_before():
    time_is_up()

@pytest.fixture
def slow_after():
    yield
    time_is_up()

@pytest.fixture
def slow():
    return time_is_up
"""
TESTS = """
def test_between(): pass
def test_call(slow): slow()
def test_setup(slow_before): pass
def test_teardown(slow_after): pass
def test_other(): assert False
"""


@pytest.mark.usefixtures("unmeasured")
@pytest.mark.parametrize("jobs", [0, 2])
def test_time_out_ends_one_test(tmp_path, jobs):
    (tmp_path / "conftest.py").write_text(CONFTEST)
    (tmp_path / "test_it.py").write_text(TESTS)
    command = [sys.executable, "-m", "pytest", "-c", CONFIGURATION, "--rootdir", tmp_path]
    command += ["-pno:cacheprovider", f"-n{jobs}", "-rA", "--tb=line", tmp_path]
    done = subprocess.run(command, capture_output=True, text=True)
    summary = done.stdout.rpartition("short test summary info")[2]
    lines = [line.partition(" - ")[0] for line in summary.splitlines() if "::" in line]
    assert {(line.split()[0], line.rpartition("::test_")[2]) for line in lines} == {
        ("PASSED", "between"),
        ("FAILED", "call"),
        ("ERROR", "setup"),
        ("PASSED", "teardown"),
        ("ERROR", "teardown"),
        ("FAILED", "other"),
    }, done.stdout + done.stderr
    assert done.returncode == 1

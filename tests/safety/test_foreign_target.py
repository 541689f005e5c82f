"""On a foreign target nothing that was there changes, and nothing is left behind.

Two accounts full of mail, on a Dovecot, before and after: octet for octet.
"""

import os
import re
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from tests.safety.account import Target, fill, picture

HERE = Path(__file__).parents[2]
SCRIPT = HERE / "ci/servers/dovecot"
# What creates, renames, deletes, subscribes, moves, expunges, and looks at INBOX.
CHOSEN = (
    "authenticated/append",
    "authenticated/create",
    "authenticated/delete",
    "authenticated/names",
    "authenticated/rename",
    "authenticated/subscribe",
    "authenticated/uids",
    "extensions/move",
    "selected/close",
    "selected/expunge",
    "selected/store",
)
SHORT = ("authenticated/create", "authenticated/subscribe", "selected/expunge")
PROGRESS = re.compile(r"\d+/\d+ ")


@pytest.fixture(scope="module")
def dovecot(required_tool):
    required_tool("dovecot", "dovecot-imapd")
    with subprocess.Popen([SCRIPT], stdout=subprocess.PIPE, text=True) as process:
        file = process.stdout.readline().strip()
        assert file, "Dovecot did not start"
        target = Target.load(Path(file))
        try:
            for role in ("primary", "second"):
                fill(target, role)
            yield target
        finally:
            process.terminate()


@pytest.fixture
def suite(dovecot, tmp_path):
    """suite(number, selectors) starts a run, in a group of processes of its own."""
    started = []

    def suite(selectors, jobs=2):
        report = tmp_path / f"report-{len(started)}"
        command = [sys.executable, "-m", "conformance", "run", str(dovecot.file)]
        command += ["--jobs", str(jobs), "--report", str(report)]
        command += [word for selector in selectors for word in ("--select", selector)]
        started.append(
            subprocess.Popen(
                command,
                stdout=subprocess.PIPE,
                stderr=subprocess.PIPE,
                text=True,
                cwd=HERE,
                start_new_session=True,
                # A shell starts what runs in its background with SIGINT ignored.
                preexec_fn=lambda: signal.signal(signal.SIGINT, signal.SIG_DFL),
            )
        )
        return started[-1]

    yield suite
    for process in started:
        process.kill()
        process.wait()


def finished(process):
    """The output of a run that judged every case, whatever it judged."""
    output, errors = process.communicate(timeout=100)
    assert process.returncode in (0, 1), output + errors
    assert "could not be removed" not in output
    return output


def test_a_run_changes_nothing(dovecot, suite):
    before = picture(dovecot)
    assert before["primary"]["list"] != before["stranger"]["list"]
    finished(suite(CHOSEN))
    assert picture(dovecot) == before


def to_all(process, ending):
    """As a terminal does it, and `timeout`: every process of the group is told."""
    os.killpg(process.pid, ending)


def to_one(process, ending):
    """As `kill` does it."""
    process.send_signal(ending)


@pytest.mark.parametrize(
    ("ending", "tell"),
    [
        (signal.SIGINT, to_all),
        (signal.SIGTERM, to_one),
        (signal.SIGTERM, to_all),
        (signal.SIGHUP, to_all),
    ],
)
def test_a_run_that_is_ended_changes_nothing(dovecot, suite, ending, tell):
    before = picture(dovecot)
    process = suite(CHOSEN)
    while not PROGRESS.match(line := process.stdout.readline()):
        assert line, process.stderr.read()
    tell(process, ending)
    output, errors = process.communicate(timeout=100)
    assert process.returncode == 130, output + errors
    assert "interrupted" in output
    assert "could not be removed" not in output
    assert picture(dovecot) == before


def test_two_runs_do_not_disturb_each_other(dovecot, suite):
    before = picture(dovecot)
    alone = finished(suite(SHORT))
    runs = [suite(SHORT, jobs=1), suite(SHORT, jobs=1)]
    together = [finished(run) for run in runs]
    assert {counts(output) for output in together} == {counts(alone)}
    assert picture(dovecot) == before


def counts(output):
    """The last line of a run without its seconds: how many cases have which outcome."""
    return output.splitlines()[-2].partition(" in ")[0]

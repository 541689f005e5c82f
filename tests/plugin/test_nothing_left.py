"""A run that has ended, however it ended, leaves no process and no temporary folder behind."""

import contextlib
import os
import random
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from conformance.plugin import CASES
from tests.processes import DEADLINE, descendants, wait_until

pytestmark = [
    pytest.mark.skipif(sys.platform != "linux", reason="looks into /proc"),
    pytest.mark.usefixtures("unmeasured"),
    pytest.mark.timeout(3 * DEADLINE),
]
HERE = Path(__file__).parents[2]
RUN = (
    "import sys; from pathlib import Path; from conformance.cli import main;"
    "sys.exit(main(sys.argv[2:], cases=Path(sys.argv[1])))"
)
WAITING = '''
import os, time
from pathlib import Path
import pytest
from conformance.requirements import requirement

one = pytest.mark.configuration(enable_rfc2971_commands=True)
other = pytest.mark.configuration(imap_rfc9051=False)

@pytest.mark.parametrize("number", [pytest.param(1, marks=one), pytest.param(2, marks=other)])
@requirement("RFC3501-6.1.2-OK")
def test_waits(selected, fleet, number):
    """A case in whose midst the run ends, on a server of its own beside another."""
    selected.ok("NOOP")
    fleet.server({})
    Path(os.environ["TMPDIR"], f"waiting-{os.getpid()}").touch()
    time.sleep(600)
'''


class Run:
    """A run of the suite, in a process group of its own."""

    def __init__(self, folder: Path, *words: str) -> None:
        self.temporary = folder / "temporary"
        self.temporary.mkdir()
        self.process = subprocess.Popen(
            [sys.executable, "-c", RUN, *words, "--jobs", "2", "--report", str(folder / "report")],
            env={**os.environ, "TMPDIR": str(self.temporary)},
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            process_group=0,
            cwd=HERE,
        )

    def left(self) -> list[str]:
        """The command lines of the processes that are left, and what lies in the folder."""
        processes = descendants("TMPDIR", str(self.temporary)).values()
        return [*processes, *(path.name for path in self.temporary.iterdir())]

    def await_nothing_left(self) -> None:
        self.process.communicate(timeout=DEADLINE)
        wait_until(lambda: not self.left(), self.left)


@pytest.fixture
def start(tmp_path):
    """start(words) starts a run; whatever is left of it ends with the test."""
    runs = []

    def start(*words):
        folder = tmp_path / f"run-{len(runs)}"
        folder.mkdir()
        runs.append(Run(folder, *words))
        return runs[-1]

    yield start
    for run in runs:
        for number in descendants("TMPDIR", str(run.temporary)):
            with contextlib.suppress(ProcessLookupError):
                os.kill(number, signal.SIGKILL)
        run.process.wait()
        run.process.stdout.close()


@pytest.fixture
def waiting(tmp_path, start):
    """A run of two jobs, each in the midst of a case and with two servers."""
    folder = tmp_path / "cases" / "any_state"
    folder.mkdir(parents=True)
    (folder / "test_it.py").write_text(WAITING)
    run = start(str(folder.parent))
    found = run.temporary.glob
    wait_until(lambda: len([*found("waiting-*")]) == 2, run.left)
    for path in found("waiting-*"):
        path.unlink()
    assert len([*found("gximap-*")]) == 4, "two jobs with two servers each"
    return run


@pytest.mark.slow
@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGHUP, signal.SIGKILL])
def test_signal_to_its_first_process(waiting, number):
    waiting.process.send_signal(number)
    waiting.await_nothing_left()


@pytest.mark.slow
@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGKILL])
def test_signal_to_its_process_group(waiting, number):
    os.killpg(waiting.process.pid, number)
    waiting.await_nothing_left()


@pytest.mark.slow
@pytest.mark.parametrize("seed", range(6))
def test_signals_at_any_moment(start, seed):
    """Of Ctrl-C there may be two, of which the second meets the clearing up."""
    moments = random.Random(seed)
    number = signal.SIGKILL if seed % 3 == 0 else signal.SIGINT
    run = start(str(CASES), "--select", "any_state/noop")
    for seconds in moments.uniform(0, 6), moments.uniform(0, 1):
        time.sleep(seconds)
        if run.process.poll() is None:
            os.killpg(run.process.pid, number)
    run.await_nothing_left()

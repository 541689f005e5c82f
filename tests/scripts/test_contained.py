"""Commands that the scripts run leave nothing behind, however they end."""

import contextlib
import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from tests.processes import DEADLINE, descendants, wait_until

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="looks into /proc")
CONTAINED = Path(__file__).parents[2] / "scripts" / "contained.py"
# A file, and a process that goes on for itself; what COMMAND does then is the test's.
COMMAND = "mktemp >/dev/null; setsid sleep 600 & echo begun; {}"


@pytest.fixture
def start(tmp_path):
    """start(then): a script in a group of its own that runs COMMAND, contained, which has begun."""
    scripts = []

    def start(then: str) -> subprocess.Popen:
        words = ["bash", "-c", f'"$0" -IS {CONTAINED} $$ "$@"; exit "$?"', sys.executable]
        script = subprocess.Popen(
            [*words, "bash", "-c", COMMAND.format(then)],
            env={**os.environ, "TMPDIR": str(tmp_path), "CONTAINED": str(tmp_path)},
            stdout=subprocess.PIPE,
            process_group=0,
        )
        scripts.append(script)
        assert script.stdout.readline() == b"begun\n"
        return script

    yield start
    for number in descendants("CONTAINED", str(tmp_path)):
        with contextlib.suppress(ProcessLookupError):
            os.kill(number, signal.SIGKILL)
    for script in scripts:
        script.wait()
        script.stdout.close()


@pytest.fixture
def left(tmp_path):
    """left(): the command lines of the processes that are left, and the files."""

    def left():
        processes = descendants("CONTAINED", str(tmp_path)).values()
        return [*processes, *map(str, tmp_path.rglob("*"))]

    return left


def await_nothing(left):
    wait_until(lambda: not left(), left)


@pytest.mark.parametrize(("then", "code"), [("exit 3", 3), ("kill -9 $$", 137), ("true", 0)])
def test_command_ends(start, left, then, code):
    assert start(then).wait(DEADLINE) == code
    assert left() == []


@pytest.mark.parametrize("number", [signal.SIGHUP, signal.SIGTERM, signal.SIGKILL])
def test_script_is_ended(start, left, number):
    script = start("sleep 600; true")
    assert len(left()) > 4
    script.send_signal(number)
    await_nothing(left)


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGKILL])
def test_group_of_the_script_is_ended(start, left, number):
    script = start("sleep 600; true")
    os.killpg(script.pid, number)
    await_nothing(left)


def test_signal_to_the_process_between(start, left, tmp_path):
    start("sleep 600; true")
    (between,) = [
        number
        for number, words in descendants("CONTAINED", str(tmp_path)).items()
        if words.startswith(sys.executable)
    ]
    os.kill(between, signal.SIGTERM)
    await_nothing(left)


def test_it_may_lead_a_session(left, tmp_path):
    words = [sys.executable, "-IS", CONTAINED, str(os.getpid()), "bash", "-c", "mktemp; exit 3"]
    environment = {**os.environ, "TMPDIR": str(tmp_path), "CONTAINED": str(tmp_path)}
    assert subprocess.call(words, env=environment, start_new_session=True) == 3
    assert left() == []

"""The working memory of a command stays small, whatever it asks for."""

import subprocess
import sys
from pathlib import Path

import pytest

BENCH = Path(__file__).parent.parent.parent / "scripts/bench"

# Each took more than its limit when all was held at once: of so few messages, too.
WORST = [
    "search-everything",
    "search-huge",
    "fetch-partials",
    "fetch-fields",
    "fetch-envelopes",
]


@pytest.mark.slow
@pytest.mark.directive("context_max_mem")
@pytest.mark.skipif(sys.platform != "linux", reason="/proc has the memory of a process")
@pytest.mark.timeout(600)
def test_the_costliest_commands(tmp_path):
    chosen = [argument for name in WORST for argument in ("--only", name)]
    command = [sys.executable, BENCH, "--memory", "--messages", "2000", "--folder", tmp_path]
    done = subprocess.run([*command, *chosen], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    assert [line.split()[0] for line in done.stdout.splitlines()[1:]] == sorted(
        WORST, key=done.stdout.index
    )

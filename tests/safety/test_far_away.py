"""A correct server passes from far away, too: 100 ms there and back."""

import json
import subprocess
import sys

import pytest

from tests.control import TARGET
from tests.delay_proxy import DelayProxy

ROUND_TRIP = 0.1  # seconds
# Many round trips, many connections, TLS, several sessions, IDLE, literals, pipelining.
CHOSEN = (
    "any_state/greeting",
    "authenticated/lsub",
    "multi_session/pipelining",
    "extensions/unselect",
    "multi_session/new_messages",
    "not_authenticated/starttls",
    "security/implicit_tls",
    "selected/close",
)


@pytest.fixture
def far_away(reference_process, tmp_path):
    """The target file of a server that is far away."""
    with (
        DelayProxy(*reference_process.imap, ROUND_TRIP) as plain,
        DelayProxy(*reference_process.imaps, ROUND_TRIP) as tls,
    ):
        target = tmp_path / "target.toml"
        addresses = {"imap": ("127.0.0.1", plain.port), "imaps": ("127.0.0.1", tls.port)}
        text = TARGET.format(**addresses, settings="", apply=[], log=[])
        target.write_text(text.partition("[settings]")[0])
        yield target


def test_correct_server_passes(far_away, tmp_path):
    command = [sys.executable, "-m", "conformance", "run", str(far_away), "--insecure"]
    command += ["--report", str(tmp_path / "report")]
    command += [word for chosen in CHOSEN for word in ("--select", chosen)]
    run = subprocess.run(command, capture_output=True, text=True)
    assert run.returncode == 0, run.stdout + run.stderr
    cases = json.loads((tmp_path / "report" / "results.json").read_text())["cases"]
    assert {case["outcome"] for case in cases} <= {"pass", "skip"}
    assert len([case for case in cases if case["outcome"] == "pass"]) > 30

"""Through [control] the cases that need a configuration run on a foreign target as on any."""

import json
import subprocess
import sys

import pytest

from tests.control import ControlledServer

# Several configurations; accounts that are blocked, and must not be for the next case; sessions
# that are timed out, also those that the suite keeps for itself; places that are all taken.
CHOSEN = (
    "gromox/cmd_debug",
    "gromox/context_num",
    "gromox/id",
    "gromox/log",
    "gromox/proxy",
    "gromox/throttling/a_session_of_the_user_goes_on",
    "gromox/throttling/another_case_gives_no_further_tries",
    "gromox/timeouts",
)
GROUPS = ("lockout", "timeouts", "load", "inbox")


@pytest.fixture
def server(tmp_path, certificate):
    server = ControlledServer(tmp_path / "server", certificate)
    yield server
    server.end()


def settings(server):
    """The lines of its configuration; not the ports, that are free ones only at first."""
    lines = (server.target.parent / "imap.cfg").read_text().splitlines()
    return {line for line in lines if "_port=" not in line}


def test_every_case_runs_and_passes(server, tmp_path):
    own = settings(server)
    command = [sys.executable, "-m", "conformance", "run", str(server.target), "--insecure"]
    command += ["--report", str(tmp_path / "report")]
    command += [word for chosen in CHOSEN for word in ("--select", chosen)]
    command += [word for group in GROUPS for word in ("--allow", group)]
    run = subprocess.run(command, capture_output=True, text=True)
    assert run.returncode == 0, run.stdout + run.stderr
    cases = json.loads((tmp_path / "report" / "results.json").read_text())["cases"]
    others = {case["id"]: case["message"] for case in cases if case["outcome"] != "pass"}
    assert others == {}
    assert len(cases) > 80
    log = (tmp_path / "server" / "log").read_text()
    assert log.count("listening") > len(CHOSEN), "it was started for each configuration"
    assert settings(server) == own
    assert "could not be removed" not in run.stdout

"""The suite finds every planted defect: each of the cases named for it deviates.

That the same cases pass on the server without defects is shown by the run of the whole suite.
"""

import json
import subprocess
import sys

import pytest

from tests.control import ControlledServer
from tests.planted.defects import defects

GROUPS = ("lockout", "timeouts", "load", "inbox")


@pytest.mark.usefixtures("unmeasured")
@pytest.mark.parametrize("name", sorted(defects()))
def test_the_suite_finds(name, tmp_path, certificate):
    defect = defects()[name]
    program = (sys.executable, "-m", "tests.planted.server", name)
    server = ControlledServer(tmp_path / "server", certificate, program, **defect.settings)
    try:
        command = [sys.executable, "-m", "conformance", "run", str(server.target)]
        command += ["--jobs", "1", "--strict", "--insecure", "--report", str(tmp_path / "report")]
        command += [word for case in defect.cases for word in ("--select", case)]
        command += [word for group in GROUPS for word in ("--allow", group)]
        run = subprocess.run(command, capture_output=True, text=True, timeout=100)
    finally:
        server.end()
    assert run.returncode == 1, f"exit code {run.returncode}\n{run.stdout}{run.stderr}"
    results = json.loads((tmp_path / "report" / "results.json").read_text())
    outcomes = {case["id"]: case["outcome"] for case in results["cases"]}
    assert outcomes.keys() >= set(defect.cases), "a case named for the defect does not exist"
    missed = {case: outcome for case, outcome in outcomes.items() if outcome != "fail"}
    assert not missed, f"not found by {missed}\n{run.stdout}"

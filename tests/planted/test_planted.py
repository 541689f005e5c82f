"""The suite finds every planted defect: each of the cases named for it deviates.

That the same cases pass on the server without defects is shown by the run of the whole suite.
"""

import contextlib
import json

import pytest

from conformance.cli import main
from conformance.plugin import CASES
from conformance.requirements.case import names
from conformance.targets import reference
from tests.control import ControlledServer
from tests.planted.defects import defects

# On a server with these the suite waits for a long time, so they come first.
WAIT = ("security/handshakes_wait_", "gromox_timeouts/")
NAMES = sorted(defects(), key=lambda name: (not name.startswith(WAIT), name))
GROUPS = ("lockout", "timeouts", "load", "inbox")


@pytest.mark.parametrize("name", NAMES)
def test_the_suite_finds(name, tmp_path, certificate, planted, capfd, monkeypatch):
    defect = defects()[name]
    program = planted(name)
    words = ["run", "--jobs", "1", "--strict", "--report", str(tmp_path / "report")]
    words += [word for case in defect.cases for word in ("--select", case)]
    words += [word for group in GROUPS for word in ("--allow", group)]
    with contextlib.ExitStack() as stack:
        if defect.fresh:
            monkeypatch.setattr(reference, "PROGRAM", program)
        else:
            server = ControlledServer(tmp_path / "server", certificate, program, **defect.settings)
            stack.callback(server.end)
            words += [str(server.target), "--insecure"]
        code = main(words)
    output = capfd.readouterr()
    assert code == 1, f"exit code {code}\n{output.out}{output.err}"
    results = json.loads((tmp_path / "report" / "results.json").read_text())
    outcomes = {case["id"]: case["outcome"] for case in results["cases"]}
    assert outcomes.keys() >= set(defect.cases), "a case named for the defect does not exist"
    missed = {case: outcome for case, outcome in outcomes.items() if outcome != "fail"}
    assert not missed, f"not found by {missed}\n{output.out}"


def test_each_case_about_gromox_finds_one():
    found_by = {case.partition("[")[0] for defect in defects().values() for case in defect.cases}
    about_gromox = {name for name in names(CASES) if name.startswith("gromox/")}
    assert about_gromox - found_by == set()

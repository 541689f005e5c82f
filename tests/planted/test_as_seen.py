"""The profile of Gromox knows what a real one was seen to do.

That the same cases deviate where no profile is given is shown with the other planted defects.
"""

import json
import subprocess
import sys

import pytest

from conformance.profiles.profile import load_profile
from conformance.requirements.catalogue import catalogue
from tests.control import ControlledServer
from tests.planted.defects import defects
from tests.planted.test_planted import GROUPS

AS_SEEN = defects()["gromox_as_seen/everything_at_once"]


@pytest.fixture
def outcomes(tmp_path):
    """outcomes(*target): how the cases named for the defect end, and the exit code."""

    def outcomes(*target):
        report = tmp_path / "report"
        command = [sys.executable, "-m", "conformance", "run", *target, "--profile", "gromox"]
        command += ["--jobs", "1", "--strict", "--report", str(report)]
        command += [word for case in AS_SEEN.cases for word in ("--select", case)]
        command += [word for group in GROUPS for word in ("--allow", group)]
        run = subprocess.run(command, capture_output=True, text=True)
        assert (report / "results.json").exists(), run.stdout + run.stderr
        results = json.loads((report / "results.json").read_text())
        return {case["id"]: case["outcome"] for case in results["cases"]}, run.returncode

    return outcomes


def test_what_gromox_was_seen_to_do_is_known(outcomes, tmp_path, certificate, planted):
    server = ControlledServer(tmp_path / "server", certificate, planted(AS_SEEN.name))
    try:
        found = outcomes(str(server.target), "--insecure")
    finally:
        server.end()
    assert found == (dict.fromkeys(AS_SEEN.cases, "known"), 0)


def test_on_a_server_that_does_better_it_is_fixed(outcomes):
    assert outcomes() == (dict.fromkeys(AS_SEEN.cases, "fixed"), 0)


def test_each_reason_is_tried():
    tried = {case.partition("[")[0] for case in AS_SEEN.cases}
    known = load_profile("gromox", catalogue()).deviations
    reasons = {
        one.reason for one in known if not tried.isdisjoint(c.partition("[")[0] for c in one.cases)
    }
    assert reasons == {one.reason for one in known}

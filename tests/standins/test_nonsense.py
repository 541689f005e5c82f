"""A server that is wrong from top to bottom is found to deviate, and no case ends in an error."""

import json
import sys

import pytest

from conformance import cli
from conformance.targets import client, life, probing, reference

# Cases that read much of what a server sends, each in its own way.
READERS = (
    "any_state",
    "authenticated/list",
    "authenticated/uids",
    "extensions/condstore_store",
    "extensions/qresync_select",
    "extensions/uidplus",
    "multi_session/interplay",
    "selected/fetch_bodystructure",
    "selected/fetch_imapclient",
    "selected/search_response",
    "selected/uid_store",
)
IDEAS = {
    "ok_to_everything": (*READERS, "gromox/proxy_stall"),
    "no_to_everything": READERS,
    "bad_to_everything": READERS,
    "refused_at_random": READERS,
    "closed_after_greeting": READERS,
    "reset_at_random": (*READERS, "gromox/proxy_stall"),
    "nil_for_strings": READERS,
    "no_data": READERS,
    "changed_at_random": READERS,
    "changed_once": READERS,
}


@pytest.fixture
def run(tmp_path, monkeypatch):
    """run(idea, seed, *selectors) runs these cases: exit code and the cases of results.json.

    The first look is at a server without the idea: one that could not be looked at would end the
    run there.
    """
    monkeypatch.setattr(probing, "PATIENCE", 1.0)
    monkeypatch.setattr(client, "SECONDS", 2.0)
    monkeypatch.setattr(life, "RETURN_SECONDS", 0.5)
    prepare = cli.prepare

    def run(idea, seed, *selectors):
        def prepared(*arguments):
            looked_at = prepare(*arguments)
            program = (sys.executable, "-m", "tests.standins.server", idea, str(seed))
            monkeypatch.setattr(reference, "PROGRAM", program)
            return looked_at

        monkeypatch.setattr(cli, "prepare", prepared)
        words = ["run", "--jobs", "1", "--report", str(tmp_path)]
        words += [word for selector in selectors for word in ("--select", selector)]
        code = cli.main(words)
        return code, json.loads((tmp_path / "results.json").read_text())["cases"]

    return run


@pytest.mark.slow
@pytest.mark.timeout(300)
@pytest.mark.usefixtures("unmeasured")
@pytest.mark.parametrize("seed", [1, 2])
@pytest.mark.parametrize("idea", IDEAS)
def test_nothing_is_a_fault_of_the_suite(run, idea, seed):
    code, cases = run(idea, seed, *IDEAS[idea])
    errors = [f"{case['id']}: {case['message']}" for case in cases if case["outcome"] == "error"]
    assert not errors, "\n".join(errors)
    assert code == 1

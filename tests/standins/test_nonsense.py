"""A server that is wrong from top to bottom is found to deviate, and no case ends in an error."""

import json
import sys

import pytest

from conformance import cli
from conformance.targets import client, life, probing, reference

# Cases that read much of what a server sends, each in its own way.
READERS = (
    "authenticated/list/shows_a_client_its_mailboxes",
    "authenticated/uids",
    "extensions/condstore_store",
    "extensions/list_status",
    "extensions/qresync_select",
    "multi_session/interplay",
    "selected/fetch_imapclient",
    "selected/uid_store",
)
IDEAS = (
    ("ok_to_everything", 1),
    ("no_to_everything", 1),
    ("bad_to_everything", 1),
    ("closed_after_greeting", 1),
    ("reset_at_random", 1),
    ("nil_for_strings", 1),
    ("no_data", 1),
    ("changed_at_random", 1),
    ("changed_at_random", 2),
    ("changed_once", 1),
    ("changed_once", 2),
)


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


def errors(cases):
    return [f"{each['id']}: {each['message']}" for each in cases if each["outcome"] == "error"]


@pytest.mark.slow
@pytest.mark.usefixtures("unmeasured")
@pytest.mark.parametrize(("idea", "seed"), IDEAS)
def test_nothing_is_a_fault_of_the_suite(run, idea, seed):
    code, cases = run(idea, seed, *READERS)
    assert errors(cases) == []
    assert code == 1


@pytest.mark.slow
@pytest.mark.usefixtures("unmeasured")
def test_raw_connections_that_are_reset(run):
    """Those of headers before IMAP, whose ends the cases close themselves."""
    code, cases = run("reset_at_once", 1, "gromox/proxy_stall", "gromox/proxy_off")
    assert errors(cases) == []
    assert code == 1

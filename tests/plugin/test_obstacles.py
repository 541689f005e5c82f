"""A server that is alive but useless: what it never does is asked a few times, not always."""

import json
import sys
import threading

import pytest

from conformance import obstacles
from conformance.cli import main
from conformance.obstacles import Obstacles
from conformance.targets import client, life, probing
from tests.fake_server import FakeServer

FEW = 2  # cases in a row, to be quick

HEAD = """
import pytest
from conformance.requirements import requirement
"""
CASE = """
@requirement("RFC3501-6.1.2-OK")
@pytest.mark.parametrize("number", range(100, 100 + {count}))
def test_{name}({fixture}, number):
    '''A case.'''
    {fixture}.ok("{command}")
"""


def cases(count, name, fixture="selected", command="NOOP"):
    return CASE.format(count=count, name=name, fixture=fixture, command=command)


@pytest.fixture
def server():
    with FakeServer() as server:
        yield server


@pytest.fixture
def run(tmp_path, server, monkeypatch):
    """run(*sources) runs these cases: the outcomes and messages by name of the function."""
    monkeypatch.setattr(sys, "dont_write_bytecode", True)
    monkeypatch.setattr(probing, "PATIENCE", 0.6)
    monkeypatch.setattr(client, "SECONDS", 1)
    monkeypatch.setattr(life, "RETURN_SECONDS", 0.5)

    monkeypatch.setattr(obstacles, "IN_A_ROW", FEW)

    def run(*sources):
        path = tmp_path / "cases" / "any_state" / "test_it.py"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(HEAD + "".join(sources))
        words = ["run", server.url, "--jobs", "1", "--report", str(tmp_path / "report")]
        main(words, cases=tmp_path / "cases")
        found = {}
        for case in json.loads((tmp_path / "report" / "results.json").read_text())["cases"]:
            name = case["id"].rpartition("/")[2].partition("[")[0]
            found.setdefault(name, []).append((case["outcome"], case["message"]))
        return found

    return run


def outcomes(found):
    return {name: [outcome for outcome, _ in results] for name, results in found.items()}


def asked(server, name):
    return sum(line.split()[1] == name for line in server.commands)


@pytest.fixture
def never_answered(server):
    """never_answered(command): the server keeps silent about it."""
    ended = threading.Event()

    def never_answered(command):
        server.fate[command] = lambda _stream: ended.wait(60)

    yield never_answered
    ended.set()


def test_command_that_is_never_answered(run, server, never_answered):
    never_answered("SELECT")
    found = run(cases(FEW + 10, "selects"), cases(2, "does_not", "authenticated"))
    assert asked(server, "SELECT") == FEW
    assert outcomes(found) == {
        "selects": ["fail"] * FEW + ["skip"] * 10,
        "does_not": ["pass", "pass"],
    }
    (reason,) = {message for outcome, message in found["selects"] if outcome == "skip"}
    assert reason.startswith(f"needs SELECT of the mailbox of the case, which failed in {FEW}")
    assert "the tagged response to a3 'SELECT" in reason


def test_command_of_the_cases_that_is_never_answered(run, server, never_answered):
    never_answered("CHECK")
    found = run(cases(FEW + 10, "checks", "authenticated", "CHECK"))
    assert asked(server, "CHECK") == FEW
    assert outcomes(found) == {"checks": ["fail"] * FEW + ["skip"] * 10}
    assert "needs an answer to CHECK, which" in found["checks"][-1][1]


def test_nothing_is_answered_after_the_login(run, server, never_answered):
    for command in ("NOOP", "CHECK", "CREATE"):
        never_answered(command)
    found = run(
        cases(FEW // 2, "one", "authenticated", "NOOP"),
        cases(FEW, "other", "authenticated", "CHECK"),
        cases(2, "needs_a_mailbox"),
    )
    assert asked(server, "NOOP") + asked(server, "CHECK") == FEW
    assert outcomes(found)["needs_a_mailbox"] == ["skip", "skip"]


def test_need_that_is_refused(run, server):
    """Whatever tests the command itself is asked all the same."""
    server.script["SELECT"] = ["NO not today"]
    found = run(
        cases(FEW + 10, "selects"), cases(2, "tests_it", "authenticated", 'SELECT", "INBOX')
    )
    assert asked(server, "SELECT") == FEW + 2
    assert outcomes(found)["selects"] == ["fail"] * FEW + ["skip"] * 10
    assert outcomes(found)["tests_it"] == ["fail"] * 2
    assert "SELECT was answered NO not today" in found["selects"][-1][1]


def test_login_that_is_refused(run, server):
    answer = server.answer

    def changed(name, arguments):
        if name == "XCHANGE":
            server.script["LOGIN"] = ["NO no more"]
        return answer(name, arguments)

    server.answer = changed
    found = run(
        cases(1, "changes", "authenticated", "XCHANGE"),
        cases(FEW + 10, "selects"),
        cases(2, "does_not", "connection"),
    )
    assert outcomes(found) == {
        "changes": ["pass"],
        "selects": ["fail"] * FEW + ["skip"] * 10,
        "does_not": ["pass", "pass"],
    }
    assert "needs a login as primary" in found["selects"][-1][1]


def test_server_that_is_gone_after_every_case(run, server):
    """It comes back each time."""

    def fate(_stream):
        server.refusing = 1

    server.fate["CHECK"] = fate
    found = run(cases(FEW + 10, "checks", "authenticated", "CHECK"))
    assert outcomes(found) == {"checks": ["crash"] * FEW + ["skip"] * 10}
    assert asked(server, "CHECK") == FEW


def test_only_cases_in_a_row_count(monkeypatch):
    monkeypatch.setattr(obstacles, "IN_A_ROW", FEW)
    counted = Obstacles()
    for number in range(3 * FEW):
        counted.begin_case()
        if number % FEW == 0:
            counted.met("SELECT")
        else:
            for _ in range(2):  # counts once
                counted.failed("SELECT", ValueError("no"))
        assert not is_skipped(counted, "SELECT")
    counted.failed("CREATE", ValueError("no"))
    counted.begin_case()
    counted.failed("SELECT", ValueError("no"))
    assert is_skipped(counted, "SELECT")
    assert not is_skipped(counted, "CREATE")


def is_skipped(counted, need):
    try:
        counted.check(need)
    except pytest.skip.Exception as skip:
        return f"needs {need}, which failed in {FEW} cases in a row" in str(skip)
    return False

"""How many cases run at once where --jobs does not say."""

import json
import os
from dataclasses import replace

import pytest

from conformance import cli
from conformance import jobs as jobs_module
from conformance.jobs import permitted_jobs, processors, wanted_jobs
from conformance.run import Target
from conformance.targets import client
from conformance.targets.description import Account, Address, Description
from conformance.targets.probing import Facts
from tests.fake_server import FakeServer

CASES = """
from conformance.requirements import requirement
@requirement("RFC3501-6.1.2-OK")
def test_one(selected):
    '''One session, and one that makes its mailbox.'''
    selected.ok("NOOP")
@requirement("RFC3501-6.1.2-OK")
def test_five(login):
    '''Five sessions.'''
    for session in [login() for _ in range(5)]:
        session.ok("NOOP")
@requirement("RFC3501-6.1.2-OK")
def test_by_hand(connect, account):
    '''By hand, five sessions.'''
    for connection in [connect() for _ in range(5)]:
        connection.login(account.user, account.password)
"""
INBOX = """
import os
from pathlib import Path
import pytest
from conformance.requirements import allow, requirement

def note(name):
    Path(os.environ["CASES_WERE_IN"], f"{{name}}.{{os.getpid()}}").touch()

@allow("inbox")
@pytest.mark.parametrize("number", range({}))
@requirement("RFC3501-6.1.2-OK")
def test_inbox(connection, number):
    '''A case that works in INBOX.'''
    note(f"inbox-{{number}}")

@requirement("RFC3501-6.1.2-OK")
def test_other(connection):
    '''Another.'''
    note("other-0")
"""
NEAR, FAR = 0.0001, 0.1  # seconds of round trip


@pytest.fixture
def target(monkeypatch):
    """target(round trip, sessions permitted): a foreign target, seen from two processors."""

    def target(round_trip, sessions):
        def permitted(_description, most):
            return min(most, sessions)

        monkeypatch.setattr(jobs_module, "sessions_permitted", permitted)
        monkeypatch.setattr(jobs_module, "processors", lambda: 2)
        facts = Facts("* OK", (), (), {}, "", "/", round_trip)
        address = Address("imap", "127.0.0.1", 143)
        account = Account("primary", "alice", "alicepw")
        return Target(Description("it", {"imap": address}, {"primary": account}), facts, "gximap-x")

    return target


@pytest.mark.parametrize(
    ("round_trip", "sessions", "jobs", "each"),
    [
        (NEAR, 100, 2, 0),
        (NEAR, 8, 2, 0),
        (NEAR, 7, 1, 7),
        (NEAR, 3, 1, 3),
        (NEAR, 0, 1, 1),
        (FAR, 100, 12, 0),
        (FAR, 17, 4, 4),
        (FAR, 10, 2, 5),
        (FAR, 3, 1, 3),
    ],
)
def test_foreign_target(target, round_trip, sessions, jobs, each):
    it = target(round_trip, sessions)
    assert permitted_jobs(it, wanted_jobs(it))[:2] == (jobs, each)


@pytest.mark.parametrize(
    ("asked", "sessions", "jobs", "each", "remark"),
    [
        (8, 100, 8, 0, ""),
        (8, 10, 2, 5, "the account may have 10 sessions at once: --jobs 2 in place of 8"),
        (1, 4, 1, 0, ""),
        (1, 3, 1, 3, "the account may have 3 sessions at once"),
    ],
)
def test_jobs_that_are_asked_for(target, asked, sessions, jobs, each, remark):
    it = target(NEAR, sessions)
    assert permitted_jobs(it, wanted_jobs(it, asked)) == (jobs, each, remark)


def test_reference_server(target):
    reference = replace(target(FAR, 0), description=None)
    assert permitted_jobs(reference, wanted_jobs(reference)) == (2, 0, "")
    assert permitted_jobs(reference, wanted_jobs(reference, 8)) == (8, 0, "")


@pytest.mark.parametrize("missing", [(), ("process_cpu_count",), ("sched_getaffinity",)])
def test_processors_where_a_function_is_missing(monkeypatch, missing):
    """Python 3.13 has the first, Linux the second, macOS with an older Python neither."""
    for name in ("process_cpu_count", *missing):
        monkeypatch.delattr(os, name, raising=False)
    assert processors() >= 1


def test_server_that_permits_few_sessions(tmp_path, monkeypatch):
    """Cases that need more are skipped, each of the others has its session."""
    monkeypatch.setattr(client, "COUNTED_LATE", 0.2)
    path = tmp_path / "cases" / "any_state" / "test_it.py"
    path.parent.mkdir(parents=True)
    path.write_text(CASES)
    for words, places in ([], 3), (["--jobs", "2"], 3), (["--jobs", "1"], 4):
        with FakeServer() as server:
            server.places = places
            words = ["run", server.url, *words, "--report", str(tmp_path)]
            code = cli.main(words, cases=tmp_path / "cases")
        cases = json.loads((tmp_path / "results.json").read_text())["cases"]
        outcomes = {case["title"].partition(" ")[0]: case["outcome"] for case in cases}
        assert (code, outcomes) == (0, {"One": "pass", "Five": "skip", "By": "skip"})
        assert server.most_at_once <= places


def test_login_is_tried_again_while_sessions_may_be_counted_late(monkeypatch):
    monkeypatch.setattr(client, "PAUSE", 0)
    answers = [False, False, True]

    def log_in():
        if not answers.pop(0):
            raise client.SessionsExceededError("not yet")
        return "in"

    assert client.patiently(log_in) == "in"
    monkeypatch.setattr(client, "COUNTED_LATE", -1)
    answers = [False, True]
    with pytest.raises(client.SessionsExceededError):
        client.patiently(log_in)


@pytest.mark.parametrize(("asked", "jobs"), [(1, None), (2, "-n2"), (9, "-n2")])
def test_no_more_jobs_than_can_have_a_case(tmp_path, monkeypatch, asked, jobs):
    """Of three cases two share INBOX, and so a job."""
    path = tmp_path / "cases" / "any_state" / "test_it.py"
    path.parent.mkdir(parents=True)
    path.write_text(INBOX.format(2))
    runs = []
    monkeypatch.setattr(cli, "run_pytest", lambda words, _: runs.append(words) or 0)
    with FakeServer() as server:
        words = ["run", server.url, "--jobs", str(asked), "--report", str(tmp_path / "report")]
        cli.main(words, cases=tmp_path / "cases")
    (words,) = runs
    assert next((word for word in words if word.startswith("-n")), None) == jobs


@pytest.mark.usefixtures("unmeasured")
def test_cases_of_a_group_run_in_one_job(tmp_path, monkeypatch):
    path = tmp_path / "cases" / "any_state" / "test_it.py"
    path.parent.mkdir(parents=True)
    path.write_text(INBOX.format(5))
    monkeypatch.setenv("CASES_WERE_IN", str(tmp_path))
    with FakeServer() as server:
        words = ["run", server.url, "--jobs", "2", "--allow", "inbox", "--report", str(tmp_path)]
        assert cli.main(words, cases=tmp_path / "cases") == 0
    assert len([*tmp_path.glob("inbox-*")]) == 5
    assert len({path.suffix for path in tmp_path.glob("inbox-*")}) == 1, "one process"
    assert {path.suffix for path in tmp_path.glob("other-*")} != {
        path.suffix for path in tmp_path.glob("inbox-*")
    }

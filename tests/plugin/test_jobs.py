"""How many cases run at once where --jobs does not say."""

import json
from dataclasses import replace

import pytest

from conformance import cli
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
NEAR, FAR = 0.0001, 0.1  # seconds of round trip


@pytest.fixture
def target(monkeypatch):
    """target(round trip, sessions permitted): a foreign target, seen from two processors."""

    def target(round_trip, sessions):
        def permitted(_description, most):
            return min(most, sessions)

        monkeypatch.setattr(cli, "sessions_permitted", permitted)
        monkeypatch.setattr(cli.os, "sched_getaffinity", lambda _: {0, 1})
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
    assert cli.suitable_jobs(target(round_trip, sessions))[:2] == (jobs, each)


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
    assert cli.suitable_jobs(target(NEAR, sessions), asked) == (jobs, each, remark)


def test_reference_server(target):
    reference = replace(target(FAR, 0), description=None)
    assert cli.suitable_jobs(reference) == (2, 0, "")
    assert cli.suitable_jobs(reference, 8) == (8, 0, "")


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

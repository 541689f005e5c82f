"""How many cases run at once where --jobs does not say."""

from dataclasses import replace

import pytest

from conformance import cli
from conformance.run import Target
from conformance.targets.description import Account, Address, Description
from conformance.targets.probing import Facts

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
    ("round_trip", "sessions", "jobs"),
    [(NEAR, 100, 2), (NEAR, 10, 2), (FAR, 100, 12), (FAR, 17, 4), (FAR, 10, 2), (FAR, 3, 1)],
)
def test_foreign_target(target, round_trip, sessions, jobs):
    assert cli.suitable_jobs(target(round_trip, sessions)) == jobs


def test_reference_server(target):
    assert cli.suitable_jobs(replace(target(FAR, 0), description=None)) == 2

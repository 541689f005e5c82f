"""The number of cases that run at once, and those that share a job."""

import math
import os
from collections.abc import Mapping
from typing import Any

import pytest
from xdist.scheduler import LoadScopeScheduling

from conformance.run import Target
from conformance.targets.probing import sessions_permitted

NEAR = 0.008  # seconds of round trip for which each job more pays
MOST_JOBS = 12
SESSIONS = 4  # of one user that a job has at once: those of a case, and one to clear up


def processors() -> int:
    """The number of processors that this process may use."""
    if hasattr(os, "process_cpu_count"):  # since Python 3.13
        return os.process_cpu_count() or 1
    if hasattr(os, "sched_getaffinity"):  # not on macOS
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


def wanted_jobs(target: Target, asked: int | None = None) -> int:
    """The number of jobs: `asked`, or one a processor, more where the server is far away.

    There cases mostly wait. A target with one configuration at a time takes one job.
    """
    if target.description is None:
        return asked or processors()
    far = math.ceil(target.facts.round_trip / NEAR)
    return 1 if target.takes_turns else asked or min(MOST_JOBS, max(processors(), far))


def permitted_jobs(target: Target, wanted: int) -> tuple[int, int, str]:
    """The jobs that a foreign target's limit of sessions permits, the sessions of each, a remark.

    0 sessions: no limit is known.
    """
    if target.description is None:
        return wanted, 0, ""
    permitted = sessions_permitted(target.description, wanted * SESSIONS)
    if permitted == wanted * SESSIONS:
        return wanted, 0, ""
    jobs = max(1, permitted // SESSIONS)
    remark = f"the account may have {permitted} sessions at once"
    if jobs < wanted:
        remark += f": --jobs {jobs} in place of {wanted}"
    return jobs, max(1, permitted // jobs), remark


class Distribution:
    """A pytest plugin that has the cases of a group run by one job.

    `groups`: the group of each case by its node id. pytest-xdist's own way (--dist loadgroup)
    changes the node ids, which pytest 9.2 no longer lets it do.
    """

    def __init__(self, groups: Mapping[str, str]) -> None:
        self._groups = groups

    @pytest.hookimpl(optionalhook=True)
    def pytest_xdist_make_scheduler(self, config: pytest.Config, log: Any) -> LoadScopeScheduling:
        return _Scheduling(self._groups, config, log)


class _Scheduling(LoadScopeScheduling):  # type: ignore[misc]  # it is not typed
    def __init__(self, groups: Mapping[str, str], config: pytest.Config, log: Any) -> None:
        super().__init__(config, log)
        self._groups = groups

    def _split_scope(self, nodeid: str) -> str:  # what pytest-xdist has its schedulings override
        return self._groups.get(nodeid, nodeid)

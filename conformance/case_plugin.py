"""The part of the plugin that makes test functions into cases, in every process that runs any."""

import os
from collections.abc import Generator
from pathlib import Path
from typing import Any, cast

import pytest

from conformance.report.outcome import MESSAGE, Finding, distinct, judge
from conformance.report.results import EXIT_USAGE
from conformance.report.transcripts import shortened, store
from conformance.requirements.case import Case, CaseError, place, read_case
from conformance.requirements.catalogue import CatalogueError, catalogue
from conformance.requirements.revisions import choose
from conformance.requirements.selection import selected
from conformance.run import Options, Target, UsageError, check_selectors, selectors
from conformance.stash import CASE, FINDINGS, LEFT_BEHIND, REVISION2, SECONDS, TARGET, TRANSCRIPT
from conformance.targets.configuration import group
from conformance.targets.configuration import wanted as wanted_settings
from conformance.targets.run_folder import DIALOGUES


class CasePlugin:
    """Reads cases, selects them, judges what they raise."""

    def __init__(self, config: pytest.Config, options: Options, folder: Path) -> None:
        self._folder = folder
        self._options = options
        config.stash[LEFT_BEHIND] = []
        try:
            catalogue()
            check_selectors(self._options, self._folder)
        except CatalogueError as error:
            raise pytest.UsageError(f"fault of the suite: {error}") from None
        except UsageError as error:
            pytest.exit(str(error), EXIT_USAGE)  # pytest's own code would be that of a fault
        if hasattr(config, "workerinput"):
            worker = cast(Any, config)
            config.stash[TARGET] = Target.from_data(worker.workerinput["conformance"])
            worker.workeroutput["conformance"] = config.stash[LEFT_BEHIND]

    def _is_case(self, node: pytest.Item | pytest.Collector) -> bool:
        return node.path.is_relative_to(self._folder)

    @pytest.hookimpl
    def pytest_ignore_collect(self, collection_path: Path) -> bool | None:
        """Leave unread the files in which nothing can be selected."""
        if collection_path == self._folder or not collection_path.is_relative_to(self._folder):
            return None
        wanted = selectors(self._options)
        where = place(collection_path, self._folder)
        return True if wanted and not any(one.reaches(where) for one in wanted) else None

    @pytest.hookimpl(wrapper=True)
    def pytest_make_collect_report(
        self, collector: pytest.Collector
    ) -> Generator[None, pytest.CollectReport, pytest.CollectReport]:
        report = yield
        if report.passed and self._is_case(collector):
            problems = []
            for node in report.result or ():
                if isinstance(node, pytest.Item):
                    try:
                        node.stash[CASE] = read_case(node, self._folder, catalogue())
                    except CaseError as error:
                        problems.append(str(error))
            if problems:
                report.outcome = "failed"
                report.longrepr = "\n".join(problems)
                report.result = []
        return report

    # Before xdist looks at the groups.
    @pytest.hookimpl(tryfirst=True)
    def pytest_collection_modifyitems(
        self, config: pytest.Config, items: list[pytest.Item]
    ) -> None:
        wanted = selectors(self._options)
        kept: list[pytest.Item] = []
        left: list[pytest.Item] = []
        for item in items:
            case = item.stash.get(CASE, None)
            chosen = case is None or selected(case, wanted, catalogue())
            (kept if chosen else left).append(item)
            configuration = group(wanted_settings(item))
            if configuration:
                # One server for all of them.
                item.add_marker(pytest.mark.xdist_group(configuration))
            if any(mark.args[0] == "inbox" for mark in item.iter_markers("allow")):
                # Of an account there is one INBOX: these cases run one after the other.
                item.add_marker(pytest.mark.xdist_group("inbox"))
        if left:
            config.hook.pytest_deselected(items=left)
        items[:] = _in_order(kept, config.stash.get(TARGET, None))

    @pytest.hookimpl(tryfirst=True)
    def pytest_runtest_setup(self, item: pytest.Item) -> None:
        if CASE not in item.stash:
            return
        target = item.config.stash[TARGET]
        for mark in item.iter_markers("allow"):
            foreign = target.description is not None
            if foreign and mark.args[0] not in self._options.allow:
                pytest.skip(f"not allowed on this target without --allow {mark.args[0]}")
        choice = choose(
            item.stash[CASE].revision,
            [
                (name, bool(mark.kwargs.get("advertised")))
                for mark in item.iter_markers("needs")
                for name in mark.args
            ],
            target.facts.offers,
        )
        if choice.lacking:
            pytest.skip(f"the server does not offer {choice.lacking}")
        item.stash[REVISION2] = choice.revision2

    @pytest.hookimpl(wrapper=True)
    def pytest_runtest_makereport(
        self, item: pytest.Item, call: pytest.CallInfo[None]
    ) -> Generator[None, pytest.TestReport, pytest.TestReport]:
        report = yield
        case = item.stash.get(CASE, None)
        if case is None:
            return report
        if call.when == "setup":
            item.stash[FINDINGS] = []
            item.stash[SECONDS] = 0.0
        item.stash[SECONDS] += call.duration
        findings = item.stash[FINDINGS]
        if call.excinfo is not None:
            error = call.excinfo.value
            new = judge(error, call.when, case.level, case.requirements, self._folder)
            findings += new
            if len(report.longreprtext) > MESSAGE:  # goes through a pipe, and into memory there
                report.longrepr = shortened(report.longreprtext, MESSAGE)
            cast(Any, report).findings = {
                "case": case.to_data(),
                "findings": [finding.to_data() for finding in new],
            }
        if call.when == "teardown":
            cast(Any, report).conformance = self._record(item, case, distinct(findings))
        return report

    def _record(self, item: pytest.Item, case: Case, findings: list[Finding]) -> dict[str, Any]:
        told = any(finding.kind != "skip" for finding in findings)
        dialogue = item.stash.get(TRANSCRIPT, None) if told or self._options.verbose else None
        entries = dialogue() if dialogue else []
        folder = item.config.stash[TARGET].folder
        return {
            "case": case.to_data(),
            "findings": [finding.to_data() for finding in findings],
            "seconds": item.stash[SECONDS],
            "transcript": store(entries, Path(folder) / DIALOGUES.format(os.getpid())),
        }


def _in_order(items: list[pytest.Item], target: Target | None) -> list[pytest.Item]:
    """The cases that share a configuration one after the other.

    On a reference server they come first, for they mostly wait; on a foreign target last, for
    whatever a new configuration breaks.
    """
    foreign = target is not None and target.description is not None

    def key(item: pytest.Item) -> tuple[bool, str]:
        name = group(wanted_settings(item))
        return bool(name) == foreign, name

    return sorted(items, key=key)

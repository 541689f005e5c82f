"""pytest run from a program: its plugins and hooks, without what it prints."""

import os
from pathlib import Path
from typing import Any

import pytest

from conformance.report.results import Results
from conformance.requirements.case import Case
from conformance.requirements.catalogue import catalogue
from conformance.run import Options, Target, UsageError, check_selectors, selectors
from conformance.stash import CASE, RESULTS, TARGET

NO_AUTOLOAD = "PYTEST_DISABLE_PLUGIN_AUTOLOAD"


class _Reporter:
    """pytest's own reporter for the plugins that talk to it. No hook of it is ever called.

    So it takes no time either; in its words on an interrupt a second one would get lost.
    """

    def __init__(self, reporter: object) -> None:
        self._reporter = reporter

    def __getattr__(self, name: str) -> Any:
        return getattr(self._reporter, name)


class Quiet:
    """A pytest plugin that lets pytest's own reporter write nothing.

    The hook runs after the reporter is made and before pytest-xdist takes hold of it.
    """

    def __init__(self) -> None:
        self._nowhere = Path(os.devnull).open("w", encoding="utf-8")  # noqa: SIM115

    @pytest.hookimpl(trylast=True)
    def pytest_configure(self, config: pytest.Config) -> None:
        manager = config.pluginmanager
        reporter: Any = manager.unregister(name="terminalreporter")
        silent = type(reporter)(config, self._nowhere)
        manager.register(_Reporter(silent), "terminalreporter")

    def pytest_unconfigure(self) -> None:
        self._nowhere.close()


class Preparation:
    """A pytest plugin that hands over the target and the results, so that neither is made anew."""

    def __init__(self, target: Target, results: Results) -> None:
        self._target = target
        self._results = results

    @pytest.hookimpl(tryfirst=True)
    def pytest_configure(self, config: pytest.Config) -> None:
        config.stash[TARGET] = self._target
        config.stash[RESULTS] = self._results


class Collection:
    """A pytest plugin that keeps the cases that were collected.

    `groups`: for each node id one name for all cases that run in one job; its own for most.
    """

    def __init__(self) -> None:
        self.cases: list[Case] = []
        self.faults: list[str] = []
        self.groups: dict[str, str] = {}
        self.interrupted = False

    def pytest_collectreport(self, report: pytest.CollectReport) -> None:
        if report.failed:
            self.faults.append(f"{report.nodeid}: {report.longreprtext}")

    def pytest_keyboard_interrupt(self, excinfo: pytest.ExceptionInfo[BaseException]) -> None:
        self.interrupted = excinfo.type is KeyboardInterrupt

    def pytest_collection_finish(self, session: pytest.Session) -> None:
        for item in session.items:
            if CASE in item.stash:
                self.cases.append(item.stash[CASE])
                marks = item.iter_markers("xdist_group")
                self.groups[item.nodeid] = "_".join(mark.args[0] for mark in marks) or item.nodeid


def arguments(cases: Path) -> list[str]:
    """What pytest needs to find the cases anywhere, without any configuration file."""
    return [
        str(cases),
        f"--rootdir={cases}",
        f"-c{os.devnull}",
        "-pxdist.plugin",
        "-ppytest_timeout",
        "-pconformance.plugin",
        "-pconformance.time_limit",
        "-pno:cacheprovider",
        "-pno:tmpdir",  # pytest-xdist would leave a folder of it behind
        "-pno:unraisableexception",  # searches all memory, several times, at the end
        "--import-mode=importlib",
        "--continue-on-collection-errors",
        "-overbosity_assertions=1",
        "-otimeout_func_only=true",
        f"-oconformance_cases={cases}",
    ]


def run_pytest(words: list[str], plugins: list[object]) -> int | pytest.ExitCode:
    """Run pytest in this process with just these plugins, not with all that are installed."""
    before = os.environ.get(NO_AUTOLOAD)
    os.environ[NO_AUTOLOAD] = "1"
    try:
        return pytest.main(words, plugins=plugins)
    finally:
        if before is None:
            del os.environ[NO_AUTOLOAD]
        else:
            os.environ[NO_AUTOLOAD] = before


def collect(cases: Path, select: tuple[str, ...]) -> Collection:
    """Collect the selected cases in a folder without running them."""
    check_selectors(Options(select=select), cases)
    collection = Collection()
    words = [*arguments(cases), "--collect-only", *(f"--select={text}" for text in select)]
    run_pytest(words, [Quiet(), collection])
    if collection.interrupted:
        raise KeyboardInterrupt
    collection.cases.sort(key=lambda case: case.id)
    return collection


def check_chosen(collection: Collection, select: tuple[str, ...]) -> None:
    """UsageError for a selector that selected no case, if all files could be read."""
    for selector in selectors(Options(select=select)):
        chosen = any(selector.matches(case, catalogue()) for case in collection.cases)
        if not chosen and not collection.faults:
            raise UsageError(f"no case is selected by {selector.text}")

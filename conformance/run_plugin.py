"""The part of the plugin that steers a run, in the one process that gathers its results."""

import contextlib
import time
from collections.abc import Generator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

import conformance
from conformance.clearing import clear_up
from conformance.report.files import write_files
from conformance.report.outcome import Finding
from conformance.report.rerun import command
from conformance.report.results import EXIT_UNREACHABLE, EXIT_USAGE, Results
from conformance.report.transcripts import StoredTranscript
from conformance.requirements.case import Case
from conformance.run import Options, Target, UsageError, check_profile, prepare
from conformance.stash import LEFT_BEHIND, RESULTS, TARGET
from conformance.targets.description import NoAnswerError, UnreachableError
from conformance.targets.leftovers import REMEDY
from conformance.targets.run_folder import run_folder

INTERRUPTED = "{}: clearing up was interrupted"


class RunPlugin:
    """Prepares the target, gathers the results, clears up.

    The target is prepared here unless whoever called pytest has done so (and put TARGET and
    RESULTS into the configuration's stash).
    """

    def __init__(self, config: pytest.Config, options: Options, folder: Path) -> None:
        self._config = config
        self._options = options
        self._folder = folder
        self._begin = time.monotonic()

    @property
    def results(self) -> Results:
        return self._config.stash[RESULTS]

    @pytest.hookimpl(tryfirst=True)
    def pytest_sessionstart(self) -> None:
        if TARGET not in self._config.stash:
            try:
                target, profile = prepare(self._options, _no_prompt)
                check_profile(profile, self._folder)
            except UsageError as error:
                pytest.exit(str(error), EXIT_USAGE)
            except UnreachableError as error:
                pytest.exit(str(error), EXIT_UNREACHABLE)
            folder = contextlib.ExitStack()
            self._config.add_cleanup(folder.close)
            target = replace(target, folder=folder.enter_context(run_folder(self._options.report)))
            self._config.stash[TARGET] = target
            self._config.stash[RESULTS] = new_results(target, profile, self._options)
        jobs = getattr(self._config.option, "numprocesses", None) or 1
        if jobs > 1 and self._config.stash[TARGET].takes_turns:
            pytest.exit("a target with [control].apply takes one case at a time: -n 1", EXIT_USAGE)

    @pytest.hookimpl(optionalhook=True)
    def pytest_configure_node(self, node: Any) -> None:
        node.workerinput["conformance"] = self._config.stash[TARGET].to_data()

    @pytest.hookimpl(optionalhook=True)
    def pytest_testnodedown(self, node: Any) -> None:
        # A worker that crashed has no output.
        self.results.left_behind += getattr(node, "workeroutput", {}).get("conformance", [])

    def pytest_report_teststatus(
        self, report: pytest.TestReport | pytest.CollectReport
    ) -> tuple[str, str, str] | None:
        data = getattr(report, "findings", None)
        if data is not None:
            outcome, _, _ = self.results.decide(*_case_and_findings(data))
            if outcome in ("warn", "known"):
                return outcome, outcome[0], outcome.upper()
        return None

    @pytest.hookimpl(tryfirst=True)
    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        data = getattr(report, "conformance", None)
        if data is not None:
            case, findings = _case_and_findings(data)
            self.results.add(case, findings, data["seconds"], StoredTranscript(*data["transcript"]))
        elif report.failed and report.when not in ("setup", "call", "teardown"):
            self.results.faults.append(f"{report.nodeid}: {report.longreprtext}")

    def pytest_collectreport(self, report: pytest.CollectReport) -> None:
        if report.failed:
            self.results.faults.append(f"{report.nodeid}: {report.longreprtext}")

    def pytest_internalerror(self, excrepr: object) -> None:
        if RESULTS in self._config.stash:
            self.results.faults.append(f"pytest: {excrepr}")

    def pytest_keyboard_interrupt(self, excinfo: pytest.ExceptionInfo[BaseException]) -> None:
        if _is_interrupt(excinfo) and RESULTS in self._config.stash:
            self.results.interrupted = True

    @pytest.hookimpl(wrapper=True, tryfirst=True)
    def pytest_sessionfinish(self, session: pytest.Session) -> Generator[None, None, None]:
        """Clear up and report when everything else has ended, whatever that brought."""
        try:
            yield
        except KeyboardInterrupt:  # the second one, perhaps
            if RESULTS in self._config.stash:
                self.results.interrupted = True
        except Exception as error:
            # The fixtures of a case that was interrupted may find its connections in disorder.
            if RESULTS not in self._config.stash:
                raise
            if not self.results.interrupted:
                self.results.faults.append(f"the end of the run: {error!r}")
        if RESULTS in self._config.stash:
            self._finish(session)

    def _finish(self, session: pytest.Session) -> None:
        target = self._config.stash[TARGET]
        left_behind = self.results.left_behind
        left_behind += [*self._config.stash[LEFT_BEHIND]]
        if target.description is not None:
            try:
                clearing = clear_up(target)
                self.results.stopped = clearing.stopped
                left_behind += clearing.left_behind
            except KeyboardInterrupt:
                self.results.interrupted = True
                left_behind += [INTERRUPTED.format(target.scratch), REMEDY]
            except Exception as error:  # the results are worth more than a tidy end
                self.results.faults.append(f"clearing up: {error!r}")
        self.results.finish(time.monotonic() - self._begin)
        if self._options.report is not None:
            try:
                write_files(self.results, Path(self._options.report))
            except OSError as error:
                self.results.faults.append(f"the report cannot be written: {error}")
        session.exitstatus = self.results.exit_code


def _is_interrupt(excinfo: pytest.ExceptionInfo[BaseException]) -> bool:
    """Whether someone interrupted the run: pytest ends itself by a subclass, as `-x` asks it to."""
    by_worker = "keyboard-interrupt" in str(excinfo.value)  # pytest-xdist's word for a worker's
    return excinfo.type is KeyboardInterrupt or by_worker


def _case_and_findings(data: dict[str, Any]) -> tuple[Case, list[Finding]]:
    findings = [Finding.from_data(finding) for finding in data["findings"]]
    return Case.from_data(data["case"]), findings


def new_results(target: Target, profile: Any, options: Options) -> Results:
    """The empty results of a run that is about to start."""
    facts = target.facts
    return Results(
        version=conformance.__version__,
        profile=profile,
        strict=options.strict,
        target={
            "name": target.name,
            "greeting": facts.greeting,
            "capabilities": list(facts.capabilities),
            "id": facts.id,
        },
        command=command(options),
    )


def _no_prompt(_prompt: str) -> str:
    raise NoAnswerError

"""The pytest plugin that makes test functions into cases.

It is loaded by `gximap-conformance` and by `pytest` in a checkout. It acts only on the folder of
cases (the ini option `conformance_cases`, by default the suite's own) and only when that folder
is among what pytest is asked to run; other tests are left alone.
"""

import time
from collections.abc import Generator
from pathlib import Path
from typing import Any, cast

import pytest

import conformance
from conformance.report.files import write_files
from conformance.report.outcome import Finding, distinct, judge
from conformance.report.rerun import command
from conformance.report.results import EXIT_UNREACHABLE, EXIT_USAGE, Results
from conformance.requirements.case import Case, CaseError, place, read_case
from conformance.requirements.catalogue import CatalogueError, catalogue
from conformance.requirements.revisions import choose
from conformance.requirements.selection import selected
from conformance.run import (
    GROUPS,
    Options,
    Target,
    UsageError,
    check_profile,
    check_selectors,
    prepare,
    selectors,
)
from conformance.targets.configuration import group
from conformance.targets.configuration import wanted as wanted_settings
from conformance.targets.description import NoAnswerError, UnreachableError
from conformance.targets.housekeeping import remove_all
from conformance.targets.leftovers import REMEDY

CASES = Path(__file__).parent / "cases"

NOT_REMOVED = "could not be removed: {}"
INTERRUPTED = "{}: clearing up was interrupted"
TARGET = pytest.StashKey[Target]()
RESULTS = pytest.StashKey[Results]()
CASE = pytest.StashKey[Case]()
FINDINGS = pytest.StashKey[list[Finding]]()
SECONDS = pytest.StashKey[float]()
# Sentences on what this process leaves changed on the target.
LEFT_BEHIND = pytest.StashKey[list[str]]()
# Whether the sessions of the case enable IMAP4rev2.
REVISION2 = pytest.StashKey[bool]()
# The dialogue of the running case: dicts with t, from, connection, text (see case_fixtures).
TRANSCRIPT = pytest.StashKey[Any]()


def pytest_addoption(parser: pytest.Parser) -> None:
    group = parser.getgroup("conformance", "conformance of an IMAP server (for its cases only)")
    group.addoption("--target", metavar="TARGET", help="URL or target file; default: a fresh one")
    group.addoption("--select", metavar="SELECTOR", action="append", default=[])
    group.addoption("--profile", metavar="NAME|FILE", help="known deviations of the target")
    group.addoption("--allow", metavar="GROUP", action="append", default=[], choices=GROUPS)
    group.addoption("--report", metavar="DIR", help="write the report there")
    group.addoption("--insecure", action="store_true", help="trust any certificate")
    group.addoption("--ca-file", metavar="FILE", help="trust these certificates")
    parser.addini("conformance_cases", "folder of the cases", default=str(CASES))


def options(config: pytest.Config) -> Options:
    """The options of a run, as pytest's command line gives them."""
    return Options(
        target=config.getoption("target"),
        select=tuple(config.getoption("select")),
        profile=config.getoption("profile"),
        strict=_strict(config),
        allow=tuple(config.getoption("allow")),
        report=config.getoption("report"),
        insecure=config.getoption("insecure"),
        ca_file=config.getoption("ca_file"),
        verbose=config.getoption("verbose") > 0,
    )


def _strict(config: pytest.Config) -> bool:
    # pytest has a --strict of its own: an ini option since pytest 9, before that a plain one.
    try:
        return bool(config.getini("strict"))
    except (KeyError, ValueError):
        return bool(config.getoption("strict", False))


def cases_folder(config: pytest.Config) -> Path:
    return Path(config.getini("conformance_cases")).resolve()


def is_active(config: pytest.Config) -> bool:
    """Whether pytest is asked to run cases: an argument is their folder, above it or in it."""
    folder = cases_folder(config)
    for argument in config.args:
        path = (config.invocation_params.dir / argument.partition("::")[0]).resolve()
        if path.is_relative_to(folder) or folder.is_relative_to(path):
            return True
    return False


def is_worker(config: pytest.Config) -> bool:
    return hasattr(config, "workerinput")


def pytest_configure(config: pytest.Config) -> None:
    for line in (
        "requirement(*ids, level=None): the sentences that a case observes",
        "needs(*capabilities, advertised=False): skip where the server does not offer them",
        "revision(name): true of IMAP4rev1 or of IMAP4rev2 only",
        "configuration(**directives): on a server configured so (Gromox's directives)",
        "allow(group): on a foreign target only with --allow GROUP",
    ):
        config.addinivalue_line("markers", line)
    if not is_active(config):
        return
    config.pluginmanager.register(CasePlugin(config), "conformance-cases")
    config.pluginmanager.import_plugin("conformance.case_fixtures")
    if not is_worker(config) and not config.option.collectonly:
        config.pluginmanager.register(RunPlugin(config), "conformance-run")


class CasePlugin:
    """Where cases are collected and run: reads them, selects them, judges what they raise."""

    def __init__(self, config: pytest.Config) -> None:
        self._folder = cases_folder(config)
        self._options = options(config)
        config.stash[LEFT_BEHIND] = []
        try:
            catalogue()
            check_selectors(self._options, self._folder)
        except CatalogueError as error:
            raise pytest.UsageError(f"fault of the suite: {error}") from None
        except UsageError as error:
            pytest.exit(str(error), EXIT_USAGE)  # pytest's own code would be that of a fault
        if is_worker(config):
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
            new = judge(call.excinfo.value, call.when, case.level, case.requirements)
            findings += new
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
        return {
            "case": case.to_data(),
            "findings": [finding.to_data() for finding in findings],
            "seconds": item.stash[SECONDS],
            "transcript": dialogue() if dialogue else [],
        }


class RunPlugin:
    """Where the run is steered: prepares the target, gathers the results, clears up.

    The target is prepared here unless whoever called pytest has done so (and put TARGET and
    RESULTS into the configuration's stash).
    """

    def __init__(self, config: pytest.Config) -> None:
        self._config = config
        self._options = options(config)
        self._begin = time.monotonic()

    @property
    def results(self) -> Results:
        return self._config.stash[RESULTS]

    @pytest.hookimpl(tryfirst=True)
    def pytest_sessionstart(self) -> None:
        if TARGET not in self._config.stash:
            try:
                target, profile = prepare(self._options, _no_prompt)
                check_profile(profile, cases_folder(self._config))
            except UsageError as error:
                pytest.exit(str(error), EXIT_USAGE)
            except UnreachableError as error:
                pytest.exit(str(error), EXIT_UNREACHABLE)
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
            self.results.add(case, findings, data["seconds"], data["transcript"])
        elif report.failed and report.when not in ("setup", "call", "teardown"):
            self.results.faults.append(f"{report.nodeid}: {report.longreprtext}")

    def pytest_collectreport(self, report: pytest.CollectReport) -> None:
        if report.failed:
            self.results.faults.append(f"{report.nodeid}: {report.longreprtext}")

    def pytest_internalerror(self, excrepr: object) -> None:
        if RESULTS in self._config.stash:
            self.results.faults.append(f"pytest: {excrepr}")

    def pytest_keyboard_interrupt(self, excinfo: pytest.ExceptionInfo[BaseException]) -> None:
        if excinfo.errisinstance(KeyboardInterrupt) and RESULTS in self._config.stash:
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
                left = remove_all(target.description, target.facts, target.scratch)
            except KeyboardInterrupt:
                self.results.interrupted = True
                left = [INTERRUPTED.format(target.scratch)]
            except Exception as error:  # the results are worth more than a tidy end
                left = []
                self.results.faults.append(f"clearing up: {error!r}")
            left_behind += [*map(NOT_REMOVED.format, left), REMEDY] if left else []
        self.results.finish(time.monotonic() - self._begin)
        if self._options.report is not None:
            try:
                write_files(self.results, Path(self._options.report))
            except OSError as error:
                self.results.faults.append(f"the report cannot be written: {error}")
        session.exitstatus = self.results.exit_code


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

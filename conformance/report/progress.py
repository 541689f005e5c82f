"""How a run shows while it goes on: a live display on a terminal, plain lines elsewhere."""

import pytest
from rich.console import Console, Group
from rich.live import Live
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TimeElapsedColumn
from rich.text import Text

from conformance.report.outcome import OUTCOMES
from conformance.report.results import Results

STYLES = {name: outcome.style for name, outcome in OUTCOMES.items()}
PLAIN_EVERY = 25


class Display:
    """A pytest plugin that takes the place of pytest's own terminal output."""

    def __init__(self, console: Console, results: Results, verbose: bool) -> None:
        self._console = console
        self._results = results
        self._verbose = verbose
        self._shown = 0
        self._current = ""
        self._total: int | None = None
        self._progress = Progress(
            BarColumn(bar_width=None),
            MofNCompleteColumn(),
            TimeElapsedColumn(),
            console=console,
        )
        self._task = self._progress.add_task("cases", total=None)
        self._live = Live(
            console=console,
            get_renderable=self._render,
            refresh_per_second=8,
            transient=True,
            redirect_stdout=False,
            redirect_stderr=False,
        )

    def pytest_sessionstart(self) -> None:
        if self._console.is_terminal:
            self._live.start()

    def pytest_xdist_node_collection_finished(self, ids: list[str]) -> None:
        self._set_total(len(ids))

    def pytest_collection_finish(self, session: pytest.Session) -> None:
        if session.items:
            self._set_total(len(session.items))

    def _set_total(self, total: int) -> None:
        self._progress.update(self._task, total=total)
        if self._total is None and not self._console.is_terminal:
            self._console.print(f"{total} cases", highlight=False)
        self._total = total

    def pytest_runtest_logstart(self, nodeid: str) -> None:
        self._current = nodeid.rpartition("cases/")[2]

    def pytest_runtest_logfinish(self) -> None:
        results = self._results.cases
        for result in results[self._shown :]:
            if self._verbose or OUTCOMES[result.outcome].told:
                self._console.print(
                    Text.assemble(
                        (f"{result.outcome:5}", STYLES[result.outcome]), f" {result.case.id}"
                    )
                )
        before, self._shown = self._shown, len(results)
        self._progress.update(self._task, completed=self._shown)
        crossed = self._shown // PLAIN_EVERY > before // PLAIN_EVERY
        if crossed and not self._console.is_terminal:
            self._console.print(self._counts())

    def pytest_sessionfinish(self) -> None:
        self._live.stop()

    def _render(self) -> Group:
        return Group(
            self._counts(),
            Text(self._current, style="dim", overflow="ellipsis", no_wrap=True),
            self._progress,
        )

    def _counts(self) -> Text:
        summary = self._results.summary
        parts = [
            (f"{summary[outcome]} {outcome}  ", STYLES[outcome])
            for outcome in OUTCOMES
            if summary[outcome] or outcome == "pass"
        ]
        of = f"{self._shown}/{self._total or '?'}  "
        return Text.assemble(of, *parts)

"""Several results.json read back, and what they come to side by side."""

import json
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from conformance.report.outcome import OUTCOMES, WORST_FIRST
from conformance.run import UsageError

# What a run says of a case that it did not have: another version of the suite, or --select.
MISSING = "missing"


@dataclass(frozen=True, slots=True)
class CaseOutcome:
    """What a case came to in one run; `message` is empty for a pass."""

    id: str
    title: str
    outcome: str
    message: str


@dataclass(frozen=True, slots=True)
class Run:
    """One results.json: the target's name, what it came to, and its cases by id."""

    path: Path
    name: str
    version: str
    started: str
    seconds: float
    cases: dict[str, CaseOutcome]

    def count(self, outcome: str) -> int:
        """How many cases have the outcome."""
        return sum(case.outcome == outcome for case in self.cases.values())


@dataclass(frozen=True, slots=True)
class Row:
    """A case in all runs; `outcomes` in the order of the runs, None where a run lacks the case."""

    id: str
    title: str
    outcomes: tuple[CaseOutcome | None, ...]

    @property
    def words(self) -> tuple[str, ...]:
        """The outcomes as words, MISSING where a run lacks the case."""
        return tuple(each.outcome if each else MISSING for each in self.outcomes)

    @property
    def differs(self) -> bool:
        """Whether two runs that have the case disagree on it."""
        return len({each.outcome for each in self.outcomes if each}) > 1

    @property
    def badness(self) -> tuple[int, ...]:
        """Sorts the rows with the worst outcomes, and the most of them, first."""
        counter = Counter(self.words)
        return tuple(-counter[outcome] for outcome in WORST_FIRST)


class Comparison:
    """Runs side by side. `labels`: the targets' names, told apart where two are the same."""

    def __init__(self, runs: Sequence[Run]) -> None:
        self.runs = list(runs)
        self.labels = _labels(self.runs)
        titles = {case.id: case.title for run in runs for case in run.cases.values()}
        self.rows = [
            Row(name, title, tuple(run.cases.get(name) for run in runs))
            for name, title in sorted(titles.items())
        ]

    @property
    def outcomes(self) -> list[str]:
        """The outcomes that occur, in the order of the contract."""
        return [outcome for outcome in OUTCOMES if any(run.count(outcome) for run in self.runs)]

    @property
    def differing(self) -> list[Row]:
        """The rows in which runs disagree, worst first."""
        return sorted((row for row in self.rows if row.differs), key=lambda row: row.badness)

    @property
    def notes(self) -> list[str]:
        """What keeps the columns from being quite comparable."""
        notes = []
        versions = [f"{run.version} ({label})" for run, label in self._labelled()]
        if len({run.version for run in self.runs}) > 1:
            notes.append(f"The runs are of different versions of the suite: {', '.join(versions)}.")
        for run, label in self._labelled():
            lacking = len(self.rows) - len(run.cases)
            if lacking:
                notes.append(
                    f"{label} lacks {lacking} of {len(self.rows)} cases: another version of the "
                    "suite, another selection, or a run that was interrupted."
                )
            if errors := run.count("error"):
                notes.append(
                    f"{label} has {errors} cases that could not be judged, through a fault of the "
                    "suite: they tell nothing of the server."
                )
        return notes

    def _labelled(self) -> list[tuple[Run, str]]:
        return list(zip(self.runs, self.labels, strict=True))


def _labels(runs: Sequence[Run]) -> list[str]:
    """The names of the targets, with the time of the run where two are the same.

    Raises UsageError where the same run is given twice.
    """
    seen: dict[tuple[str, str], Path] = {}
    for run in runs:
        first = seen.setdefault((run.name, run.started), run.path)
        if first is not run.path:
            raise UsageError(
                f"{run.path}: the run on {run.name} of {run.started} is given twice, first as "
                f"{first}; give each run once"
            )
    names = Counter(run.name for run in runs)
    return [run.name if names[run.name] == 1 else f"{run.name}, {run.started}" for run in runs]


def read_run(path: Path) -> Run:
    """Read a results.json; UsageError says what is wrong with it and what was expected."""
    try:
        data = json.loads(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise UsageError(f"{path}: {error.strerror}; a results.json is expected") from None
    except (ValueError, RecursionError) as error:
        raise UsageError(
            f"{path} is not JSON ({error}); the results.json of a run is expected"
        ) from None
    try:
        return _run(path, data)
    except _ShapeError as error:
        raise UsageError(f"{path} is not the results.json of a run: {error}") from None


class _ShapeError(Exception):
    """JSON of another shape than the contract's; the text says where."""


def _run(path: Path, data: object) -> Run:
    cases = {}
    for number, entry in enumerate(_value(data, "cases", list, "the file")):
        case = _case(entry, f"cases[{number}]")
        if case.id in cases:
            raise _ShapeError(f"the case {case.id} is there twice")
        cases[case.id] = case
    if not cases:
        raise _ShapeError("there is no case in it")
    return Run(
        path=path,
        name=_value(_value(data, "target", dict, "the file"), "name", str, "target"),
        version=_value(_value(data, "suite", dict, "the file"), "version", str, "suite"),
        started=_value(data, "started", str, "the file"),
        seconds=_value(data, "seconds", int | float, "the file"),
        cases=cases,
    )


def _case(entry: object, where: str) -> CaseOutcome:
    outcome = _value(entry, "outcome", str, where)
    if outcome not in OUTCOMES:
        raise _ShapeError(f"{where}: outcome is {outcome!r}, not one of {', '.join(OUTCOMES)}")
    words = [_value(entry, key, str, where) for key in ("id", "title", "message")]
    return CaseOutcome(words[0], words[1], outcome, words[2])


def _value(data: object, key: str, kind: Any, where: str) -> Any:
    value = data.get(key) if isinstance(data, dict) else None
    if not isinstance(value, kind) or isinstance(value, bool):
        name = {list: "a list", dict: "an object", str: "a string"}.get(kind, "a number")
        raise _ShapeError(f"{where} must have {key!r}, {name}")
    return value

"""The HTML matrix: one self-contained page, cases in rows and servers in columns."""

import os
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import groupby
from pathlib import Path
from urllib.parse import quote

from conformance.report.comparison import MISSING, Comparison, Row, Run
from conformance.report.evidence import in_words
from conformance.report.outcome import OUTCOMES
from conformance.report.page import render_page

# One for each outcome: a cell is never told by its colour alone.
LETTERS = {
    "pass": "P",
    "fail": "F",
    "warn": "W",
    "known": "K",
    "fixed": "X",
    "skip": "S",
    "error": "E",
    "crash": "C",
    MISSING: "\N{EN DASH}",
}
MEANINGS = {name: outcome.meaning for name, outcome in OUTCOMES.items()} | {
    MISSING: "the run lacks the case"
}
TONES = {name: outcome.tone for name, outcome in OUTCOMES.items()} | {MISSING: "quiet"}
# A message is there to tell what kind of deviation it is; the single report has it whole.
MESSAGE = 600


@dataclass(frozen=True, slots=True)
class Column:
    """A server of the page; `link` leads to the report of its run, None where there is none."""

    label: str
    run: Run
    link: str | None


def matrix_page(comparison: Comparison, folder: Path) -> str:
    """The page as it is written into the folder; links to reports are relative to that."""
    columns = [
        Column(label, run, _link(run, folder))
        for run, label in zip(comparison.runs, comparison.labels, strict=True)
    ]
    return render_page(
        "matrix.html",
        styles=("matrix.css",),
        scripts=("matrix.js",),
        comparison=comparison,
        columns=columns,
        files=list(_files(comparison.rows)),
        letters=LETTERS,
        meanings=MEANINGS,
        tones=TONES,
        told=_told,
        missing=MISSING,
        used=[*comparison.outcomes, *([MISSING] if _any_missing(comparison) else [])],
    )


def _told(message: str) -> str:
    text = "\n".join(in_words(message))
    return text if len(text) <= MESSAGE else f"{text[:MESSAGE]} ..."


def _any_missing(comparison: Comparison) -> bool:
    return any(len(run.cases) < len(comparison.rows) for run in comparison.runs)


def _files(rows: list[Row]) -> Iterator[tuple[str, list[Row]]]:
    """The rows by the group and file that their cases lie in."""
    for name, of_file in groupby(rows, key=_file):
        yield name, list(of_file)


def _file(row: Row) -> str:
    return row.id.partition("[")[0].rpartition("/")[0]  # a parameter may hold a slash


def _link(run: Run, folder: Path) -> str | None:
    """The way from the folder to the report beside a results.json."""
    report = run.path.parent / "index.html"
    if not report.is_file():
        return None
    return quote(Path(os.path.relpath(report.resolve(), folder.resolve())).as_posix())

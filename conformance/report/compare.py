"""`compare`: several results side by side, as a table in the terminal and an HTML matrix."""

from collections.abc import Sequence
from pathlib import Path

from rich.console import Console
from rich.table import Table
from rich.text import Text

from conformance.report.compare_html import LETTERS, matrix_page
from conformance.report.comparison import MISSING, Comparison, read_run
from conformance.report.page import visible
from conformance.report.progress import STYLES
from conformance.run import UsageError

PAGE = "matrix.html"
# So many of the cases whose outcome differs are printed; the page has them all.
MOST_ROWS = 40


def compare(console: Console, files: Sequence[str], report: str) -> int:
    """Print the comparison of these results.json and write matrix.html; the exit code is 0.

    Raises UsageError for a file that is none, and where the page cannot be written.
    """
    comparison = Comparison([read_run(Path(file)) for file in files])
    folder = Path(report)
    try:
        folder.mkdir(parents=True, exist_ok=True)
        (folder / PAGE).write_text(matrix_page(comparison, folder), encoding="utf-8")
    except OSError as error:
        raise UsageError(f"--report {report}: {error.strerror}") from None
    print_comparison(console, comparison)
    console.print(Text(f"matrix: {folder / PAGE}"))
    return 0


def print_comparison(console: Console, comparison: Comparison) -> None:
    """Print the counts, then the cases whose outcome differs, worst first, at most MOST_ROWS."""
    console.print(_counts(comparison))
    differing = comparison.differing
    if differing:
        console.print()
        for number, label in enumerate(comparison.labels, 1):
            console.print(Text(f"  {number}  {visible(label)}", style="dim"))
        table = Table("outcome differs", box=None, pad_edge=False)
        for number in range(1, len(comparison.runs) + 1):
            table.add_column(str(number), justify="center")
        for row in differing[:MOST_ROWS]:
            letters = [Text(LETTERS[word], style=STYLES.get(word, "dim")) for word in row.words]
            table.add_row(_text(row.id), *letters)
        console.print(table)
        shown = {word for row in differing[:MOST_ROWS] for word in row.words}
        meanings = [f"{letter} {word}" for word, letter in LETTERS.items() if word in shown]
        console.print(Text(", ".join(meanings), style="dim"))
    more = len(differing) - MOST_ROWS
    if more > 0:
        console.print(Text(f"... and {more} more, see {PAGE}"))
    console.print(Text(f"\n{len(differing)} of {len(comparison.rows)} cases differ"))
    for note in comparison.notes:
        console.print(Text(visible(note), style="yellow"))


def _counts(comparison: Comparison) -> Table:
    table = Table("server", box=None, pad_edge=False)
    for outcome in comparison.outcomes:
        table.add_column(outcome, justify="right", style=STYLES[outcome])
    lacking = [len(comparison.rows) - len(run.cases) for run in comparison.runs]
    if any(lacking):
        table.add_column(MISSING, justify="right")
    table.add_column("seconds", justify="right")
    for run, label, missing in zip(comparison.runs, comparison.labels, lacking, strict=True):
        counts = [run.count(outcome) for outcome in comparison.outcomes]
        cells = [str(number or "") for number in (*counts, *([missing] if any(lacking) else []))]
        table.add_row(_text(label), *cells, f"{run.seconds:.0f}")
    return table


def _text(text: str) -> Text:
    return Text(visible(text), overflow="fold")

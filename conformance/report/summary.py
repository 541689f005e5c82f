"""What a run ends with: the verdict by group, then the deviations, worst first."""

from collections import defaultdict

from rich.console import Console
from rich.markup import escape
from rich.table import Table
from rich.text import Text

from conformance.report.files import dialogue
from conformance.report.outcome import OUTCOMES
from conformance.report.progress import STYLES
from conformance.report.results import CaseResult, Results, count
from conformance.requirements.catalogue import catalogue

WORST_FIRST = ("error", "fail", "warn", "fixed")
DIALOGUE_LINES = 12
VERDICTS = {
    0: ("green", "no unknown deviation"),
    1: ("bold red", "deviations"),
    2: ("bold red", "no case was selected"),
    4: ("bold magenta", "the suite itself failed; this says nothing of the server"),
    130: ("yellow", "interrupted; what follows from the cases that ran is above"),
}


def print_summary(console: Console, results: Results, verbose: bool = False) -> None:
    """Print a run's results; with `verbose` whole dialogues, and those of all cases."""
    if results.cases:
        console.print(_by_group(results))
    order = [*WORST_FIRST, "known", "skip", "pass"] if verbose else list(WORST_FIRST)
    for outcome in order:
        for result in sorted(results.cases, key=lambda result: result.case.id):
            if result.outcome == outcome:
                _print_case(console, result, verbose)
    _print_skipped(console, results)
    for fault in results.faults:
        console.print(Text("\nfault of the suite", style=STYLES["error"]))
        console.print(Text(fault))
    for reason in results.left_behind:
        console.print(Text(f"could not be removed: {reason}", style="bold red"))
    if results.profile:
        console.print(f"profile: {escape(results.profile.name)}", highlight=False)
    style, verdict = VERDICTS[results.exit_code]
    summary = results.summary
    counts = ", ".join(f"{summary[outcome]} {outcome}" for outcome in OUTCOMES if summary[outcome])
    console.print(
        Text.assemble(
            f"\n{results.target['name']}: {counts or 'nothing ran'} in {results.seconds:.1f} s: ",
            (verdict, style),
        )
    )


def _by_group(results: Results) -> Table:
    groups: dict[str, list[CaseResult]] = defaultdict(list)
    for result in results.cases:
        groups[result.case.group].append(result)
    used = [outcome for outcome in OUTCOMES if results.summary[outcome]]
    table = Table("group", box=None, pad_edge=False)
    for outcome in used:
        table.add_column(outcome, justify="right", style=STYLES[outcome])
    for group in sorted(groups):
        counts = count(groups[group])
        table.add_row(group, *(str(counts[outcome] or "") for outcome in used))
    return table


def _print_case(console: Console, result: CaseResult, verbose: bool) -> None:
    console.print()
    console.print(
        Text.assemble((result.outcome, STYLES[result.outcome]), f"  {result.case.id}"),
    )
    console.print(Text(f"  {result.case.title}"))
    for identifier in result.against or result.case.requirements:
        requirement = catalogue().get(identifier)
        sentence = requirement.sentence if requirement else ""
        console.print(Text(f"  {identifier}: {sentence}", style="dim"))
    for line in result.message.splitlines():
        console.print(Text(f"    {line}"))
    lines = dialogue(result)
    left_out = 0 if verbose else max(0, len(lines) - DIALOGUE_LINES)
    if left_out:
        console.print(Text(f"    ({left_out} lines before, see results.json)", style="dim"))
    for line in lines[left_out:]:
        console.print(Text(f"    {line}", style="dim"))


def _print_skipped(console: Console, results: Results) -> None:
    reasons: dict[str, int] = defaultdict(int)
    for result in results.cases:
        if result.outcome == "skip":
            reasons[result.message] += 1
    if reasons:
        console.print()
    for reason, number in sorted(reasons.items(), key=lambda pair: -pair[1]):
        console.print(Text(f"skipped {number}: {reason}", style="dim"))

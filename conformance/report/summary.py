"""What a run ends with on a terminal: the verdict by group, the deviations, worst first."""

from collections import defaultdict

from rich.markup import escape
from rich.table import Table
from rich.text import Text

from conformance.report.evidence import in_words, proof_lines
from conformance.report.files import dialogue
from conformance.report.outcome import OUTCOMES
from conformance.report.output import Output
from conformance.report.page import visible
from conformance.report.progress import STYLES
from conformance.report.results import CaseResult, Results, count
from conformance.report.skipped import skipped
from conformance.report.verdict import counts, verdict
from conformance.requirements.catalogue import catalogue

# A message longer than this is cut; the report has it whole.
MESSAGE_LINES = 12


def print_summary(console: Output, results: Results, verbose: bool = False) -> None:
    """Print a run's results; with `verbose` whole dialogues, and those of all cases."""
    if results.cases:
        console.print(_by_group(results))
    for result in results.worst_first():
        if verbose or OUTCOMES[result.outcome].told:
            _print_case(console, result, verbose)
    _print_skipped(console, results)
    for fault in results.faults:
        console.print(Text("\nfault of the suite", style=STYLES["error"]))
        console.print(Text(visible(fault)))
    for reason in results.left_behind:
        console.prose(Text(visible(reason), style="bold red"))
    if results.profile:
        console.print(f"profile: {escape(results.profile.name)}", highlight=False)
    decided = verdict(results)
    console.print()
    console.prose(
        Text.assemble(
            f"{visible(results.target['name'])}: {counts(results)} in {results.seconds:.1f} s: ",
            (decided.words, decided.style),
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


def _print_case(console: Output, result: CaseResult, verbose: bool) -> None:
    console.print()
    console.print(
        Text.assemble((result.outcome, STYLES[result.outcome]), f"  {visible(result.case.id)}"),
    )
    console.prose(Text(visible(result.case.title)), indent=2)
    for identifier in result.concerned:
        requirement = catalogue().get(identifier)
        sentence = f" ({requirement.level}): {requirement.sentence}" if requirement else ""
        console.prose(Text(f"{identifier}{sentence}", style="dim"), indent=2)
    lines = result.message.splitlines() if verbose else in_words(result.message)
    for line in lines if verbose else lines[:MESSAGE_LINES]:
        console.prose(Text(visible(line)), indent=4)
    if verbose:
        shown = [visible(line) for line in dialogue(result)]
    else:
        shown = proof_lines(result.transcript, result.message)
    for line in shown:
        console.print(Text(f"      {line}", style="dim"))


def _print_skipped(console: Output, results: Results) -> None:
    reasons = skipped(results)
    if reasons:
        console.print()
    for one in reasons:
        line = f"skipped {len(one.cases)}: {visible(one.reason)} [{visible(one.topics)}]"
        console.prose(Text(line, style="dim"))

"""What a run comes to, in words."""

from dataclasses import dataclass, replace

from conformance.report.outcome import OUTCOMES, WORST_FIRST
from conformance.report.results import (
    EXIT_DEVIATIONS,
    EXIT_FAULT,
    EXIT_INTERRUPTED,
    EXIT_PASS,
    EXIT_USAGE,
    Results,
)


@dataclass(frozen=True, slots=True)
class Verdict:
    """A verdict: in a few words, and what its exit code means; `style` is rich's, `tone` CSS."""

    code: int
    words: str
    meaning: str
    style: str
    tone: str


VERDICTS = {
    verdict.code: verdict
    for verdict in (
        Verdict(EXIT_PASS, "no unknown deviation", "no unknown deviation", "green", "good"),
        Verdict(EXIT_DEVIATIONS, "deviations", "the server deviates", "bold red", "bad"),
        Verdict(
            EXIT_USAGE,
            "no case was selected",
            "usage or configuration is wrong",
            "bold red",
            "fault",
        ),
        Verdict(
            EXIT_FAULT,
            "no unknown deviation",
            "no unknown deviation, but cases could not be judged, through a fault of the suite",
            "bold magenta",
            "fault",
        ),
        Verdict(
            EXIT_INTERRUPTED,
            "interrupted; what follows from the cases that ran is above",
            "the run was interrupted",
            "yellow",
            "weak",
        ),
    )
}


def verdict(results: Results) -> Verdict:
    """The verdict by the exit code of the run; it says how much could not be judged."""
    decided = VERDICTS[results.exit_code]
    missing = _not_judged(results)
    return replace(decided, words=f"{decided.words}, but {missing}") if missing else decided


def _not_judged(results: Results) -> str:
    """The cases that the suite could not judge, in words; "" where it judged all that ran."""
    parts = []
    if errors := results.summary["error"]:
        cases = f"{errors} case{'s' * (errors > 1)}"
        parts.append(f"{cases} could not be judged, through a fault of the suite")
    if faults := len(results.faults):
        times = "once" if faults == 1 else f"{faults} times"
        parts.append(f"the suite failed {times} outside of its cases")
    return " and ".join(parts)


def counts(results: Results) -> str:
    """The numbers of cases by outcome, as in "1523 pass, 34 fail"."""
    summary = results.summary
    used = [f"{summary[outcome]} {outcome}" for outcome in OUTCOMES if summary[outcome]]
    return ", ".join(used) or "nothing ran"


def sentence(results: Results) -> str:
    """The verdict as a sentence or two for who has never seen the suite."""
    summary = results.summary
    found = [
        f"{summary[outcome]} {OUTCOMES[outcome].found}"
        for outcome in WORST_FIRST
        if OUTCOMES[outcome].found and summary[outcome]
    ]
    if results.interrupted:
        opening = "The run was interrupted."
    elif not results.cases and not results.faults:
        return "No case ran."
    elif results.stopped:
        opening = f"The run was stopped, so that no mail is lost: {results.stopped}."
    elif results.exit_code == EXIT_DEVIATIONS:
        opening = "The server does not do all that it must."
    elif results.exit_code == EXIT_FAULT:
        opening = "The suite itself failed; as far as it judged, the server does all that it must."
    elif summary["warn"]:
        opening = "The server does all that it must here, but not all that it should."
    elif summary["known"]:
        opening = "The server shows no deviation that its profile does not know."
    else:
        opening = "The server does all that was asked of it."
    if not found:
        return opening
    number = len(results.cases) - summary["skip"]
    ran = "the one case" if number == 1 else f"{number} cases"
    return f"{opening} Of {ran} that ran, {_listed(found)}."


def _listed(parts: list[str]) -> str:
    return " and ".join(filter(None, [", ".join(parts[:-1]), parts[-1]]))

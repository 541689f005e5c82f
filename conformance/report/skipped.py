"""Why cases were not asked, and what they are about: what a run would tell besides."""

from collections import Counter, defaultdict
from dataclasses import dataclass

from conformance.report.results import CaseResult, Results

NAMED = 4  # topics of one reason


@dataclass(frozen=True, slots=True)
class Skipped:
    """A reason, and the cases that were skipped for it."""

    reason: str
    cases: tuple[CaseResult, ...]

    @property
    def topics(self) -> str:
        """What the cases are about, most of them first: `security/impersonation 9, ...`."""
        functions = [result.case.id.partition("[")[0] for result in self.cases]
        counter = Counter(function.rpartition("/")[0] for function in functions)
        ranked = sorted(counter.items(), key=lambda pair: (-pair[1], pair[0]))
        named = [f"{topic} {number}" for topic, number in ranked[:NAMED]]
        others = len(ranked) - NAMED
        return ", ".join(named + [f"{others} other topics"] * (others > 0))


def skipped(results: Results) -> list[Skipped]:
    """The reasons for which cases were skipped, the most frequent first."""
    by_reason = defaultdict(list)
    for result in results.cases:
        if result.outcome == "skip":
            by_reason[result.message].append(result)
    found = [Skipped(reason, tuple(cases)) for reason, cases in by_reason.items()]
    return sorted(found, key=lambda one: (-len(one.cases), one.reason))

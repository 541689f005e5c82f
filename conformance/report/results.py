"""The results of a run: what happened to each case, and what that comes to."""

import json
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from typing import IO, Any

from conformance.profiles.profile import Profile
from conformance.report.outcome import OUTCOMES, WORST_FIRST, Finding, worst
from conformance.requirements.case import Case

EXIT_PASS, EXIT_DEVIATIONS, EXIT_USAGE, EXIT_UNREACHABLE, EXIT_FAULT = range(5)
EXIT_INTERRUPTED = 130


@dataclass(slots=True)
class CaseResult:
    """What a case came to.

    `against`: the ids of the sentences that a failure is against. `transcript`: the dialogue,
    dicts with t, from, connection, text.
    """

    case: Case
    outcome: str
    message: str
    seconds: float
    against: tuple[str, ...] = ()
    transcript: Sequence[dict[str, Any]] = ()

    @property
    def concerned(self) -> tuple[str, ...]:
        """The ids of the sentences to show: those it is against, or else those of the case.

        None of a failure that is against no sentence (a run that was stopped).
        """
        if self.outcome == "fail":
            return self.against
        return self.against or self.case.requirements

    def to_data(self) -> dict[str, Any]:
        """The entry of results.json."""
        case = self.case.to_data()
        del case["revision"]  # not in the contract of results.json
        return case | {
            "outcome": self.outcome,
            "message": self.message,
            "seconds": round(self.seconds, 3),
            "transcript": list(self.transcript),
        }


@dataclass(slots=True)
class Results:
    """A run as far as it has come.

    `faults` are faults of the suite that belong to no case (a file of cases that cannot be read,
    a crashed worker), `left_behind` sentences on what is no longer as it was on the target,
    `interrupted` whether the run was ended before all cases ran, `bystanders` cases that found the
    server gone, `command` the words that ran it (rerun.py), `stopped` why the run was stopped for
    the safety of what was on the target before.
    """

    version: str
    profile: Profile | None = None
    strict: bool = False
    target: dict[str, Any] = field(default_factory=dict)
    started: datetime = field(default_factory=lambda: datetime.now(UTC))
    seconds: float = 0.0
    cases: list[CaseResult] = field(default_factory=list)
    faults: list[str] = field(default_factory=list)
    left_behind: list[str] = field(default_factory=list)
    interrupted: bool = False
    bystanders: list[CaseResult] = field(default_factory=list)
    command: tuple[str, ...] = ("gximap-conformance", "run")
    stopped: str = ""

    def add(
        self,
        case: Case,
        findings: list[Finding],
        seconds: float,
        transcript: Sequence[dict[str, Any]],
    ) -> CaseResult:
        """Decide the outcome of a case and keep it."""
        outcome, message, against = self.decide(case, findings)
        result = CaseResult(case, outcome, message, seconds, against, transcript)
        self.cases.append(result)
        if outcome == "skip" and any(finding.kind == "gone" for finding in findings):
            self.bystanders.append(result)
        return result

    def decide(self, case: Case, findings: list[Finding]) -> tuple[str, str, tuple[str, ...]]:
        """Outcome of a case with these findings, the message to show, the ids it is against.

        It is known only if the profile explains every deviation; of the others the worst counts.
        """
        entries = self.profile.deviations if self.profile else ()
        explained = {
            finding: known
            for finding in findings
            for known in entries
            if finding.kind == "deviation" and known.explains(case, finding)
        }
        decisive = worst([finding for finding in findings if finding not in explained])
        if decisive is None and explained:
            reasons = [f"{known.reason}\n{each.message}" for each, known in explained.items()]
            return "known", "\n".join(reasons), ()
        if decisive is None:
            for known in entries:
                if known.cases and known.concerns(case):
                    return "fixed", f"the profile says that it fails: {known.reason}", ()
            return "pass", "", ()
        if decisive.kind == "gone":
            return "skip", decisive.message, ()
        others = [f"also: {each.message}" for each in findings if each != decisive]
        message = "\n".join([decisive.message, *others])
        if decisive.kind != "deviation":
            return decisive.kind, message, ()
        fails = decisive.level == "MUST" or (self.strict and decisive.level == "SHOULD")
        return ("fail" if fails else "warn"), message, decisive.requirements

    def finish(self, seconds: float) -> None:
        """Close the run. An entry by requirement is fixed if no case of it failed any more.

        A server that is gone is a crash, even if no case that did it can be named.
        """
        self.seconds = seconds
        if self.bystanders and not self.summary["crash"]:
            self.bystanders[0].outcome = "crash"
        for known in self.profile.deviations if self.profile else ():
            if known.cases:
                continue
            concerned = [result for result in self.cases if known.concerns(result.case)]
            if any(result.outcome not in ("pass", "fixed", "skip") for result in concerned):
                continue
            for result in concerned:
                if result.outcome == "pass":
                    result.outcome = "fixed"
                    result.message = f"the profile says that it fails: {known.reason}"

    @property
    def summary(self) -> dict[str, int]:
        """How many cases have each outcome."""
        return count(self.cases)

    def worst_first(self) -> list[CaseResult]:
        """The cases by severity of their outcome, then by id."""
        return sorted(
            self.cases,
            key=lambda result: (WORST_FIRST.index(result.outcome), result.case.id),
        )

    @property
    def exit_code(self) -> int:
        """The exit code of the command, by the contract: a deviation stands despite faults."""
        if self.interrupted:
            return EXIT_INTERRUPTED
        if self.stopped or any(OUTCOMES[result.outcome].deviates for result in self.cases):
            return EXIT_DEVIATIONS
        if self.summary["error"] or self.faults:
            return EXIT_FAULT
        return EXIT_PASS if self.cases else EXIT_USAGE

    def to_data(self) -> dict[str, Any]:
        """The content of results.json; `write_json` writes it case by case."""
        return {
            "suite": {"version": self.version},
            "target": self.target,
            "started": self.started.isoformat(timespec="seconds"),
            "seconds": round(self.seconds, 3),
            "summary": self.summary,
            "cases": [result.to_data() for result in self.by_id()],
        }

    def by_id(self) -> list[CaseResult]:
        """The cases in the order of their ids."""
        return sorted(self.cases, key=lambda result: result.case.id)

    def write_json(self, stream: IO[str]) -> None:
        """Write results.json, with the dialogue of one case at a time in memory."""
        head = replace(self, cases=[]).to_data() | {"summary": self.summary}
        text = _json(head)
        stream.write(text.removesuffix("[]\n}"))
        separator = "["
        for result in self.by_id():
            stream.write(separator + "\n  " + _json(result.to_data()).replace("\n", "\n  "))
            separator = ","
        stream.write("\n ]\n}\n" if self.cases else "[]\n}\n")


def _json(data: dict[str, Any]) -> str:
    return json.dumps(data, ensure_ascii=False, indent=1)


def count(results: Iterable[CaseResult]) -> dict[str, int]:
    """How many of these results have each outcome; every outcome is there."""
    counter = Counter(result.outcome for result in results)
    return {outcome: counter[outcome] for outcome in OUTCOMES}

"""From what was raised in a case to its outcome."""

import traceback
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import pytest

from conformance.oracle import Violation
from conformance.report.origin import accuses_server
from conformance.report.transcripts import shortened
from conformance.requirements.catalogue import LEVELS
from conformance.targets.client import SessionsExceededError
from conformance.targets.guard import UnsafeError
from conformance.wire import Deviation, GrammarError, ServerCrashed, ServerGone


@dataclass(frozen=True, slots=True)
class Outcome:
    """What there is to say of an outcome wherever results are shown.

    `found` goes on after the number of such cases, in the verdict ("" where they say nothing of
    the server). `severity`: how far up it is listed. `told`: whether a run ends with the details
    of such cases. `deviates`: whether one such case makes the run a failure. `style` is rich's,
    `tone` the CSS class in pages, `junit` the element ("" for a mere pass), `annotation` the
    command of GitHub's workflows.
    """

    meaning: str
    found: str
    severity: int
    style: str
    tone: str
    told: bool = False
    deviates: bool = False
    junit: str = ""
    annotation: str = ""


# In the order in which counts are read. README.md has the same table.
OUTCOMES = {
    "pass": Outcome("the server does what the sentence says", "", 0, "green", "good"),
    "fail": Outcome(
        "the server does not, and the sentence says MUST, or simply how it is",
        "failed against a MUST",
        6,
        "bold red",
        "bad",
        told=True,
        deviates=True,
        junit="failure",
        annotation="error",
    ),
    "warn": Outcome(
        "the server does not, and the sentence says SHOULD",
        "failed against a SHOULD",
        5,
        "yellow",
        "weak",
        told=True,
        junit="system-out",
        annotation="warning",
    ),
    "known": Outcome(
        "the server does not, as its profile says",
        "failed as the profile expects",
        3,
        "cyan",
        "known",
        junit="skipped",
    ),
    "fixed": Outcome(
        "the server does, though its profile says that it does not",
        "passed though the profile expects a failure",
        4,
        "bold green",
        "good",
        told=True,
        junit="system-out",
        annotation="notice",
    ),
    "crash": Outcome(
        "the server stopped answering, to any client",
        "ended with a server that answered nobody",
        8,
        "bold white on red",
        "crash",
        told=True,
        deviates=True,
        junit="failure",
        annotation="error",
    ),
    "skip": Outcome("not asked, and the reason", "", 2, "dim", "quiet", junit="skipped"),
    "error": Outcome(
        "the suite itself is at fault; never counted as a deviation",
        "could not be judged, through a fault of the suite",
        7,
        "bold magenta",
        "fault",
        told=True,
        junit="error",
        annotation="error",
    ),
}
WORST_FIRST = sorted(OUTCOMES, key=lambda name: -OUTCOMES[name].severity)

# "[ABNF] rules MUST be followed strictly"
GRAMMAR = ("RFC3501-7.5-2",)
MESSAGE = 8000  # characters of the message of a finding
# What pytest-timeout says when a case took longer than any wait for the server may take.
HUNG = "Timeout ("


class BrokenRule(Deviation):
    """An invariant that the server broke on a connection of the case."""

    def __init__(self, violation: Violation) -> None:
        self.requirements = violation.requirements
        super().__init__(f"{violation.message} (connection {violation.connection})")


@dataclass(frozen=True, slots=True)
class Finding:
    """What one phase of a case (set-up, call, tear-down) came to when it did not just pass.

    `kind`: "skip", "deviation", "gone" (a server that answers nobody, through no fault of the
    case), "crash" or "error". A deviation has a level of its own, "MUST" for
    a set-up that the server refuses and for what is always true, and the ids it is against.
    """

    kind: str
    message: str
    level: str = "MUST"
    requirements: tuple[str, ...] = ()

    @property
    def deviates(self) -> bool:
        return self.kind == "deviation"

    def to_data(self) -> dict[str, Any]:
        return asdict(self) | {"requirements": list(self.requirements)}

    @classmethod
    def from_data(cls, data: dict[str, Any]) -> "Finding":
        return cls(**{**data, "requirements": tuple(data["requirements"])})


def judge(
    error: BaseException, phase: str, level: str, requirements: tuple[str, ...], cases: Path
) -> list[Finding]:
    """The findings for what was raised in a phase ("setup", "call", "teardown") of a case.

    `level` and `requirements` are the case's, `cases` is the folder of all cases. Only a group of
    exceptions gives several.
    """
    if isinstance(error, BaseExceptionGroup):
        return [
            finding
            for each in error.exceptions
            for finding in judge(_located(each, error), phase, level, requirements, cases)
        ]
    if isinstance(error, pytest.skip.Exception | SessionsExceededError):
        return [Finding("skip", str(error))]
    if isinstance(error, pytest.fail.Exception) and str(error).startswith(HUNG):
        return [Finding("error", f"the case hung: {error}")]
    if not accuses_server(error, cases):
        return [Finding("error", shortened(_traceback(error), MESSAGE))]
    message = shortened(str(error) or type(error).__name__, MESSAGE)
    if not isinstance(error, AssertionError | pytest.fail.Exception):
        message = f"{type(error).__name__}: {message}"
    if isinstance(error, ServerCrashed):
        return [Finding("crash", message)]
    if isinstance(error, ServerGone):
        return [Finding("gone", message)]
    if isinstance(error, BrokenRule):
        return [Finding("deviation", message, "MUST", error.requirements)]
    if isinstance(error, UnsafeError):  # perhaps found behind a case that it has nothing to do with
        return [Finding("deviation", message)]
    if isinstance(error, GrammarError):
        return [Finding("deviation", message, "MUST", GRAMMAR)]
    if phase == "setup":
        message = f"the case could not be set up: {message}"
        return [Finding("deviation", message, "MUST", requirements)]
    return [Finding("deviation", message, level, requirements)]


def _located(error: BaseException, group: BaseException) -> BaseException:
    """The exception; one that was only put into a group was raised where the group was."""
    return error if error.__traceback__ else error.with_traceback(group.__traceback__)


def _traceback(error: BaseException) -> str:
    """The exception, and where in the suite (not in the libraries that run it) it was raised."""
    frames = traceback.extract_tb(error.__traceback__)
    ours = [frame for frame in frames if "site-packages/_pytest" not in frame.filename]
    ours = [frame for frame in ours if "site-packages/pluggy" not in frame.filename]
    lines = traceback.format_list(ours)
    return f"{type(error).__name__}: {error}\n{''.join(lines).rstrip()}"


def distinct(findings: list[Finding]) -> list[Finding]:
    """The findings without those that only repeat another: a GrammarError and its rule."""
    kept: list[Finding] = []
    for finding in findings:
        alike = [each for each in kept if each.kind == finding.kind]
        if not any(each.message in finding.message for each in alike):
            kept.append(finding)
    return kept


def worst(findings: list[Finding]) -> Finding | None:
    """The finding that decides: crash, error, gone, deviation (MUST first), skip."""
    order = ("crash", "error", "gone", "deviation", "skip")
    return min(
        findings,
        key=lambda finding: (order.index(finding.kind), LEVELS.index(finding.level)),
        default=None,
    )

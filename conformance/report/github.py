"""The results as workflow commands of GitHub Actions: an annotation for each deviation."""

from collections.abc import Iterator

from conformance.report.evidence import in_words, proof_lines
from conformance.report.outcome import OUTCOMES
from conformance.report.page import visible
from conformance.report.results import CaseResult, Results
from conformance.report.verdict import counts, sentence
from conformance.requirements.catalogue import catalogue

# GitHub shows ten errors, ten warnings and ten notices of a step.
SHOWN = 10
MESSAGE = 4000


def annotations(results: Results) -> Iterator[str]:
    """The lines to print. The last is a notice with the verdict, and what is not annotated."""
    for fault in results.faults[:SHOWN]:
        yield _command("error", {"title": "fault of the suite"}, fault)
    for reason in results.left_behind[:SHOWN]:
        yield _command("warning", {"title": "left behind on the server"}, reason)
    room = {"error": SHOWN, "warning": SHOWN, "notice": SHOWN - 1}
    left_out = 0
    for result in results.worst_first():
        outcome = OUTCOMES[result.outcome]
        if not outcome.annotation:
            continue
        if room[outcome.annotation]:
            room[outcome.annotation] -= 1
            properties = {
                "file": source(result),
                "title": f"{result.outcome}: {result.case.title}",
            }
            yield _command(outcome.annotation, properties, _message(result))
        else:
            left_out += 1
    more = f" {left_out} more are in the report." if left_out else ""
    title = f"{results.target['name']}: {counts(results)}"
    yield _command("notice", {"title": title}, sentence(results) + more)


def source(result: CaseResult) -> str:
    """The file of a case, from the top of a checkout of the suite."""
    folder, _, file = result.case.id.partition("[")[0].rpartition("/")[0].rpartition("/")
    return f"conformance/cases/{folder}/test_{file}.py"


def _message(result: CaseResult) -> str:
    lines = [result.case.id]
    for identifier in result.concerned:
        requirement = catalogue().get(identifier)
        lines.append(f"{identifier}: {requirement.sentence}" if requirement else identifier)
    lines += in_words(result.message)
    lines += proof_lines(result.transcript, result.message)
    return "\n".join(lines)


def _command(name: str, properties: dict[str, str], message: str) -> str:
    words = ",".join(f"{key}={_property(value)}" for key, value in properties.items())
    return f"::{name} {words}::{_data(message[:MESSAGE])}"


def _data(text: str) -> str:
    text = visible(text.replace("\r\n", "\n"))
    return text.replace("%", "%25").replace("\n", "%0A")


def _property(text: str) -> str:
    return _data(text).replace(":", "%3A").replace(",", "%2C")

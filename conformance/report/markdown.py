"""The results as Markdown, short enough for a comment on a pull request."""

import re
from collections import defaultdict

from conformance.report.evidence import in_words, proof_lines
from conformance.report.outcome import OUTCOMES
from conformance.report.page import visible
from conformance.report.rerun import rerun
from conformance.report.results import CaseResult, Results, count
from conformance.report.skipped import skipped
from conformance.report.verdict import counts, sentence, verdict
from conformance.requirements.catalogue import catalogue

# What GitHub takes as the body of a comment, in characters.
LIMIT = 65536
SKIPPED = 20
DETAIL = 4000


def markdown(results: Results) -> str:
    """Verdict, table by group, and the deviations, folded, as many as there is room for."""
    begin = [*_head(results), *_faults(results)]
    end = _skipped(results)
    room = LIMIT - len("\n".join([*begin, *end])) - 200  # for the line that says what is left out
    told = [result for result in results.worst_first() if OUTCOMES[result.outcome].told]
    shown: list[str] = []
    left_out = 0
    for result in told:
        detail = _deviation(results, result)
        if len(detail) + 1 <= room:
            room -= len(detail) + 1
            shown.append(detail)
        else:
            left_out += 1
    if left_out:
        shown.append(
            f"\n{left_out} more of them are in the report; there is no room for them here."
        )
    return "\n".join([*begin, *shown, *end]) + "\n"


def _head(results: Results) -> list[str]:
    lines = [
        f"### {_escape(results.target['name'])}: {_escape(verdict(results).words)}",
        "",
        f"{_escape(sentence(results))} {counts(results)} in {results.seconds:.1f} s"
        f", profile: {_escape(results.profile.name) if results.profile else 'none'}.",
        "",
    ]
    groups: dict[str, list[CaseResult]] = defaultdict(list)
    for result in results.cases:
        groups[result.case.group].append(result)
    used = [outcome for outcome in OUTCOMES if results.summary[outcome]]
    if groups:
        lines.append(f"| group | {' | '.join(used)} |")
        lines.append(f"| --- |{' ---: |' * len(used)}")
    for group in sorted(groups):
        numbers = count(groups[group])
        cells = " | ".join(str(numbers[outcome] or "") for outcome in used)
        lines.append(f"| {_escape(group)} | {cells} |")
    return [*lines, ""]


def _faults(results: Results) -> list[str]:
    lines = []
    for fault in results.faults[:5]:
        lines += ["**Fault of the suite**", _fenced(_cut(fault)), ""]
    lines += [
        f"**Left behind on the server:** {_escape(_cut(reason, 300))}"
        for reason in results.left_behind[:20]
    ]
    return lines


def _deviation(results: Results, result: CaseResult) -> str:
    lines = [
        "<details><summary>"
        f"<b>{result.outcome}</b> <code>{_html(result.case.id)}</code> "
        f"{_html(result.case.title)}</summary>",
        "",
    ]
    for identifier in result.concerned:
        requirement = catalogue().get(identifier)
        words = f" ({requirement.level}): {_escape(requirement.sentence)}" if requirement else ""
        lines.append(f"- {_escape(identifier)}{words}")
    evidence = [
        *in_words(result.message), "", *proof_lines(result.transcript, result.message)
    ]  # fmt: skip
    lines += [
        "",
        _fenced(_cut("\n".join(evidence))),
        "",
        "Again:",
        _fenced(rerun(results.command, result.case.id)),
        "</details>",
        "",
    ]
    return "\n".join(lines)


def _skipped(results: Results) -> list[str]:
    reasons = skipped(results)
    if not reasons:
        return []
    lines = ["<details><summary>Skipped</summary>", ""]
    lines += [
        f"- {len(one.cases)}: {_escape(_cut(one.reason, 300))} ({_escape(one.topics)})"
        for one in reasons[:SKIPPED]
    ]
    if len(reasons) > SKIPPED:
        lines.append(f"- and for {len(reasons) - SKIPPED} other reasons")
    return [*lines, "", "</details>"]


def _cut(text: str, length: int = DETAIL) -> str:
    return text if len(text) <= length else f"{text[:length]} [... {len(text) - length} more]"


def _html(text: str) -> str:
    """Text, on one line, inside of HTML."""
    text = visible(" ".join(text.split()))
    text = text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
    # An empty comment keeps a mention or a reference to an issue from becoming a link.
    return re.sub("([@#])", r"\1<!-- -->", text)


def _escape(text: str) -> str:
    """Text, on one line, that means nothing in Markdown or HTML; not at the start of a line."""
    return re.sub(r"([\\`*_\[\]|~])", r"\\\1", _html(text))


def _fenced(text: str) -> str:
    """A block of code, with a fence longer than any run of backticks in it."""
    text = visible(text)
    longest = max(map(len, re.findall("`+", text)), default=0)
    fence = "`" * max(3, longest + 1)
    return f"{fence}text\n{text}\n{fence}"

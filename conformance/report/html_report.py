"""index.html: a run as one self-contained page."""

import re
import shlex
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from conformance.report.evidence import in_words, proof
from conformance.report.outcome import OUTCOMES, WORST_FIRST
from conformance.report.page import render_page
from conformance.report.rerun import rerun
from conformance.report.results import CaseResult, Results, count
from conformance.report.verdict import sentence, verdict
from conformance.requirements.catalogue import Requirement, catalogue

# Characters of the page for the evidence of one case, and of all together, worst first. What is
# left out stands in results.json.
CASE_ROOM = 40_000
ROOM = 1_500_000
# What the markup of an entry takes.
MARKUP = 80
# Of a long dialogue the proof is kept, then the end, then the beginning.
KEPT_FIRST, KEPT_LAST = 10, 30
ENTRY_SHOWN, ENTRY_LINES = 600, 12
MESSAGE, SHORT_MESSAGE = 6000, 300
GLIMPSE = 200


@dataclass(frozen=True, slots=True)
class Entry:
    """One entry of a dialogue: `text` is shown, `more` can be unfolded."""

    seconds: float
    side: str
    connection: str
    text: str
    more: str
    proof: bool
    left_out_before: int


@dataclass(frozen=True, slots=True)
class CaseView:
    """A case as the page shows it.

    `lines`: the message in words; `glimpse`: the beginning of that, for the line in the list;
    `raw`: the message itself where that says more, else "". `entries` None: the dialogue is left
    out of the page.
    """

    result: CaseResult
    requirements: list[Requirement]
    lines: list[str]
    glimpse: str
    raw: str
    entries: list[Entry] | None
    left_out_after: int
    command: str

    @property
    def whole(self) -> bool:
        """Whether all details stand in the page, not only what the script can add."""
        outcome = OUTCOMES[self.result.outcome]
        return outcome.told or bool(self.result.transcript) or self.result.outcome == "known"

    @property
    def proof(self) -> list[Entry]:
        """The entries that show the deviation, as far as the page has them."""
        return [entry for entry in self.entries or () if entry.proof]


@dataclass(frozen=True, slots=True)
class Section:
    """A section of a document, with the cases of its sentences by outcome."""

    number: str
    title: str
    counts: dict[str, int]
    link: str


@dataclass(frozen=True, slots=True)
class Document:
    """A document that sentences are from; `counts` has each case once."""

    key: str
    counts: dict[str, int]
    sections: list[Section]

    @property
    def name(self) -> str:
        """The name as people write it."""
        return re.sub(r"^RFC(?=\d)", "RFC ", self.key)


def report_page(results: Results) -> str:
    """The page of a run."""
    views = _views(results)
    by_outcome = defaultdict(list)
    for view in views:
        by_outcome[view.result.outcome].append(view)
    summary = results.summary
    documents = _documents(results.cases)
    return render_page(
        "index.html",
        styles=("index.css",),
        scripts=("index.js",),
        data=_data(views, results),
        results=results,
        verdict=verdict(results),
        sentence=sentence(results),
        whole_run=shlex.join(results.command),
        summary=summary,
        used=[name for name in OUTCOMES if summary[name]],
        outcomes=OUTCOMES,
        told=[name for name in WORST_FIRST if OUTCOMES[name].told],
        others=[name for name in WORST_FIRST if not OUTCOMES[name].told],
        by_outcome=by_outcome,
        reasons=_reasons(by_outcome["skip"]),
        groups=_groups(results.cases),
        documents=documents,
    )


def _views(results: Results) -> list[CaseView]:
    """The cases, worst first; the dialogues of the worst have room first."""
    room = ROOM
    views = []
    for result in results.worst_first():
        message = _cut(result.message, MESSAGE if room > MESSAGE else SHORT_MESSAGE)
        lines = in_words(message)
        raw = "" if lines == message.splitlines() else message
        room -= len(message) + len(raw)
        entries, left_out = _dialogue(result, min(room, CASE_ROOM))
        room -= sum(len(entry.text) + len(entry.more) + MARKUP for entry in entries or ())
        views.append(
            CaseView(
                result=result,
                requirements=_requirements(result.concerned),
                lines=lines,
                glimpse=_glimpse(lines) if OUTCOMES[result.outcome].told else "",
                raw=raw,
                entries=entries,
                left_out_after=left_out,
                command=rerun(results.command, result.case.id),
            )
        )
    return views


def _glimpse(lines: list[str]) -> str:
    words = "; ".join(" ".join(line.split()) for line in lines[:2])
    return words if len(words) <= GLIMPSE else f"{words[:GLIMPSE]}\N{HORIZONTAL ELLIPSIS}"


def _requirements(identifiers: Iterable[str]) -> list[Requirement]:
    return [catalogue()[each] for each in identifiers if each in catalogue()]


def _cut(text: str, length: int) -> str:
    if len(text) <= length:
        return text
    return f"{text[:length]} [... {len(text) - length} more characters]"


def _dialogue(result: CaseResult, room: int) -> tuple[list[Entry] | None, int]:
    """The entries that have room, and how many are left out behind the last of them."""
    transcript = result.transcript
    number = len(transcript)
    proving = proof(transcript, result.message)
    order = dict.fromkeys(
        [*proving, *range(number)[-KEPT_LAST:], *range(number)[:KEPT_FIRST], *range(number)]
    )
    kept = []
    for index in order:
        room -= len(transcript[index]["text"]) + MARKUP
        if room < 0:
            break
        kept.append(index)
    if not kept:
        return (None if transcript else []), 0
    entries = []
    before = -1
    for index in sorted(kept):
        entry = transcript[index]
        text, more = _fold(entry["text"])
        entries.append(
            Entry(
                entry["t"], entry["from"], entry["connection"], text, more,
                index in proving, index - before - 1,
            )
        )  # fmt: skip
        before = index
    return entries, number - before - 1


def _fold(text: str) -> tuple[str, str]:
    """The beginning that is always shown, and the rest."""
    lines = text.split("\n")
    shown = "\n".join(lines[:ENTRY_LINES])
    shown = shown if len(shown) <= ENTRY_SHOWN else shown[: ENTRY_SHOWN - 100]
    more = text[len(shown) :]
    # To unfold a word or two is not worth a click.
    return (text, "") if len(more) < 100 and len(lines) <= ENTRY_LINES else (shown, more)


def _reasons(skipped: list[CaseView]) -> list[tuple[str, list[CaseView]]]:
    """The cases that were not asked by reason, the most frequent first."""
    reasons = defaultdict(list)
    for view in skipped:
        reasons[view.result.message].append(view)
    return sorted(reasons.items(), key=lambda pair: (-len(pair[1]), pair[0]))


def _groups(results: list[CaseResult]) -> dict[str, int]:
    groups: dict[str, int] = defaultdict(int)
    for result in sorted(results, key=lambda result: result.case.group):
        groups[result.case.group] += 1
    return groups


def _documents(results: list[CaseResult]) -> list[Document]:
    """The documents with their sections; a case is in every section of its sentences."""
    cases: dict[str, dict[str, dict[str, CaseResult]]] = defaultdict(lambda: defaultdict(dict))
    titles: dict[tuple[str, str], str] = {}
    for result in results:
        for requirement in _requirements(result.concerned):
            cases[requirement.document][requirement.section][result.case.id] = result
            titles.setdefault((requirement.document, requirement.section), requirement.title)
    return [
        Document(
            name,
            count({key: each for of in sections.values() for key, each in of.items()}.values()),
            [
                Section(
                    number,
                    titles[name, number],
                    count(sections[number].values()),
                    _link(name, number),
                )
                for number in sorted(sections, key=_section_order)
            ],
        )
        for name, sections in sorted(cases.items(), key=lambda pair: _document_order(pair[0]))
    ]


def _document_order(name: str) -> tuple[object, ...]:
    """RFC 3501 and its successor first, the other RFCs by number, then what is no RFC."""
    first = ("RFC3501", "RFC9051")
    return first.index(name) if name in first else len(first), not name.startswith("RFC"), name


def _section_order(number: str) -> list[tuple[bool, str]]:
    """As sections are counted, appendices at the end."""
    return [(not part.isdecimal(), part.zfill(4)) for part in number.split(".")]


def _link(document: str, section: str) -> str:
    """Where the section can be read; "" where that is not known."""
    rfc = re.fullmatch(r"RFC(\d+)", document)
    if rfc is None or not re.fullmatch(r"[\w.]+", section):
        return ""
    kind = "section" if section[0].isdecimal() else "appendix"
    return f"https://www.rfc-editor.org/rfc/rfc{rfc[1]}#{kind}-{section}"


def _data(views: list[CaseView], results: Results) -> dict[str, Any]:
    """What the script needs: the command to run a case again, the sentences by id."""
    return {
        "rerun": shlex.join([*results.command, "--select"]),
        "requirements": {
            requirement.id: [
                requirement.document, requirement.section, requirement.level, requirement.sentence
            ]
            for requirement in sorted(
                {each for view in views for each in view.requirements}, key=lambda each: each.id
            )
        },
    }  # fmt: skip

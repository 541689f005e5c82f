"""The files of a report: results.json, junit.xml and index.html."""

import re
from collections import Counter
from pathlib import Path
from xml.etree import ElementTree

from conformance.report.html_report import report_page
from conformance.report.outcome import OUTCOMES
from conformance.report.results import CaseResult, Results
from conformance.report.transcripts import shortened

# Characters that XML 1.0 cannot carry at all.
NOT_XML = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")

DIALOGUE = 20_000  # characters of a dialogue in junit.xml


def write_files(results: Results, folder: Path) -> None:
    """Write the files of the report into the folder, which is made if need be."""
    folder.mkdir(parents=True, exist_ok=True)
    with (folder / "results.json").open(
        "w",
        encoding="utf-8",
        errors="backslashreplace",  # a lone surrogate: \udxxx
    ) as stream:
        results.write_json(stream)
    tree = ElementTree.ElementTree(junit(results))
    ElementTree.indent(tree)
    tree.write(folder / "junit.xml", encoding="utf-8", xml_declaration=True)
    (folder / "index.html").write_text(report_page(results), encoding="utf-8")


def junit(results: Results) -> ElementTree.Element:
    """The results as JUnit's XML; OUTCOMES says what each outcome is there.

    What is there as system-out (`warn`, `fixed`) passes.
    """
    kinds = Counter(OUTCOMES[result.outcome].junit for result in results.cases)
    suite = ElementTree.Element(
        "testsuite",
        name="gximap-conformance",
        tests=str(len(results.cases) + len(results.faults)),
        failures=str(kinds["failure"]),
        errors=str(kinds["error"] + len(results.faults)),
        skipped=str(kinds["skipped"]),
        time=f"{results.seconds:.3f}",
        timestamp=results.started.isoformat(timespec="seconds"),
    )
    for result in sorted(results.cases, key=lambda result: result.case.id):
        suite.append(_testcase(result))
    for fault in results.faults:
        testcase = ElementTree.SubElement(suite, "testcase", classname="suite", name="fault")
        ElementTree.SubElement(
            testcase, "error", message=_clean(fault.partition("\n")[0])
        ).text = _clean(fault)
    root = ElementTree.Element("testsuites")
    root.append(suite)
    return root


def _testcase(result: CaseResult) -> ElementTree.Element:
    folder, _, name = result.case.id.rpartition("/")
    element = ElementTree.Element(
        "testcase",
        classname=folder.replace("/", "."),
        name=name,
        time=f"{result.seconds:.3f}",
    )
    kind = OUTCOMES[result.outcome].junit
    if not kind:
        return element
    detail = ElementTree.SubElement(element, kind)
    if kind != "system-out":
        detail.set("message", _clean(result.message.partition("\n")[0]))
    text = shortened("\n".join(dialogue(result)), DIALOGUE)
    detail.text = _clean(f"{result.outcome}: {result.message}\n{text}".rstrip("\n"))
    return element


def dialogue(result: CaseResult) -> list[str]:
    """The transcript of a case as lines: seconds, connection, C or S, text."""
    return [
        f"{entry['t']:9.3f} {entry['connection']} {entry['from']}: {line}"
        for entry in result.transcript
        for line in entry["text"].splitlines() or [""]
    ]


def _clean(text: str) -> str:
    return NOT_XML.sub("\N{REPLACEMENT CHARACTER}", text)

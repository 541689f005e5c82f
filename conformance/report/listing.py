"""`list` and `requirements`: the cases by group, the sentences by section with their cases."""

from collections import defaultdict
from collections.abc import Iterable

from rich.console import Console
from rich.text import Text

from conformance.requirements.case import Case
from conformance.requirements.catalogue import Catalogue


def print_cases(console: Console, cases: Iterable[Case]) -> None:
    """Print the cases, sorted by id, under their groups."""
    group = None
    number = 0
    for case in cases:
        number += 1
        if case.group != group:
            group = case.group
            console.print(Text(f"\n{group}", style="bold"))
        revision = f", {case.revision} only" if case.revision else ""
        console.print(Text(f"  {case.id}  ({case.level}{revision})"))
        console.print(Text(f"      {case.title}"))
        console.print(Text(f"      {', '.join(case.requirements)}", style="dim"))
    console.print(f"\n{number} cases", highlight=False)


def print_requirements(
    console: Console, catalogue: Catalogue, cases: Iterable[Case], uncovered: bool
) -> None:
    """Print every sentence with the cases that observe it.

    With `uncovered` only those that bind a server at MUST or SHOULD and that no case observes.
    """
    covering: dict[str, list[str]] = defaultdict(list)
    for case in cases:
        for identifier in case.requirements:
            covering[identifier].append(case.id)
    section = None
    for requirement in catalogue.values():
        if uncovered and (not requirement.testable or covering[requirement.id]):
            continue
        if (requirement.document, requirement.section) != section:
            section = (requirement.document, requirement.section)
            heading = f"\n{requirement.document} {requirement.section} {requirement.title}"
            console.print(Text(heading, style="bold"))
        words = ",".join(requirement.key_words)
        console.print(Text(f"  {requirement.id}  {words}, binds: {requirement.binds}"))
        console.print(Text(f"      {requirement.sentence}", style="dim"))
        for identifier in covering[requirement.id]:
            console.print(Text(f"      {identifier}", style="green"))
    console.print()
    testable = [each for each in catalogue.values() if each.testable]
    for document in dict.fromkeys(each.document for each in testable):
        of_document = [each for each in testable if each.document == document]
        covered = sum(1 for each in of_document if covering[each.id])
        console.print(
            f"{document}: {covered} of {len(of_document)} sentences that bind a server "
            "at MUST or SHOULD are covered",
            highlight=False,
        )

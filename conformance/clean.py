"""`gximap-conformance clean TARGET`: remove what a run left behind that could not clear up."""

from collections.abc import Callable

from rich.console import Console

from conformance.targets.description import Description
from conformance.targets.leftovers import find_leftovers, remove
from conformance.targets.probing import probe

REMOVED, STILL_THERE = 0, 1
QUESTION = "Remove it? A run that is going on now would lose its mailboxes. [y/N] "
ABOUT_STRAYED = (
    "Remove it? The server has put it there, and perhaps mail of yours into it: look first. [y/N] "
)
NOT_ASKED = "  left as it is, for it may hold mail: look at it, and run clean without --yes"


def clean(console: Console, description: Description, confirm: Callable[[str], bool] | None) -> int:
    """Remove the leftovers for which `confirm`, asked with a question, says yes.

    Without `confirm` all that lie where runs create mailboxes.

    The exit code: 0 if nothing is left, 1 if something is. Raises UnreachableError.
    """
    facts = probe(description)
    leftovers = find_leftovers(description, facts)
    if not leftovers:
        console.print(f"{description.name}: nothing was left behind", markup=False)
    code = REMOVED
    for leftover in leftovers:
        console.print(str(leftover), markup=False)
        if confirm is None and leftover.strayed:
            console.print(NOT_ASKED, markup=False)
            code = STILL_THERE
            continue
        question = ABOUT_STRAYED if leftover.strayed else QUESTION
        if confirm is not None and not confirm(question):
            console.print("  left as it is", markup=False)
            code = STILL_THERE
            continue
        left = remove(description, facts, leftover)
        for reason in left:
            console.print(f"  could not be removed: {reason}", markup=False)
            code = STILL_THERE
        if not left:
            console.print("  removed", markup=False)
    return code

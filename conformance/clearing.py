"""The end of a run on a foreign target: what it made is removed, what else has changed is named."""

from dataclasses import dataclass
from pathlib import Path

from imapclient.imap_utf7 import encode

from conformance.run import Target
from conformance.targets.guard import STOPPED
from conformance.targets.housekeeping import remove_all
from conformance.targets.inventory import compare, take_inventory
from conformance.targets.leftovers import REMEDY
from conformance.targets.run_folder import FLAG

NOT_REMOVED = "could not be removed: {}"
KEPT = (
    "nothing was removed from below {}, for it may be, or hold, what was there before; look at it "
    "before you remove it (gximap-conformance clean TARGET asks)"
)


@dataclass(frozen=True, slots=True)
class Clearing:
    """`stopped`: why the run was stopped, "" if it was not; `left_behind`: sentences."""

    stopped: str
    left_behind: list[str]


def clear_up(target: Target) -> Clearing:
    """Remove what the run has made, unless mail may be among it."""
    description = target.description
    assert description is not None, "a reference server takes all with it"
    root = target.facts.prefix + target.scratch
    listed = encode(root).decode("ascii")
    stopped = _stopped(target)
    left_behind = [STOPPED + stopped] if stopped else []
    if stopped:
        left_behind.append(KEPT.format(root))
    else:
        harm = compare(target.before, take_inventory(description), [listed]).harm
        left = remove_all(description, target.facts, target.scratch, only_empty=harm)
        left_behind += [*map(NOT_REMOVED.format, left), REMEDY] if left else []
    changes = compare(target.before, take_inventory(description), [listed])
    return Clearing(stopped, [*left_behind, *changes.sentences()])


def _stopped(target: Target) -> str:
    try:
        return (Path(target.folder) / FLAG).read_text(encoding="utf-8", errors="replace")
    except OSError:
        return ""

"""A case as the suite knows it: identity, title, sentences, level; read from a test function."""

import inspect
import re
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import pytest

from conformance.requirements.catalogue import LEVELS, Catalogue
from conformance.requirements.revisions import REVISIONS

FUNCTION = re.compile(r"^def test_(\w+)", re.MULTILINE)


class CaseError(Exception):
    """A case does not say what it must: a fault of the suite."""


@dataclass(frozen=True, slots=True)
class Case:
    """One case. `id` is folder/file/function without their test_, e.g. any_state/noop/answers_ok.

    `group` is the first folder, `title` the first line of the docstring, `level` "MUST",
    "SHOULD" or "MAY"; `revision` the only revision it is true of, "" for both.
    """

    id: str
    title: str
    group: str
    requirements: tuple[str, ...]
    level: str
    revision: str = ""

    def to_data(self) -> dict[str, Any]:
        return asdict(self) | {"requirements": list(self.requirements)}

    @classmethod
    def from_data(cls, data: dict[str, Any]) -> "Case":
        return cls(**{**data, "requirements": tuple(data["requirements"])})


def read_case(item: pytest.Item, folder: Path, catalogue: Catalogue) -> Case:
    """The case behind a test function in a file under `folder`; CaseError if it is not one."""
    file = place(item.path, folder)
    marks = list(item.iter_markers("requirement"))
    ids = tuple(dict.fromkeys(str(identifier) for mark in marks for identifier in mark.args))
    if not ids:
        raise CaseError(f"{item.name}: names no requirement")
    unknown = [identifier for identifier in ids if identifier not in catalogue]
    if unknown:
        raise CaseError(f"{item.name}: the catalogue has no requirement {', '.join(unknown)}")
    title = _title(item)
    if not title:
        raise CaseError(f"{item.name}: has no docstring, hence no title")
    levels = [mark.kwargs["level"] for mark in marks if mark.kwargs.get("level")]
    if any(level not in LEVELS for level in levels):
        raise CaseError(f"{item.name}: a level is one of {', '.join(LEVELS)}")
    revisions = [str(mark.args[0]) for mark in item.iter_markers("revision")]
    if any(revision not in REVISIONS for revision in revisions):
        raise CaseError(f"{item.name}: a revision is one of {', '.join(REVISIONS)}")
    return Case(
        id=f"{file}/{_bare(item.name)}",
        title=title,
        group=file.partition("/")[0],
        requirements=ids,
        level=levels[0] if levels else catalogue.level(ids),
        revision=revisions[0] if revisions else "",
    )


def place(path: Path, folder: Path) -> str:
    """What the ids of all cases in this file, or below this folder, begin with."""
    return "/".join(_bare(part) for part in path.relative_to(folder).with_suffix("").parts)


def names(folder: Path) -> set[str]:
    """The ids of all cases below this folder, without parameters; no file is imported."""
    return {
        f"{file}/{function}"
        for path in folder.rglob("test_*.py")
        for file in [place(path, folder)]
        for function in FUNCTION.findall(path.read_text(encoding="utf-8"))
    }


def _bare(name: str) -> str:
    return name.removeprefix("test_")


def _title(item: pytest.Item) -> str:
    docstring = inspect.getdoc(getattr(item, "function", None)) or ""
    paragraph = docstring.strip().partition("\n\n")[0]
    return " ".join(paragraph.split())

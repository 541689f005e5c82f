"""Profiles: what is known of a product, so that a run shows what is new.

A profile is a TOML file; example.toml shows the format. A case that fails as an entry says is
`known` instead of `fail` or `warn`; what an entry says fails and passes is `fixed`.
"""

import re
import tomllib
from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from difflib import get_close_matches
from functools import cache
from pathlib import Path
from typing import Any

from conformance.report.outcome import Finding
from conformance.requirements.case import Case
from conformance.requirements.catalogue import Catalogue, catalogue

FOLDER = Path(__file__).parent
EXAMPLE = "example"


class ProfileError(Exception):
    """A profile that does not exist or is not well-formed; the text says what and where."""


@dataclass(frozen=True, slots=True)
class KnownDeviation:
    """One known deviation, by the cases that find it or by the sentence that is not kept.

    `message`, if given, is a regular expression that the finding must match, so that another
    fault in the same case is not taken for the known one.
    """

    reason: str
    reference: str
    versions: str
    cases: tuple[str, ...] = ()
    requirement: str = ""
    message: str = ""

    def concerns(self, case: Case) -> bool:
        """Whether the case is one that this entry expects to fail."""
        if self.cases:
            return case.id in self.cases or case.id.partition("[")[0] in self.cases
        return self.requirement in case.requirements

    def explains(self, case: Case, finding: Finding) -> bool:
        """Whether the case failed as this entry says."""
        meant = self.concerns(case) if self.cases else self.requirement in finding.requirements
        return meant and re.search(self.message, finding.message) is not None


@dataclass(frozen=True, slots=True)
class Profile:
    """A product's known deviations. `greeting` and `id` are regular expressions that tell it.

    `file`: where it was read.
    """

    name: str
    deviations: tuple[KnownDeviation, ...] = ()
    greeting: str = ""
    id: dict[str, str] = field(default_factory=dict)
    file: str = ""

    def fits(self, greeting: str, identity: dict[str, str]) -> bool:
        """Whether a server with this greeting and this answer to ID is the product."""
        if self.greeting and re.search(self.greeting, greeting):
            return True
        return bool(self.id) and all(
            re.search(pattern, identity.get(key, "")) for key, pattern in self.id.items()
        )


def load_profile(name: str, catalogue: Catalogue) -> Profile:
    """The profile of that name among the suite's own, or in the file of that path."""
    path = Path(name)
    if not path.is_file():
        path = FOLDER / f"{name}.toml"
    if not path.is_file():
        known = ", ".join(sorted({each.stem for each in FOLDER.glob("*.toml")} - {EXAMPLE}))
        raise ProfileError(f"there is no profile {name}, neither a file nor one of: {known}")
    try:
        data = tomllib.loads(path.read_text(encoding="utf-8"))
        return replace(_profile(data, catalogue), file=str(path))
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError, ProfileError) as error:
        raise ProfileError(f"{path}: {error}") from None


def recognise(greeting: str, identity: dict[str, str]) -> Profile | None:
    """The suite's own profile that fits a server, None if none does."""
    return next((profile for profile in _own() if profile.fits(greeting, identity)), None)


@cache
def _own() -> tuple[Profile, ...]:
    """The suite's own profiles, in the order of their names."""
    paths = (path for path in sorted(FOLDER.glob("*.toml")) if path.stem != EXAMPLE)
    return tuple(load_profile(str(path), catalogue()) for path in paths)


def nearest(name: str, names: Iterable[str]) -> str:
    """How a sentence on a name that there is not goes on: with the one that may be meant."""
    found = get_close_matches(name, names, 1, cutoff=0)
    return f"; the nearest is {found[0]}" if found else ""


def _profile(data: dict[str, Any], catalogue: Catalogue) -> Profile:
    _only(data, {"name", "match", "deviation"}, "the file")
    match = data.get("match", {})
    if not isinstance(match, dict):
        raise ProfileError("[match] must be a table")
    _only(match, {"greeting", "id"}, "[match]")
    identity = match.get("id", {})
    if not isinstance(identity, dict):
        raise ProfileError("[match]: id must be a table")
    entries = data.get("deviation", [])
    if not isinstance(entries, list):
        raise ProfileError("the known deviations are [[deviation]] tables")
    return Profile(
        name=_string(data, "name", "the file"),
        deviations=tuple(_deviation(entry, catalogue) for entry in entries),
        greeting=_pattern(match.get("greeting", ""), "[match]: greeting"),
        id={key: _pattern(value, f"[match]: id.{key}") for key, value in identity.items()},
    )


def _deviation(entry: object, catalogue: Catalogue) -> KnownDeviation:
    where = "[[deviation]]"
    if not isinstance(entry, dict):
        raise ProfileError(f"{where} must be a table")
    _only(entry, {"case", "requirement", "message", "reason", "reference", "versions"}, where)
    if ("case" in entry) == ("requirement" in entry):
        raise ProfileError(f"{where}: give either a case or a requirement")
    cases, requirement = _cases(entry, where), ""
    if not cases:
        requirement = _string(entry, "requirement", where)
        if requirement not in catalogue:
            raise ProfileError(
                f"{where} {requirement}: the catalogue has no such requirement"
                f"{nearest(requirement, catalogue)}"
            )
    where = f"{where} {requirement or cases[0]}"
    return KnownDeviation(
        reason=_string(entry, "reason", where),
        reference=_string(entry, "reference", where),
        versions=_string(entry, "versions", where),
        message=_pattern(entry.get("message", ""), f"{where}: message"),
        cases=cases,
        requirement=requirement,
    )


def _cases(entry: dict[str, Any], where: str) -> tuple[str, ...]:
    """The cases that an entry names, one or a list of them; none if it names a requirement."""
    if "case" not in entry:
        return ()
    named = entry["case"]
    names = named if isinstance(named, list) else [named]
    if not names or not all(isinstance(name, str) and name for name in names):
        raise ProfileError(f"{where}: case must be a string that is not empty, or a list of them")
    return tuple(names)


def _only(table: dict[str, Any], keys: set[str], where: str) -> None:
    unknown = sorted(table.keys() - keys)
    if unknown:
        raise ProfileError(f"{where}: unknown key {unknown[0]!r}; known: {', '.join(sorted(keys))}")


def _string(table: dict[str, Any], key: str, where: str) -> str:
    value = table.get(key)
    if not isinstance(value, str) or not value:
        raise ProfileError(f"{where}: {key} must be given, a string that is not empty")
    return value


def _pattern(value: object, where: str) -> str:
    if not isinstance(value, str):
        raise ProfileError(f"{where} must be a string, a regular expression")
    try:
        re.compile(value)
    except re.error as error:
        raise ProfileError(f"{where} is not a regular expression: {error}") from None
    return value

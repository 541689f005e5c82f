"""Selectors: which cases to run, by RFC, section, requirement, group or case."""

import re
from dataclasses import dataclass

from conformance.requirements.case import Case
from conformance.requirements.catalogue import Catalogue

DOCUMENT = re.compile(r"(rfc\d+)(?:/([A-Za-z0-9.]+))?", re.IGNORECASE)
IDENTIFIER = re.compile(r"[A-Z]+\d*-\S+")


class SelectorError(Exception):
    """A selector that can select nothing."""


@dataclass(frozen=True, slots=True)
class Selector:
    """One selector, understood. Just one of `document` and `requirement` and `path` is given."""

    text: str
    document: str = ""
    section: str = ""
    requirement: str = ""
    path: str = ""

    def matches(self, case: Case, catalogue: Catalogue) -> bool:
        """Whether it selects the case. A section includes those below it, a path likewise."""
        if self.path:
            whole = case.id == self.path or case.id.partition("[")[0] == self.path
            return whole or case.id.startswith(self.path + "/")
        if self.requirement:
            return self.requirement in case.requirements
        return any(
            catalogue[identifier].document == self.document
            and _within(catalogue[identifier].section, self.section)
            for identifier in case.requirements
        )

    def reaches(self, place: str) -> bool:
        """Whether it may select any of the cases whose ids begin with `place/`."""
        path = self.path.partition("[")[0] + "/"
        return not self.path or path.startswith(f"{place}/") or f"{place}/".startswith(path)


def _within(section: str, wanted: str) -> bool:
    return not wanted or section == wanted or section.startswith(wanted + ".")


def parse_selector(text: str, catalogue: Catalogue) -> Selector:
    """Understand a selector; SelectorError for an RFC, section or id the catalogue lacks.

    `rfc3501`, `rfc3501/6.4.8`, `RFC3501-6.4.8-1`; everything else is a group or the path of
    cases, with or without `test_` and `.py`, as in `selected/search_dates` or
    `selected/test_search_dates.py::test_before`.
    """
    document = DOCUMENT.fullmatch(text)
    if document:
        name, section = document[1].upper(), document[2] or ""
        if not catalogue.has_document(name):
            known = ", ".join(dict.fromkeys(each.document.lower() for each in catalogue.values()))
            raise SelectorError(f"{text}: the catalogue has no document {name}, only {known}")
        if not any(
            requirement.document == name and _within(requirement.section, section)
            for requirement in catalogue.values()
        ):
            raise SelectorError(f"{text}: the catalogue has no section {section} of {name}")
        return Selector(text, document=name, section=section)
    if IDENTIFIER.fullmatch(text):
        if text not in catalogue:
            raise SelectorError(f"{text}: the catalogue has no such requirement")
        return Selector(text, requirement=text)
    parts = text.replace("::", "/").removesuffix("/").split("/")
    path = "/".join(part.removeprefix("test_").removesuffix(".py") for part in parts)
    if not path.strip("/"):
        raise SelectorError("an empty selector selects nothing")
    return Selector(text, path=path)


def selected(case: Case, selectors: list[Selector], catalogue: Catalogue) -> bool:
    """Whether any of the selectors selects the case; without selectors every case is."""
    return not selectors or any(selector.matches(case, catalogue) for selector in selectors)

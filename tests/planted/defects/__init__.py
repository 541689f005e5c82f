"""Defects to plant into the reference server, each with the cases that must find it."""

from __future__ import annotations

import importlib
import pkgutil
from collections.abc import Callable
from dataclasses import dataclass

Plant = Callable[[], None]


@dataclass(frozen=True)
class Defect:
    """``name`` is module/function; ``plant`` patches the server's modules in place.

    ``fresh``: its cases are for a server that nobody has used, which the suite starts itself.
    """

    name: str
    plant: Plant
    cases: tuple[str, ...]
    settings: dict[str, str]
    fresh: bool


_planted: list[Defect] = []


def found_by(*cases: str, fresh: bool = False, **settings: str) -> Callable[[Plant], Plant]:
    """Say which cases (ids as ``gximap-conformance list`` shows them) must find a defect.

    ``settings`` are directives for the server that carries it, if that is not a fresh one.
    """

    def register(plant: Plant) -> Plant:
        module = plant.__module__.rpartition(".")[2]
        _planted.append(Defect(f"{module}/{plant.__name__}", plant, cases, settings, fresh))
        return plant

    return register


def defects() -> dict[str, Defect]:
    """All defects by name."""
    for module in pkgutil.iter_modules(__path__):
        importlib.import_module(f"{__name__}.{module.name}")
    return {defect.name: defect for defect in _planted}

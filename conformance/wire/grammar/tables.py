"""What a grammar consists of: tables from names to the functions that read what follows them.

An extension is a small ``Grammar`` of its own; ``RFC3501 | UIDPLUS`` knows both.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, field, fields, replace
from typing import Any

from conformance.wire.grammar.message_values import (
    FetchValue,
    ItemName,
)
from conformance.wire.grammar.scanner import Scanner
from conformance.wire.grammar.values import (
    CodeValue,
    Response,
)

DataReader = Callable[[Scanner, "Grammar"], Response]
NumberedReader = Callable[[Scanner, "Grammar", int], Response]
CodeReader = Callable[[Scanner], CodeValue]
ItemReader = Callable[[Scanner, str], tuple[ItemName, FetchValue]]
StatusReader = Callable[[Scanner], int | None]


@dataclass(frozen=True, slots=True)
class Grammar:
    """Readers by upper-case name; each is called with the cursor right behind the name.

    ``data``: untagged data. ``numbered``: untagged data after ``number SP``. ``codes``: response
    codes. ``items``: items of FETCH. ``status``: items of STATUS. ``revision2``: strings, numbers
    and free text are those of RFC 9051 (see ``Scanner``).
    """

    data: Mapping[str, DataReader] = field(default_factory=dict)
    numbered: Mapping[str, NumberedReader] = field(default_factory=dict)
    codes: Mapping[str, CodeReader] = field(default_factory=dict)
    items: Mapping[str, ItemReader] = field(default_factory=dict)
    status: Mapping[str, StatusReader] = field(default_factory=dict)
    revision2: bool = False

    def __or__(self, other: Grammar) -> Grammar:
        """Both grammars in one; where both know a name, ``other`` reads it."""
        tables = {
            one.name: {**getattr(self, one.name), **getattr(other, one.name)}
            for one in fields(self)
            if one.name != "revision2"
        }
        return Grammar(**tables, revision2=self.revision2 or other.revision2)

    def without(self, **names: Collection[str]) -> Grammar:
        """This grammar without these names, given by table: ``without(data=("LSUB",))``."""
        tables: dict[str, Any] = {
            table: {name: read for name, read in getattr(self, table).items() if name not in left}
            for table, left in names.items()
        }
        return replace(self, **tables)

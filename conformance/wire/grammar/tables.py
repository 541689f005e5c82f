"""What a grammar consists of: tables from names to the functions that read what follows them.

An extension is a small ``Grammar`` of its own; ``RFC3501 | UIDPLUS`` knows both.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, fields

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
StatusReader = Callable[[Scanner], int]


@dataclass(frozen=True, slots=True)
class Grammar:
    """Readers by upper-case name; each is called with the cursor right behind the name.

    ``data``: untagged data. ``numbered``: untagged data after ``number SP``. ``codes``: response
    codes. ``items``: items of FETCH. ``status``: items of STATUS.
    """

    data: Mapping[str, DataReader] = field(default_factory=dict)
    numbered: Mapping[str, NumberedReader] = field(default_factory=dict)
    codes: Mapping[str, CodeReader] = field(default_factory=dict)
    items: Mapping[str, ItemReader] = field(default_factory=dict)
    status: Mapping[str, StatusReader] = field(default_factory=dict)

    def __or__(self, other: Grammar) -> Grammar:
        """Both grammars in one; where both know a name, ``other`` reads it."""
        return Grammar(
            **{
                one.name: {**getattr(self, one.name), **getattr(other, one.name)}
                for one in fields(self)
            }
        )

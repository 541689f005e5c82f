"""The typed results of the grammar: one class for each kind of response and part of one.

Strings of a message are ``bytes``, as sent, and ``None`` for NIL. What the RFCs compare without
regard to case is normalised: names of items, codes, capabilities, conditions, media types and
encodings to upper case, system flags to the RFC's spelling.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

from conformance.wire.grammar.extension_values import (
    AppendUid,
    CopyUid,
    EnabledData,
    ESearchData,
    IdData,
    NamespaceData,
    TaggedValue,
    UidSet,
    VanishedData,
)
from conformance.wire.grammar.message_values import FetchData
from conformance.wire.received import ReceivedItems

Kind = Literal["OK", "NO", "BAD", "PREAUTH", "BYE"]


CodeValue = None | int | str | tuple[str, ...] | UidSet | AppendUid | CopyUid


@dataclass(frozen=True, slots=True)
class Code:
    """A response code (7.1).

    ``value`` is a number for UIDNEXT, UIDVALIDITY, UNSEEN and HIGHESTMODSEQ; a tuple of words for
    PERMANENTFLAGS, CAPABILITY and BADCHARSET; a ``UidSet`` for MODIFIED; ``AppendUid`` or
    ``CopyUid``; the text after the name for a code that the grammar does not know; ``None`` where
    nothing follows the name.
    """

    name: str
    value: CodeValue = None


@dataclass(frozen=True, slots=True)
class Condition:
    """OK, NO, BAD, PREAUTH or BYE (7.1); ``tag`` is ``None`` for an untagged one."""

    kind: Kind
    text: str
    code: Code | None = None
    tag: str | None = None


@dataclass(frozen=True, slots=True)
class Continuation:
    """A command continuation request (7.5); ``text`` may be base64."""

    text: str
    code: Code | None = None


@dataclass(frozen=True, slots=True)
class CapabilityData:
    """CAPABILITY (7.2.1): the names in upper case, in the order sent."""

    capabilities: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class FlagsData:
    """FLAGS (7.2.6)."""

    flags: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class ListData:
    """LIST, LSUB (7.2.2, 7.2.3) or XLIST.

    ``raw_name`` is the name as sent, ``mailbox`` the name decoded from modified UTF-7 (with
    IMAP4rev2 from UTF-8); ``attributes`` are in the RFC's spelling (``\\Noselect``); ``delimiter``
    is ``None`` for NIL. ``extended`` from upper-case tag to value: CHILDINFO the options in upper
    case, OLDNAME the decoded name (RFC 5258, RFC 9051).
    """

    name: Literal["LIST", "LSUB", "XLIST"]
    attributes: tuple[str, ...]
    delimiter: str | None
    mailbox: str
    raw_name: bytes
    extended: Mapping[str, TaggedValue] = field(default_factory=dict)

    @property
    def child_info(self) -> tuple[str, ...]:
        """The selection options of CHILDINFO, e.g. ``("SUBSCRIBED",)``; empty without it."""
        return tuple(str(option) for option in self.extended.get("CHILDINFO", ()))

    @property
    def old_name(self) -> str | None:
        """The name of OLDNAME, ``None`` without it."""
        name = self.extended.get("OLDNAME")
        assert name is None or isinstance(name, str)
        return name


@dataclass(frozen=True, slots=True)
class StatusData:
    """STATUS (7.2.4): ``items`` from upper-case name to number, ``None`` for NIL."""

    mailbox: str
    raw_name: bytes
    items: Mapping[str, int | None]

    def __post_init__(self) -> None:
        object.__setattr__(self, "items", ReceivedItems(self.items, "item of STATUS"))


@dataclass(frozen=True, slots=True)
class SearchData:
    """SEARCH (7.2.5): message sequence numbers or UIDs, in the order sent.

    ``modseq``: the highest mod-sequence of those found, if it was told (RFC 7162).
    """

    numbers: tuple[int, ...]
    modseq: int | None = None


@dataclass(frozen=True, slots=True)
class Exists:
    number: int


@dataclass(frozen=True, slots=True)
class Recent:
    number: int


@dataclass(frozen=True, slots=True)
class Expunge:
    number: int


Response = (
    Condition
    | Continuation
    | CapabilityData
    | FlagsData
    | ListData
    | StatusData
    | SearchData
    | Exists
    | Recent
    | Expunge
    | FetchData
    | NamespaceData
    | IdData
    | EnabledData
    | ESearchData
    | VanishedData
)


def response_name(response: Response) -> str:
    """The name a response goes by on the wire: ``"OK"``, ``"LIST"``, ``"EXISTS"``, ``"+"``."""
    if isinstance(response, Condition):
        return response.kind
    if isinstance(response, ListData):
        return response.name
    if isinstance(response, Continuation):
        return "+"
    return type(response).__name__.removesuffix("Data").upper()

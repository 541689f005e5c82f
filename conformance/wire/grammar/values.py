"""The typed results of the grammar: one class for each kind of response and part of one.

Strings of a message are ``bytes``, as sent, and ``None`` for NIL. What the RFCs compare without
regard to case is normalised: names of items, codes, capabilities, conditions, media types and
encodings to upper case, system flags to the RFC's spelling.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Literal

from conformance.wire.grammar.message_values import FetchData

Kind = Literal["OK", "NO", "BAD", "PREAUTH", "BYE"]


@dataclass(frozen=True, slots=True)
class UidSet:
    """A uid-set (RFC 4315): ranges in the order sent, each with its lower end first."""

    ranges: tuple[tuple[int, int], ...]

    def __iter__(self) -> Iterator[int]:
        for first, last in self.ranges:
            yield from range(first, last + 1)

    def __len__(self) -> int:
        return sum(last - first + 1 for first, last in self.ranges)

    def __contains__(self, uid: object) -> bool:
        return isinstance(uid, int) and any(a <= uid <= b for a, b in self.ranges)


@dataclass(frozen=True, slots=True)
class AppendUid:
    """The arguments of APPENDUID (RFC 4315, section 3)."""

    uid_validity: int
    uids: UidSet

    @property
    def uid(self) -> int:
        """The UID of the only message appended."""
        (uid,) = self.uids
        return uid


@dataclass(frozen=True, slots=True)
class CopyUid:
    """The arguments of COPYUID (RFC 4315, section 3); both sets have the same length."""

    uid_validity: int
    sources: UidSet
    targets: UidSet


CodeValue = None | int | str | tuple[str, ...] | AppendUid | CopyUid


@dataclass(frozen=True, slots=True)
class Code:
    """A response code (7.1).

    ``value`` is a number for UIDNEXT, UIDVALIDITY and UNSEEN; a tuple of words for PERMANENTFLAGS,
    CAPABILITY and BADCHARSET; ``AppendUid`` or ``CopyUid``; the text after the name for a code that
    the grammar does not know; ``None`` where nothing follows the name.
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
    """LIST or LSUB (7.2.2, 7.2.3).

    ``raw_name`` is the name as sent, ``mailbox`` the name decoded from modified UTF-7;
    ``attributes`` are in the RFC's spelling (``\\Noselect``); ``delimiter`` is ``None`` for NIL.
    """

    name: Literal["LIST", "LSUB"]
    attributes: tuple[str, ...]
    delimiter: str | None
    mailbox: str
    raw_name: bytes


@dataclass(frozen=True, slots=True)
class StatusData:
    """STATUS (7.2.4): ``items`` from upper-case name to number."""

    mailbox: str
    raw_name: bytes
    items: Mapping[str, int]


@dataclass(frozen=True, slots=True)
class SearchData:
    """SEARCH (7.2.5): message sequence numbers or UIDs, in the order sent."""

    numbers: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Exists:
    number: int


@dataclass(frozen=True, slots=True)
class Recent:
    number: int


@dataclass(frozen=True, slots=True)
class Expunge:
    number: int


@dataclass(frozen=True, slots=True)
class Namespace:
    """One namespace (RFC 2342): prefix as sent, delimiter (``None`` for NIL), extensions."""

    prefix: bytes
    delimiter: str | None
    extensions: tuple[tuple[bytes, tuple[bytes, ...]], ...] = ()


@dataclass(frozen=True, slots=True)
class NamespaceData:
    """NAMESPACE (RFC 2342): ``None`` where the server has no namespace of that class."""

    personal: tuple[Namespace, ...] | None
    other_users: tuple[Namespace, ...] | None
    shared: tuple[Namespace, ...] | None


@dataclass(frozen=True, slots=True)
class IdData:
    """ID (RFC 2971): field names as sent and their values; ``None`` for NIL."""

    fields: tuple[tuple[bytes, bytes | None], ...] | None


@dataclass(frozen=True, slots=True)
class EnabledData:
    """ENABLED (RFC 5161): the names in upper case."""

    capabilities: tuple[str, ...]


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

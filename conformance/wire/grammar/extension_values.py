"""The typed results of extensions and of RFC 9051, as ``values`` has those of RFC 3501."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from itertools import chain

from conformance.wire.errors import UnexpectedResponse
from conformance.wire.received import ReceivedItems

MOST_NUMBERS = 100_000

TaggedValue = str | tuple["TaggedValue | bytes", ...]
"""A value in the general syntax for extensions (tagged-ext-val, RFC 4466): a number or sequence set
as its text, or a parenthesised list of strings and lists."""


@dataclass(frozen=True, slots=True)
class UidSet:
    """A uid-set (RFC 4315): ranges in the order sent, each with its lower end first.

    Also for a set of message sequence numbers without ``*``.
    """

    ranges: tuple[tuple[int, int], ...]

    def __iter__(self) -> Iterator[int]:
        """The numbers in the order sent. UnexpectedResponse if no case can have made so many."""
        if len(self) > MOST_NUMBERS:
            raise UnexpectedResponse(f"a set of {len(self)} numbers")
        # No generator: a list makes room by len() before it asks that for the first number.
        return chain.from_iterable(range(first, last + 1) for first, last in self.ranges)

    def __len__(self) -> int:
        return sum(last - first + 1 for first, last in self.ranges)

    @property
    def lowest(self) -> int:
        return min(first for first, _ in self.ranges)

    @property
    def highest(self) -> int:
        return max(last for _, last in self.ranges)

    def __contains__(self, uid: object) -> bool:
        return isinstance(uid, int) and any(a <= uid <= b for a, b in self.ranges)


@dataclass(frozen=True, slots=True)
class AppendUid:
    """The arguments of APPENDUID (RFC 4315, section 3)."""

    uid_validity: int
    uids: UidSet

    @property
    def uid(self) -> int:
        """The UID of the only message appended; UnexpectedResponse where there are several."""
        if len(self.uids) != 1:
            raise UnexpectedResponse(f"APPENDUID has {len(self.uids)} UIDs for one message")
        return next(iter(self.uids))


@dataclass(frozen=True, slots=True)
class CopyUid:
    """The arguments of COPYUID (RFC 4315, section 3); both sets have the same length."""

    uid_validity: int
    sources: UidSet
    targets: UidSet


@dataclass(frozen=True, slots=True)
class ESearchData:
    """ESEARCH (RFC 4731; RFC 9051, 7.3.4).

    ``tag`` of the command it answers, ``None`` without a correlator; ``uid``: the numbers are UIDs.
    ``items`` from upper-case name to value: MIN, MAX, COUNT, MODSEQ a number, ALL a set.
    """

    tag: str | None = None
    uid: bool = False
    items: Mapping[str, int | UidSet | TaggedValue] = field(default_factory=dict)

    def __post_init__(self) -> None:
        object.__setattr__(self, "items", ReceivedItems(self.items, "item of ESEARCH"))

    def _number(self, name: str) -> int | None:
        value = self.items.get(name)
        assert value is None or isinstance(value, int)
        return value

    @property
    def min(self) -> int | None:
        return self._number("MIN")

    @property
    def max(self) -> int | None:
        return self._number("MAX")

    @property
    def count(self) -> int | None:
        return self._number("COUNT")

    @property
    def modseq(self) -> int | None:
        return self._number("MODSEQ")

    @property
    def all(self) -> UidSet | None:
        """The set of ALL; ``None`` where it is missing, as it must be if nothing was found."""
        value = self.items.get("ALL")
        assert value is None or isinstance(value, UidSet)
        return value


@dataclass(frozen=True, slots=True)
class VanishedData:
    """VANISHED (RFC 7162, 3.2.10); ``earlier`` for VANISHED (EARLIER)."""

    uids: UidSet
    earlier: bool = False


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

"""The values that go in and out of the store. All of them are immutable."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Literal, Protocol

from reference_server.protocol.commands import Octets

Flags = frozenset[str]
FlagOperation = Literal["set", "add", "remove"]


@dataclass(frozen=True, slots=True)
class NewFolder:
    """A mailbox that a new account begins with."""

    name: str
    special_use: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class NewMessage:
    """A message to append. ``flags`` in any case; ``internal_date`` has a time zone."""

    octets: Octets
    flags: Flags
    internal_date: datetime


@dataclass(frozen=True, slots=True)
class MailboxInfo:
    """A mailbox name as LIST shows it. A name that is not selectable only holds inferiors."""

    name: str  # Unicode; "/" is the hierarchy delimiter
    selectable: bool
    special_use: tuple[str, ...]  # its attributes (RFC 6154): "\\Drafts"
    has_children: bool


@dataclass(frozen=True, slots=True)
class MailboxStatus:
    """The counts of STATUS (RFC 3501, 6.3.10); ``size`` is the sum of RFC822.SIZE."""

    messages: int
    recent: int
    uid_next: int
    uid_validity: int
    unseen: int
    deleted: int
    size: int
    highest_modseq: int


@dataclass(frozen=True, slots=True)
class Snapshot:
    """A mailbox at the moment of opening it."""

    messages: dict[int, Flags]  # flags by UID, ascending; shared, and never changed
    uid_next: int
    uid_validity: int
    recent: frozenset[int]  # UIDs that are \Recent for this session
    keywords: tuple[str, ...]  # what the mailbox knows: $Forwarded, and those used, in that order
    highest_modseq: int
    modseqs: dict[int, int] | None = None  # by UID, if they were asked for; the caller's own


@dataclass(frozen=True, slots=True)
class Appended:
    """What APPENDUID tells (RFC 4315): UIDs in the order of the messages, ascending."""

    uid_validity: int
    uids: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Copied:
    """What COPYUID tells (RFC 4315): ``targets[i]`` is the copy of ``sources[i]``; ascending.

    ``uid_validity`` is the destination's.
    """

    uid_validity: int
    sources: tuple[int, ...]
    targets: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Condition:
    """Leave messages alone that changed after the mod-sequence ``unchanged_since`` (RFC 7162).

    ``known`` are flags as they were at that mod-sequence. A message of which they are known may
    have changed, as long as the flags to add or remove are as they were (3.1.12).
    """

    unchanged_since: int
    known: Mapping[int, Flags]


@dataclass(frozen=True, slots=True)
class StoreResult:
    """The outcome of a change of flags.

    ``flags`` has the flags, afterwards, of each message that was addressed and exists;
    ``changed`` has those of them whose flags are others than before; ``missing`` are the UIDs
    that are not in the mailbox any more. ``failed`` are those of a conditional change that were
    left as they are, because they changed before.
    """

    flags: Mapping[int, Flags]
    changed: Mapping[int, Flags]
    missing: tuple[int, ...]
    failed: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True)
class Added:
    """Messages came in. ``messages``: (uid, flags), ascending, above every UID before.

    ``claimed_by`` is the read-write session for which they are \\Recent. None: no such
    session has the mailbox open, and every observer sees them as recent.
    """

    messages: Sequence[tuple[int, Flags]]
    claimed_by: Observer | None
    modseq: int

    def recent_for(self, observer: Observer) -> bool:
        """Whether these messages are \\Recent in the session of this observer."""
        return self.claimed_by is None or self.claimed_by is observer


@dataclass(frozen=True, slots=True)
class FlagsChanged:
    """Messages have other flags than before. ``origin`` is the observer that asked, if any."""

    flags: Mapping[int, Flags]
    origin: Observer | None
    modseq: int


@dataclass(frozen=True, slots=True)
class Expunged:
    """Messages were removed. ``uids`` ascending.

    ``origin`` is the observer, if any, that reports it with the command that removed them.
    """

    uids: Sequence[int]
    origin: Observer | None
    modseq: int


@dataclass(frozen=True, slots=True)
class Gone:
    """The mailbox itself was deleted. Nothing follows."""


Change = Added | FlagsChanged | Expunged | Gone


class Observer(Protocol):
    """One session that has a mailbox open.

    Told of every change after its commit, in the order of the commits, by the thread that made
    the change, while it holds the store's write lock: be quick, take no lock that is held
    while calling the store, do not call the store. The origin of a change is told, too.

    ``last_shown`` is the greatest UID that its client knows; any greater number as long as that
    may rise. A message up to it stays readable when it is removed, until ``Mailbox.reported``.
    """

    last_shown: int

    def mailbox_changed(self, change: Change) -> None: ...

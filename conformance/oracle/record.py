"""What all connections of a run have learnt about mailboxes, so that one can contradict another."""

from __future__ import annotations

import bisect
import hashlib
import itertools
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime

from conformance.wire.grammar import Envelope, FetchData, Multipart, Part, Section, moment

_KEPT = 65536  # octets of a section that are kept; of more, length and digest


@dataclass(slots=True)
class Floor:
    """The least that a number which never falls could be, as known at each time."""

    _times: list[int] = field(default_factory=list)
    _values: list[int] = field(default_factory=list)

    def at(self, time: int) -> int:
        """The least value that was possible at this time; at first 1."""
        index = bisect.bisect_left(self._times, time)
        return self._values[index - 1] if index else 1

    def lift(self, value: int, now: int) -> None:
        """Now it is known that the number is at least this."""
        if not self._values or value > self._values[-1]:
            self._times.append(now)
            self._values.append(value)


@dataclass(slots=True)
class MailboxRecord:
    """One mailbox with one UIDVALIDITY, as seen by all connections."""

    messages: dict[int, MessageRecord] = field(default_factory=dict)
    expunged: dict[int, int] = field(default_factory=dict)  # UID: when EXPUNGE was told
    uid_next: Floor = field(default_factory=Floor)  # UIDs below it are taken
    modseq: Floor = field(default_factory=Floor)  # of HIGHESTMODSEQ

    def message(self, uid: int) -> MessageRecord:
        return self.messages.setdefault(uid, MessageRecord())


class Record:
    """The mailboxes of a run, by account, name and UIDVALIDITY; and a clock that orders events.

    A response can only be held against what was known when its command was sent: the server may
    have worked it out before what another connection has read since.
    """

    def __init__(self) -> None:
        self._mailboxes: dict[tuple[str, str, int], MailboxRecord] = {}
        self._clock = itertools.count(1)

    def now(self) -> int:
        """The next moment; every call gives a later one."""
        return next(self._clock)

    def mailbox(self, account: str, name: str, uid_validity: int) -> MailboxRecord:
        return self._mailboxes.setdefault((account, name, uid_validity), MailboxRecord())


@dataclass(slots=True)
class MessageRecord:
    """What was fetched of a message that must not change."""

    values: dict[str, object] = field(default_factory=dict)
    partial: dict[tuple[str, int], bytes] = field(default_factory=dict)

    def contradictions(self, fetched: FetchData) -> Iterator[str]:
        """Take in what was fetched; yields a sentence for each item that was different before.

        A server may answer with empty data for a message that another session has expunged
        (RFC 2180, section 4.1.3); that says nothing about the message.
        """
        for name, value in fetched.items.items():
            match value:
                case bytes() if isinstance(name, Section):
                    yield from self._octets(name, value)
                case bytes() if str(name).startswith("BINARY["):
                    yield from self._value(str(name), value or None, _excerpt(value))
                case int() if str(name).startswith("BINARY.SIZE["):
                    yield from self._value(str(name), value or None, str(value))
                case bytes():
                    section = Section((), _SECTIONS[str(name)])
                    yield from self._octets(section, value)
                case str():
                    yield from self._value(str(name), _instant(value), value)
                case int() if name == "RFC822.SIZE":
                    yield from self._value("RFC822.SIZE", value or None, str(value))
                case Envelope():
                    yield from self._value("ENVELOPE", _known(value), str(value))
                case Part() | Multipart():
                    empty = isinstance(value, Part) and value.octets == 0
                    yield from self._value(str(name), None if empty else value, str(value))
                case _:
                    pass

    def _value(self, name: str, value: object, shown: str) -> Iterator[str]:
        if value is None:
            return
        before = self.values.setdefault(name, value)
        if before != value:
            yield f"{name} was {before}, now it is {shown}"

    def _octets(self, section: Section, octets: bytes) -> Iterator[str]:
        if not octets:
            return
        whole = str(Section(section.part, section.specifier, section.fields))
        if section.origin is None:
            kept = (
                octets if len(octets) <= _KEPT else (len(octets), hashlib.sha256(octets).digest())
            )
            before = self.values.setdefault(whole, kept)
            if before != kept:
                yield f"{whole} was {_excerpt(before)}, now it is {_excerpt(kept)}"
            return
        start = section.origin
        known = self.values.get(whole)
        if isinstance(known, bytes) and known[start : start + len(octets)] != octets:
            there = _excerpt(known[start : start + len(octets)])
            yield f"{section} is {_excerpt(octets)}, where {whole} has {there}"
        before_part = self.partial.get((whole, start), b"")
        shared = min(len(before_part), len(octets))
        if before_part[:shared] != octets[:shared]:
            yield f"{section} began {_excerpt(before_part)}, now it begins {_excerpt(octets)}"
        if len(octets) > len(before_part):
            self.partial[whole, start] = octets


_SECTIONS = {"RFC822": "", "RFC822.HEADER": "HEADER", "RFC822.TEXT": "TEXT"}


def _instant(date_time: str) -> datetime | None:
    try:
        return moment(date_time)
    except ValueError:
        return None


def _known(envelope: Envelope) -> Envelope | None:
    """The envelope, or ``None`` for the one of which nothing is known."""
    return None if envelope == Envelope(*[None] * 10) else envelope


def _excerpt(value: object) -> str:
    if isinstance(value, bytes):
        return f"{len(value)} octets {value[:60]!r}"
    return f"{value[0]} other octets" if isinstance(value, tuple) else str(value)

"""What an answer means: its data as facts that can be compared from server to server.

Left out is what the RFCs leave to each server: wording, tags, the order of responses and of the
members of a set, the numbers that are UIDVALIDITY, UIDNEXT and mod-sequences, the marks of
\\Marked. Some data that no one asked for (UID, MODSEQ, whether a mailbox has children) counts only
where both servers tell it. UIDs become ranks: "UID#1" is the lowest told of the mailbox. An
internal date is compared as an instant.
"""

import dataclasses
import re
from collections import defaultdict
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from datetime import UTC
from typing import Any

from conformance.diff.script import Step
from conformance.wire import Answer
from conformance.wire.grammar import (
    CapabilityData,
    Code,
    Condition,
    CopyUid,
    EnabledData,
    ESearchData,
    Exists,
    Expunge,
    Extension,
    FetchData,
    FlagsData,
    IdData,
    ListData,
    NamespaceData,
    Recent,
    SearchData,
    StatusData,
    UidSet,
    VanishedData,
    moment,
)

Meaning = Mapping[str, frozenset[str]]
"""What is told, by what it is told of: {"status": {"OK"}, "message 1 FLAGS": {"\\\\Seen"}}."""

Fact = tuple[str, str]

# Whose arguments are each server's own, or mean nothing to a client of another.
_OWN_NUMBERS = {"UIDVALIDITY", "UIDNEXT", "HIGHESTMODSEQ"}
_FREE_ATTRIBUTES = {"\\MARKED", "\\UNMARKED"}
_CHILDREN = {"\\HASCHILDREN", "\\HASNOCHILDREN"}
_PRESENT = "present"
_UNASKED = " (unasked)"


@dataclasses.dataclass(frozen=True, slots=True)
class Names:
    """How numbers and names that are the server's own get names that are everyone's.

    `mailbox`: of a mailbox, None for one that the dialogue did not make. `uids`: all UIDs that the
    server has told of the selected mailbox.
    """

    mailbox: Callable[[str], str | None]
    uids: frozenset[int] = frozenset()

    def uid(self, uid: int) -> str:
        """The rank of a UID among those of the mailbox."""
        if uid not in self.uids:
            return "a UID never told of"
        return f"UID#{sum(other <= uid for other in self.uids)}"


def told_uids(step: Step, answer: Answer) -> set[int]:
    """The UIDs of the selected mailbox that an answer tells."""
    uids = {each.uid for each in answer.fetches() if "UID" in each}
    if step.name == "UID SEARCH":
        uids.update(*(each.numbers for each in answer.all(SearchData)))
        uids.update(*(each.all or () for each in answer.all(ESearchData)))
    return uids


def meaning(step: Step, answer: Answer, names: Names) -> Meaning:
    """The meaning of the answer to a step."""
    facts: dict[str, set[str]] = defaultdict(set)
    for path, value in _facts(step, answer, names):
        facts[path].add(value)
    return {path: frozenset(values) for path, values in facts.items()}


def _facts(step: Step, answer: Answer, names: Names) -> Iterator[Fact]:
    yield "status", answer.status
    for condition in (*answer.all(Condition), answer.tagged):
        if condition.code is not None:
            yield from _code(condition.code, names)
        if condition.tag is None and condition.kind in ("BYE", "BAD", "NO"):
            yield f"untagged {condition.kind}", _PRESENT
    if answer.exists is not None:
        yield "EXISTS", str(answer.exists)
    if answer.recent is not None:
        yield "RECENT", str(answer.recent)
    for number in _expunged(answer.expunged):
        yield "EXPUNGE", f"message {number} as it was numbered before"
    uid_search = step.name == "UID SEARCH"
    for response in answer.untagged:
        match response:
            case CapabilityData(capabilities):
                yield from (("CAPABILITY", name) for name in capabilities)
            case EnabledData(capabilities):
                yield from _members("ENABLED", capabilities)
            case FlagsData(flags):
                yield from _members("FLAGS", flags)
            case ListData():
                yield from _listed(step, response, names)
            case StatusData(mailbox, _, items):
                yield from _status(names.mailbox(mailbox), items)
            case SearchData(numbers):
                found = [_number(number, uid_search, names) for number in numbers]
                yield from _members("SEARCH", found)
            case ESearchData():
                yield from _esearch(response, names)
            case NamespaceData():
                yield from _flat("NAMESPACE", response)
            case VanishedData(uids):
                yield from (("VANISHED", names.uid(uid)) for uid in uids)
            case Condition() | Exists() | Recent() | Expunge() | IdData() | FetchData():
                pass  # above, below, or the server's own
    for number in sorted({each.number for each in answer.fetches()}):
        yield from _fetched(step, answer.fetch(number), names)


def _members(path: str, members: Iterable[str]) -> Iterator[Fact]:
    """A set as facts, also one that is empty."""
    members = list(members)
    yield from ((path, member) for member in members or ["none"])


def _asked(step: Step, item: str, path: str) -> str:
    """The path of something that counts only where both servers tell it, or if it is asked for."""
    return path if step.asks_for(item) else path + _UNASKED


def _code(code: Code, names: Names) -> Iterator[Fact]:
    """A code with its argument, where that means the same on every server."""
    path = f"code {code.name}"
    match code.value:
        case _ if code.name == "CAPABILITY":
            return  # told unasked, and compared where it is asked for
        case tuple(flags) if code.name == "PERMANENTFLAGS":
            yield from _members(path, flags)
        case int(number) if code.name not in _OWN_NUMBERS:
            yield path, str(number)
        case CopyUid(_, sources, _):
            yield from ((path, f"of {names.uid(uid)}") for uid in sources)
        case _:
            yield path, _PRESENT


def _expunged(numbers: Iterable[int]) -> list[int]:
    """The numbers that the messages had before the first EXPUNGE of an answer."""
    before: list[int] = []
    for number in numbers:
        for gone in sorted(before):
            if gone <= number:
                number += 1  # it was higher by each message that has gone below it
        before.append(number)
    return before


def _listed(step: Step, response: ListData, names: Names) -> Iterator[Fact]:
    if not response.mailbox:
        yield f'{response.name} ""', f"delimiter {response.delimiter}"
        return
    name = names.mailbox(response.mailbox)
    if name is None:
        return
    path = f"{response.name} {name}"
    yield path, "listed"
    if response.delimiter is None:
        yield path, "no hierarchy"
    for attribute in response.attributes:
        if attribute.upper() in _CHILDREN:
            yield _asked(step, "CHILDREN", f"{path} children"), attribute
        elif attribute.upper() not in _FREE_ATTRIBUTES:
            yield path, attribute
    yield from ((f"{path} CHILDINFO", option) for option in response.child_info)


def _status(mailbox: str | None, items: Mapping[str, int | None]) -> Iterator[Fact]:
    for item, number in items.items():
        if mailbox is not None:
            yield f"STATUS {mailbox} {item}", _PRESENT if item in _OWN_NUMBERS else str(number)


def _number(number: int, is_uid: bool, names: Names) -> str:
    return names.uid(number) if is_uid else f"message {number}"


def _esearch(response: ESearchData, names: Names) -> Iterator[Fact]:
    yield "ESEARCH", "UID" if response.uid else "sequence numbers"
    for item, value in response.items.items():
        path = f"ESEARCH {item}"
        match value:
            case UidSet():
                yield from ((path, _number(each, response.uid, names)) for each in value)
            case int() if item in ("MIN", "MAX"):
                yield path, _number(value, response.uid, names)
            case _:
                yield path, _PRESENT if item == "MODSEQ" else str(value)


def _fetched(step: Step, data: FetchData, names: Names) -> Iterator[Fact]:
    for name, value in data.items.items():
        path = f"message {data.number} {name}"
        match name:
            case "UID":
                yield _asked(step, "UID", path), names.uid(data.uid)
            case "MODSEQ":
                yield _asked(step, "MODSEQ", path), _PRESENT
            case "FLAGS":
                yield from _members(path, data.flags)
            case "INTERNALDATE":
                yield path, _instant(data.internal_date)
            case _:
                yield from _flat(path, value)


def _instant(date_time: str) -> str:
    try:
        return moment(date_time).astimezone(UTC).isoformat()
    except ValueError:
        return f"no date: {date_time}"


def _flat(path: str, value: object) -> Iterator[Fact]:
    """A value of the grammar as facts, down to its strings and numbers."""
    match value:
        case Extension():
            # A server may send fewer of these fields than another.
            yield from _fields(path, value, {"count"})
        case _ if dataclasses.is_dataclass(value):
            yield from _fields(path, value)
        case tuple():
            if not value:
                yield path, "()"
            for number, each in enumerate(value, 1):
                yield from _flat(f"{path}.{number}", each)
        case None:
            yield path, "NIL"
        case bytes():
            yield path, repr(value)[1:]
        case _:
            yield path, str(value)


def _fields(path: str, value: Any, without: Collection[str] = ()) -> Iterator[Fact]:
    for field in dataclasses.fields(value):
        if field.name == "parameters":
            yield from _parameters(path, getattr(value, field.name))
        elif field.name not in without:
            yield from _flat(f"{path} {field.name}", getattr(value, field.name))


def _parameters(path: str, parameters: Iterable[tuple[str, bytes]]) -> Iterator[Fact]:
    """Parameters come in any order; the name of a charset in any case."""
    for name, value in parameters:
        text = repr(value)[1:]
        yield f"{path} parameter {name}", text.lower() if name == "CHARSET" else text


Difference = dict[str, tuple[list[str], list[str]]]
"""What only one and what only the other of two answers says, by what it is told of."""


def difference(one: Meaning, other: Meaning) -> Difference:
    """How two answers differ, in a natural order."""
    paths = sorted({*one, *other}, key=_natural)
    differing = {}
    for path in paths:
        here, there = one.get(path, frozenset()), other.get(path, frozenset())
        if path.endswith(_UNASKED) and not (here and there):
            continue
        if here != there:
            differing[path] = (sorted(here - there), sorted(there - here))
    return differing


def _natural(path: str) -> list[tuple[int, str]]:
    """Sorts "message 2" before "message 10", and the status first."""
    if path == "status":
        return []
    return [(int(word) if word.isdecimal() else -1, word) for word in re.split(r"(\d+)", path)]

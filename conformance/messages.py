"""The fixture messages and what a server must say of them; fixtures/README.md has the file format.

What a server answered is compared as nested Python values: None for NIL, int, str or bytes, list or
tuple for a parenthesized list; a multipart's parts stand first, without a list of their own around
them, as on the wire.
"""

import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any

from conformance.data import folder

# Positions in a body structure (RFC 3501 section 7.4.2) after which extension data begins.
BASIC_FIELDS = 7
ENVELOPE_FIELDS = 10


@dataclass(frozen=True, slots=True)
class FixtureMessage:
    name: str
    about: str
    octets: bytes
    size: int  # RFC822.SIZE
    envelope: list[Any]  # the ten members, in order
    bodystructure: list[Any]  # with every extension field
    sections: Mapping[
        str, bytes | None
    ]  # section specification -> octets; None: there is no such part
    hits: Sequence[tuple[str, ...]]  # search keys that match, e.g. ("HEADER", "Received", "zero")
    misses: Sequence[tuple[str, ...]]  # search keys that do not match
    lenient: (
        str | None
    )  # why the message itself breaks an RFC, so that what is said of it is custom

    @property
    def body(self) -> list[Any]:
        """BODY: BODYSTRUCTURE without extension data."""
        return without_extension(self.bodystructure)

    def envelope_difference(self, actual: Any) -> str | None:
        """How an ENVELOPE from a server differs from the expected one; None: it does not."""
        return difference(self.envelope, actual, "envelope")

    def body_difference(self, actual: Any) -> str | None:
        """How a BODY from a server differs from the expected one; None: it does not."""
        return structure_difference(self.body, actual, "body", extension=False)

    def bodystructure_difference(self, actual: Any) -> str | None:
        """How a BODYSTRUCTURE from a server differs from the expected one; None: it does not.

        The server may leave trailing extension data away where it is NIL, and may add more.
        """
        return structure_difference(self.bodystructure, actual, "bodystructure", extension=True)


def names() -> list[str]:
    """The names of all fixture messages, sorted."""
    return sorted(path.stem for path in folder("messages").glob("*.eml"))


@cache
def load(name: str) -> FixtureMessage:
    """The message of that name. Raises FileNotFoundError."""
    octets = (folder("messages") / f"{name}.eml").read_bytes()
    expected = json.loads((folder("messages") / f"{name}.json").read_text(encoding="utf-8"))
    *ended, rest = octets.split(b"\r\n")
    lines = [*(line + b"\r\n" for line in ended), rest]
    return FixtureMessage(
        name=name,
        about=expected["about"],
        octets=octets,
        size=expected["size"],
        envelope=expected["envelope"],
        bodystructure=expected["bodystructure"],
        sections={
            section: cut(lines, lines_of_it)
            for section, lines_of_it in expected["sections"].items()
        },
        hits=[tuple(key) for key in expected["hits"]],
        misses=[tuple(key) for key in expected["misses"]],
        lenient=expected.get("lenient"),
    )


def cut(lines: Sequence[bytes], numbers: str | None) -> bytes | None:
    """The octets of e.g. "1-3, 7 -CRLF": lines 1, 2, 3 and 7, the last one without its CRLF."""
    if numbers is None:
        return None
    ranges = re.findall(r"(\d+)(?:-(\d+))?(?:, )?", numbers)
    octets = b"".join(
        b"".join(lines[int(first) - 1 : int(last or first)]) for first, last in ranges
    )
    return octets.removesuffix(b"\r\n") if numbers.endswith(" -CRLF") else octets


def is_multipart(structure: Sequence[Any]) -> bool:
    return isinstance(structure[0], list | tuple)


def extension_start(structure: Sequence[Any]) -> int:
    """How many fields stand before the extension data."""
    if is_multipart(structure):
        return part_count(structure) + 1
    kind = (text_of(structure[0]) or "").upper(), (text_of(structure[1]) or "").upper()
    if kind == ("MESSAGE", "RFC822"):
        return BASIC_FIELDS + 3
    return BASIC_FIELDS + (kind[0] == "TEXT")


def part_count(structure: Sequence[Any]) -> int:
    return next(
        (place for place, field in enumerate(structure) if not isinstance(field, list | tuple)),
        len(structure),
    )


def without_extension(structure: list[Any]) -> list[Any]:
    fields = structure[: extension_start(structure)]
    if is_multipart(structure):
        return [*map(without_extension, fields[:-1]), fields[-1]]
    if len(fields) == BASIC_FIELDS + 3:
        fields[8] = without_extension(fields[8])
    return fields


def structure_difference(expected: Any, actual: Any, where: str, *, extension: bool) -> str | None:
    """Compare two body structures; the names in them are case-insensitive, parameters unordered."""
    if not isinstance(actual, list | tuple) or not actual:
        return f"{where}: a body structure was expected, not {actual!r}"
    if is_multipart(expected) != is_multipart(actual):
        return f"{where}: expected {expected!r}, got {actual!r}"
    fixed = extension_start(expected)
    if len(actual) < fixed or (len(actual) > fixed and not extension):
        return f"{where}: {fixed} fields expected, got {actual!r}"
    fields = [*actual, *[None] * (len(expected) - len(actual))]
    if is_multipart(expected):
        parts = fixed - 1
        if part_count(actual) != parts:
            return f"{where}: {parts} parts expected, not {part_count(actual)}"
        found = [
            structure_difference(expected[n], actual[n], f"{where}.{n + 1}", extension=extension)
            for n in range(parts)
        ]
        found.append(name_difference(expected[parts], actual[parts], f"{where}: subtype"))
        if extension:
            found.append(parameter_difference(expected[fixed], fields[fixed], where))
        tail = fixed + 1
    else:
        found = [
            name_difference(expected[0], actual[0], f"{where}: type"),
            name_difference(expected[1], actual[1], f"{where}: subtype"),
            parameter_difference(expected[2], actual[2], where),
            difference(expected[3:5], actual[3:5], f"{where}: id and description"),
            name_difference(expected[5], actual[5], f"{where}: encoding"),
            difference(expected[6], actual[6], f"{where}: octets"),
        ]
        if fixed == BASIC_FIELDS + 3:
            found.append(difference(expected[7], actual[7], f"{where}: envelope"))
            found.append(
                structure_difference(expected[8], actual[8], f"{where}.body", extension=extension)
            )
        if fixed > BASIC_FIELDS:
            found.append(difference(expected[fixed - 1], actual[fixed - 1], f"{where}: lines"))
        if extension:
            found.append(difference(expected[fixed], fields[fixed], f"{where}: MD5"))
        tail = fixed + 1
    if extension:
        found += [
            disposition_difference(expected[tail], fields[tail], where),
            difference(expected[tail + 1], fields[tail + 1], f"{where}: language"),
            difference(expected[tail + 2], fields[tail + 2], f"{where}: location"),
        ]
    return next(filter(None, found), None)


def disposition_difference(expected: Any, actual: Any, where: str) -> str | None:
    if expected is None or not isinstance(actual, list | tuple) or len(actual) != 2:
        return difference(expected, actual, f"{where}: disposition")
    return name_difference(expected[0], actual[0], f"{where}: disposition") or parameter_difference(
        expected[1], actual[1], f"{where}: disposition"
    )


def parameter_difference(expected: Any, actual: Any, where: str) -> str | None:
    if isinstance(expected, dict):
        return one_of(expected["any"], actual, where, parameter_difference)
    return difference(parameters(expected), parameters(actual), f"{where}: parameters")


def parameters(flat: Any) -> Any:
    """["NAME", "value", ...] as sorted pairs, names (and the names of charsets) in lower case."""
    if not isinstance(flat, list | tuple) or not flat or len(flat) % 2:
        return flat
    pairs = []
    for name, value in zip(flat[::2], flat[1::2], strict=True):
        key = str(text_of(name)).lower()
        pairs.append([key, str(text_of(value)).lower() if key == "charset" else value])
    return sorted(pairs, key=lambda pair: str(pair[0]))


def name_difference(expected: Any, actual: Any, where: str) -> str | None:
    """Compare two names, which are case-insensitive."""
    same = isinstance(actual, str | bytes) and str(text_of(actual)).lower() == expected.lower()
    return None if same else f"{where}: expected {expected!r}, got {actual!r}"


def difference(expected: Any, actual: Any, where: str) -> str | None:
    """Compare two nested values; {"any": [...]} in the expected one allows any of these."""
    if isinstance(expected, dict):
        return one_of(expected["any"], actual, where, difference)
    if isinstance(expected, list) and isinstance(actual, list | tuple):
        if len(expected) != len(actual):
            return f"{where}: {len(expected)} fields expected: {expected!r}, got {actual!r}"
        found = (
            difference(one, other, f"{where}[{place}]")
            for place, (one, other) in enumerate(zip(expected, actual, strict=True))
        )
        return next(filter(None, found), None)
    if text_of(actual) == expected and not isinstance(actual, bool):
        return None
    return f"{where}: expected {expected!r}, got {actual!r}"


def one_of(allowed: Sequence[Any], actual: Any, where: str, compare: Any) -> str | None:
    if any(compare(one, actual, where) is None for one in allowed):
        return None
    return f"{where}: expected one of {allowed!r}, got {actual!r}"


def text_of(value: Any) -> Any:
    """Octets as text, one character an octet; anything else as it is."""
    return value.decode("latin-1") if isinstance(value, bytes) else value

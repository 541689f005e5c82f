"""Header fields of a message or of a MIME part, as octets (RFC 5322, 2.2 and 4)."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from functools import cached_property
from itertools import islice

from reference_server.checkpoint import checkpoint
from reference_server.protocol.commands import Octets

MAXIMUM_FIELDS = 10_000
WINDOW = 1 << 20  # octets of a header that are held at a time, where it may be longer

# A field with its folded lines, or a line that is no field. Possessive, so that no line is
# scanned twice. White space before the colon is obsolete syntax (4.5), a bare LF is tolerated.
_FIELD = re.compile(rb"([!-9;-~]++)[ \t]*+:([^\n]*+(?:\n[ \t][^\n]*+)*+)\n?+|[^\n]*+\n|[^\n]++")
_LF, _NUL = b"\n\0"  # octets as numbers are found much faster
_NEXT_FIELD = re.compile(rb"\n(?=[^ \t])")


@dataclass(frozen=True)
class Header:
    """The header in ``block``: every octet up to the body, the blank line included."""

    block: bytes

    @cached_property
    def fields(self) -> dict[bytes, list[bytes]]:
        """Values by field name in lower case, in the order of the message, still folded.

        Of the first ``MAXIMUM_FIELDS`` lines, so that memory has a limit.
        """
        fields: dict[bytes, list[bytes]] = {}
        for found in islice(_FIELD.finditer(self.block), MAXIMUM_FIELDS):
            name, value = found.groups()
            if name:
                fields.setdefault(name.lower(), []).append(value)
        return fields

    def first(self, name: bytes) -> bytes | None:
        """The first value of the field ``name`` (lower case); ``None`` if absent.

        Unfolded, and without the white space around it.
        """
        values = self.fields.get(name)
        return None if values is None else unfold(values[0]).strip(b" \t")

    def all(self, name: bytes) -> list[bytes]:
        """The values of every field ``name`` (lower case), in order, unfolded and no more."""
        return [unfold(value) for value in self.fields.get(name, ())]

    def subset(self, names: Collection[bytes], *, matching: bool) -> bytes:
        """The fields named, or those not named, with the blank line if there is one.

        Each field keeps its octets, folding included (RFC 3501, 6.4.5: HEADER.FIELDS).
        """
        wanted = {name.lower() for name in names}
        kept = [
            found.group()
            for found in _FIELD.finditer(self.block)
            if found[1] and (found[1].lower() in wanted) is matching
        ]
        return b"".join(kept) + self.blank_line

    @property
    def blank_line(self) -> bytes:
        """The line that ends the header; empty where the message stops before it."""
        block = self.block
        for line in (b"\r\n", b"\n"):
            if block == line or block.endswith(b"\n" + line):
                return line
        return b""


def subset_of_long(
    message: Octets, start: int, stop: int, names: Collection[bytes], *, matching: bool
) -> Iterator[bytes]:
    """``Header.subset`` of the header ``message[start:stop]``, in chunks of about WINDOW octets.

    However long the header is, or a field of it.
    """
    position = start
    while position < stop:
        checkpoint()
        end = _last_field(message, position, min(position + WINDOW, stop), stop)
        kept = Header(message[position:end]).subset(names, matching=matching)
        yield kept
        position = end
        while position < stop and _is_inside_field(message, position):
            chunk = message[position : min(position + WINDOW, stop)]
            # One octet more is looked at: it says whether the field ends here.
            boundary = _NEXT_FIELD.search(message[position : min(position + WINDOW + 1, stop)])
            if boundary is not None:
                chunk = chunk[: boundary.end()]
            position += len(chunk)
            if kept:
                yield chunk
            if boundary is not None:
                break


def _last_field(message: Octets, start: int, end: int, stop: int) -> int:
    """Where the last field that begins in ``message[start:end]`` begins; ``end`` if only one does.

    At the end of the header (``stop``) there is nothing to be cut off.
    """
    if end == stop:
        return stop
    window = message[start : end + 1]
    line = window.rfind(b"\n", 0, end - start)
    while line >= 0 and window[line + 1 : line + 2] in (b" ", b"\t"):
        line = window.rfind(b"\n", 0, line)
    return end if line < 0 else start + line + 1


def _is_inside_field(message: Octets, position: int) -> bool:
    """Whether no field begins here: the octets before are no whole line, or it is folded."""
    before, here = message[position - 1 : position], message[position : position + 1]
    return before != b"\n" or here in (b" ", b"\t")


def field_extent(block: bytes, name: bytes) -> tuple[int, int]:
    """Where the first field ``name`` (lower case) begins and ends in a header; LookupError."""
    for found in _FIELD.finditer(block):
        if found[1] and found[1].lower() == name:
            return found.span()
    raise LookupError(name)


def unfold(value: bytes) -> bytes:
    """A field's value on one line (RFC 5322, 2.2.3): the line ends go, the white space stays.

    NUL is dropped: it is no field octet, and no IMAP string can carry it.
    """
    if _LF in value:
        value = value.replace(b"\r\n", b"").replace(b"\n", b"")
    if _NUL in value:
        value = value.replace(b"\0", b"")
    return value.removesuffix(b"\r")

"""From octets to whole commands: lines and literals (RFC 3501, 2.2.1 and 4.3; RFC 7888).

``Framer`` is a receive buffer with a memory of how far it has looked, so no octet is searched
twice, however small the pieces in which a command arrives. What is too large is refused
before it is kept: a synchronizing literal before the client sends it, anything else by being
read over, and the connection is given up where even that would be too much.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Literal, Protocol

from .characters import read_tag
from .commands import Octets

SPOOL_ABOVE = 1024 * 1024
SMALLEST_LIMIT = 8 * 1024  # what clients may count on (RFC 7162, 4: 8192 octets of a line)

# While an overlong line is dropped, this much of its end is kept: it may announce a literal.
_TAIL = 64

_ANNOUNCEMENT = re.compile(rb"\{([0-9]+)(\+?)\}\Z")
_APPEND = re.compile(rb"[^ ]+ APPEND ", re.IGNORECASE)


class Spool(Protocol):
    """Takes in the octets of one large literal. One that is not finished is just dropped."""

    def write(self, octets: bytes, /) -> object: ...

    def finish(self) -> Octets: ...


@dataclass(frozen=True, slots=True)
class Limits:
    """How much a client may send, in octets; every count is for one command.

    ``line`` counts everything outside literals, line ends included. ``append`` counts the
    messages of an APPEND, ``literal`` all other literals together. ``read_over`` is what is
    read and dropped of a refused command before the connection is given up. Literals above
    ``spool_above`` go to a spool, not to memory.
    """

    line: int = 64 * 1024
    literal: int = 64 * 1024
    append: int = 64 * 1024 * 1024
    read_over: int = 1024 * 1024
    spool_above: int = SPOOL_ABOVE

    @classmethod
    def within(cls, memory: int) -> Limits:
        """The usual limits, or lower ones with which a command holds about ``memory`` octets."""
        usual = cls()
        part = max(SMALLEST_LIMIT, memory // 4)
        return cls(
            line=min(usual.line, part),
            literal=min(usual.literal, part),
            spool_above=min(usual.spool_above, 2 * part),
        )


@dataclass(frozen=True, slots=True)
class LiteralPart:
    octets: Octets


@dataclass(frozen=True, slots=True)
class Frame:
    """One whole command: text, literal, text, literal, ..., text.

    The texts lack the announcements of the literals (``{5}``) and the line ends.
    """

    parts: tuple[bytes | LiteralPart, ...]


@dataclass(frozen=True, slots=True)
class NeedContinuation:
    """The client waits for a command continuation request before it sends a literal."""


@dataclass(frozen=True, slots=True)
class FrameError:
    """A refused command, wholly consumed. To be answered with ``kind``, untagged without tag.

    Where ``fatal``, the rest of the command is not worth reading: to be answered with BYE and
    the end of the connection; the framer gives nothing more.
    """

    tag: bytes | None
    text: str
    code: str | None = None
    fatal: bool = False
    kind: Literal["NO", "BAD"] = "BAD"


class _Memory:
    """A spool for literals that are small enough."""

    def __init__(self) -> None:
        self._octets = bytearray()

    def write(self, octets: bytes, /) -> None:
        self._octets += octets

    def finish(self) -> bytes:
        return bytes(self._octets)


class Framer:
    """Cuts what arrives into commands. ``limits`` may be exchanged between commands.

    ``open_spool`` is called with the size of each literal above ``Limits.spool_above``; where it or
    the spool raises ``OSError`` the command is refused with NO.
    """

    def __init__(self, limits: Limits, open_spool: Callable[[int], Spool]) -> None:
        self.limits = limits
        self._open_spool = open_spool
        self._given_up = False
        self._buffer = bytearray()
        self._begin_command()

    def _begin_command(self) -> None:
        self._scanned = 0  # the buffer holds no line end before this
        self._parts: list[bytes | LiteralPart] = []
        self._line_octets = 0
        self._literal_octets = 0
        self._append_octets = 0
        self._spool: Spool | None = None
        self._binary = False
        self._missing = 0  # octets of the present literal that are still to come
        self._refusal: FrameError | None = None
        self._read_over = 0

    def feed(self, data: bytes) -> None:
        """Take in octets from the connection."""
        if not self._given_up:
            self._buffer += data

    @property
    def in_command(self) -> bool:
        """Whether a part of a command has come, and its rest has not."""
        return bool(self._parts or self._missing or self._buffer)

    def discard(self) -> None:
        """Forget all that was received and not yet given out (STARTTLS, RFC 3501, 6.2.1)."""
        self._buffer.clear()
        self._begin_command()

    def next(self) -> Frame | NeedContinuation | FrameError | None:
        """The next event; ``None`` where more octets are needed first."""
        while not self._given_up:
            if self._missing and not self._read_literal():
                return None
            line = self._read_line()
            if line is None or isinstance(line, FrameError):
                return line
            event = self._end_line(line)
            if event is not None:
                return event
        return None

    def take_line(self) -> bytes | FrameError | None:
        """A line that is no command: a SASL answer, or DONE. Without its line end.

        Only between commands. The error, for NUL or a line above the limit, has no tag.
        """
        if self._given_up:
            return None
        line = self._read_line()
        if isinstance(line, FrameError):
            return replace(line, tag=None)
        if line is None:
            return None
        refusal = self._refusal
        self._begin_command()
        return replace(refusal, tag=None) if refusal else line

    def _read_line(self) -> bytes | FrameError | None:
        """The next line without its end; of a line above the limit at least the last octets."""
        end = self._buffer.find(b"\n", self._scanned)
        if end < 0:
            self._scanned = len(self._buffer)
            if self._line_octets + self._scanned <= self.limits.line and self._refusal is None:
                return None
            return self._shorten_line()
        line = bytes(self._buffer[:end])
        del self._buffer[: end + 1]
        self._scanned = 0
        self._line_octets += end + 1
        if self._line_octets > self.limits.line:
            self._refuse_long_line(line)
        if 0 in line:
            self._refuse("NUL is not allowed in a command", line)
        if self._refusal is not None and (error := self._pass_over(end + 1)) is not None:
            return error
        return line[:-1] if line.endswith(b"\r") else line

    def _shorten_line(self) -> FrameError | None:
        """Keep only the end of a line that belongs to a refused command."""
        if self._refusal is None:
            self._refuse_long_line(bytes(self._buffer))
        surplus = max(0, len(self._buffer) - _TAIL)
        del self._buffer[:surplus]
        self._scanned = len(self._buffer)
        self._line_octets += surplus
        return self._pass_over(surplus)

    def _end_line(self, line: bytes) -> Frame | NeedContinuation | FrameError | None:
        """What a line brings: the end of the command, or (perhaps silently) a literal."""
        announcement = _ANNOUNCEMENT.search(line, line.rfind(b"{")) if line[-1:] == b"}" else None
        if announcement is None:
            return self._end_command(line)
        text = line[: announcement.start()]
        digits = announcement[1].lstrip(b"0")
        size = int(digits or b"0") if len(digits) <= 10 else 10**10
        synchronizing = not announcement[2]
        if self._refusal is None:
            self._prepare_literal(text, size)
        if self._refusal is not None:
            if synchronizing:  # the client reads the refusal instead of sending the literal
                return self._end_command(b"")
            self._missing = size
            return self._pass_over(size)
        self._parts.append(text)
        self._missing = size
        if size == 0:
            self._finish_literal()
        return NeedContinuation() if synchronizing else None

    def _end_command(self, line: bytes) -> Frame | FrameError:
        event = self._refusal or Frame((*self._parts, line))
        self._begin_command()
        return event

    def _prepare_literal(self, text: bytes, size: int) -> None:
        """Make room for a literal announced behind ``text``, or refuse the command."""
        first = self._parts[0] if self._parts else text
        command = _APPEND.match(first) if isinstance(first, bytes) else None
        # Right behind the command's name stands a mailbox name, not the message.
        is_message = command is not None and (self._parts or command.end() < len(text))
        if is_message:
            self._append_octets += size
            too_large = self._append_octets > self.limits.append
        else:
            self._literal_octets += size
            too_large = self._literal_octets > self.limits.literal
        if too_large:
            limit = self.limits.append if is_message else self.limits.literal
            reason = f"literal too large: no more than {limit} octets are taken here"
            if is_message:
                self._refuse(reason, text, kind="NO", code="TOOBIG")
            else:
                self._refuse(reason, text)
            return
        self._binary = text.endswith(b"~")  # literal8 (RFC 3516), the only one that may hold NUL
        try:
            self._spool = self._open_spool(size) if size > self.limits.spool_above else _Memory()
        except OSError:
            self._refuse("no room for the literal", text, kind="NO")

    def _read_literal(self) -> bool:
        """Move octets from the buffer into the present literal; whether it is complete."""
        octets = bytes(self._buffer[: self._missing])
        del self._buffer[: self._missing]
        self._missing -= len(octets)
        if self._refusal is None and not self._binary and 0 in octets:
            self._refuse("NUL is not allowed in a literal")
        if self._refusal is None and self._spool is not None:
            try:
                self._spool.write(octets)
                if not self._missing:
                    self._finish_literal()
            except OSError:
                self._refuse("no room for the literal", kind="NO")
        return not self._missing

    def _finish_literal(self) -> None:
        if self._spool is not None:
            self._parts.append(LiteralPart(self._spool.finish()))
            self._spool = None

    def _refuse_long_line(self, line: bytes) -> None:
        self._refuse(f"line too long: no more than {self.limits.line} octets are taken", line)

    def _refuse(
        self,
        text: str,
        line: bytes = b"",
        *,
        kind: Literal["NO", "BAD"] = "BAD",
        code: str | None = None,
    ) -> None:
        """Remember the first thing wrong with the command; ``line`` is the one being read."""
        if self._refusal is not None:
            return
        first = self._parts[0] if self._parts else line
        tag = read_tag(first) if isinstance(first, bytes) else None
        if isinstance(first, bytes) and tag == first.removesuffix(b"\r"):
            tag = None  # no space ends it: the first octets of an overlong line, not a tag
        self._refusal = FrameError(tag, text, code, kind=kind)
        self._parts.clear()
        self._spool = None

    def _pass_over(self, count: int) -> FrameError | None:
        """Count octets of a refused command that are dropped; an error where it is enough."""
        self._read_over += count
        if self._refusal is None or self._read_over <= self.limits.read_over:
            return None
        self._given_up = True
        self._buffer.clear()
        return replace(self._refusal, fatal=True)

"""Follows what a client sends: which commands are complete, in progress, or wait for the server.

A case may send any octets, cut anywhere; the tracker frames them as a server would (RFC 3501,
section 2.2.1). From it come the transcript with passwords masked, and what the invariants need to
know about the client's side.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

MASK = b"***"
_REMEMBERED = 16384  # octets of a command that are kept

_COMMAND = re.compile(rb"(?P<tag>[^\x00-\x20\x7f-\xff(){%*\"\\+]+) (?P<name>[A-Za-z0-9-]+)")
_UID = re.compile(rb"[^ ]+ UID ([A-Za-z]+)", re.IGNORECASE)
_LITERAL_END = re.compile(rb"\{([0-9]{1,18})(\+?)\}\r?\n\Z")
_LITERAL = re.compile(rb"\{([0-9]{1,18})\+?\}\r?\n")
_SECRET = re.compile(rb"[^ \r\n]+ (?:(LOGIN) |(?:AUTHENTICATE) [^ \r\n]+ )", re.IGNORECASE)
_WORD = re.compile(rb'"(?:[^"\\\r\n]|\\.)*"?|[^ "{\r\n][^ \r\n]*')


@dataclass(slots=True, eq=False)
class SentCommand:
    """A complete command: ``name`` in upper case, ``"UID FETCH"`` for the UID forms.

    ``text`` is the command as a transcript shows it, ``octets`` its first 16 KiB. Of an IDLE:
    ``continued``, the server has sent its continuation request; ``done``, the client has ended it.
    """

    tag: str
    name: str
    octets: bytes
    text: str
    continued: bool = False
    done: bool = False

    def astring(self, index: int) -> bytes | None:
        """The argument at ``index`` (0 is the first), where it is an astring."""
        position = len(self.tag) + 1 + len(self.name)
        for current in range(index + 1):
            if self.octets[position : position + 1] != b" ":
                return None
            value, position = _astring_at(self.octets, position + 1)
            if value is None or current == index:
                return value
        return None


class CommandTracker:
    """What has been sent and not been answered yet.

    ``outstanding``: complete commands without a tagged response, oldest first. ``malformed``: lines
    that are not a command. ``uncertain``: the client went on where it should have waited and was
    refused; client and server may disagree about what is a command from here on.
    """

    def __init__(self) -> None:
        self.outstanding: list[SentCommand] = []
        self.last: str = ""
        self.malformed = 0
        self.uncertain = False
        self._text = bytearray()  # the current command, its first octets
        self._tail = bytearray()  # the current line, its last octets
        self._literal = 0  # octets of a literal that are still to come
        self._literals_due = 0  # continuation requests that announced literals wait for
        self._masking = False  # the mask stands already for the line being sent
        self._secret_from: int | None = None
        self._length = 0

    # The client's side

    def sent(self, octets: bytes) -> bytes:
        """Take what the client sends; returns it as a transcript may show it."""
        shown = bytearray()
        position = 0
        while position < len(octets):
            if self._literal:
                stop = min(len(octets), position + self._literal)
                self._literal -= stop - position
                shown += self._take(octets[position:stop])
            else:
                end = octets.find(b"\n", position)
                stop = len(octets) if end < 0 else end + 1
                shown += self._take(octets[position:stop])
                self._tail = (self._tail + octets[position:stop])[-64:]
                if end >= 0:
                    self._line_ended()
            position = stop
        return bytes(shown)

    def _take(self, octets: bytes) -> bytes:
        """Add to the current command; returns the octets with what is secret masked."""
        start = self._length
        self._length += len(octets)
        if len(self._text) < _REMEMBERED:
            self._text += octets[: _REMEMBERED - len(self._text)]
            if self._secret_from is None:
                self._secret_from = 0 if self._exchange() else _secret_start(bytes(self._text))
        if self._secret_from is None or self._length <= self._secret_from:
            return octets
        visible = octets[: max(0, self._secret_from - start)]
        mask = b"" if self._masking else MASK
        self._masking = not octets.endswith(b"\n")
        return visible + mask + (b"" if self._masking else b"\r\n")

    def _line_ended(self) -> None:
        announced = _LITERAL_END.search(bytes(self._tail))
        self._tail.clear()
        if announced and not self._exchange() and not self._idling():
            self._literal = int(announced[1])
            if not announced[2]:
                self._literals_due += 1
            return
        self._finish_line()

    def _finish_line(self) -> None:
        octets = bytes(self._text)
        exchange, idle = self._exchange(), self._idling()
        shown = _shown(octets, self._secret_from)
        self._begin()
        if exchange:
            return
        if idle:
            idle.done = True
            return
        self.last = shown
        found = _COMMAND.match(octets)
        if found is None:
            self.malformed += 1
            return
        uid = _UID.match(octets)
        name = (b"UID " + uid[1] if uid else found["name"]).decode("ascii").upper()
        self.outstanding.append(SentCommand(found["tag"].decode("ascii"), name, octets, self.last))

    def _begin(self) -> None:
        self._text.clear()
        self._length = self._literal = 0
        self._secret_from = None
        self._masking = False

    def _exchange(self) -> SentCommand | None:
        return next((one for one in self.outstanding if one.name == "AUTHENTICATE"), None)

    def _idling(self) -> SentCommand | None:
        return next((one for one in self.outstanding if one.name == "IDLE" and not one.done), None)

    # The server's side

    @property
    def oldest(self) -> SentCommand | None:
        """The command that the server works on, if it executes them in order."""
        return self.outstanding[0] if self.outstanding else None

    @property
    def current(self) -> str:
        """The first line of the command that is being sent, or the last complete command."""
        return _shown(bytes(self._text), self._secret_from) if self._text else self.last

    @property
    def partial(self) -> bool:
        return self._length > 0

    def answered(self, tag: str) -> SentCommand | None:
        """A tagged response has come: the command it completes, ``None`` if there is none."""
        for command in self.outstanding:
            if command.tag == tag:
                self.outstanding.remove(command)
                return command
        if not self._text.startswith(tag.encode("ascii") + b" "):
            return None
        # Refused before it was complete: what follows is a new command.
        refused = bytes(self._text)
        self.last = _shown(refused, self._secret_from)
        header = _LITERAL.search(refused)
        if header is not None and self._length > header.end():
            self.uncertain = True
        self._literals_due = 0
        self._begin()
        found = _COMMAND.match(refused)
        name = found["name"].decode("ascii").upper() if found else ""
        return SentCommand(tag, name, refused, self.last)

    def forget(self) -> None:
        """TLS begins: what is not answered yet will not be (6.2.1)."""
        self.outstanding.clear()
        self.malformed = self._literals_due = 0
        self._tail.clear()
        self._begin()

    def refused(self) -> None:
        """An untagged BAD has come: a command that was being sent may have been given up."""
        if self.partial:
            self.uncertain = True
            self._literals_due = 0
            self._begin()

    def continued(self) -> bool:
        """A continuation request has come; returns whether one was to be expected."""
        if self._exchange():
            return True
        if self._literals_due:
            self._literals_due -= 1
            return True
        for command in self.outstanding:
            if command.name == "IDLE" and not command.continued:
                command.continued = True
                return True
        return self.uncertain


def _shown(command: bytes, secret_from: int | None) -> str:
    """The first line of a command, with its secret masked, for messages to people."""
    if secret_from is not None and len(command) > secret_from:
        command = command[:secret_from] + MASK
    return command[:300].partition(b"\r\n")[0].decode("utf-8", "backslashreplace")


def _astring_at(octets: bytes, position: int) -> tuple[bytes | None, int]:
    """The astring that begins at ``position`` and the offset behind it."""
    literal = _LITERAL.match(octets, position)
    if literal:
        stop = literal.end() + int(literal[1])
        return octets[literal.end() : stop], stop
    word = _WORD.match(octets, position)
    if word is None:
        return None, position
    value = word[0]
    if value.startswith(b'"'):
        value = re.sub(rb"\\(.)", rb"\1", value[1:-1])
    return value, word.end()


def _secret_start(command: bytes) -> int | None:
    """Where the secret of LOGIN or AUTHENTICATE begins, as far as can be told yet."""
    found = _SECRET.match(command)
    if found is None:
        return None
    if not found[1]:
        return found.end()
    value, stop = _astring_at(command, found.end())
    if value is None:
        # No user name that could be shown: an empty argument, or a literal still being announced.
        announcing = re.fullmatch(rb"\{[0-9+}]*\r?", command[found.end() :])
        return None if announcing or found.end() == len(command) else found.end()
    if len(command) > stop:
        return stop + 1 if command[stop : stop + 1] == b" " else stop
    return found.end() if len(command) >= _REMEMBERED else None

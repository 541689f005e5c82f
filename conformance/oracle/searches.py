"""Which ESEARCH answers which command (RFC 4731; RFC 9051, 6.4.4 and 7.3.4)."""

from __future__ import annotations

import re
from collections.abc import Iterator

from conformance.oracle import rules
from conformance.oracle.view import Finding
from conformance.wire.commands import CommandTracker, SentCommand
from conformance.wire.grammar import ESearchData

_NAMES = {"SEARCH", "UID SEARCH"}
_RETURN = re.compile(rb"[^ ]+ (?:UID )?SEARCH RETURN \(([^()]*)", re.IGNORECASE)


class Searches:
    """The commands SEARCH of one connection, and the ESEARCH responses to them."""

    def __init__(self) -> None:
        self._answered: dict[SentCommand, int] = {}

    def told(
        self, response: ESearchData, tracker: CommandTracker, revision2: bool
    ) -> Iterator[Finding]:
        """ESEARCH has come. Without a correlator it answers no command (7.3.4)."""
        if response.tag is None or tracker.uncertain:
            return
        command = next(
            (one for one in tracker.outstanding if one.tag == response.tag and one.name in _NAMES),
            None,
        )
        if command is None:
            yield rules.ESEARCH, f"no SEARCH in progress has the tag {response.tag!r}"
            return
        self._answered[command] = self._answered.get(command, 0) + 1
        if self._answered[command] > 1:
            yield rules.ESEARCH, f"a second one came in answer to {command.text!r}"
        if response.uid != command.name.startswith("UID"):
            told = "with" if response.uid else "without"
            yield rules.ESEARCH, f"it came {told} UID in answer to {command.text!r}"
        if not revision2 and _RETURN.match(command.octets) is None:
            yield rules.ESEARCH, f"it came in answer to {command.text!r}"

    def completed(
        self, command: SentCommand, succeeded: bool, revision2: bool
    ) -> Iterator[Finding]:
        """A command is completed: whether an ESEARCH was due that did not come."""
        answered = self._answered.pop(command, 0)
        if command.name not in _NAMES or not succeeded or answered:
            return
        options = _RETURN.match(command.octets)
        wanted = options[1].upper().split() if options else []
        if (options or revision2) and wanted != [b"SAVE"]:
            yield rules.ESEARCH, f"none came with its tag in answer to {command.text!r}"

"""Plays the dialogues to one server and takes down what its answers mean."""

import contextlib
from collections.abc import Sequence
from dataclasses import dataclass, field

from conformance.diff.meaning import Meaning, Names, meaning, told_uids
from conformance.diff.script import Dialogue, Step
from conformance.messages import load
from conformance.targets.description import Description, UnreachableError
from conformance.targets.housekeeping import Housekeeper, remove_all
from conformance.targets.life import await_return
from conformance.targets.probing import Facts
from conformance.targets.server import Server
from conformance.wire import (
    Answer,
    Connection,
    Deviation,
    GrammarError,
    Literal,
    Mailbox,
    Transcript,
)
from conformance.wire.arguments import Argument

# Of one answer so many responses may be malformed before the dialogue is given up.
MOST_MALFORMED = 100


@dataclass(frozen=True, slots=True)
class Played:
    """What a server said in answer to a step. `heard`: the octets both ways, as text."""

    meaning: Meaning
    heard: str


@dataclass(slots=True)
class _Heard:
    """An answer before its meaning is known, which takes all UIDs of the dialogue."""

    step: Step
    answer: Answer | None
    troubles: list[str]
    selected: str
    heard: str


@dataclass(slots=True)
class _Scene:
    """One dialogue on its connection. `uids`: those told, by selected mailbox.

    `stem` begins the names of the dialogue's mailboxes.
    """

    connection: Connection
    stem: str
    delimiter: str
    selected: str = ""
    uids: dict[str, set[int]] = field(default_factory=dict)

    def value(self, place: str) -> Argument:
        """What stands for the contents of braces (dialogues.txt)."""
        kind, _, rest = place.partition(" ")
        if kind == "message":
            return Literal(load(rest).octets)
        if kind == "literal":
            return Literal(rest.encode())
        if kind == "uid":
            told = sorted(self.uids.get(self.selected, ()))
            # Where the server has told fewer, there is no such message.
            return told[int(rest) - 1] if len(told) >= int(rest) else 4294967294
        return Mailbox(self.stem + place.replace("/", self.delimiter))

    def mailbox(self, name: str) -> str | None:
        """The name as the dialogue has it, None for a mailbox that is not of it."""
        if not name.startswith(self.stem):
            return None
        return "{" + name.removeprefix(self.stem).replace(self.delimiter, "/") + "}"


class Player:
    """One of the two servers. Everything on it happens below `target.scratch`."""

    def __init__(self, server: Server, scratch: str) -> None:
        self._server = server
        self._scratch = scratch
        self._account = server.begin_case()["primary"]
        self._housekeeper = Housekeeper(self.description, self._account, self.facts)
        self._played = 0

    @property
    def name(self) -> str:
        return self._server.name

    @property
    def facts(self) -> Facts:
        return self._server.facts

    @property
    def description(self) -> Description:
        return self._server.description

    def offers(self, capability: str) -> bool:
        return self._server.offers(capability)

    def play(self, dialogue: Dialogue) -> list[Played]:
        """Play a dialogue; one item for each step, fewer where the server ended it.

        Raises UnreachableError where the server cannot be logged in to any more.
        """
        self._played += 1
        root = self.facts.prefix + self._scratch
        delimiter = self.facts.delimiter or "-"
        transcript = Transcript()
        if self._played == 1 and self.facts.delimiter:
            self._housekeeper.make(root)
        connection = self._enter(dialogue.logged_in, transcript)
        scene = _Scene(connection, f"{root}{delimiter}{self._played}-", delimiter)
        heard: list[_Heard] = []
        with connection:
            for step in dialogue.steps:
                before = len(transcript.entries)
                one = _ask(scene, step)
                one.heard = _text(transcript, before)
                heard.append(one)
                if one.answer is None:
                    break
        return [_played(one, scene) for one in heard]

    def _enter(self, logged_in: bool, transcript: Transcript) -> Connection:
        """A connection; a server that a dialogue has ended is given time to come back."""
        try:
            return self._connect(logged_in, transcript)
        except (OSError, Deviation) as error:
            problem = error
        if await_return(self._server) is not None:
            try:
                return self._connect(logged_in, transcript)
            except (OSError, Deviation) as error:
                problem = error
        raise UnreachableError(f"{self.name} does not let in any more: {problem}") from problem

    def _connect(self, logged_in: bool, transcript: Transcript) -> Connection:
        address = self.description.main
        capabilities = self._server.capabilities + self._server.initial_capabilities
        connection = Connection.open(
            self._server.endpoint(address), transcript=transcript, offered=capabilities
        )
        try:
            if address.kind != "imaps" and "LOGINDISABLED" in self._server.initial_capabilities:
                connection.start_tls()
            if logged_in:
                connection.login(self._account.user, self._account.password)
        except BaseException:
            connection.close()
            raise
        return connection

    def clear_up(self) -> list[str]:
        """Remove what was created, end the reference server; what is left behind, with reasons."""
        try:
            self._housekeeper.close()
            if self._server.is_reference:
                return []
            return remove_all(self.description, self.facts, self._scratch)
        finally:
            self._server.close()


def _ask(scene: _Scene, step: Step) -> _Heard:
    """Send the command of a step, and read its answer as far as there is one."""
    name, arguments = step.fill(scene.value)
    troubles: list[str] = []
    answer = None
    try:
        tag = scene.connection.send_command(name, *arguments)
        answer = _finish(scene.connection, tag, troubles)
    except Deviation as error:
        troubles.append(_trouble(error))
    if answer is not None:
        if step.name in ("SELECT", "EXAMINE") and answer.status == "OK":
            scene.selected = step.text.partition(" ")[2]
        with contextlib.suppress(Deviation):
            scene.uids.setdefault(scene.selected, set()).update(told_uids(step, answer))
    return _Heard(step, answer, troubles, scene.selected, "")


def _finish(connection: Connection, tag: str, troubles: list[str]) -> Answer:
    """The answer to a command. What is malformed in it is left out of it and noted."""
    for _ in range(MOST_MALFORMED):
        try:
            return connection.finish(tag)
        except GrammarError as error:
            troubles.append(_trouble(error))
    raise Deviation(f"{MOST_MALFORMED} malformed responses in one answer")


def _trouble(error: Deviation) -> str:
    return f"{type(error).__name__}: {error}"


def _text(transcript: Transcript, start: int) -> str:
    lines = [
        f"{entry.side}: {line}"
        for entry in transcript.entries[start:]
        for line in entry.text.split("\n")
    ]
    return "\n".join(lines)


def _played(one: _Heard, scene: _Scene) -> Played:
    facts: dict[str, frozenset[str]] = {}
    if one.answer is not None:
        names = Names(scene.mailbox, frozenset(scene.uids.get(one.selected, ())))
        facts |= meaning(one.step, one.answer, names)
    if one.troubles:
        facts["not understood"] = frozenset(one.troubles)
    return Played(facts, one.heard)


def comparable(dialogue: Dialogue, players: Sequence[Player]) -> str:
    """Why a dialogue is not played to these servers; "" where it is."""
    for need in dialogue.needs:
        lacking = [player.name for player in players if not player.offers(need)]
        if lacking:
            return f"{need} is not offered by {' or '.join(dict.fromkeys(lacking))}"
    hierarchical = any(step.hierarchical for step in dialogue.steps)
    for player in players:
        if hierarchical and not player.facts.delimiter:
            return f"mailbox names have no hierarchy on {player.name}"
    return ""

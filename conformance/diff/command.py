"""`diff`: plays the dialogues to two servers and prints where the answers differ."""

import argparse
import contextlib
from collections.abc import Callable

from rich.console import Console
from rich.text import Text

from conformance.diff.meaning import Difference, difference
from conformance.diff.play import Played, Player, comparable
from conformance.diff.script import Dialogue, Step, read_dialogues
from conformance.report.results import EXIT_DEVIATIONS, EXIT_PASS
from conformance.run import Options, prepare
from conformance.targets.leftovers import REMEDY
from conformance.targets.server import Server

REFERENCE = "reference"
SHOWN = 150  # characters of a value that are shown
# So many facts of one step are told; a syntax error, say, makes all that follow it missing.
MOST_FACTS = 12
NOTHING = "-"


def diff(console: Console, namespace: argparse.Namespace, ask: Callable[[str], str]) -> int:
    """Play the dialogues to both targets; the exit code: 0 no differences, 1 differences.

    Raises UsageError and UnreachableError as a run does. What was created on the targets is
    removed again, however this ends; what cannot be is told.
    """
    with contextlib.ExitStack() as stack:
        players = []
        for letter, target in zip("AB", namespace.targets, strict=True):
            player = _player(target, namespace, ask)
            stack.callback(_clear_up, console, player)
            players.append(player)
            console.print(Text(f"{letter}: {player.name}"))
        return _compare(console, players, _Printer(console, namespace.verbose))


def _player(target: str, namespace: argparse.Namespace, ask: Callable[[str], str]) -> Player:
    options = Options(
        target=None if target == REFERENCE else target,
        insecure=namespace.insecure,
        ca_file=namespace.ca_file,
    )
    prepared, _ = prepare(options, ask, starttls=False)
    return Player(Server(prepared, 1, "diff"), prepared.scratch)


def _clear_up(console: Console, player: Player) -> None:
    left = player.clear_up()
    for reason in left:
        console.print(Text(f"could not be removed: {reason}", style="bold red"))
    if left:
        console.print(Text(REMEDY))


def _compare(console: Console, players: list[Player], printer: "_Printer") -> int:
    left_out = []
    for dialogue in read_dialogues():
        reason = comparable(dialogue, players)
        if reason:
            left_out.append(f"{dialogue.title}: {reason}")
            continue
        one, other = (player.play(dialogue) for player in players)
        printer.dialogue(dialogue, one, other)
    console.print()
    for line in left_out:
        console.print(Text(f"not played: {line}", style="dim"))
    if not printer.differing:
        console.print(Text(f"{printer.steps} steps, no difference", style="green"))
        return EXIT_PASS
    verdict = f"{printer.differing} of {printer.steps} steps differ"
    if printer.repeating:
        verdict += f", {printer.repeating} of them only as told above"
    console.print(Text(verdict, style="bold red"))
    return EXIT_DEVIATIONS


class _Printer:
    """Prints how answers differ. What has been told of a command once is not told again."""

    def __init__(self, console: Console, verbose: bool) -> None:
        self._console = console
        self._verbose = verbose
        self._told: set[tuple[str, str, str]] = set()
        self._titled: Dialogue | None = None
        self.steps = self.differing = self.repeating = 0

    def dialogue(self, dialogue: Dialogue, one: list[Played], other: list[Played]) -> None:
        """Print the steps of a dialogue that differ, with `verbose` all of them."""
        for at, step in enumerate(dialogue.steps):
            here, there = (side[at] if at < len(side) else None for side in (one, other))
            if here is None and there is None:
                break  # both have ended the dialogue
            self.steps += 1
            found = self._difference(here, there)
            fresh = self._fresh(step, found)
            self.differing += bool(found)
            self.repeating += bool(found) and not fresh
            if fresh or self._verbose:
                self._title(dialogue)
                same = "" if found else ": the same"
                self._console.print(Text(f"  {step.text}{same}", style="cyan" if found else "dim"))
            self._facts(found if self._verbose else fresh)
            if self._verbose:
                self._heard("A", here)
                self._heard("B", there)
            if here is None or there is None:
                break  # told once; what one of them does not hear cannot be compared

    def _difference(self, here: Played | None, there: Played | None) -> Difference:
        if here is not None and there is not None:
            return difference(here.meaning, there.meaning)
        ended, goes_on = ["has ended the dialogue before"], ["goes on"]
        return {"dialogue": (ended, goes_on) if here is None else (goes_on, ended)}

    def _fresh(self, step: Step, found: Difference) -> Difference:
        """What is not told yet of this command; all where the commands did not even end alike."""
        keys = {path: (step.name, path, repr(sides)) for path, sides in found.items()}
        fresh = {path: sides for path, sides in found.items() if keys[path] not in self._told}
        self._told.update(keys.values())
        return found if "status" in found else fresh

    def _title(self, dialogue: Dialogue) -> None:
        if self._titled is not dialogue:
            self._titled = dialogue
            self._console.print(Text(f"\n{dialogue.title}", style="bold"))

    def _facts(self, found: Difference) -> None:
        for path, sides in list(found.items())[:MOST_FACTS]:
            start = _common(sides)
            self._console.print(Text(f"    {path}"))
            for letter, values in zip("AB", sides, strict=True):
                said = ", ".join(_cut(value, start) for value in values) or NOTHING
                self._console.print(Text(f"        {letter}: {said}"))
        if len(found) > MOST_FACTS:
            self._console.print(Text(f"    and {len(found) - MOST_FACTS} more"))

    def _heard(self, letter: str, played: Played | None) -> None:
        for line in played.heard.splitlines() if played else ():
            self._console.print(Text(f"      {letter} {line}", style="dim"))


def _common(sides: tuple[list[str], list[str]]) -> int:
    """Where two long values begin to differ; 0 unless each side has just one."""
    if not all(len(side) == 1 for side in sides):
        return 0
    pairs = zip(*(side[0] for side in sides), strict=False)
    return next((at for at, (one, other) in enumerate(pairs) if one != other), 0)


def _cut(value: str, start: int) -> str:
    """A value for people: the part about `start` of one that is long."""
    if len(value) <= SHOWN:
        return value
    first = max(0, min(start - SHOWN // 3, len(value) - SHOWN))
    head = f"[{first} characters] " if first else ""
    rest = len(value) - first - SHOWN
    return f"{head}{value[first : first + SHOWN]}{f' [{rest} more]' if rest > 0 else ''}"

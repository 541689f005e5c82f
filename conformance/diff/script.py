"""The dialogues, read from dialogues.txt, which describes its format."""

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from conformance.wire import Joined
from conformance.wire.arguments import Argument

FILE = Path(__file__).with_name("dialogues.txt")
_PLACE = re.compile(r"\{([^{}]*)\}")


@dataclass(frozen=True, slots=True)
class Step:
    """A command as the file has it, with its places in braces."""

    text: str

    @property
    def name(self) -> str:
        """The command, in upper case; "UID FETCH" for the UID forms."""
        words = self.text.upper().split()
        return " ".join(words[: 2 if words[0] == "UID" else 1])

    @property
    def hierarchical(self) -> bool:
        """Whether it names a mailbox below another."""
        return any("/" in place for place in _PLACE.findall(self.text))

    def asks_for(self, item: str) -> bool:
        """Whether the word stands in the command."""
        return item in re.findall(r"[A-Z0-9.-]+", self.text.upper())

    def fill(self, value: Callable[[str], Argument]) -> tuple[str, Sequence[Argument]]:
        """The command's first word and its arguments; `value` gives what a place stands for."""
        word, _, rest = self.text.partition(" ")
        if not rest:
            return word, ()
        # Text and the contents of braces, in turns.
        pieces = _PLACE.split(rest)
        filled = [value(piece) if at % 2 else piece for at, piece in enumerate(pieces)]
        return word, (Joined(*filled),)


@dataclass(frozen=True, slots=True)
class Dialogue:
    """Commands on one connection. `needs`: capabilities that both servers must offer."""

    title: str
    steps: tuple[Step, ...]
    needs: tuple[str, ...] = ()
    logged_in: bool = True


def read_dialogues(text: str | None = None) -> list[Dialogue]:
    """The dialogues of a text in the file's format; without one those of the file."""
    if text is None:
        text = FILE.read_text(encoding="utf-8")
    lines = [line for line in text.splitlines() if line.strip() and not line.startswith("#")]
    starts = [at for at, line in enumerate(lines) if line.startswith("[")]
    return [
        _dialogue(lines[start:stop])
        for start, stop in zip(starts, [*starts[1:], len(lines)], strict=True)
    ]


def _dialogue(lines: Sequence[str]) -> Dialogue:
    needs: tuple[str, ...] = ()
    logged_in = True
    steps = []
    for line in lines[1:]:
        if line.startswith("needs: "):
            needs = tuple(line.split()[1:])
        elif line == "login: no":
            logged_in = False
        else:
            steps.append(Step(line))
    return Dialogue(lines[0].strip("[]"), tuple(steps), needs, logged_in)

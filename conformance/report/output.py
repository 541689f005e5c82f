"""Output whose reader may leave early, as head does: the command goes on and is no longer heard."""

import os
import sys
from io import TextIOWrapper
from typing import TextIO

from rich.console import Console, ConsoleDimensions
from rich.text import Text


def spell_out(*files: TextIO) -> None:
    """Let what the encodings of these files lack be written as \\u2013, not raise."""
    for file in files:
        if isinstance(file, TextIOWrapper):
            file.reconfigure(errors="backslashreplace")


class Output(Console):
    """A console on a file; it folds no lines."""

    def __init__(self, file: TextIO) -> None:
        super().__init__(file=file, soft_wrap=True, highlight=False)

    def prose(self, text: Text, indent: int = 0) -> None:
        """Print text, on a terminal in lines that end between words; a file has it on one line."""
        lines = text.wrap(self, max(1, self.width - indent)) if self.is_terminal else [text]
        for line in lines:
            line.rstrip()
            self.print(Text(" " * indent).append_text(line))

    @property  # type: ignore[misc]  # nobody sets it
    def size(self) -> ConsoleDimensions:
        """That of its own file: while a case runs, pytest has others in place of the standard ones.

        COLUMNS, LINES and a dumb terminal are as rich has them.
        """
        if self.is_dumb_terminal or {"COLUMNS", "LINES"} & os.environ.keys():
            return super().size
        try:
            columns, lines = os.get_terminal_size(self.file.fileno())
        except (OSError, ValueError):
            return super().size
        return ConsoleDimensions(columns, lines) if columns and lines else super().size

    def on_broken_pipe(self) -> None:
        _discard(self.file.fileno())


def say(text: str) -> None:
    """Write text to standard output as it is."""
    try:
        sys.stdout.write(text)
        sys.stdout.flush()
    except BrokenPipeError:
        _discard(sys.stdout.fileno())


def _discard(descriptor: int) -> None:
    """What is, and will be, written there goes nowhere: it still is, when Python exits."""
    nowhere = os.open(os.devnull, os.O_WRONLY)
    os.dup2(nowhere, descriptor)
    os.close(nowhere)

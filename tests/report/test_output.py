"""The console that everything is printed on."""

import fcntl
import os
import pty
import struct
import termios

import pytest
from rich.text import Text

from conformance.report.output import Output


@pytest.fixture
def terminal(monkeypatch):
    """A file that is a terminal of 60 columns, and the descriptor of its other end.

    The standard files are none, or another.
    """
    for name in ("COLUMNS", "LINES"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("TERM", "xterm")
    master, slave = pty.openpty()
    fcntl.ioctl(slave, termios.TIOCSWINSZ, struct.pack("HHHH", 20, 60, 0, 0))
    with os.fdopen(master, "rb"), os.fdopen(slave, "w") as file:
        yield file, master


def test_size_is_that_of_its_own_file(terminal):
    terminal, _ = terminal
    assert Output(terminal).size == (60, 20)
    fcntl.ioctl(terminal, termios.TIOCSWINSZ, struct.pack("HHHH", 10, 50, 0, 0))
    assert Output(terminal).size == (50, 10)


def test_environment_has_the_last_word(terminal, monkeypatch):
    monkeypatch.setenv("COLUMNS", "70")
    assert Output(terminal[0]).width == 70


def test_prose_ends_its_lines_between_words_on_a_terminal(tmp_path, terminal):
    terminal, other_end = terminal
    words = Text("word " * 30 + "end")
    Output(terminal).prose(words, indent=4)
    shown = b""
    while not shown.endswith(b"end\r\n"):  # a terminal hands over what it likes
        shown += os.read(other_end, 1000)
    shown = shown.decode().splitlines()
    assert [line.rstrip() for line in shown] == shown
    assert {line[:5] for line in shown} == {"    w"}
    assert max(map(len, shown)) <= 60
    assert " ".join(" ".join(shown).split()) == words.plain
    with (tmp_path / "file").open("w+") as file:
        Output(file).prose(words, indent=4)
        file.seek(0)
        assert file.read() == f"    {words}\n"

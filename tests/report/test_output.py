"""The console that everything is printed on."""

import fcntl
import os
import pty
import struct
import termios

import pytest

from conformance.report.output import Output


@pytest.fixture
def terminal(monkeypatch):
    """A file that is a terminal of 60 columns; the standard ones are none, or another."""
    for name in ("COLUMNS", "LINES"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("TERM", "xterm")
    master, slave = pty.openpty()
    fcntl.ioctl(slave, termios.TIOCSWINSZ, struct.pack("HHHH", 20, 60, 0, 0))
    with os.fdopen(master, "rb"), os.fdopen(slave, "w") as file:
        yield file


def test_size_is_that_of_its_own_file(terminal):
    assert Output(terminal).size == (60, 20)
    fcntl.ioctl(terminal, termios.TIOCSWINSZ, struct.pack("HHHH", 10, 50, 0, 0))
    assert Output(terminal).size == (50, 10)


def test_environment_has_the_last_word(terminal, monkeypatch):
    monkeypatch.setenv("COLUMNS", "70")
    assert Output(terminal).width == 70

"""The log of the server under test, as cases read it."""

import re
import time

from conformance.targets.server import Server
from conformance.wire import Deviation

PAUSE = 0.05  # seconds between two looks; a log tells nobody that it has grown


class Log:
    """The lines of a log from now on; where it cannot be read, `readable` is false.

    Other cases write into it at the same time: look for a user name of the case's own. Raises
    ControlError.
    """

    def __init__(self, server: Server) -> None:
        self._server = server
        text = server.log_text()
        self.readable = text is not None
        self._before = (text or "").splitlines()

    def lines(self, pattern: str) -> list[str]:
        """The lines in which the regular expression is found, oldest first."""
        lines = (self._server.log_text() or "").splitlines()
        return [line for line in added(self._before, lines) if re.search(pattern, line)]

    def await_line(self, pattern: str, seconds: float = 5.0) -> re.Match[str]:
        """The newest line in which the expression is found; a Deviation if none comes."""
        deadline = time.monotonic() + seconds
        while True:
            found = self.lines(pattern)
            if found:
                match = re.search(pattern, found[-1])
                assert match is not None
                return match
            if time.monotonic() > deadline:
                raise Deviation(f"no line of the log has {pattern!r}")
            time.sleep(PAUSE)


def added(before: list[str], now: list[str]) -> list[str]:
    """The lines that a log got; both lists may lack its beginning, as `tail` shows it."""
    for start in range(len(before)):
        rest = before[start:]
        if now[: len(rest)] == rest:
            return now[len(rest) :]
    return now

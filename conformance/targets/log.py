"""The log of the server under test, as cases read it."""

import re
import time

from conformance.targets.server import Server

PAUSE = 0.05  # seconds between two looks; a log tells nobody that it has grown


class Log:
    """Lines of a log. Other cases write into it, too: look for a user name of the case's own."""

    def __init__(self, server: Server) -> None:
        self._server = server

    def lines(self, pattern: str) -> list[str]:
        """The lines in which the regular expression is found, oldest first."""
        text = self._server.log_text() or ""
        return [line for line in text.splitlines() if re.search(pattern, line)]

    def await_line(self, pattern: str, seconds: float = 5.0) -> re.Match[str]:
        """The newest line in which the expression is found; an AssertionError if none comes."""
        deadline = time.monotonic() + seconds
        while True:
            found = self.lines(pattern)
            if found:
                match = re.search(pattern, found[-1])
                assert match is not None
                return match
            assert time.monotonic() < deadline, f"no line of the log has {pattern!r}"
            time.sleep(PAUSE)

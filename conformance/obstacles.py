"""Obstacles: what stops one case after the other, until no more cases are sent against it."""

import contextlib
from collections.abc import Iterator

import pytest

IN_A_ROW = 20  # cases that the same obstacle stops before the rest is not asked


class Obstacles:
    """The needs that the server did not meet in the cases of this process.

    A need is a noun phrase, e.g. "SELECT of the case's mailbox". When it has failed in IN_A_ROW
    cases, without having succeeded in between, the later cases that need it are skipped there.
    """

    def __init__(self) -> None:
        self._stopped: dict[str, int] = {}
        self._reasons: dict[str, str] = {}
        self._counted: set[str] = set()

    def begin_case(self) -> None:
        """The next case begins; each need counts once in it."""
        self._counted.clear()

    def check(self, need: str) -> None:
        """Skip the case if this need has failed too often."""
        if need in self._reasons:
            pytest.skip(self._reasons[need])

    def met(self, need: str) -> None:
        """The server did what was needed."""
        self._stopped.pop(need, None)

    def failed(self, need: str, error: Exception) -> None:
        """The server did not, and `error` says so."""
        if need in self._counted:
            return
        self._counted.add(need)
        self._stopped[need] = self._stopped.get(need, 0) + 1
        if self._stopped[need] >= IN_A_ROW:
            last = str(error).partition("\n")[0] or type(error).__name__
            self._reasons[need] = (
                f"needs {need}, which failed in {IN_A_ROW} cases in a row; the last time: {last}"
            )

    @contextlib.contextmanager
    def need(self, need: str) -> Iterator[None]:
        """What is done inside must succeed, or it counts as failed; skips the case at once where
        it has failed too often."""
        self.check(need)
        try:
            yield
        except Exception as error:
            self.failed(need, error)
            raise
        self.met(need)

"""Checkpoints of long work: the places where it ends when nobody waits for its result any more.

Whoever starts the work says what happens at its checkpoints; whoever does it, some layers below,
need not know who that is. Each thread has its own work.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar

Check = Callable[[], None]
"""Returns, at once in most cases, or raises what is to end the work."""


def _nothing() -> None:
    pass


_check: ContextVar[Check] = ContextVar("check", default=_nothing)


def checkpoint() -> None:
    """To be called at least every 100 ms by whatever may take longer. Raises what ends the work."""
    _check.get()()


@contextmanager
def checked_by(check: Check) -> Iterator[None]:
    """The work of this thread, with ``check`` called at its checkpoints."""
    token = _check.set(check)
    try:
        yield
    finally:
        _check.reset(token)


@contextmanager
def undisturbed() -> Iterator[None]:
    """Work that has to be done even if nobody waits for it: no checkpoint of it raises."""
    with checked_by(_nothing):
        yield

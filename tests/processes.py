"""The processes that a test has started, and all that these have started, on Linux."""

import os
import time
from collections.abc import Callable
from pathlib import Path

DEADLINE = 120  # seconds that anything may take on a machine with other work


def descendants(variable: str, value: str) -> dict[int, str]:
    """The processes that have this variable in their environment: number and command line."""
    wanted = f"{variable}={value}".encode()
    found = {}
    for folder in Path("/proc").glob("[0-9]*"):
        try:
            if wanted in (folder / "environ").read_bytes().split(b"\0"):
                words = (folder / "cmdline").read_bytes().split(b"\0")
                found[int(folder.name)] = b" ".join(words).decode(errors="replace")
        except OSError:  # it has ended meanwhile
            continue
    found.pop(os.getpid(), None)
    return found


def wait_until(condition: Callable[[], bool], complaint: Callable[[], object]) -> None:
    """Wait until `condition()` is true; after DEADLINE fail with `complaint()`."""
    deadline = time.monotonic() + DEADLINE
    while not condition():
        assert time.monotonic() < deadline, complaint()
        time.sleep(0.05)

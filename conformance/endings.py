"""How the command is ended from outside: always so that it clears up."""

import contextlib
import math
import signal
import time
from collections.abc import Iterator

# `kill`, a CI job that is cancelled; a terminal that is closed, an ssh connection that is lost.
ENDINGS = (signal.SIGTERM, signal.SIGHUP)
# Seconds between signals that mean one ending: `timeout` tells its command, then the whole group.
AT_ONCE = 0.5


@contextlib.contextmanager
def as_interrupts() -> Iterator[None]:
    """Within it these signals do what Ctrl-C does, unless they are ignored (nohup)."""
    latest = -math.inf

    def interrupt(*_: object) -> None:
        nonlocal latest
        earlier, latest = latest, time.monotonic()
        if latest - earlier > AT_ONCE:
            raise KeyboardInterrupt

    before = {number: signal.getsignal(number) for number in ENDINGS}
    mine = [number for number in ENDINGS if before[number] != signal.SIG_IGN]
    for number in mine:
        signal.signal(number, interrupt)
    try:
        yield
    finally:
        for number in mine:
            signal.signal(number, before[number])


def of_interrupt(error: BaseException) -> bool:
    """Whether it is an interrupt, or was raised in the disorder that one brought about."""
    earlier: BaseException | None = error
    while earlier is not None and not isinstance(earlier, KeyboardInterrupt):
        earlier = earlier.__context__
    return earlier is not None

"""How the command is ended from outside: always so that it clears up."""

import contextlib
import signal
from collections.abc import Iterator

# `kill`, a CI job that is cancelled; a terminal that is closed, an ssh connection that is lost.
ENDINGS = (signal.SIGTERM, signal.SIGHUP)


@contextlib.contextmanager
def as_interrupts() -> Iterator[None]:
    """Within it these signals do what Ctrl-C does, unless they are ignored (nohup)."""

    def interrupt(*_: object) -> None:
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

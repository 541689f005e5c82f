"""``python -m tests.restart FOLDER``: the command [control].apply of a controlled server.

It takes a whole configuration on stdin, restarts the server that lives in FOLDER, and returns when
that listens again. It runs hundreds of times, so it imports little.
"""

import json
import os
import select
import signal
import subprocess
import sys
from pathlib import Path

STOP_SECONDS = 30


def restart(folder: Path, configuration: bytes) -> None:
    """End the server of this folder, and start it with another configuration."""
    end_process(int((folder / "pid").read_text()))
    (folder / "imap.cfg").write_bytes(configuration)
    program = json.loads((folder / "program.json").read_text())
    with (folder / "log").open("ab") as log:
        process = subprocess.Popen(
            [*program, "-c", str(folder / "imap.cfg")],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=log,
            start_new_session=True,
        )
    (folder / "pid").write_text(str(process.pid))
    ready = process.stdout.readline()
    if not ready.startswith(b"ready "):
        sys.exit(f"the server did not start; the end of its log:\n{_last_lines(folder / 'log')}")


def _last_lines(log: Path) -> str:
    return "\n".join(log.read_text(errors="replace").splitlines()[-5:])


def end_process(pid: int) -> None:
    """End a process, if it is there, and wait until it is not."""
    try:
        descriptor = os.pidfd_open(pid)
    except ProcessLookupError:
        return
    try:
        signal.pidfd_send_signal(descriptor, signal.SIGTERM)
        if not select.select([descriptor], [], [], STOP_SECONDS)[0]:
            signal.pidfd_send_signal(descriptor, signal.SIGKILL)
            select.select([descriptor], [], [], STOP_SECONDS)
    except ProcessLookupError:
        pass
    finally:
        os.close(descriptor)


if __name__ == "__main__":
    restart(Path(sys.argv[1]), sys.stdin.buffer.read())

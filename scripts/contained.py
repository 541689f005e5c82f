"""Run a command of which nothing is left when it has ended, or the script that runs it has.

    contained.py PARENT COMMAND...

PARENT is the process id of that script: a shell's `$$`. COMMAND has a temporary folder (TMPDIR) of
its own. When either has ended, even by `kill -9`, every process that COMMAND began is killed (on
Linux; elsewhere just COMMAND itself), and the folder is removed. The exit code is COMMAND's, or
128 + N after signal N.
"""

import contextlib
import ctypes
import os
import shutil
import signal
import sys
import tempfile
import time
from pathlib import Path

LOOK_SECONDS = 0.1
PR_SET_CHILD_SUBREAPER = 36  # <linux/prctl.h>
ENDINGS = (signal.SIGHUP, signal.SIGINT, signal.SIGTERM)
IS_LINUX = sys.platform == "linux"


def main(parent: int, command: list[str]) -> int:
    for number in ENDINGS:
        signal.signal(number, stop)
    if IS_LINUX:  # a process that loses its parent becomes a child of this one
        ctypes.CDLL(None).prctl(PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0)
    folder = Path(tempfile.mkdtemp(prefix="gximap-"))
    try:
        folder.chmod(0o711)  # tests start servers that become other users
        environment = {**os.environ, "TMPDIR": str(folder)}
        group = os.getpgrp()
        with contextlib.suppress(PermissionError):  # it leads a session: nobody else's group
            os.setpgid(0, 0)  # Ctrl-C is for the others in the group, and so is `kill -9` of it
        child = os.posix_spawnp(command[0], command, environment, setpgroup=group)
        try:
            return wait(child, parent)
        finally:
            kill_children(child)
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def stop(number: int, _: object) -> None:
    for each in ENDINGS:  # a second one would only leave something behind
        signal.signal(each, signal.SIG_IGN)
    sys.exit(128 + number)


def wait(child: int, parent: int) -> int:
    """Wait until the command or the script has ended; the exit code."""
    while os.getppid() == parent:
        ended, status = os.waitpid(-1, os.WNOHANG)  # one that was orphaned, too
        if ended == child:
            code = os.waitstatus_to_exitcode(status)
            return 128 - code if code < 0 else code
        if not ended:
            time.sleep(LOOK_SECONDS)
    return 128 + signal.SIGKILL


def kill_children(child: int) -> None:
    """Kill the processes below this one until there are none: children's children come up."""
    with contextlib.suppress(ChildProcessError):  # there are none
        while True:
            for number in own_children() if IS_LINUX else [child]:
                with contextlib.suppress(ProcessLookupError):
                    os.kill(number, signal.SIGKILL)
            os.waitpid(-1, 0)


def own_children() -> list[int]:
    children = []
    for folder in Path("/proc").glob("[0-9]*"):
        with contextlib.suppress(OSError):  # it has ended meanwhile
            _, _, fields = (folder / "stat").read_text().rpartition(") ")  # past the name
            if int(fields.split()[1]) == os.getpid():
                children.append(int(folder.name))
    return children


if __name__ == "__main__":
    sys.exit(main(int(sys.argv[1]), sys.argv[2:]))

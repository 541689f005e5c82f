"""A process that keeps a server, and a folder for it, as long as the process that started it lives.

`python -IS keeper.py PREFIX LOG COMMAND...` makes a temporary folder whose name begins with PREFIX
and prints its path. After a line on standard input it runs COMMAND, with that path in place of each
`{folder}` and with its standard error in the file LOG of the folder. A signal or the end of
standard input ends COMMAND; standard input also ends when the process at its other end is killed.
Then the folder is removed. The exit code is COMMAND's, or 128 + N after signal N.

A script of its own that imports little: one is started for each reference server.
"""

import os
import shutil
import signal
import subprocess
import sys
import tempfile
import threading
from types import FrameType

ENDINGS = (signal.SIGHUP, signal.SIGINT, signal.SIGTERM)
STOP_SECONDS = 10


def main(prefix: str, log: str, *command: str) -> int:
    for number in ENDINGS:
        signal.signal(number, end)
    folder = tempfile.mkdtemp(prefix=prefix)
    try:
        print(folder, flush=True)
        if not os.read(0, 1):
            return 0
        words = [word.replace("{folder}", folder) for word in command]
        return run(words, f"{folder}/{log}")
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def end(number: int, _: FrameType | None) -> None:
    for each in ENDINGS:  # a second one would only leave something behind
        signal.signal(each, signal.SIG_IGN)
    sys.exit(128 + number)


def run(command: list[str], log: str) -> int:
    with open(log, "ab") as errors:  # noqa: PTH123 - pathlib would take longer than all the rest
        process = subprocess.Popen(command, stdin=subprocess.DEVNULL, stderr=errors)
    try:
        threading.Thread(target=end_with_input, daemon=True).start()
        os.dup2(0, 1)  # nobody but COMMAND writes to standard output now: it ends with COMMAND
        code = process.wait()
        return 128 - code if code < 0 else code
    finally:
        process.terminate()
        try:
            process.wait(STOP_SECONDS)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


def end_with_input() -> None:
    while os.read(0, 64):
        pass
    os.kill(os.getpid(), signal.SIGTERM)


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))

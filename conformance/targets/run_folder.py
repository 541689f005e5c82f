"""The folder in which the processes of a run leave files for each other."""

import contextlib
import os
import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path

NAME = "unfinished-{}"  # in the folder of the report, while the process of this id runs
DIALOGUES = "dialogues-{}.json"  # of one process, one after the other
FLAG = "stopped"  # the file that says why no worker may change anything any more


@contextlib.contextmanager
def run_folder(report: str | None) -> Iterator[str]:
    """Make it, in the folder of the report if there is one; it is removed behind the block.

    What a killed run has left there is removed first.
    """
    if report is None:
        with tempfile.TemporaryDirectory(prefix="gximap-") as name:
            yield name
        return
    folder = Path(report) / NAME.format(os.getpid())
    for left in Path(report).glob(NAME.format("*")):
        # In containers one run after the other has the same process id.
        if left == folder or not _runs(left.name.rpartition("-")[2]):
            shutil.rmtree(left, ignore_errors=True)
    folder.mkdir(parents=True, exist_ok=True)
    try:
        yield str(folder)
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _runs(process: str) -> bool:
    """Whether there is a process with this id."""
    try:
        os.kill(int(process), 0)
    except (ValueError, ProcessLookupError):
        return False
    except PermissionError:
        pass
    return True

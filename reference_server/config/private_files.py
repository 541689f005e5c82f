"""Files and folders for the server's account alone: 0600 and 0700, whatever the umask.

No function here follows a symbolic link in the last component of a path, and none changes the mode
of a file that has a second name (a hard link): both may be another's.
"""

from __future__ import annotations

import errno
import os
import stat
from collections.abc import Collection, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

FILE_MODE = 0o600
FOLDER_MODE = 0o700
ROOT = 0
_OTHERS = stat.S_IRWXG | stat.S_IRWXO


def make_private_folder(folder: Path, own: Collection[str] | None = None) -> str | None:
    """Make the folder, with those above it, or take away what others may do in an existing one.

    ``own``: the names of our files; a folder with any other in it stays as it is (None: no name
    matters). Returns a warning for the log where others keep access to it. Raises OSError.
    """
    made = False
    with suppress(FileExistsError):
        folder.mkdir(FOLDER_MODE, parents=True)
        made = True  # the umask may have taken more away
    status = folder.stat()
    if not stat.S_ISDIR(status.st_mode):
        raise NotADirectoryError(errno.ENOTDIR, os.strerror(errno.ENOTDIR), str(folder))
    if not made and not status.st_mode & _OTHERS:
        return None
    if folder.is_symlink():
        why = "it is a symbolic link"
    elif status.st_mode & stat.S_ISVTX:
        why = "it is for everyone"
    elif own is not None and any(file.name not in own for file in folder.iterdir()):
        why = "it holds other files too"
    else:
        try:
            with opened_folder(folder) as descriptor:
                os.fchmod(descriptor, FOLDER_MODE)
                if not os.fstat(descriptor).st_mode & _OTHERS:
                    return None
            why = "its file system has no modes"
        except OSError as error:  # another's folder, or a file system without modes
            why = str(error.strerror)
    return (
        f"other users may enter {folder} (mode {stat.S_IMODE(status.st_mode):04o}), and its mode"
        f" was not changed ({why}): chmod 700 {folder}"
    )


@contextmanager
def opened_folder(folder: Path) -> Iterator[int]:
    """The descriptor of a folder, for a while. Raises OSError, also for a symbolic link."""
    descriptor = open_no_link(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        yield descriptor
    finally:
        os.close(descriptor)


def open_private(path: Path, flags: int) -> int:
    """Open a regular file; the descriptor. Its mode becomes 0600, if it is this account's.

    Raises OSError, with ELOOP for a symbolic link and EINVAL for a device and the like.
    """
    descriptor = open_no_link(path, flags)
    try:
        status = os.fstat(descriptor)
        if not stat.S_ISREG(status.st_mode):
            raise OSError(errno.EINVAL, "not a regular file", str(path))
        if stat.S_IMODE(status.st_mode) != FILE_MODE and status.st_nlink == 1:
            with suppress(OSError):  # another's file, or a file system without modes
                os.fchmod(descriptor, FILE_MODE)
    except BaseException:
        os.close(descriptor)
        raise
    return descriptor


def open_no_link(path: Path, flags: int, folder: int | None = None) -> int:
    """Open a file that is no symbolic link; the descriptor. Waits for nobody (a named pipe).

    Raises OSError.
    ``folder``: the descriptor of the folder that ``path`` is relative to.
    """
    flags |= os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC
    descriptor = os.open(path, flags, FILE_MODE, dir_fd=folder)
    os.set_blocking(descriptor, True)
    return descriptor


def write_private(path: Path, octets: bytes) -> None:
    """Replace the content of a private file. Raises OSError."""
    with os.fdopen(open_private(path, os.O_WRONLY | os.O_CREAT), "wb") as file:
        file.truncate()
        file.write(octets)


def exposure(path: Path) -> str | None:
    """A warning for the log where others may read or change a file that holds secrets.

    A file of root's that a group may read is in order: an account that the server switches to
    reads it as a member. None for a file that cannot be looked at.
    """
    try:
        status = path.stat()
    except OSError:
        return None
    open_to = status.st_mode & _OTHERS
    if status.st_uid == ROOT:
        open_to &= ~stat.S_IRGRP
    if not open_to:
        return None
    mode = stat.S_IMODE(status.st_mode)
    return f"other users may read or change {path} (mode {mode:04o}): chmod 600 {path}"

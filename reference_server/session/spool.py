"""Large literals on their way in: an unlinked temporary file, read back through mmap."""

from __future__ import annotations

import mmap
import tempfile

from reference_server.protocol.commands import Octets


class FileSpool:
    """Takes in ``write``; ``finish`` gives the octets. The file vanishes with the last user."""

    def __init__(self) -> None:
        # Left open on purpose: the spool is its owner until finish, or until it is dropped.
        self._file = tempfile.TemporaryFile(prefix="gximap-")  # noqa: SIM115

    def write(self, octets: bytes, /) -> None:
        self._file.write(octets)

    def finish(self) -> Octets:
        with self._file as file:
            file.flush()
            if not file.tell():
                return b""
            return mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ)


def open_spool(_size: int) -> FileSpool:
    """A spool for a literal. Raises OSError."""
    return FileSpool()

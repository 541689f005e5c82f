"""Large literals on their way in: an unlinked temporary file, read back piece by piece."""

from __future__ import annotations

import os
import tempfile
from typing import IO

from reference_server.message import find_in_windows
from reference_server.protocol.commands import Octets

WINDOW = 256 * 1024  # octets that a search has in memory


class FileOctets:
    """The octets of a file, of which only slices come into memory; mapped ones would stay there.

    The file vanishes with its last user. Readable by any thread.
    """

    def __init__(self, file: IO[bytes]) -> None:
        self._file = file
        self._length = os.fstat(file.fileno()).st_size

    def __len__(self) -> int:
        return self._length

    def __getitem__(self, index: slice, /) -> bytes:
        """A slice with step 1. Raises OSError."""
        start, stop, step = index.indices(self._length)
        if step != 1:
            raise ValueError("only slices with step 1")
        return os.pread(self._file.fileno(), max(stop - start, 0), start)

    def find(self, sub: bytes, start: int = 0, end: int | None = None, /) -> int:
        """As ``bytes.find``."""
        start, end, _ = slice(start, end).indices(self._length)
        return find_in_windows(self, sub, start, end, WINDOW)


class FileSpool:
    """Takes in ``write``; ``finish`` gives the octets."""

    def __init__(self) -> None:
        # Left open on purpose: whoever has the spool, or then its octets, is its owner.
        self._file = tempfile.TemporaryFile(prefix="gximap-")  # noqa: SIM115

    def write(self, octets: bytes, /) -> None:
        self._file.write(octets)

    def finish(self) -> Octets:
        self._file.flush()
        return FileOctets(self._file)


def open_spool(_size: int) -> FileSpool:
    """A spool for a literal. Raises OSError."""
    return FileSpool()

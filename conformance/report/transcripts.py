"""The dialogues of cases: in few characters, and on disk until the report is written."""

import json
from collections.abc import Sequence
from functools import lru_cache
from pathlib import Path
from typing import Any, overload

from conformance.wire import Transcript
from conformance.wire.transcript import KEPT_FIRST

# Characters of a dialogue that are kept, at its beginning and at its end.
ROOM_FIRST, ROOM_LAST = 16_000, 48_000


def transcript_data(transcript: Transcript) -> list[dict[str, Any]]:
    """A transcript for the report: dicts with t, from, connection, text; a long one shortened.

    Where entries are left out one says how many.
    """
    entries = [
        {
            "t": round(entry.seconds, 3),
            "from": entry.side,
            "connection": entry.connection,
            "text": entry.text,
        }
        for entry in transcript
    ]
    sizes = [len(str(entry["text"])) for entry in entries]
    if not transcript.left_out and sum(sizes) <= ROOM_FIRST + ROOM_LAST:
        return entries
    first = min(_fitting(sizes, ROOM_FIRST), KEPT_FIRST)
    last = _fitting(sizes[:first:-1], ROOM_LAST)
    left_out = len(entries) - first - last + transcript.left_out
    gap = entries[first] | {"text": f"[... {left_out} entries left out ...]"}
    return [*entries[:first], gap, *entries[len(entries) - last :]]


def shortened(text: str, most: int) -> str:
    """The text; of one longer than `most` characters the beginning and the end."""
    if len(text) <= most:
        return text
    return f"{text[: most // 2]} [... {len(text) - most} characters ...] {text[-most // 2 :]}"


def _fitting(sizes: Sequence[int], room: int) -> int:
    """The number of these that have room, one after the other."""
    for number, size in enumerate(sizes):
        room -= size
        if room < 0:
            return number
    return len(sizes)


class StoredTranscript(Sequence[dict[str, Any]]):
    """A dialogue in a file of the run's folder, read when it is asked for."""

    def __init__(self, file: str, offset: int, size: int, entries: int) -> None:
        self._where = file, offset, size
        self._entries = entries

    @overload
    def __getitem__(self, index: int) -> dict[str, Any]: ...
    @overload
    def __getitem__(self, index: slice) -> Sequence[dict[str, Any]]: ...
    def __getitem__(self, index: int | slice) -> Any:
        return _load(*self._where)[index]

    def __len__(self) -> int:
        return self._entries


@lru_cache(maxsize=2)
def _load(file: str, offset: int, size: int) -> list[dict[str, Any]]:
    with Path(file).open("rb") as stream:
        stream.seek(offset)
        entries: list[dict[str, Any]] = json.loads(stream.read(size))
        return entries


def store(entries: list[dict[str, Any]], file: Path) -> tuple[str, int, int, int]:
    """Append a dialogue to the file; returns the arguments of its StoredTranscript."""
    _load.cache_clear()  # another run in this process may have had a file of the same name
    octets = json.dumps(entries).encode("ascii")
    with file.open("ab") as stream:
        offset = stream.tell()
        stream.write(octets)
    return str(file), offset, len(octets), len(entries)

"""Files of the operator that are searched in several folders."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from reference_server.config.directives import Settings
from reference_server.config.syntax import ConfigurationError

SHIPPED = Path(__file__).parent.parent / "data"
"""The data files that come with the server."""


@dataclass(frozen=True, slots=True)
class Entry:
    """A line that says something. ``place``: file and number, for messages about it."""

    place: str
    text: str


def find_data_file(folders: Sequence[Path], name: str) -> Path | None:
    """The file of that name in the first folder that has one."""
    return next((folder / name for folder in folders if (folder / name).exists()), None)


def find_accounts_file(settings: Settings) -> Path:
    """Where the accounts are: a name without a folder is searched, here last.

    Raises ConfigurationError.
    """
    folders, file = settings.config_file_path, settings.reference_accounts
    if file.name != str(file):
        return file
    found = find_data_file((*folders, Path()), file.name)
    if found is None:
        places = ", ".join(map(str, folders))
        what = f"neither in {places or 'config_file_path'} nor here"
        raise settings.fault("reference_accounts", f"{file}: {what}")
    return found


def read_entries(file: Path) -> Iterator[Entry]:
    """The lines of a UTF-8 file, without empty ones and those that begin with ``#``.

    Raises ConfigurationError.
    """
    try:
        content = file.read_bytes()
    except OSError as error:
        raise ConfigurationError(f"{file}: cannot be read: {error.strerror}") from error
    for number, octets in enumerate(content.splitlines(), start=1):
        place = f"{file}:{number}"
        try:
            text = octets.decode("utf-8").strip()
        except UnicodeDecodeError as error:
            raise ConfigurationError(f"{place}: not UTF-8: octet {error.start + 1}") from error
        if text and not text.startswith("#"):
            yield Entry(place, text)

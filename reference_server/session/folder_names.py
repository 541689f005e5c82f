"""The folders of a new mailbox, named in the language of its account (folder_lang.txt)."""

from __future__ import annotations

import unicodedata
from collections.abc import Mapping, Sequence
from pathlib import Path

from reference_server.config.data_files import SHIPPED, find_data_file, read_entries
from reference_server.config.syntax import ConfigurationError, fold_language, parse_language
from reference_server.storage import NewFolder, is_possible

FILE_NAME = "folder_lang.txt"
SPECIAL_USES = ("\\Drafts", "\\Sent", "\\Trash", "\\Junk")  # in the order of a line's names
LAST_RESORT = "en"
_ACCEPTED = "language|drafts|sent|trash|junk, four different names without /"

Names = Mapping[str, tuple[str, ...]]
"""By language, folded: the names of the folders with SPECIAL_USES."""


class FolderNames:
    """The names by language; ``default`` is the language of an account that has none."""

    def __init__(self, names: Names, default: str) -> None:
        self._names = names
        self._default = default

    def folders(self, language: str | None) -> tuple[NewFolder, ...]:
        """The folders of a new mailbox beside INBOX."""
        names = (
            self._find(language or self._default)
            or self._find(self._default)
            or self._names[LAST_RESORT]
        )
        return tuple(NewFolder(name, (use,)) for name, use in zip(names, SPECIAL_USES, strict=True))

    def knows(self, language: str) -> bool:
        """Whether there are names in this language."""
        return self._find(language) is not None

    def _find(self, language: str) -> tuple[str, ...] | None:
        """The names of the language, or of what is left without its last parts: de_AT, de."""
        parts = fold_language(language).split("_")
        for end in range(len(parts), 0, -1):
            names = self._names.get("_".join(parts[:end]))
            if names is not None:
                return names
        return None


def read_folder_names(
    folders: Sequence[Path] = (), default: str = LAST_RESORT
) -> tuple[FolderNames, list[str]]:
    """The shipped names, with the operator's in their place, and warnings for the log.

    Raises ConfigurationError.
    """
    names = dict(parse_folder_names(SHIPPED / FILE_NAME))
    file = find_data_file(folders, FILE_NAME)
    if file is not None:
        names |= parse_folder_names(file)
    found = FolderNames(names, default)
    warnings = []
    if not found.knows(default):
        warnings.append(f"default_lang: {FILE_NAME} has no names for {default}: those for en hold")
    return found, warnings


def parse_folder_names(file: Path) -> Names:
    """The names in a file, a later line before an earlier one. Raises ConfigurationError."""
    found: dict[str, tuple[str, ...]] = {}
    for entry in read_entries(file):
        text = unicodedata.normalize("NFC", entry.text)
        language, *names = (field.strip() for field in text.split("|"))
        try:
            folded = fold_language(parse_language(language))
        except ValueError:
            raise ConfigurationError(
                f"{entry.place}: {language!r} is no language; expected {_ACCEPTED}"
            ) from None
        if len(names) != len(SPECIAL_USES):
            raise ConfigurationError(f"{entry.place}: {len(names)} names; expected {_ACCEPTED}")
        taken = {"inbox"}
        for name in names:
            if "/" in name or not is_possible(name) or name.casefold() in taken:
                raise ConfigurationError(f"{entry.place}: {name!r} cannot be; expected {_ACCEPTED}")
            taken.add(name.casefold())
        found[folded] = tuple(names)
    return found

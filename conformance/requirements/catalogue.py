"""The catalogue: every sentence of the RFCs, and of Gromox's manual, that binds somebody.

normative.tsv holds the sentences with a key word of RFC 2119, in the RFC's words;
statements.tsv those that bind without one ("Messages that contain ..."), in ours;
gromox.tsv those of the manual, in ours, their sections being directives or topics. Columns of
all: id, section, title of the section, level, sentence. binds.tsv (id, who, why) corrects
whom a sentence binds where the rules of `bound_by` go wrong.
"""

import csv
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path

FOLDER = Path(__file__).parent
TABLES = ("normative.tsv", "statements.tsv", "gromox.tsv")
LEVELS = ("MUST", "SHOULD", "MAY")
STRONG = {
    "MUST": "MUST",
    "MUST NOT": "MUST",
    "REQUIRED": "MUST",
    "SHALL": "MUST",
    "SHALL NOT": "MUST",
    "SHOULD": "SHOULD",
    "SHOULD NOT": "SHOULD",
    "RECOMMENDED": "SHOULD",
    "NOT RECOMMENDED": "SHOULD",
    "MAY": "MAY",
    "OPTIONAL": "MAY",
}
BOUND = ("server", "client", "both", "nobody")

KEY_WORD = re.compile(r"\b(MUST|SHALL|SHOULD|MAY|REQUIRED|RECOMMENDED|OPTIONAL)\b")
PARTY = re.compile(r"\b(clients?|servers?)\b", re.IGNORECASE)
BOTH = re.compile(r"\b(client and server|server and client)\b", re.IGNORECASE)
CHANGE_LOG = re.compile(r"\d{2,}\) ")
BY_THE_CLIENT = re.compile(r"\bby (the|a) client\b", re.IGNORECASE)


class CatalogueError(Exception):
    """A table of the catalogue is not well-formed."""


@dataclass(frozen=True, slots=True)
class Requirement:
    """One sentence. `key_words` as the table has them, e.g. ("MUST NOT", "SHOULD NOT")."""

    id: str
    section: str
    title: str
    key_words: tuple[str, ...]
    sentence: str
    binds: str

    @property
    def document(self) -> str:
        """The document's name, e.g. "RFC3501"."""
        return self.id.partition("-")[0]

    @property
    def level(self) -> str:
        """The strongest of its key words: "MUST", "SHOULD" or "MAY"."""
        return min((STRONG[word] for word in self.key_words), key=LEVELS.index)

    @property
    def testable(self) -> bool:
        """Whether a server can fail it: it binds the server, and says MUST or SHOULD."""
        return self.binds in ("server", "both") and self.level != "MAY"


def bound_by(sentence: str) -> str:
    """Whom a sentence binds, guessed from its words: "server", "client", "both" or "nobody".

    The party named last before the first key word is its subject; "client and server" is both;
    a passive ("recorded by the client") names the client behind. Where nobody is named the
    sentence speaks of what a server sends or does. A line of the list of changes binds nobody.
    """
    if CHANGE_LOG.match(sentence):
        return "nobody"
    if BOTH.search(sentence):
        return "both"
    key_word = KEY_WORD.search(sentence)
    subject = sentence[: key_word.start()] if key_word else sentence
    parties = PARTY.findall(subject)
    if parties:
        return "client" if parties[-1].lower().startswith("client") else "server"
    return "client" if BY_THE_CLIENT.search(sentence) else "server"


class Catalogue(Mapping[str, Requirement]):
    """The sentences by id, in the order of the documents."""

    def __init__(self, requirements: Mapping[str, Requirement]) -> None:
        self._requirements = requirements

    def __getitem__(self, identifier: str) -> Requirement:
        return self._requirements[identifier]

    def __iter__(self) -> Iterator[str]:
        return iter(self._requirements)

    def __len__(self) -> int:
        return len(self._requirements)

    def has_document(self, name: str) -> bool:
        return any(requirement.document == name for requirement in self.values())

    def level(self, ids: tuple[str, ...]) -> str:
        """The strongest level among these sentences."""
        return min((self[identifier].level for identifier in ids), key=LEVELS.index)


def read(folder: Path) -> Catalogue:
    """Read the tables of a folder; a CatalogueError names file and line of what is wrong."""
    binds = {row[0]: row[1] for _, row in _rows(folder / "binds.tsv", 3)}
    requirements: dict[str, Requirement] = {}
    for table in TABLES:
        for where, (identifier, section, title, level, sentence) in _rows(folder / table, 5):
            key_words = tuple(level.split(","))
            unknown = [word for word in key_words if word not in STRONG]
            if unknown:
                raise CatalogueError(f"{where}: {unknown[0]!r} is not a key word of RFC 2119")
            if identifier in requirements:
                raise CatalogueError(f"{where}: the id {identifier} is taken already")
            who = binds.pop(identifier, None) or bound_by(sentence)
            if who not in BOUND:
                raise CatalogueError(f"binds.tsv: {identifier} binds {who!r}, not one of {BOUND}")
            requirements[identifier] = Requirement(
                identifier, section, title, key_words, sentence, who
            )
    if binds:
        raise CatalogueError(f"binds.tsv: no sentence has the id {next(iter(binds))}")
    return Catalogue(requirements)


def _rows(path: Path, columns: int) -> Iterator[tuple[str, list[str]]]:
    with path.open(encoding="utf-8", newline="") as file:
        reader = csv.reader(file, delimiter="\t", quoting=csv.QUOTE_NONE)
        for number, row in enumerate(reader, 1):
            if not row or row[0].startswith("#"):
                continue
            if len(row) != columns:
                raise CatalogueError(
                    f"{path.name}, line {number}: {len(row)} columns instead of {columns}"
                )
            yield f"{path.name}, line {number}", row


@cache
def catalogue() -> Catalogue:
    """The catalogue that the suite ships with, read once."""
    return read(FOLDER)

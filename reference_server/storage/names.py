"""Mailbox names: Unicode, levels separated by "/", INBOX in any case (RFC 3501, 5.1)."""

from __future__ import annotations

import unicodedata

from reference_server.storage.errors import InvalidName, NameTooLong

DELIMITER = "/"
INBOX = "INBOX"
LONGEST = 1000  # characters
# Control characters, lone surrogates, line and paragraph separators.
_FORBIDDEN = {"Cc", "Cs", "Zl", "Zp"}


def canonical(name: str) -> str:
    """The name as stored: without one trailing delimiter, INBOX as first level in capitals.

    The trailing delimiter only declares that inferiors will be made (RFC 3501, 6.3.3).
    """
    name = name.removesuffix(DELIMITER)
    first, delimiter, rest = name.partition(DELIMITER)
    return INBOX + delimiter + rest if first.upper() == INBOX else name


def is_valid(name: str) -> bool:
    """Whether a canonical name is one that may exist: Net-Unicode (RFC 9051, 5.1)."""
    if len(name) > LONGEST or not all(name.split(DELIMITER)):
        return False
    if name.isascii():
        return name.isprintable()
    return unicodedata.is_normalized("NFC", name) and not any(
        unicodedata.category(character) in _FORBIDDEN for character in name
    )


def is_possible(name: str) -> bool:
    """Whether a mailbox of this name could be created, if it does not exist."""
    return is_valid(canonical(name))


def checked(name: str) -> str:
    """The canonical name. Raises InvalidName, NameTooLong."""
    stored = canonical(name)
    if len(stored) > LONGEST:
        raise NameTooLong(name)
    if not is_valid(stored):
        raise InvalidName(name)
    return stored


def superiors(name: str) -> list[str]:
    """The superior names, outermost first: "a/b/c" has "a" and "a/b"."""
    levels = name.split(DELIMITER)
    return [DELIMITER.join(levels[:depth]) for depth in range(1, len(levels))]

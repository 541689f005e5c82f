"""The names under which runs create their mailboxes, distinct from any name of a user's."""

import hashlib
import re
import secrets

ALPHABET = "abcdefghijkmnpqrstuvwxyz23456789"  # without those that are mistaken for one another
RANDOM, CHECK = 12, 4
# The form of a scratch name. Of a million names of this form that somebody else makes up, one
# passes `is_scratch_name`.
FORM = f"gximap-[{ALPHABET}]{{{RANDOM + CHECK}}}"


def scratch_name() -> str:
    """A name for everything that one run creates: `gximap-`, random letters and their check."""
    letters = "".join(secrets.choice(ALPHABET) for _ in range(RANDOM))
    return f"gximap-{letters}{_check(letters)}"


def is_scratch_name(name: str) -> bool:
    """Whether a run has made this name: it has the form, and its last letters are the check."""
    if re.fullmatch(FORM, name) is None:
        return False
    letters = name.removeprefix("gximap-")
    return letters[RANDOM:] == _check(letters[:RANDOM])


def scratch_names_in(text: str) -> list[str]:
    """The names in the text that runs have made: more than one where one run met another's."""
    return [name for name in re.findall(FORM, text) if is_scratch_name(name)]


def _check(letters: str) -> str:
    digest = hashlib.sha256(b"gximap-conformance " + letters.encode("ascii")).digest()
    return "".join(ALPHABET[octet % len(ALPHABET)] for octet in digest[:CHECK])

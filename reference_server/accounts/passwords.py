"""Password verifiers: plain text, scrypt, crypt(3).

The textual form of a scrypt hash is ``$scrypt$ln=14,r=8,p=1$SALT$KEY``: ln is the base-2 logarithm
of the cost N, SALT and KEY are base64 without padding, the password is UTF-8 (RFC 7914 names the
parameters). ``scrypt_hash`` makes one.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import hmac
import os
import re
import warnings
from dataclasses import dataclass
from typing import Protocol

try:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)  # it left the library with Python 3.13
        import crypt
except ImportError:
    crypt = None  # type: ignore[assignment]

_SCRYPT = re.compile(
    r"\$scrypt\$ln=(\d{1,2}),r=(\d{1,3}),p=(\d{1,3})\$([A-Za-z0-9+/]+)\$([A-Za-z0-9+/]+)"
)
_MEMORY = 256 * 1024 * 1024  # the most that one verification may take, octets


class Verifier(Protocol):
    """Knows one password."""

    def verify(self, password: str) -> bool: ...


@dataclass(frozen=True, slots=True)
class Plain:
    digest: bytes  # SHA-256, so that comparing takes the same time for every length

    @classmethod
    def of(cls, password: str) -> Plain:
        return cls(_sha256(password))

    def verify(self, password: str) -> bool:
        return hmac.compare_digest(self.digest, _sha256(password))


@dataclass(frozen=True, slots=True)
class Scrypt:
    cost: int
    block_size: int
    parallelism: int
    salt: bytes
    key: bytes

    def verify(self, password: str) -> bool:
        return hmac.compare_digest(self.key, self.derive(password))

    def derive(self, password: str) -> bytes:
        return hashlib.scrypt(
            password.encode("utf-8", "surrogatepass"),
            salt=self.salt,
            n=self.cost,
            r=self.block_size,
            p=self.parallelism,
            maxmem=_MEMORY,
            dklen=len(self.key),
        )


@dataclass(frozen=True, slots=True)
class Crypt:
    text: str

    def verify(self, password: str) -> bool:
        if "\0" in password:
            return False
        try:
            hashed = crypt.crypt(password, self.text) or ""
        except UnicodeEncodeError:  # octets that are not UTF-8 came as surrogates
            return False
        return hmac.compare_digest(hashed.encode(), self.text.encode())


def parse_hash(text: str) -> Verifier:
    """The verifier for a ``password_hash``. Raises ValueError, saying which forms are accepted."""
    if text.startswith("$scrypt$"):
        return _parse_scrypt(text)
    if crypt is None:
        raise ValueError(
            "this Python has no crypt(3); accepted is $scrypt$ln=14,r=8,p=1$SALT$KEY "
            "(SALT and KEY in base64 without padding)"
        )
    verifier = Crypt(text)
    try:
        # A method that the platform lacks, or a text that is no hash, gives nothing of its length.
        hashed = crypt.crypt("", text) or "*"
    except OSError:
        hashed = "*"
    if not text.isascii() or hashed.startswith("*") or len(hashed) != len(text):
        raise ValueError(
            "neither $scrypt$ln=14,r=8,p=1$SALT$KEY (SALT and KEY in base64 without padding) "
            "nor a crypt(3) hash of a method that this platform has"
        )
    return verifier


def scrypt_hash(password: str, *, log_cost: int = 14) -> str:
    """A new ``password_hash`` for ``password``, with a salt of its own."""
    salt = os.urandom(16)
    key = Scrypt(1 << log_cost, 8, 1, salt, bytes(32)).derive(password)
    return f"$scrypt$ln={log_cost},r=8,p=1${_base64(salt)}${_base64(key)}"


def _parse_scrypt(text: str) -> Scrypt:
    match = _SCRYPT.fullmatch(text)
    if match is None:
        raise ValueError(
            "not of the form $scrypt$ln=14,r=8,p=1$SALT$KEY "
            "(SALT and KEY in base64 without padding)"
        )
    log_cost, block_size, parallelism = (int(match[index]) for index in (1, 2, 3))
    try:
        salt, key = (_unbase64(match[index]) for index in (4, 5))
    except binascii.Error as error:
        raise ValueError("SALT or KEY is not base64 without padding") from error
    if len(key) < 16:
        raise ValueError("KEY is shorter than 16 octets")
    verifier = Scrypt(1 << log_cost, block_size, parallelism, salt, key)
    try:
        verifier.verify("")
    except (ValueError, MemoryError, OverflowError) as error:
        raise ValueError(f"ln, r, p are out of bounds or need over {_MEMORY} octets") from error
    return verifier


def _sha256(password: str) -> bytes:
    return hashlib.sha256(password.encode("utf-8", "surrogatepass")).digest()


def _base64(octets: bytes) -> str:
    return base64.b64encode(octets).decode("ascii").rstrip("=")


def _unbase64(text: str) -> bytes:
    return base64.b64decode(text + "=" * (-len(text) % 4), validate=True)

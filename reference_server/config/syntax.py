"""The syntax of configuration files and of the values in them, as gromox(7) describes it."""

from __future__ import annotations

import ipaddress
import re
from collections.abc import Iterator
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path

LINE_LIMIT = 1024  # octets, without the line end
_WHITE_SPACE = " \t\n\r\v\f"  # not the spaces of Unicode, which a password may end with

_SECOND = Fraction(1)
_YEAR = 86400 * Fraction(1461, 4)  # 365.25 days
_UNITS = {
    ("ns", "nsec"): _SECOND / 10**9,
    ("µs", "µsec"): _SECOND / 10**6,
    ("ms", "msec"): _SECOND / 10**3,
    ("s", "sec", "second", "seconds"): _SECOND,
    ("min", "minute", "minutes"): 60 * _SECOND,
    ("h", "hour", "hours"): 3600 * _SECOND,
    ("d", "day", "days"): 86400 * _SECOND,
    ("week", "weeks"): 7 * 86400 * _SECOND,
    ("month", "months"): _YEAR / 12,
    ("y", "year", "years"): _YEAR,
}
_SECONDS = {unit: seconds for units, seconds in _UNITS.items() for unit in units}

_QUANTUM = re.compile(r"([+-]?(?:[0-9]+\.?[0-9]*|\.[0-9]+))([^0-9.+-]+)")
_QUANTITY = re.compile(
    r"([+-]?(?:[0-9]+\.?[0-9]*|\.[0-9]+))([kMGTPEZYRQ]?)", re.ASCII | re.IGNORECASE
)
_LANGUAGE = re.compile(r"[A-Za-z]{2,8}([-_][A-Za-z0-9]{1,8})*")
_HOST = re.compile(r"[A-Za-z0-9]([A-Za-z0-9._:-]{0,253}[A-Za-z0-9])?")
_HOST_NAME = re.compile(r"(?!.{254})(?:[A-Za-z0-9_-]{1,63}\.)*(?=[^.]*[A-Za-z])[A-Za-z0-9_-]{1,63}")
_ZERO = re.compile(
    r"[+-]?(?:(?:0+\.?0*|\.0+)(?:e[+-]?[0-9]+)?|0x(?:0+\.?0*|\.0+)(?:p[+-]?[0-9]+)?)", re.IGNORECASE
)


@dataclass(frozen=True, slots=True)
class Line:
    """One ``key=value`` of a file; ``number`` counts lines from 1."""

    file: Path
    number: int
    key: str
    value: str


class ConfigurationError(Exception):
    """A configuration that cannot be used; the text says why in one line."""


class LineError(ConfigurationError):
    """A line that cannot be used."""

    def __init__(self, line: Line, what: str) -> None:
        super().__init__(f'{line.file}:{line.number}: {line.key} = "{line.value}": {what}')


def read_lines(file: Path) -> Iterator[Line]:
    """The lines of a file that say something. Raises ConfigurationError."""
    try:
        content = file.read_bytes()
    except OSError as error:
        raise ConfigurationError(f"{file}: cannot be read: {error.strerror}") from error
    for number, octets in enumerate(content.split(b"\n"), start=1):
        if len(octets) > LINE_LIMIT:
            raise ConfigurationError(
                f"{file}:{number}: line of {len(octets)} octets: expected at most {LINE_LIMIT}"
            )
        if b"\0" in octets:
            raise ConfigurationError(f"{file}:{number}: line with a NUL octet: expected no NUL")
        text = octets.strip().decode("utf-8", "surrogateescape")
        if not text or text.startswith("#"):
            continue
        key, equals, value = text.partition("=")
        line = Line(file, number, key.rstrip(_WHITE_SPACE), value.lstrip(_WHITE_SPACE))
        if not equals or not line.key:
            raise ConfigurationError(f'{file}:{number}: "{text}": expected key=value')
        yield line


def parse_bool(text: str) -> bool:
    """False for the empty string, no, off, false and any zero; true for everything else."""
    return text.lower() not in ("", "no", "off", "false") and not _ZERO.fullmatch(text)


def parse_quantity(text: str) -> int:
    """A number with at most one suffix letter, in powers of 1024; fractions of 1 are cut off.

    Raises ValueError.
    """
    match = _QUANTITY.fullmatch(text)
    if match is None:
        raise ValueError(text)
    number, suffix = match.groups()
    exponent = "kmgtpezyrq".index(suffix.lower()) + 1 if suffix else 0
    return int(Fraction(number) * 1024**exponent)


def parse_span(text: str) -> Fraction:
    """A time span in seconds: the sum of its ``number unit`` quanta. Raises ValueError."""
    packed = "".join(text.split())
    if packed == "0":
        return Fraction(0)
    total = Fraction(0)
    position = 0
    while match := _QUANTUM.match(packed, position):
        number, unit = match.groups()
        if unit not in _SECONDS:
            break
        total += Fraction(number) * _SECONDS[unit]
        position = match.end()
    if position < len(packed) or not packed:
        raise ValueError(text)
    return total


def parse_language(text: str) -> str:
    """A language such as en, de_AT or zh-TW. Raises ValueError."""
    if not _LANGUAGE.fullmatch(text):
        raise ValueError(text)
    return text


def fold_language(language: str) -> str:
    """The form in which languages are compared."""
    return language.replace("-", "_").lower()


def parse_address(text: str) -> str:
    """An address of IPv4 or IPv6, or a host name. Raises ValueError."""
    if not _HOST_NAME.fullmatch(text):
        ipaddress.ip_address(text)
    return text


def parse_host(text: str) -> str:
    """A host name, or an address, as it can stand in a response. Raises ValueError."""
    if not _HOST.fullmatch(text):
        raise ValueError(text)
    return text

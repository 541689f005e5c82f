"""Reading configuration files into ``Settings``."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from reference_server.config.directives import DIRECTIVES, Directive, Settings
from reference_server.config.syntax import ConfigurationError, Line, LineError, read_lines

__all__ = ["ConfigurationError", "Settings", "load_settings", "system_files"]

SYSTEM_FOLDER = Path("/etc/gromox")

_BY_KEY = {key: row for row in DIRECTIVES for key in (row.key, *row.aliases)}


def system_files() -> list[Path]:
    """The files that are read when none is named; only those that exist."""
    files = [SYSTEM_FOLDER / "gromox.cfg", SYSTEM_FOLDER / "imap.cfg"]
    return [file for file in files if file.exists()]


def load_settings(
    files: Iterable[Path], *, base: Settings | None = None, by_file: bool = False
) -> tuple[Settings, list[str]]:
    """Settings from ``files``, a later line before an earlier one, and warnings for the log.

    What no file names is as in ``base``. With ``by_file`` a directive counts only in the file
    where it belongs (gromox.cfg or imap.cfg). Raises ConfigurationError.
    """
    base = base or Settings()
    lines = dict(base.lines)
    values: dict[str, Any] = {}
    warnings: list[str] = []
    for file in files:
        for line in read_lines(file):
            directive = _BY_KEY.get(line.key)
            place = f"{line.file}:{line.number}"
            if directive is None:
                warnings.append(f"{place}: unknown key {line.key}")
            elif by_file and directive.file != file.name:
                warnings.append(f"{place}: {line.key} belongs in {directive.file}")
            else:
                values[directive.key] = _value(directive, line, warnings)
                lines[directive.key] = line
    return dataclasses.replace(base, lines=lines, **values), warnings


def _value(directive: Directive, line: Line, warnings: list[str]) -> Any:
    kind = directive.kind
    try:
        value = kind.parse(line.value)
    except ValueError:
        raise LineError(line, f"expected {kind.accepted}") from None
    if directive.minimum is None or value >= (minimum := kind.parse(directive.minimum)):
        return value
    warnings.append(
        f'{line.file}:{line.number}: {line.key} = "{line.value}":'
        f" raised to the minimum, {directive.minimum}"
    )
    return minimum

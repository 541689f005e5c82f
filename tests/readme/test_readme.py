"""The tables of README.md are those of the code."""

import re
from pathlib import Path

from reference_server.config.directives import DIRECTIVES
from reference_server.session import capabilities

ROOT = Path(__file__).parent.parent.parent
README = (ROOT / "README.md").read_text(encoding="utf-8")


def directive_rows() -> list[str]:
    """The table of directives as it must stand in the README."""
    rows = ["| key | kind, default (minimum) | meaning |", "| --- | --- | --- |"]
    for directive in DIRECTIVES:
        keys = ", ".join(f"`{key}`" for key in (directive.key, *directive.aliases))
        value = directive.default or "nothing"
        minimum = f" ({directive.minimum})" if directive.minimum is not None else ""
        rows.append(f"| {keys} | {directive.kind.name}, {value}{minimum} | {directive.meaning} |")
    return rows


def capability_rows() -> dict[str, str]:
    """Capability -> its row in the README."""
    rows = re.findall(r"^\| `([A-Za-z0-9=+-]+)`.*\|$", README, re.MULTILINE)
    lines = re.findall(r"^\| `[A-Za-z0-9=+-]+`.*\|$", README, re.MULTILINE)
    return dict(zip(rows, lines, strict=True))


def test_table_of_directives():
    table = "\n".join(directive_rows())
    assert table in README, f"README.md must have this table:\n{table}"


def test_every_capability_has_a_row():
    offered = [name.decode().removesuffix("=%d") for name, _ in capabilities._TABLE]
    rows = capability_rows()
    assert [name for name in offered if name not in rows] == []


def test_files_named_in_the_readme_exist():
    places = re.findall(r"\((conformance/cases/[^)]*)\)", README)
    assert places
    assert [place for place in places if not (ROOT / place).exists()] == []

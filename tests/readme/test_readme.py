"""The tables of README.md are those of the code."""

import re
from pathlib import Path

import pytest

from reference_server.session import capabilities
from tests.readme import tables

ROOT = Path(__file__).parent.parent.parent
README = (ROOT / "README.md").read_text(encoding="utf-8")


def capability_rows() -> dict[str, str]:
    """Capability -> its row in the README."""
    rows = re.findall(r"^\| `([A-Za-z0-9=+-]+)`.*\|$", README, re.MULTILINE)
    lines = re.findall(r"^\| `[A-Za-z0-9=+-]+`.*\|$", README, re.MULTILINE)
    return dict(zip(rows, lines, strict=True))


@pytest.fixture(scope="module")
def found():
    """The proofs of each directive and topic."""
    return tables.proofs()


@pytest.mark.slow
def test_tables_are_those_of_code_and_cases(found):
    for table in (tables.directive_table(found), tables.topic_table(found)):
        remedy = "README.md is out of date: python -m tests.readme.tables"
        assert table in README, f"{remedy}\nexpected:\n{table}"


@pytest.mark.slow
def test_everything_in_the_manual_is_proved(found):
    assert tables.unproved(found) == []


def test_every_capability_has_a_row():
    offered = [name.decode().removesuffix("=%d") for name, _ in capabilities._TABLE]
    rows = capability_rows()
    assert [name for name in offered if name not in rows] == []


def test_files_named_in_the_readme_exist():
    places = re.findall(r"\((conformance/cases/[^)]*)\)", README)
    assert places
    assert [place for place in places if not (ROOT / place).exists()] == []

"""No test reads a private name of a library. Ruff's SLF001 forbids all private names elsewhere."""

import imaplib
import re
from pathlib import Path

import imapclient.imapclient
import pytest
import pytest_timeout
import xdist.dsession

TOP = Path(__file__).parents[2]
LIBRARIES = [
    *Path(pytest.__file__).parents[1].joinpath("_pytest").rglob("*.py"),
    *Path(imapclient.imapclient.__file__).parent.glob("*.py"),
    *Path(xdist.dsession.__file__).parent.rglob("*.py"),
    Path(pytest_timeout.__file__),
    Path(imaplib.__file__),
]
DEFINED = re.compile(r"(?:\bdef |\bclass |\bself\.|\bconfig\.)(_[A-Za-z]\w*)")
USED = re.compile(r"(?<=\.)_[A-Za-z]\w*")


def found(pattern: re.Pattern[str], paths: list[Path]) -> set[str]:
    return {name for path in paths for name in pattern.findall(path.read_text(encoding="utf-8"))}


def test_private_names_of_libraries():
    folders = ("tests", "conformance", "reference_server", "scripts")
    sources = [path for folder in folders for path in (TOP / folder).rglob("*.py")]
    theirs = found(DEFINED, LIBRARIES) - found(DEFINED, sources)
    assert {"_imap", "_command_complete", "_tmp_path_factory"} <= theirs
    assert found(USED, sources) & theirs == set()

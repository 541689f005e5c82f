"""Where the data files lie."""

from pathlib import Path

PACKAGE = Path(__file__).parent


def folder(name: str) -> Path:
    """The folder of that name among the fixtures, e.g. "messages".

    In the wheel the fixtures lie inside this package, in a checkout beside it.
    """
    installed = PACKAGE / "fixtures"
    return (installed if installed.is_dir() else PACKAGE.parent / "fixtures") / name

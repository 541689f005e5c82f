"""The reference server with one defect: `python -m tests.planted.server DEFECT -c FILE`."""

import sys
from collections.abc import Sequence

from reference_server.cli import main
from tests.planted.defects import defects


def serve(name: str, words: Sequence[str]) -> int:
    """Plant the defect, if it has a name, and run the server until it ends; its exit status."""
    if name:
        defects()[name].plant()
    return main(words)


if __name__ == "__main__":
    sys.exit(serve(sys.argv[1], sys.argv[2:]))

"""The reference server with one defect: ``python -m tests.planted.server DEFECT -c FILE``."""

import sys

from reference_server.cli import main
from tests.planted.defects import defects

if __name__ == "__main__":
    defects()[sys.argv[1]].plant()
    sys.exit(main(sys.argv[2:]))

"""`python -m conformance` is `gximap-conformance`."""

import sys

from conformance.cli import main

sys.exit(main())

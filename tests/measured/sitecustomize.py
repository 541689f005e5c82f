"""With this folder in PYTHONPATH the coverage of reference servers is measured, and of no others.

`coverage run` would measure the suite's own processes, too, which makes them slower for nothing.
"""

import os
import sys
from pathlib import Path

if sys.orig_argv[1:3] == ["-m", "reference_server"]:
    import coverage

    os.environ["COVERAGE_PROCESS_START"] = str(Path(__file__).parents[2] / "pyproject.toml")
    coverage.process_startup()

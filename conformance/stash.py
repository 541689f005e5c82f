"""What pytest's configuration and a case carry with them during a run."""

from typing import Any

import pytest

from conformance.report.outcome import Finding
from conformance.report.results import Results
from conformance.requirements.case import Case
from conformance.run import Target

TARGET = pytest.StashKey[Target]()
RESULTS = pytest.StashKey[Results]()
CASE = pytest.StashKey[Case]()
FINDINGS = pytest.StashKey[list[Finding]]()
SECONDS = pytest.StashKey[float]()
# Sentences on what this process leaves changed on the target.
LEFT_BEHIND = pytest.StashKey[list[str]]()
# Whether the sessions of the case enable IMAP4rev2.
REVISION2 = pytest.StashKey[bool]()
# The dialogue of the running case: dicts with t, from, connection, text (see case_fixtures).
TRANSCRIPT = pytest.StashKey[Any]()

"""What tests with planted defects share."""

import os

import pytest


@pytest.fixture
def unmeasured(monkeypatch):
    """Without coverage in the processes: a defective server shows nothing about the server."""
    for variable in os.environ:
        if variable.startswith("COVERAGE_"):
            monkeypatch.delenv(variable)

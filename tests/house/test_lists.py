"""The lists of files and folders in tests/conftest.py have only such as exist."""

import pytest

from tests.conftest import MEASURED, SLOW, TESTS


@pytest.mark.parametrize("name", [*MEASURED, *SLOW])
def test_it_exists(name):
    assert (TESTS / name).exists()

"""The manual of Gromox binds no other server."""

import pytest


@pytest.fixture(autouse=True)
def _gromox(server):
    if not server.is_gromox:
        pytest.skip("the manual of Gromox: the target file names neither [settings] nor a profile")

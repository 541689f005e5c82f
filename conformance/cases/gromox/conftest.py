"""The manual of Gromox binds no other server."""

import time

import pytest

from conformance.cases.gromox._places import Guest
from conformance.targets.description import lacking_address


@pytest.fixture(autouse=True)
def _gromox(fleet):
    if not fleet.is_gromox:
        pytest.skip("the manual of Gromox: the target file names neither [settings] nor a profile")


@pytest.fixture
def knock(server, transcript):
    """knock(kind=None) connects, a Guest; whether it was admitted is for the case to judge."""
    guests = []

    def knock(kind=None):
        address = server.address(kind)
        if address is None:
            pytest.skip(lacking_address(kind))
        guests.append(Guest(server.endpoint(address), transcript))
        return guests[-1]

    yield knock
    for guest in guests:
        guest.close()


@pytest.fixture
def _unblocked_afterwards(server):
    """Where accounts are shared, the case leaves none blocked: its block is over when it ends."""
    yield
    if not server.is_reference:
        time.sleep(float(server.settings["block_interval_auths"].removesuffix("s")) + 1)

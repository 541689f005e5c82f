"""The manual of Gromox binds no other server."""

import time

import pytest

from conformance.cases.gromox._places import Guest
from conformance.stash import TARGET
from conformance.targets.description import lacking_address

FOREIGN = "the manual of Gromox binds no other server"


# Before it is asked what is allowed and offered, which would not help.
@pytest.hookimpl(tryfirst=True)
def pytest_runtest_setup(item):
    target = item.config.stash[TARGET]
    if target.product and not target.is_gromox:
        pytest.skip(f"{FOREIGN}, and by its profile this is {target.product}")
    if not target.is_gromox:
        pytest.skip(f"{FOREIGN}; if this is one, let --profile gromox or a target file say so")


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

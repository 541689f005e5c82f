"""Ten clients at work on one mailbox of a server of its own (RFC 2180)."""

import pytest

from conformance.wire import Endpoint
from tests.random_load import Load

COMMANDS = 150  # a client


@pytest.mark.slow
def test_nothing_is_refused_that_need_not_be(reference_process):
    """Tagged NO comes for messages that are gone alone, BAD never; nobody gets another's data."""
    endpoint = Endpoint(*reference_process.imap, deadline=60)
    load = Load(endpoint, reference_process.user, reference_process.password)
    load.run(10, commands=COMMANDS)
    assert load.answers.total() >= 10 * COMMANDS / 2
    assert {"APPEND OK", "STORE OK", "EXPUNGE OK", "FETCH OK", "MOVE OK"} <= load.answers.keys()

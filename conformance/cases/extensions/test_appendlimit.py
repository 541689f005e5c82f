"""APPENDLIMIT: RFC 7889. Nothing of the size of the limit is ever sent."""

import pytest

from conformance.requirements import needs, requirement
from conformance.wire import Literal, Mailbox

pytestmark = needs("APPENDLIMIT")


@pytest.fixture
def limit(authenticated, mailbox, server):
    """The limit of the mailbox, as CAPABILITY or else STATUS tells it."""
    for capability in server.capabilities:
        name, _, number = capability.partition("=")
        if name.upper() == "APPENDLIMIT" and number:
            return int(number)
    data = authenticated.ok("STATUS", Mailbox(mailbox), "(APPENDLIMIT)").status_data()
    told = data.items.get("APPENDLIMIT")
    if told is None:
        pytest.skip("the mailbox has no limit")
    return told


def announce(connection, mailbox, size):
    """Begin to APPEND a message of that size; the tag."""
    connection.send(b'L1 APPEND "%b" {%d}\r\n' % (mailbox.encode("ascii"), size))
    return "L1"


@requirement("RFC7889-4-TOOBIG")
def test_a_larger_message_is_refused_before_it_is_sent(authenticated, mailbox, limit):
    """APPEND that announces a message above the limit is answered NO with TOOBIG at once."""
    answer = authenticated.finish(announce(authenticated, mailbox, limit + 1))
    assert answer.status == "NO"
    assert answer.tagged.code is not None
    assert answer.tagged.code.name == "TOOBIG"


@requirement("RFC7889-4-TOOBIG")
def test_a_refused_message_does_no_harm(authenticated, mailbox, limit):
    """After the refusal the session goes on, and nothing was appended."""
    authenticated.finish(announce(authenticated, mailbox, 2 * limit)).expect("NO")
    data = authenticated.ok("STATUS", Mailbox(mailbox), "(MESSAGES)").status_data()
    assert data.items["MESSAGES"] == 0
    message = Literal(b"Subject: small\r\n\r\ntext\r\n")
    assert authenticated.command("APPEND", Mailbox(mailbox), message).status == "OK"


@requirement("RFC7889-2-LIMIT")
def test_a_message_of_the_limit_may_be_sent(authenticated, mailbox, limit):
    """APPEND that announces a message of just the limit is told to go on."""
    announce(authenticated, mailbox, limit)
    try:
        authenticated.expect_continuation()
    finally:
        authenticated.close()


@requirement("RFC7889-3.1-STATUS", "RFC7889-2-LIMIT")
def test_status_tells_the_limit(authenticated, mailbox, limit):
    """STATUS has the item APPENDLIMIT, a number or NIL, the limit that was advertised."""
    items = ("MESSAGES", "APPENDLIMIT")
    data = authenticated.ok("STATUS", Mailbox(mailbox), items).status_data()
    assert data.items.keys() == set(items)
    assert data.items["APPENDLIMIT"] == limit


@needs("LIST-STATUS")
@requirement("RFC7889-3.2-LIST")
def test_list_tells_the_limit(authenticated, mailbox, limit):
    """LIST with RETURN (STATUS (APPENDLIMIT)) tells the limit."""
    option = "RETURN (STATUS (APPENDLIMIT))"
    data = authenticated.ok("LIST", '""', Mailbox(mailbox), option).status_data()
    assert data.items == {"APPENDLIMIT": limit}

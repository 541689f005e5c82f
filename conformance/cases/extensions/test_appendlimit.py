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


@pytest.fixture
def too_large(limit):
    """The size of a message above the limit; skips the case where no literal can be larger."""
    if limit + 1 >= 2**32:
        pytest.skip("the limit is the largest size that a literal can have")
    return limit + 1


@pytest.fixture
def ask(authenticated, server):
    """Send a command that asks STATUS for APPENDLIMIT; the items that are told.

    Where CAPABILITY tells the limit of all mailboxes, a refusal skips the case.
    """

    def ask(name, *arguments):
        answer = authenticated.command(name, *arguments)
        if answer.status == "BAD" and "APPENDLIMIT" not in server.capabilities:
            pytest.skip("CAPABILITY tells the limit of all mailboxes, STATUS does not")
        return answer.expect("OK").status_data().items

    return ask


def announce(connection, mailbox, size):
    """Begin to APPEND a message of that size; the tag."""
    connection.send(b'L1 APPEND "%b" {%d}\r\n' % (mailbox.encode("ascii"), size))
    return "L1"


@requirement("RFC7889-4-TOOBIG")
def test_a_larger_message_is_refused_before_it_is_sent(authenticated, mailbox, too_large):
    """APPEND that announces a message above the limit is answered NO with TOOBIG at once."""
    answer = authenticated.finish(announce(authenticated, mailbox, too_large))
    assert answer.status == "NO"
    assert answer.tagged.code is not None
    assert answer.tagged.code.name == "TOOBIG"


@requirement("RFC7889-4-TOOBIG")
def test_a_refused_message_does_no_harm(authenticated, mailbox, too_large):
    """After the refusal the session goes on, and nothing was appended."""
    authenticated.finish(announce(authenticated, mailbox, too_large)).expect("NO")
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
def test_status_tells_the_limit(ask, mailbox, limit):
    """STATUS has the item APPENDLIMIT, a number or NIL, the limit that was advertised."""
    items = ask("STATUS", Mailbox(mailbox), ("MESSAGES", "APPENDLIMIT"))
    assert items == {"MESSAGES": 0, "APPENDLIMIT": limit}


@needs("LIST-STATUS")
@requirement("RFC7889-3.2-LIST")
def test_list_tells_the_limit(ask, mailbox, limit):
    """LIST with RETURN (STATUS (APPENDLIMIT)) tells the limit."""
    option = "RETURN (STATUS (APPENDLIMIT))"
    items = ask("LIST", '""', Mailbox(mailbox), option)
    assert items == {"APPENDLIMIT": limit}

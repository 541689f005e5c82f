"""The capabilities that the manual lists, before and after login."""

import pytest

from conformance.requirements import configuration, requirement
from conformance.wire.grammar import CapabilityData, EnabledData

ALWAYS = [
    "IMAP4rev1", "XLIST", "SPECIAL-USE", "UNSELECT", "UIDPLUS", "IDLE", "LITERAL+", "ENABLE",
    "MOVE", "ESEARCH", "SEARCHRES", "LIST-EXTENDED", "LIST-STATUS", "STATUS=SIZE", "NAMESPACE",
]  # fmt: skip


def listed(connection):
    return connection.ok("CAPABILITY").only(CapabilityData).capabilities


@requirement("GROMOX-capabilities-LIST")
@pytest.mark.parametrize("capability", ALWAYS)
def test_is_offered(before_login, account, capability):
    """The capability is offered before login, after login, and with a mailbox selected."""
    connection = before_login()
    for state in "before login", "after login", "with a mailbox selected":
        if state == "after login":
            connection.log_in(account)
        elif state == "with a mailbox selected":
            connection.ok("EXAMINE", "INBOX")
        assert capability.upper() in listed(connection), f"not offered {state}"


@requirement("GROMOX-capabilities-LOGIN")
def test_a_mechanism_that_everyone_knows(before_login):
    """AUTH=LOGIN is offered to a client that may log in."""
    assert "AUTH=LOGIN" in listed(before_login())


@configuration(imap_rfc9051=True)
@requirement("GROMOX-imap_rfc9051-CAPABILITY")
def test_revision_two_is_offered(before_login, account):
    """With imap_rfc9051 IMAP4rev2 is offered before and after login, and can be enabled."""
    connection = before_login()
    assert "IMAP4REV2" in listed(connection)
    connection.log_in(account)
    assert "IMAP4REV2" in listed(connection)
    connection.enable("IMAP4rev2")


@configuration(imap_rfc9051=False)
@requirement("GROMOX-imap_rfc9051-CAPABILITY")
def test_revision_two_is_not_offered(before_login, account):
    """Without imap_rfc9051 IMAP4rev2 is offered nowhere, and cannot be enabled."""
    connection = before_login()
    assert "IMAP4REV2" not in listed(connection)
    connection.log_in(account)
    assert "IMAP4REV2" not in listed(connection)
    for enabled in connection.ok("ENABLE", "IMAP4rev2").all(EnabledData):
        assert "IMAP4REV2" not in enabled.capabilities

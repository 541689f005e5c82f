"""The greeting: RFC 3501 sections 3 and 7.1."""

import pytest

from conformance.requirements import requirement
from conformance.wire.grammar import CapabilityData


@requirement("RFC3501-3-GREETING", "RFC3501-3.1-1", "RFC9051-3.1-1")
def test_ok_begins_the_not_authenticated_state(connection):
    """After a greeting of OK no mailbox can be opened before login."""
    if connection.greeting.kind == "PREAUTH":
        pytest.skip("the server greets with PREAUTH")
    assert connection.greeting.kind == "OK"
    connection.command("SELECT", "INBOX").expect("NO", "BAD")


@requirement("RFC3501-7.2.1-8", "RFC3501-7.1-CAPABILITY", level="MUST")
def test_lists_the_capabilities_that_hold(connection):
    """The response code CAPABILITY of the greeting lists nothing that CAPABILITY does not list."""
    code = connection.greeting.code
    if code is None or code.name != "CAPABILITY":
        pytest.skip("the server sends no capabilities with the greeting")
    listed = connection.ok("CAPABILITY").only(CapabilityData).capabilities
    assert "IMAP4REV1" in code.value or "IMAP4REV2" in code.value
    assert set(code.value) <= set(listed)


@requirement("RFC3501-3-GREETING")
def test_waits_for_no_other_connection(connect):
    """A second client is greeted while the first is still connected, and both are served."""
    first, second = connect(), connect()
    assert second.command("NOOP").status == "OK"
    assert first.command("NOOP").status == "OK"

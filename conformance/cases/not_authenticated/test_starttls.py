"""STARTTLS: RFC 3501 section 6.2.1, RFC 2595 section 3."""

import pytest

from conformance.requirements import needs, requirement
from conformance.wire.grammar import CapabilityData

pytestmark = needs("STARTTLS")


@pytest.fixture
def plain(connect):
    """A fresh connection in plain text."""
    return connect("imap")


@requirement("RFC3501-6.2.1-BEGINS", "RFC3501-6.2-STATE", "RFC3501-6.1.1-3")
def test_commands_go_on_under_tls(plain):
    """After the tagged OK comes the TLS handshake, and commands are answered under TLS."""
    assert plain.start_tls().status == "OK"
    assert plain.tls_version is not None
    assert plain.command("NOOP").status == "OK"


@requirement("RFC3501-6.2.1-STATE")
def test_does_not_log_in(plain):
    """After STARTTLS the connection is in the not authenticated state."""
    plain.start_tls()
    plain.command("SELECT", "INBOX").expect("NO", "BAD")


@requirement("RFC3501-6.2.1-BEGINS", "RFC3501-6.2.3-OK")
def test_login_works_under_tls(plain, account):
    """LOGIN succeeds after STARTTLS."""
    plain.start_tls()
    plain.log_in(account)
    assert plain.command("LIST", '""', '""').status == "OK"


@requirement("RFC3501-6.1.1-3", "RFC3501-6.1.1-2")
def test_capabilities_under_tls_let_clients_log_in(plain):
    """Under TLS the server lists IMAP4rev1 and AUTH=PLAIN, and no LOGINDISABLED."""
    plain.start_tls()
    listed = plain.ok("CAPABILITY").only(CapabilityData).capabilities
    assert {"IMAP4REV1", "AUTH=PLAIN"} <= set(listed)
    assert "LOGINDISABLED" not in listed


@requirement("RFC9051-6.2.1-5", level="SHOULD")
def test_is_not_offered_again(plain):
    """Under TLS the server no longer lists STARTTLS."""
    plain.start_tls()
    assert "STARTTLS" not in plain.ok("CAPABILITY").only(CapabilityData).capabilities


@requirement("RFC9051-6.2.1-BAD", level="SHOULD")
def test_a_second_time_is_refused(plain):
    """STARTTLS under TLS is answered BAD, and the connection goes on under TLS."""
    plain.start_tls()
    assert plain.command("STARTTLS").status == "BAD"
    assert plain.command("NOOP").status == "OK"


@requirement("RFC3501-2.2.2-3", "RFC9051-6.2.1-BAD", level="SHOULD")
def test_takes_no_arguments(plain):
    """STARTTLS with an argument is answered BAD; the connection goes on in plain text."""
    assert plain.command("STARTTLS", "now").status == "BAD"
    assert plain.command("NOOP").status == "OK"
    assert plain.start_tls().status == "OK"


@requirement("RFC3501-6.2.1-BEGINS")
def test_of_one_connection_leaves_another_in_plain_text(plain, connect):
    """While one client starts TLS another one goes on in plain text."""
    other = connect("imap")
    plain.start_tls()
    assert other.command("NOOP").status == "OK"
    assert other.start_tls().status == "OK"
    assert plain.command("NOOP").status == "OK"

"""A server that demands TLS: RFC 3501 sections 6.2.2, 6.2.3, 11.2; RFC 2595 sections 2.3, 3.2."""

from conformance.cases._sasl import plain
from conformance.requirements import requirement
from conformance.wire import word
from conformance.wire.grammar import CapabilityData


@requirement("RFC3501-6.2.3-3", "RFC3501-11.2-2", "RFC2595-3.2-2", "RFC9051-6.2.3-4")
def test_is_announced_with_a_way_out(demanding):
    """A server that demands TLS lists LOGINDISABLED, STARTTLS and no mechanism with passwords."""
    listed = demanding.ok("CAPABILITY").only(CapabilityData).capabilities
    assert {"LOGINDISABLED", "STARTTLS"} <= set(listed)
    assert not {"AUTH=PLAIN", "AUTH=LOGIN"} & set(listed)


@requirement(
    "RFC3501-6.2.3-3", "RFC3501-11.2-2", "RFC2595-3.2-NO", "RFC2595-2.3-1", "RFC9051-6.2.3-4"
)
def test_login_is_refused(demanding):
    """Where LOGINDISABLED is listed, LOGIN is answered NO even if the password is correct."""
    account = demanding.account
    answer = demanding.command("LOGIN", word(account.user), word(account.password))
    assert answer.status == "NO"
    demanding.command("LIST", '""', '""').expect("NO", "BAD")


@requirement("RFC3501-6.2.2-5", "RFC3501-11.2-2", "RFC2595-2.3-1")
def test_authenticate_is_refused(demanding):
    """Where LOGINDISABLED is listed, PLAIN fails even if the password is correct."""
    account = demanding.account
    answer = demanding.authenticate("PLAIN", plain(account.user, account.password))
    answer.expect("NO", "BAD")
    demanding.command("LIST", '""', '""').expect("NO", "BAD")


@requirement("RFC3501-6.2.3-3", "RFC3501-11.2-2", "RFC9051-6.2.3-4")
def test_ends_with_tls(demanding):
    """After STARTTLS LOGINDISABLED is gone, AUTH=PLAIN is listed, and LOGIN succeeds."""
    demanding.start_tls()
    listed = demanding.ok("CAPABILITY").only(CapabilityData).capabilities
    assert "LOGINDISABLED" not in listed
    assert "AUTH=PLAIN" in listed
    demanding.log_in(demanding.account)

"""The port on which TLS begins at once: RFC 8314 section 3.2, RFC 9051 section 6.2.1."""

import pytest

from conformance.requirements import requirement
from conformance.wire.grammar import CapabilityData


@requirement("RFC8314-3.2-IMPLICIT", "RFC3501-6.2.3-OK")
def test_carries_a_whole_session(connect, account):
    """On the port for implicit TLS the greeting, LOGIN and LOGOUT go over TLS."""
    connection = connect("imaps")
    assert connection.tls_version is not None
    connection.log_in(account)
    assert connection.command("STATUS", "INBOX", "(MESSAGES)").status == "OK"
    assert connection.command("LOGOUT").status == "OK"
    assert connection.is_closed_by_server()


@requirement("RFC8314-3.2-IMPLICIT", "RFC3501-6.1.1-3")
def test_lists_plain_and_not_logindisabled(connect):
    """On the port for implicit TLS AUTH=PLAIN is listed, LOGINDISABLED is not."""
    listed = connect("imaps").ok("CAPABILITY").only(CapabilityData).capabilities
    assert "AUTH=PLAIN" in listed
    assert "LOGINDISABLED" not in listed


@requirement("RFC9051-6.2.1-1", level="SHOULD")
def test_refuses_starttls(connect):
    """On the port for implicit TLS STARTTLS is not listed, and is answered BAD."""
    connection = connect("imaps")
    assert "STARTTLS" not in connection.ok("CAPABILITY").only(CapabilityData).capabilities
    assert connection.command("STARTTLS").status == "BAD"
    assert connection.command("NOOP").status == "OK"


@requirement("RFC8314-3.2-IMPLICIT")
def test_answers_nothing_in_plain_text(stranger):
    """A client that speaks IMAP without TLS on the port for implicit TLS learns nothing."""
    client = stranger("imaps")
    client.write(b"a1 CAPABILITY\r\na2 LOGOUT\r\n")
    told = client.read_all()
    assert b"IMAP4" not in told.upper(), f"the server said {told!r}"
    assert b"a1 " not in told, f"the server said {told!r}"


@requirement("RFC8314-3.2-IMPLICIT")
@pytest.mark.parametrize(
    "octets",
    [
        pytest.param(b"", id="nothing"),
        pytest.param(b"GET / HTTP/1.1\r\n\r\n", id="plain text"),
        pytest.param(b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03", id="half a ClientHello"),
        pytest.param(b"\x16\x03\x01\xff\xff" + b"\xff" * 2000, id="a broken record"),
    ],
)
def test_a_failed_handshake_harms_no_other_client(connect, stranger, octets):
    """While one client fails at the handshake, others go on and new ones are greeted."""
    before = connect("imaps")
    stranger("imaps").write(octets)
    assert before.command("NOOP").status == "OK"
    assert connect("imaps").command("NOOP").status == "OK"

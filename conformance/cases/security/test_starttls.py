"""STARTTLS under attack: RFC 3501 sections 6.2.1 and 11.1."""

import pytest

from conformance.requirements import needs, requirement
from conformance.wire import TlsFailed
from conformance.wire.grammar import CapabilityData

pytestmark = needs("STARTTLS")


@requirement("RFC3501-6.2.1-BEGINS", "RFC9051-6.2.1-3")
@pytest.mark.parametrize(
    "behind",
    [
        pytest.param(b"x1 NOOP\r\n", id="command"),
        pytest.param(b"x1 CAPABILITY\r\nx2 LOGOUT\r\n", id="commands"),
        pytest.param(b"x1 NO", id="half a command"),
        pytest.param(b"x1 LOGIN {4}\r\nnobo", id="half a literal"),
    ],
)
def test_commands_injected_before_tls_are_not_executed(connect, behind):
    """What stands in plain text behind STARTTLS, in one packet, is not executed under TLS.

    A server may also take it for the beginning of the handshake, which fails then.
    """
    connection = connect("imap")
    try:
        connection.start_tls(behind=behind)
    except TlsFailed:
        return
    connection.send_line("y1 CAPABILITY")
    listed, completed = connection.read_response(), connection.read_response()
    assert isinstance(listed, CapabilityData)
    assert completed.tag == "y1", f"the server answered {completed.tag}, sent before TLS"
    connection.send_line("y2 NOOP")
    completed = connection.read_response()
    assert completed.tag == "y2", f"the server answered {completed.tag}, sent before TLS"


@requirement("RFC3501-6.2.1-BEGINS", "RFC3501-11.1-9", "RFC2595-2.5-1", "RFC9051-11.1-8")
def test_plain_text_instead_of_the_handshake_is_not_answered(stranger, connect):
    """After the OK to STARTTLS no command in plain text is answered, and no other client harmed."""
    other = connect("imap")
    client = stranger("imap")
    client.read_line()
    client.write(b"a1 STARTTLS\r\n")
    assert client.read_line().startswith(b"a1 OK")
    client.write(b"a2 CAPABILITY\r\na3 NOOP\r\n")
    told = client.read_all()
    assert b"a2 " not in told, f"the server said {told!r}"
    assert b"a3 " not in told, f"the server said {told!r}"
    assert other.command("NOOP").status == "OK"
    assert connect("imap").start_tls().status == "OK"


@requirement("RFC3501-6.2.1-BEGINS")
def test_a_client_that_leaves_in_the_handshake_harms_no_other(stranger, connect):
    """A client that sends STARTTLS and never shakes hands does not keep others from TLS."""
    client = stranger("imap")
    client.read_line()
    client.write(b"a1 STARTTLS\r\n")
    assert client.read_line().startswith(b"a1 OK")
    assert connect("imap").start_tls().status == "OK"
    client.close()
    assert connect("imap").start_tls().status == "OK"

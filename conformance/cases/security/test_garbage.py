"""Octets that are no IMAP, before login: RFC 3501 sections 2.2.2 and 7.1.3."""

import contextlib

import pytest

from conformance.requirements import requirement
from conformance.wire import ServerClosed
from conformance.wire.grammar import Condition, Response

GARBAGE = [
    pytest.param(b"\xff\xfe\x80\x81 \xc3\x28\r\n", id="8-bit octets"),
    pytest.param(b"a1 NO\0OP\r\n", id="NUL"),
    pytest.param(b"GET / HTTP/1.1\r\nHost: localhost\r\n\r\n", id="HTTP"),
    pytest.param(b"\x16\x03\x01\x00\x05\x01\x00\x00\x01\x00\r\n", id="a TLS record"),
    pytest.param(b"\r\n\r\n", id="empty lines"),
    pytest.param(b"x" * 2000 + b"\r\n", id="a long tag"),
    pytest.param(b"a1 LOGIN " + b"(" * 2000 + b"\r\n", id="many parentheses"),
]


@requirement("RFC3501-2.2.2-3", "RFC3501-7.1.3-UNTAGGED", "RFC3501-3.4-2", "RFC9051-3.4-2")
@pytest.mark.parametrize("octets", GARBAGE)
def test_is_answered_bad_or_bye(connect, octets):
    """What is no command is answered BAD, or the connection ends with BYE; others are served."""
    connection = connect()
    connection.send(octets + b"end NOOP\r\n")
    responses: list[Response] = []
    with contextlib.suppress(ServerClosed):
        while not responses or getattr(responses[-1], "tag", None) != "end":
            responses.append(connection.read_response())
    kinds = {one.kind for one in responses if isinstance(one, Condition) and one.tag != "end"}
    assert kinds & {"BAD", "BYE"}, f"the server said {kinds or 'nothing'} about it"
    assert connect().command("NOOP").status == "OK"


@requirement("RFC3501-2.2.1-REFUSED", "RFC3501-2.2.2-3", level="SHOULD")
@pytest.mark.parametrize("size", [2**32, 10**20], ids=["2^32", "10^20"])
def test_a_literal_beyond_all_numbers_is_refused(connect, size):
    """A literal of more octets than a number can say is refused, not asked for."""
    connection = connect()
    connection.send_line(f"x1 LOGIN {{{size}}}")
    with contextlib.suppress(ServerClosed):
        assert connection.finish("x1").status == "BAD"
    assert connect().command("NOOP").status == "OK"

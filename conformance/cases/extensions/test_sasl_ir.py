"""SASL-IR: RFC 4959, with the mechanism PLAIN (RFC 4616)."""

import base64

import pytest

from conformance.requirements import needs, requirement

pytestmark = needs("SASL-IR", "AUTH=PLAIN")


@pytest.fixture
def private(connection, server):
    """A connection that may log in: with TLS where the server demands it."""
    if "LOGINDISABLED" in server.initial_capabilities:
        connection.start_tls()
    return connection


@pytest.fixture
def response(account):
    """The client's response of PLAIN, in base64."""
    return base64.b64encode(b"\0".join([b"", account.user.encode(), account.password.encode()]))


@requirement("RFC4959-3-1", "RFC4959-3-2")
def test_initial_response(private, response):
    """AUTHENTICATE with an initial response logs in without a continuation request."""
    private.ok("AUTHENTICATE", "PLAIN", response)
    private.ok("LIST", '""', "INBOX")


@requirement("RFC4959-3-6", "RFC4959-4-1", "RFC4959-6-1")
def test_response_may_be_left_out(private, response):
    """Without an initial response the server asks for it, with an empty challenge."""
    tag = private.send_command("AUTHENTICATE", "PLAIN")
    assert private.expect_continuation().text == ""
    private.send_line(response)
    private.finish(tag).expect("OK")


@requirement("RFC3501-7.5-3")
def test_any_letter_case(private, response):
    """The name of the mechanism is understood in any letter case."""
    private.ok("authenticate", "pLaIn", response)


@requirement("RFC4959-3-4")
@pytest.mark.parametrize("malformed", ["=AAA", "AAA=BBB", "AA!A", "AAAAA"])
def test_malformed_base64(private, malformed):
    """An initial response that is not base64 is refused, and the session goes on."""
    private.command("AUTHENTICATE", "PLAIN", malformed).expect("BAD", "NO")
    private.ok("NOOP")


@requirement("RFC4959-3-3")
def test_empty_response(private):
    """= is an empty response, which is there: PLAIN refuses it and does not ask for another."""
    private.command("AUTHENTICATE", "PLAIN", "=").expect("BAD", "NO")
    private.ok("NOOP")


@requirement("RFC4959-3-2", "RFC3501-2.2.2-3", level="SHOULD")
def test_quoted_response(private):
    """An initial response as a quoted string is against the syntax and is refused."""
    private.command("AUTHENTICATE", "PLAIN", '"AGE="').expect("BAD", "NO")

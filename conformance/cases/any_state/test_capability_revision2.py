"""What a server that lists IMAP4rev2 must have before login: RFC 9051 sections 6.1.1, 6.2.2, E."""

import pytest

from conformance.cases._sasl import plain
from conformance.requirements import requirement, revision
from conformance.wire.grammar import CapabilityData

pytestmark = revision("IMAP4rev2")


def listed(connection):
    return connection.ok("CAPABILITY").only(CapabilityData).capabilities


@requirement("RFC9051-6.1.1-2", "RFC9051-7.2.2-1")
@pytest.mark.parametrize("state", ["connection", "authenticated", "selected"])
def test_names_imap4rev2_once(request, state):
    """In every state CAPABILITY lists IMAP4rev2, once."""
    assert listed(request.getfixturevalue(state)).count("IMAP4REV2") == 1


@requirement("RFC9051-6.1.1-4", "RFC9051-7.2.2-2", "RFC9051-6.2.2-10")
@pytest.mark.parametrize("kind", ["imap", "imaps"])
def test_names_the_mechanism_plain(before_login, kind):
    """On each port AUTH=PLAIN is listed where a client may log in."""
    assert "AUTH=PLAIN" in listed(before_login(kind))


@requirement("RFC9051-6.1.1-4", "RFC9051-6.2.2-20")
@pytest.mark.parametrize("kind", ["imap", "imaps"])
def test_plain_without_initial_response(before_login, account, kind):
    """AUTHENTICATE PLAIN asks for the response with an empty challenge, and logs in."""
    connection = before_login(kind)
    tag = connection.send_command("AUTHENTICATE", "PLAIN")
    assert connection.expect_continuation().text == ""
    connection.send_line(plain(account.user, account.password))
    connection.finish(tag).expect("OK")


@requirement("RFC9051-6.2.2-INITIAL", "RFC9051-E-FOLDED")
def test_plain_with_initial_response(before_login, account):
    """AUTHENTICATE PLAIN takes an initial response and logs in without a challenge."""
    connection = before_login()
    connection.command("AUTHENTICATE", "PLAIN", plain(account.user, account.password)).expect("OK")
    connection.ok("LIST", '""', "INBOX")


@requirement("RFC9051-6.2.2-4", "RFC9051-6.2.2-8")
@pytest.mark.parametrize("response", ["A===", "AA!A", "AAA=BBB"])
def test_initial_response_that_is_not_base64(before_login, response):
    """An initial response that is not base64 is answered BAD."""
    assert before_login().command("AUTHENTICATE", "PLAIN", response).status == "BAD"


@requirement("RFC7888-5-5")
def test_not_both_kinds_of_literals(authenticated):
    """LITERAL+ and LITERAL- are not listed at the same time."""
    assert not {"LITERAL+", "LITERAL-"} <= set(listed(authenticated))

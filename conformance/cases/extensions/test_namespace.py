"""NAMESPACE: RFC 2342."""

from conformance.requirements import needs, requirement
from conformance.wire import Quoted, mailbox_names

pytestmark = needs("NAMESPACE")


@requirement("RFC2342-5-RESPONSE", "RFC2342-4-STATES")
def test_brings_one_response(authenticated, mailbox):
    """NAMESPACE brings one untagged NAMESPACE, in the authenticated and the selected state."""
    before = authenticated.ok("NAMESPACE").namespace()
    authenticated.select(mailbox)
    assert authenticated.ok("NAMESPACE").namespace() == before


@requirement("RFC2342-2-1", "RFC9051-5.1.2-1")
def test_personal_namespace_has_the_inbox(authenticated):
    """Where the user has an INBOX there is a personal namespace, and INBOX is in it."""
    assert authenticated.ok("LIST", '""', "INBOX").list(), "the user has no INBOX"
    personal = authenticated.ok("NAMESPACE").namespace().personal
    assert personal, "no personal namespace is listed"
    prefixes = [one.prefix for one in personal]
    assert any(prefix == b"" or prefix.upper().startswith(b"INBOX") for prefix in prefixes)


@requirement("RFC2342-5-RESPONSE", "RFC2342-6-1")
def test_delimiters_are_those_of_list(authenticated):
    """Each prefix is in modified UTF-7, and LIST tells the same delimiter for names below it."""
    answer = authenticated.ok("NAMESPACE").namespace()
    personal, others, shared = answer.personal, answer.other_users, answer.shared
    for one in [*(personal or ()), *(others or ()), *(shared or ())]:
        prefix = mailbox_names.decode_leniently(one.prefix)
        assert mailbox_names.encode(prefix) == one.prefix, f"{one.prefix!r}: not modified UTF-7"
        for listed in authenticated.command("LIST", '""', Quoted(one.prefix + b"%")).list():
            if listed.mailbox != "INBOX":  # which need not lie where other names do
                assert listed.delimiter == one.delimiter


@requirement("RFC2342-4-STATES", "RFC3501-3-STATE")
def test_before_login(connection):
    """NAMESPACE before login is answered BAD or NO, and names no namespace."""
    answer = connection.command("NAMESPACE").expect("BAD", "NO")
    assert "NAMESPACE" not in answer.untagged_names()


@requirement("RFC2342-5-BAD", "RFC3501-2.2.2-3")
def test_takes_no_arguments(authenticated):
    """NAMESPACE with an argument is answered BAD."""
    assert authenticated.command("NAMESPACE", '""').status == "BAD"

"""CAPABILITY: RFC 3501 section 6.1.1."""

from conformance.requirements import requirement


@requirement("RFC3501-6.1.1-1", "RFC3501-6.1.1-2", "RFC3501-7.2.1-1")
def test_names_imap4rev1_once(connection):
    """CAPABILITY brings a single CAPABILITY response, with IMAP4rev1, before the tagged OK."""
    answer = connection.command("CAPABILITY")
    assert answer.status == "OK"
    assert answer.untagged_names().count("CAPABILITY") == 1
    assert "IMAP4REV1" in answer.capabilities


@requirement("RFC3501-2.2.2-3")
def test_takes_no_arguments(connection):
    """CAPABILITY with an argument is a syntax error and is answered BAD."""
    assert connection.command("CAPABILITY", "IMAP4rev1").status == "BAD"

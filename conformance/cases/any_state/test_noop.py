"""NOOP: RFC 3501 section 6.1.2."""

from conformance.requirements import requirement


@requirement("RFC3501-6.1.2-OK")
def test_succeeds_before_login(connection):
    """NOOP is answered OK in the not authenticated state."""
    assert connection.command("NOOP").status == "OK"


@requirement("RFC3501-6.1.2-OK")
def test_succeeds_with_a_mailbox_selected(selected):
    """NOOP is answered OK in the selected state."""
    assert selected.command("NOOP").status == "OK"


@requirement("RFC3501-5.2-3")
def test_tells_of_a_new_message(selected, second):
    """NOOP tells the new size of the mailbox when another session has added a message."""
    second.append(b"Subject: new\r\n\r\nbody\r\n")
    assert selected.command("NOOP").exists == 1

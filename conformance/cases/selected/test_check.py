"""CHECK: RFC 3501 section 6.4.1."""

from conformance.cases._mailbox import fill, flags
from conformance.requirements import requirement


@requirement("RFC3501-6.4.1-OK")
def test_succeeds(selected):
    """CHECK is answered OK, also where there is nothing to be done."""
    selected.ok("CHECK")
    selected.ok("CHECK")


@requirement("RFC3501-6.4.1-OK")
def test_keeps_messages_and_flags(selected):
    r"""CHECK removes nothing, not even what is marked \Deleted, and keeps flags."""
    fill(selected, 1, flags=("\\Deleted", "\\Flagged"))
    answer = selected.ok("CHECK")
    assert answer.expunged == []
    assert flags(selected) == {"\\Deleted", "\\Flagged"}


@requirement("RFC3501-6.4.1-BAD", "RFC3501-2.2.2-3")
def test_takes_no_arguments(selected):
    """CHECK with an argument is answered BAD."""
    assert selected.command("CHECK", "now").status == "BAD"

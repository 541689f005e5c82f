"""STATUS items SIZE (RFC 8438; RFC 9051 section 6.3.11) and DELETED (RFC 9051)."""

import pytest

from conformance.cases._mailbox import fill
from conformance.requirements import needs, requirement, revision
from conformance.wire import Literal, Mailbox


def status(connection, mailbox, item):
    """The value of one item."""
    data = connection.ok("STATUS", Mailbox(mailbox), f"({item})").status_data()
    assert data.items.keys() == {item}
    return data.items[item]


def sizes(connection):
    """The sum of RFC822.SIZE of the messages in the selected mailbox."""
    return sum(fetch.size for fetch in connection.ok("FETCH", "1:*", "RFC822.SIZE").fetches())


@needs("STATUS=SIZE")
@requirement("RFC8438-3-1", "RFC9051-6.3.11-5")
def test_size_is_at_least_the_sum_of_all_sizes(selected):
    """SIZE is not less than the sum of RFC822.SIZE of all messages."""
    fill(selected, 3)
    selected.append(b"Subject: large\r\n\r\n" + 1000 * b"0123456789\r\n")
    assert status(selected, selected.mailbox, "SIZE") >= sizes(selected) > 12_000


@needs("STATUS=SIZE")
@requirement("RFC8438-3-1", "RFC9051-6.3.11-5")
def test_size_follows_arrivals(authenticated, mailbox, login):
    """SIZE counts what another session has appended since."""
    other = login()
    message = b"Subject: size\r\n\r\n" + 100 * b"0123456789\r\n"
    for number in (1, 2):
        other.ok("APPEND", Mailbox(mailbox), Literal(message))
        assert status(authenticated, mailbox, "SIZE") >= number * len(message)


@needs("STATUS=SIZE")
@requirement("RFC8438-3-TOTAL", "RFC9051-6.3.11-SIZE", level="SHOULD")
def test_size_does_not_count_what_was_expunged(selected):
    """SIZE falls when messages are expunged."""
    fill(selected, 1)
    selected.append(b"Subject: large\r\n\r\n" + 1000 * b"0123456789\r\n")
    before = status(selected, selected.mailbox, "SIZE")
    selected.ok("STORE", "2", "+FLAGS", "(\\Deleted)")
    selected.ok("EXPUNGE")
    assert sizes(selected) <= status(selected, selected.mailbox, "SIZE") < before


@needs("STATUS=SIZE")
@requirement("RFC8438-3-TOTAL", "RFC9051-6.3.11-SIZE")
def test_size_of_an_empty_mailbox(authenticated, mailbox):
    """SIZE of a mailbox without messages is a number."""
    assert status(authenticated, mailbox, "SIZE") >= 0


@needs("STATUS=SIZE")
@requirement("RFC8438-4-SYNTAX")
@pytest.mark.parametrize("items", ["MESSAGES SIZE UIDNEXT", "size messages", "UNSEEN Size"])
def test_size_among_other_items(authenticated, mailbox, items):
    """SIZE stands among other items, in any case."""
    data = authenticated.ok("STATUS", Mailbox(mailbox), f"({items})").status_data()
    assert data.items.keys() == set(items.upper().split())


@revision("IMAP4rev2")
@requirement("RFC9051-6.3.11-DELETED")
def test_deleted_counts_the_flag(selected):
    """DELETED is the number of messages with the flag \\Deleted."""
    fill(selected, 3)
    assert status(selected, selected.mailbox, "DELETED") == 0
    selected.ok("STORE", "1,3", "+FLAGS.SILENT", "(\\Deleted)")
    assert status(selected, selected.mailbox, "DELETED") == 2
    selected.ok("STORE", "3", "-FLAGS.SILENT", "(\\Deleted)")
    assert status(selected, selected.mailbox, "DELETED") == 1
    selected.ok("EXPUNGE")
    assert status(selected, selected.mailbox, "DELETED") == 0


@revision("IMAP4rev2")
@requirement("RFC9051-6.3.11-DELETED", "RFC9051-6.3.11-SIZE")
def test_all_items_of_imap4rev2(authenticated, mailbox):
    """Every item that RFC 9051 defines is answered."""
    items = ("MESSAGES", "UIDNEXT", "UIDVALIDITY", "UNSEEN", "DELETED", "SIZE")
    data = authenticated.ok("STATUS", Mailbox(mailbox), items).status_data()
    assert data.items.keys() == set(items)

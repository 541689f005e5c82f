"""imap_expunge_on_delete: STORE that sets \\Deleted removes the messages at once.

STORE itself must not tell removals (RFC 3501, 7.4.1); the rules that hold for every connection see
to that. A message is gone when SEARCH, in a session that selects the mailbox anew, does not find
it. Whether other ways to get a message marked, as APPEND, remove it is not said.
"""

import pytest

from conformance.cases._mailbox import fill
from conformance.cases.extensions._condstore import aware
from conformance.requirements import configuration, needs, requirement
from conformance.wire import Mailbox

pytestmark = configuration(imap_expunge_on_delete=True)


@pytest.fixture
def left(login, selected):
    """left(): the UIDs that a new session finds in the mailbox."""

    def left():
        connection = login()
        connection.ok("EXAMINE", Mailbox(selected.mailbox))
        return connection.ok("UID SEARCH", "ALL").search()

    return left


@requirement("GROMOX-imap_expunge_on_delete-EXPUNGES")
@pytest.mark.parametrize("item", ["FLAGS", "FLAGS.SILENT", "+FLAGS", "+FLAGS.SILENT"])
@pytest.mark.parametrize("command", ["STORE", "UID STORE"])
def test_what_is_marked_is_removed(selected, left, command, item):
    """Each form of STORE that sets \\Deleted removes the message, and the client is told."""
    uids = fill(selected, 3)
    answer = selected.ok(command, uids[1] if command == "UID STORE" else 2, item, "(\\Deleted)")
    told = answer.expunged + selected.ok("NOOP").expunged
    assert told == [2]
    assert left() == [uids[0], uids[2]]


@requirement("GROMOX-imap_expunge_on_delete-EXPUNGES")
def test_with_other_flags_and_in_small_letters(selected, left):
    """\\Deleted may stand among other flags, and in any case of letters."""
    fill(selected, 1)
    selected.ok("STORE", 1, "+FLAGS", "(\\Seen \\deleted $Forwarded)")
    assert left() == []


@requirement("GROMOX-imap_expunge_on_delete-EXPUNGES")
def test_several_messages(selected, left):
    """All messages of the command are removed, each told once."""
    uids = fill(selected, 5)
    selected.ok("STORE", "2,4:*", "+FLAGS.SILENT", "(\\Deleted)")
    numbers = list(uids)
    for number in selected.ok("NOOP").expunged:
        assert 1 <= number <= len(numbers), f"EXPUNGE {number} of {len(numbers)} messages"
        del numbers[number - 1]
    assert numbers == [uids[0], uids[2]] == left()


@requirement("GROMOX-imap_expunge_on_delete-EXPUNGES")
def test_another_session_is_told(selected, second):
    """Another session that has the mailbox open is told of the removal."""
    fill(selected, 2)
    second.ok("NOOP")
    selected.ok("STORE", 1, "+FLAGS.SILENT", "(\\Deleted)")
    assert second.ok("NOOP").expunged == [1]


@requirement("GROMOX-imap_expunge_on_delete-EXPUNGES")
@needs("QRESYNC")
def test_a_client_with_qresync_is_told_vanished(selected):
    """A client that enabled QRESYNC is told VANISHED, not EXPUNGE."""
    uids = fill(selected, 2)
    selected.ok("UNSELECT")
    selected.enable("QRESYNC")
    selected.select(selected.mailbox)
    answer = selected.ok("UID STORE", uids[0], "+FLAGS", "(\\Deleted)")
    news = selected.ok("NOOP")
    assert answer.vanished + news.vanished == [uids[0]]
    assert not answer.expunged + news.expunged


@requirement("GROMOX-imap_expunge_on_delete-ONLY")
@pytest.mark.parametrize(
    ("item", "flags"),
    [("+FLAGS", "(\\Seen)"), ("-FLAGS", "(\\Deleted)"), ("-FLAGS", "(\\Seen)"), ("FLAGS", "()")],
    ids=["adds-another", "takes-it-away", "takes-another-away", "replaces-by-none"],
)
def test_what_store_does_not_mark_stays(selected, left, item, flags):
    """STORE that does not set \\Deleted removes nothing, not even what is marked already."""
    uids = fill(selected, 1)
    uids.append(selected.append(b"Subject: marked\r\n\r\n", flags=["\\Seen", "\\Deleted"]))
    if left() != uids:
        pytest.skip("a message that is appended with \\Deleted does not stay")
    selected.ok("STORE", "1:2", item, flags)
    assert left() == uids


@requirement("GROMOX-imap_expunge_on_delete-ONLY")
def test_other_marked_messages_stay(selected, left):
    """A message that carries \\Deleted, and is not among those of the STORE, stays."""
    uids = fill(selected, 1)
    uids.append(selected.append(b"Subject: marked\r\n\r\n", flags=["\\Deleted"]))
    if left() != uids:
        pytest.skip("a message that is appended with \\Deleted does not stay")
    selected.ok("STORE", 1, "+FLAGS", "(\\Deleted)")
    assert left() == uids[1:]


@requirement("GROMOX-imap_expunge_on_delete-ONLY")
@needs("CONDSTORE")
def test_what_fails_the_condition_stays(selected, second, left):
    """A message that a conditional STORE leaves alone is not removed."""
    uids = fill(selected, 2)
    before = aware(selected).number("HIGHESTMODSEQ")
    second.ok("NOOP")
    second.ok("UID STORE", uids[0], "+FLAGS.SILENT", "(\\Seen)")
    answer = selected.ok(
        "UID STORE", "1:*", f"(UNCHANGEDSINCE {before})", "FLAGS.SILENT", "(\\Deleted)"
    )
    modified = answer.code("MODIFIED")
    assert modified is not None, "a message that has changed was stored over"
    assert list(modified.value) == left() == uids[:1]


@requirement("GROMOX-imap_expunge_on_delete-ONLY", "RFC3501-6.3.2-2")
@pytest.mark.parametrize("command", ["STORE", "UID STORE"])
def test_nothing_is_removed_from_a_read_only_mailbox(selected, left, command):
    """In a mailbox opened with EXAMINE STORE removes nothing."""
    uids = fill(selected, 1)
    selected.ok("EXAMINE", Mailbox(selected.mailbox))
    selected.command(command, "1:*", "+FLAGS", "(\\Deleted)")  # its answer: selected/store
    assert left() == uids

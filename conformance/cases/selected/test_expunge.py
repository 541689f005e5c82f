"""EXPUNGE and its response: RFC 3501 sections 6.4.3 and 7.4.1."""

import pytest

from conformance.cases._mailbox import after_expunges, fill, message, uids
from conformance.requirements import requirement
from conformance.wire import Literal, Mailbox


@requirement("RFC3501-6.4.3-RESPONSES", "RFC3501-7.4.1-DECREMENT")
def test_numbers_fall_with_each_response(selected):
    """Of eleven messages 3, 4, 7 and 11 go: their EXPUNGE responses count what went before."""
    present = fill(selected, 11)
    selected.ok("STORE", "3:4,7,11", "+FLAGS.SILENT (\\Deleted)")
    expunged = selected.ok("EXPUNGE").expunged
    assert len(expunged) == 4
    left = [uid for number, uid in enumerate(present, 1) if number not in {3, 4, 7, 11}]
    assert after_expunges(present, expunged) == left


@requirement("RFC3501-7.4.1-DECREMENT")
def test_later_commands_use_the_new_numbers(selected):
    """After EXPUNGE the numbers of commands are those that the responses have left."""
    present = fill(selected, 4)
    selected.ok("STORE", 2, "+FLAGS.SILENT (\\Deleted)")
    assert selected.ok("EXPUNGE").expunged == [2]
    fetched = selected.ok("FETCH", "2:3", "(UID BODY.PEEK[TEXT])")
    assert fetched.fetch(2).uid == present[2]
    assert fetched.fetch(2).section("TEXT") == b"text 3\r\n"
    assert fetched.fetch(3).uid == present[3]


@requirement("RFC3501-6.4.3-REMOVES")
def test_removes_only_deleted_messages(selected, login):
    r"""EXPUNGE removes the messages marked \Deleted for everybody, and no others."""
    present = fill(selected, 3)
    selected.ok("STORE", 1, "+FLAGS.SILENT (\\Seen \\Answered \\Flagged \\Draft)")
    selected.ok("STORE", 3, "+FLAGS.SILENT (\\Deleted)")
    selected.ok("EXPUNGE")
    other = login()
    assert other.select(selected.mailbox).exists == 2
    assert uids(other) == present[:2]


@requirement("RFC3501-6.4.3-REMOVES")
def test_of_all_messages_empties_the_mailbox(selected):
    r"""When all messages are \Deleted nothing is left, and UIDNEXT stays as it was."""
    fill(selected, 3, flags=("\\Deleted",))
    before = selected.select(selected.mailbox).number("UIDNEXT")
    assert after_expunges("abc", selected.ok("EXPUNGE").expunged) == []
    assert uids(selected) == []
    answer = selected.select(selected.mailbox)
    assert answer.exists == 0
    assert answer.number("UIDNEXT") == before


@requirement("RFC3501-6.4.3-RESPONSES")
def test_without_deleted_messages(selected):
    """EXPUNGE is answered OK without an EXPUNGE response where there is nothing to remove."""
    assert selected.ok("EXPUNGE").expunged == []
    present = fill(selected, 2)
    assert selected.ok("EXPUNGE").expunged == []
    assert uids(selected) == present


@requirement("RFC3501-6.4.3-REMOVES")
def test_keeps_a_message_whose_flag_was_taken_back(selected):
    r"""A message whose \Deleted was removed again is not expunged."""
    fill(selected, 1, flags=("\\Deleted",))
    selected.ok("STORE", 1, "-FLAGS (\\Deleted)")
    assert selected.ok("EXPUNGE").expunged == []
    assert len(uids(selected)) == 1


@requirement("RFC3501-6.4.3-REMOVES", "RFC3501-6.4.3-RESPONSES")
def test_removes_what_another_session_has_deleted(selected, second):
    r"""EXPUNGE removes, and tells of, messages that another session has marked \Deleted."""
    fill(selected, 2)
    second.ok("NOOP")
    second.ok("STORE", 2, "+FLAGS (\\Deleted)")
    assert selected.ok("EXPUNGE").expunged == [2]


@requirement("RFC3501-2.3.1-1", "RFC3501-2.3.1-8", "RFC9051-2.3.1.1-1", "RFC9051-2.3.1.1-8")
def test_uid_is_not_used_again(selected):
    """A message that comes after an EXPUNGE of the last one gets a higher UID than that had."""
    last = fill(selected, 2, flags=("\\Deleted",))[-1]
    selected.ok("EXPUNGE")
    assert selected.append(message(3)) > last


@requirement("RFC3501-6.3.2-2")
def test_of_a_read_only_mailbox_removes_nothing(authenticated, mailbox):
    """In a mailbox opened by EXAMINE, EXPUNGE brings no EXPUNGE response and removes nothing."""
    authenticated.ok("APPEND", Mailbox(mailbox), "(\\Deleted)", Literal(message(1)))
    authenticated.ok("EXAMINE", Mailbox(mailbox))
    assert authenticated.command("EXPUNGE").expunged == []
    assert len(uids(authenticated)) == 1
    assert authenticated.ok("EXAMINE", Mailbox(mailbox)).exists == 1


@requirement("RFC3501-6.4.3-REFUSED", "RFC3501-7.1.3-TAGGED")
def test_of_a_read_only_mailbox_is_answered_no(authenticated, mailbox):
    r"""In a mailbox opened by EXAMINE that has a \Deleted message, EXPUNGE is answered NO."""
    authenticated.ok("APPEND", Mailbox(mailbox), "(\\Deleted)", Literal(message(1)))
    authenticated.ok("EXAMINE", Mailbox(mailbox))
    assert authenticated.command("EXPUNGE").status == "NO"


@requirement("RFC3501-7.4.1-1", "RFC9051-7.5.1-1")
@pytest.mark.parametrize(
    "command",
    [
        pytest.param(("FETCH", "3", "FLAGS"), id="fetch"),
        pytest.param(("STORE", "3", "+FLAGS (\\Flagged)"), id="store"),
        pytest.param(("SEARCH", "ALL"), id="search"),
    ],
)
def test_is_not_told_during(selected, second, command):
    """No EXPUNGE comes in answer to FETCH, STORE or SEARCH; numbers mean what they meant."""
    present = fill(selected, 3)
    second.ok("NOOP")
    second.ok("STORE", 1, "+FLAGS.SILENT (\\Deleted)")
    second.ok("EXPUNGE")
    answer = selected.ok(*command)
    assert answer.expunged == []
    if command[0] == "SEARCH":
        assert 3 in answer.search()
    else:
        assert answer.fetch(3).number == 3
    selected.select(selected.mailbox)
    assert uids(selected) == present[1:]


@requirement("RFC3501-6.4.3-BAD", "RFC3501-2.2.2-3")
def test_takes_no_arguments(selected):
    """EXPUNGE with an argument is answered BAD, and removes nothing."""
    fill(selected, 1, flags=("\\Deleted",))
    answer = selected.command("EXPUNGE", "1")
    assert answer.status == "BAD"
    assert answer.expunged == []
    assert len(uids(selected)) == 1

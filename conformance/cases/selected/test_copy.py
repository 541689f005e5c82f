"""COPY and UID COPY: RFC 3501 sections 6.4.7 and 6.4.8."""

import pytest

from conformance.cases._mailbox import contents, fill, flags, message, uids
from conformance.requirements import requirement
from conformance.wire import Literal, Mailbox, Received, mailbox_names
from conformance.wire.grammar import moment

DATE = "17-Jul-1996 02:44:25 -0700"


@requirement("RFC3501-6.4.7-COPIES")
def test_copies_to_the_end(selected, elsewhere):
    """The copies stand behind what the destination had, with the same octets."""
    selected.ok("APPEND", Mailbox(elsewhere), Literal(message(9)))
    fill(selected, 4)
    selected.ok("COPY", "2,4", Mailbox(elsewhere))
    texts = Received(contents(selected, elsewhere).values(), "text")
    assert texts[0] == message(9)
    assert sorted(texts[1:]) == [message(2), message(4)]


@requirement("RFC3501-6.4.7-COPIES")
@pytest.mark.parametrize("name", ["eight-bit", "no-final-crlf", "protocol-lookalikes"])
def test_copy_has_the_same_octets(selected, elsewhere, messages, name):
    """The text of a copy is that of the message, octet for octet."""
    selected.append(messages[name].octets)
    selected.ok("COPY", 1, Mailbox(elsewhere))
    assert list(contents(selected, elsewhere).values()) == [messages[name].octets]


@requirement("RFC3501-6.4.7-1", "RFC3501-2.3.3-2")
def test_keeps_flags_and_internal_date(selected, elsewhere):
    """The copy has the flags and the internal date of the message."""
    selected.append(message(1), flags=("\\Answered", "\\Flagged", "\\Deleted"), date=DATE)
    selected.append(message(2), flags=("\\Seen", "\\Draft"))
    selected.ok("COPY", 1, Mailbox(elsewhere))
    selected.select(elsewhere)
    assert flags(selected) == {"\\Answered", "\\Flagged", "\\Deleted"}
    copy = selected.ok("FETCH", 1, "INTERNALDATE").fetch(1)
    assert moment(copy.internal_date) == moment(DATE)


@requirement("RFC3501-6.4.7-1")
def test_keeps_keywords(selected, elsewhere):
    """The copy has the keywords of the message, where keywords can be created."""
    code = selected.select(selected.mailbox).code("PERMANENTFLAGS")
    if code is not None and "\\*" not in code.value:
        pytest.skip("PERMANENTFLAGS says that no keywords can be created")
    fill(selected, 1, flags=("$Forwarded", "gximapKeyword"))
    selected.ok("COPY", 1, Mailbox(elsewhere))
    selected.select(elsewhere)
    assert flags(selected) == {"$Forwarded", "gximapKeyword"}


@requirement("RFC3501-6.4.7-1")
def test_copy_is_recent(selected, elsewhere):
    r"""The copy is \Recent, though the message is not any more."""
    fill(selected, 1)
    selected.select(selected.mailbox)
    selected.ok("COPY", 1, Mailbox(elsewhere))
    assert selected.select(elsewhere).recent == 1
    assert "\\Recent" in selected.ok("FETCH", 1, "FLAGS").fetch(1).flags


@requirement("RFC3501-6.4.7-COPIES")
def test_leaves_the_messages_as_they_are(selected, elsewhere):
    """COPY changes nothing in the selected mailbox: the messages stay, unread as they were."""
    present = fill(selected, 2)
    selected.ok("COPY", "1:2", Mailbox(elsewhere))
    assert uids(selected) == present
    assert flags(selected) == set()


@requirement("RFC3501-6.4.7-COPIES")
def test_copy_has_flags_of_its_own(selected, elsewhere):
    """Flags that are changed later, or an EXPUNGE, do not reach the copy."""
    fill(selected, 1)
    selected.ok("COPY", 1, Mailbox(elsewhere))
    selected.ok("STORE", 1, "+FLAGS.SILENT (\\Deleted)")
    selected.ok("EXPUNGE")
    selected.select(elsewhere)
    assert flags(selected) == set()
    assert selected.ok("FETCH", 1, "BODY.PEEK[]").fetch(1).section("") == message(1)


@requirement("RFC3501-6.4.7-COPIES", "RFC3501-5.2-3")
def test_to_the_selected_mailbox(selected):
    """COPY to the selected mailbox itself adds the copies, which EXISTS tells of."""
    present = fill(selected, 2, flags=("\\Flagged",))
    answer = selected.ok("COPY", "1:2", Mailbox(selected.mailbox))
    exists = answer.exists or selected.ok("NOOP").exists
    assert exists == 4
    assert uids(selected)[:2] == present
    texts = list(contents(selected, selected.mailbox).values())
    assert sorted(texts[2:]) == [message(1), message(2)]


@requirement("RFC3501-5.2-3")
def test_another_session_is_told(selected, elsewhere, login):
    """A session that has the destination selected is told of the copies."""
    fill(selected, 2)
    other = login()
    other.select(elsewhere)
    selected.ok("COPY", "1:2", Mailbox(elsewhere))
    assert other.ok("NOOP").exists == 2


@requirement("RFC3501-6.4.7-COPIES")
def test_from_a_read_only_mailbox(selected, elsewhere):
    """From a mailbox opened by EXAMINE messages can be copied."""
    fill(selected, 1)
    selected.ok("EXAMINE", Mailbox(selected.mailbox))
    selected.ok("COPY", 1, Mailbox(elsewhere))
    assert selected.select(elsewhere).exists == 1


@requirement("RFC3501-6.4.7-COPIES")
def test_destination_in_modified_utf7(selected, scratch):
    """The destination may have a name with characters beyond ASCII, and be given as a literal."""
    fill(selected, 2)
    name = scratch.name("-Entwürfe & 台北")
    selected.create(name)
    selected.ok("COPY", 1, Mailbox(name))
    selected.ok("COPY", 2, Literal(mailbox_names.encode(name)))
    assert selected.select(name).exists == 2


@requirement("RFC3501-6.4.7-4", "RFC3501-7.1-TRYCREATE")
@pytest.mark.parametrize("command", ["COPY", "UID COPY"], ids=["copy", "uid-copy"])
def test_missing_destination(selected, scratch, command):
    """COPY to a mailbox that does not exist is answered NO with TRYCREATE at its start."""
    (uid,) = fill(selected, 1)
    number = uid if command == "UID COPY" else 1
    answer = selected.command(command, number, Mailbox(scratch.name()))
    assert answer.status == "NO"
    assert answer.tagged.code is not None, "the tagged NO bears no response code"
    assert answer.tagged.code.name == "TRYCREATE"


@requirement("RFC3501-6.4.7-2", "RFC3501-6.4.7-3")
def test_missing_destination_is_not_created(selected, scratch):
    """COPY to a mailbox that does not exist is refused, and creates none."""
    fill(selected, 1)
    name = scratch.name()
    assert selected.command("COPY", 1, Mailbox(name)).status != "OK"
    assert selected.ok("LIST", '""', Mailbox(name)).list() == []


@requirement("RFC3501-6.4.7-5")
def test_is_undone_when_a_message_is_gone(selected, second, elsewhere):
    """COPY of a message that another session has expunged is refused whole, or succeeds."""
    fill(selected, 3)
    second.ok("NOOP")
    second.ok("STORE", 2, "+FLAGS.SILENT (\\Deleted)")
    second.ok("EXPUNGE")
    answer = selected.command("COPY", "1:3", Mailbox(elsewhere))
    copied = sorted(contents(selected, elsewhere).values())
    if answer.status == "OK":
        assert copied in ([message(1), message(3)], [message(1), message(2), message(3)])
    else:
        assert copied == []


@requirement("RFC3501-9-NUMBER")
@pytest.mark.parametrize("sequence_set", ["3", "2:3", "*"])
def test_number_beyond_the_last(selected, elsewhere, sequence_set):
    """A number above that of the last message, also * where there is none, is answered BAD."""
    if sequence_set != "*":
        fill(selected, 2)
    assert selected.command("COPY", sequence_set, Mailbox(elsewhere)).status == "BAD"
    assert contents(selected, elsewhere) == {}


@requirement("RFC3501-6.4.8-NUMBERS", "RFC3501-6.4.8-IGNORED")
def test_uid_copy(selected, elsewhere):
    """UID COPY copies the messages with the UIDs; those that do not exist are ignored."""
    first, *kept = fill(selected, 3)
    selected.ok("UID STORE", first, "+FLAGS.SILENT (\\Deleted)")
    selected.ok("EXPUNGE")
    selected.ok("UID COPY", f"{first},{kept[0]},{kept[1] + 10}", Mailbox(elsewhere))
    assert list(contents(selected, elsewhere).values()) == [message(2)]


@requirement("RFC3501-6.4.8-IGNORED")
def test_uid_copy_of_nothing(selected, elsewhere):
    """UID COPY of UIDs that do not exist is answered OK and copies nothing."""
    (uid,) = fill(selected, 1)
    selected.ok("UID COPY", uid + 10, Mailbox(elsewhere))
    selected.ok("UID COPY", f"{uid + 10}:{uid + 20}", Mailbox(elsewhere))
    assert contents(selected, elsewhere) == {}


@requirement("RFC3501-6.4.8-STAR")
def test_uid_copy_of_a_range_above_the_last(selected, elsewhere):
    """A range from above the last UID to * contains the last message."""
    last = fill(selected, 2)[-1]
    selected.ok("UID COPY", f"{last + 100}:*", Mailbox(elsewhere))
    assert list(contents(selected, elsewhere).values()) == [message(2)]


@requirement("RFC3501-6.4.7-BAD", "RFC3501-2.2.2-3")
@pytest.mark.parametrize(
    "arguments",
    [
        pytest.param("COPY", id="nothing"),
        pytest.param("COPY 1", id="no-destination"),
        pytest.param("COPY {mailbox}", id="no-sequence-set"),
        pytest.param("COPY 0 {mailbox}", id="number-zero"),
        pytest.param("COPY 1: {mailbox}", id="open-range"),
        pytest.param("COPY (1) {mailbox}", id="set-in-parentheses"),
        pytest.param("COPY 1  {mailbox}", id="two-spaces"),
        pytest.param("COPY 1 {mailbox} {mailbox}", id="two-destinations"),
        pytest.param("UID COPY 1", id="uid-no-destination"),
    ],
)
def test_malformed_arguments(selected, elsewhere, arguments):
    """COPY with arguments that are missing, too many or against the syntax is answered BAD."""
    fill(selected, 1)
    selected.send_line("bad " + arguments.replace("{mailbox}", elsewhere))
    assert selected.finish("bad").status == "BAD"
    assert contents(selected, elsewhere) == {}

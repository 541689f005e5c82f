"""MOVE and UID MOVE: RFC 6851; RFC 9051 section 6.4.8. Failures: test_move_failures."""

import pytest

from conformance.cases._mailbox import after_expunges, contents, fill, flags, message, uids
from conformance.requirements import needs, requirement, revision
from conformance.wire import Literal, Mailbox, Received, mailbox_names
from conformance.wire.grammar import Condition, Expunge, VanishedData, moment

pytestmark = needs("MOVE")

DATE = "17-Jul-1996 02:44:25 -0700"
both_commands = pytest.mark.parametrize("command", ["MOVE", "UID MOVE"], ids=["move", "uid-move"])


def move(connection, command, present, chosen, mailbox):
    """Move the messages at the positions `chosen` of the UIDs `present`; the answer, OK."""
    numbers = (present[at] if command == "UID MOVE" else at + 1 for at in chosen)
    return connection.ok(command, ",".join(map(str, numbers)), Mailbox(mailbox))


@both_commands
@requirement("RFC6851-3.3-MOVES", "RFC6851-3.3-4", "RFC9051-6.4.8-5")
def test_moves_to_the_end(selected, elsewhere, command):
    """The messages stand at the end of the destination, and EXPUNGE tells that they left."""
    selected.ok("APPEND", Mailbox(elsewhere), Literal(message(9)))
    present = fill(selected, 4)
    answer = move(selected, command, present, (1, 3), elsewhere)
    left = [present[0], present[2]]
    assert after_expunges(present, answer.expunged) == left
    assert uids(selected) == left
    texts = Received(contents(selected, elsewhere).values(), "text")
    assert texts[0] == message(9)
    assert sorted(texts[1:]) == [message(2), message(4)]


@requirement("RFC6851-3.3-MOVES", "RFC6851-3.3-3")
def test_moves_all(selected, elsewhere):
    """MOVE 1:* empties the mailbox, and each message arrives once."""
    present = fill(selected, 20)
    answer = selected.ok("MOVE", "1:*", Mailbox(elsewhere))
    assert after_expunges(present, answer.expunged) == []
    assert contents(selected, selected.mailbox) == {}
    arrived = contents(selected, elsewhere)
    assert sorted(arrived.values()) == sorted(message(number) for number in range(1, 21))


@requirement("RFC6851-3.3-MOVES", "RFC9051-6.4.8-4")
@pytest.mark.parametrize("name", ["eight-bit", "no-final-crlf", "protocol-lookalikes"])
def test_keeps_the_octets(selected, elsewhere, messages, name):
    """The text of a moved message is what it was, octet for octet."""
    selected.append(messages[name].octets)
    selected.ok("MOVE", 1, Mailbox(elsewhere))
    assert list(contents(selected, elsewhere).values()) == [messages[name].octets]


@requirement("RFC9051-6.4.8-1", "RFC9051-2.3.3-1")
def test_keeps_flags_and_internal_date(selected, elsewhere):
    """A moved message has the flags and the internal date that it had."""
    selected.append(message(1), flags=("\\Answered", "\\Flagged", "\\Deleted"), date=DATE)
    selected.ok("MOVE", 1, Mailbox(elsewhere))
    selected.select(elsewhere)
    assert flags(selected) == {"\\Answered", "\\Flagged", "\\Deleted"}
    moved = selected.ok("FETCH", 1, "INTERNALDATE").fetch(1)
    assert moment(moved.internal_date) == moment(DATE)


@both_commands
@requirement("RFC6851-3.3-1", "RFC9051-6.4.8-2")
def test_marks_nothing_as_deleted(selected, elsewhere, command):
    r"""MOVE sets \Deleted on no message, neither for the client to see nor in the destination."""
    present = fill(selected, 2, flags=("\\Seen",))
    answer = move(selected, command, present, (0,), elsewhere)
    shown = [one.flags for one in answer.fetches() if "FLAGS" in one]
    assert not any("\\Deleted" in one for one in shown)
    assert flags(selected) == {"\\Seen"}
    selected.select(elsewhere)
    assert flags(selected) == {"\\Seen"}


@both_commands
@requirement("RFC6851-3.3-MOVES", "RFC6851-3.3-3")
def test_removes_only_what_it_moved(selected, elsewhere, command):
    r"""Other messages that are \Deleted stay in the mailbox."""
    present = fill(selected, 4)
    selected.ok("STORE", "1,3", "+FLAGS.SILENT (\\Deleted)")
    answer = move(selected, command, present, (1,), elsewhere)
    assert answer.expunged == [2]
    assert uids(selected) == [present[0], *present[2:]]


@both_commands
@requirement("RFC6851-3.3-SAME")
def test_into_the_same_mailbox(selected, command):
    """MOVE into the selected mailbox itself gives the messages new UIDs, and doubles none."""
    present = fill(selected, 3)
    numbers = f"{present[0]},{present[2]}" if command == "UID MOVE" else "1,3"
    answer = selected.command(command, numbers, Mailbox(selected.mailbox))
    if answer.status != "OK":
        copy = selected.command("COPY", 1, Mailbox(selected.mailbox))
        assert copy.status != "OK", "COPY to the selected mailbox is allowed, MOVE is not"
        pytest.skip("the server allows no COPY to the selected mailbox")
    found = contents(selected, selected.mailbox)
    assert found.pop(present[1], None) == message(2)
    assert sorted(found.values()) == [message(1), message(3)]
    assert found
    assert min(found) > present[2]


@requirement("RFC6851-3.2-UID", "RFC3501-6.4.8-IGNORED")
def test_uids_that_do_not_exist(selected, elsewhere):
    """UID MOVE moves the messages of the set that exist, and ignores the other UIDs."""
    first, *kept = fill(selected, 3)
    selected.ok("UID STORE", first, "+FLAGS.SILENT (\\Deleted)")
    selected.ok("EXPUNGE")
    selected.ok("UID MOVE", f"{first},{kept[0]},{kept[1] + 10}", Mailbox(elsewhere))
    assert uids(selected) == kept[1:]
    assert list(contents(selected, elsewhere).values()) == [message(2)]


@requirement("RFC6851-3.2-UID", "RFC3501-6.4.8-IGNORED")
def test_no_uid_that_exists(selected, elsewhere):
    """UID MOVE of UIDs that do not exist is answered OK, without COPYUID, and moves nothing."""
    present = fill(selected, 1)
    answer = selected.ok("UID MOVE", f"{present[0] + 10}:{present[0] + 20}", Mailbox(elsewhere))
    assert answer.copy_uid is None
    assert answer.expunged == []
    assert uids(selected) == present
    assert contents(selected, elsewhere) == {}


@requirement("RFC6851-3.2-UID", "RFC3501-6.4.8-STAR")
def test_uid_range_above_the_last(selected, elsewhere):
    """A range from above the last UID to * contains the last message."""
    present = fill(selected, 2)
    selected.ok("UID MOVE", f"{present[1] + 100}:*", Mailbox(elsewhere))
    assert uids(selected) == present[:1]


@requirement("RFC6851-5-1", "RFC9051-9-3")
def test_any_letter_case(selected, elsewhere):
    """The names of the commands are understood in any letter case."""
    _, uid = fill(selected, 2)
    selected.ok("uid mOvE", uid, Mailbox(elsewhere))
    selected.ok("mOvE", 1, Mailbox(elsewhere))
    assert len(contents(selected, elsewhere)) == 2


@requirement("RFC6851-3.3-MOVES")
def test_destination_in_the_encoding_of_the_session(selected, scratch):
    """The destination may have characters beyond ASCII, and be given as a literal."""
    fill(selected, 2)
    name = scratch.name("-Entwürfe & 台北")
    octets = name.encode("utf-8") if selected.revision2 else mailbox_names.encode(name)
    selected.create(name)
    selected.ok("MOVE", 2, Mailbox(name))
    selected.ok("MOVE", 1, Literal(octets))
    assert selected.select(name).exists == 2


@both_commands
@needs("UIDPLUS")
@requirement("RFC6851-4.3-1", "RFC4315-3-1")
def test_copy_uid_is_sent(selected, elsewhere, command):
    """A server with UIDPLUS sends COPYUID for MOVE and UID MOVE."""
    answer = move(selected, command, fill(selected, 2), (1,), elsewhere)
    assert answer.copy_uid is not None, f"{command} was answered without COPYUID"


@both_commands
@requirement("RFC4315-3-COPYUID")
def test_copy_uid_pairs(selected, elsewhere, command):
    """COPYUID has the UIDVALIDITY of the destination, and pairs each source with its new UID."""
    selected.ok("APPEND", Mailbox(elsewhere), Literal(message(9)))
    present = fill(selected, 5)
    answer = move(selected, command, present, (4, 0, 1), elsewhere)
    if answer.copy_uid is None:
        pytest.skip("MOVE was answered without COPYUID")
    pairs = dict(zip(answer.copy_uid.sources, answer.copy_uid.targets, strict=True))
    assert sorted(pairs) == [present[0], present[1], present[4]]
    assert selected.select(elsewhere).number("UIDVALIDITY") == answer.copy_uid.uid_validity
    found = contents(selected, elsewhere)
    texts = {present[at]: message(at + 1) for at in (0, 1, 4)}
    assert {source: found.get(target) for source, target in pairs.items()} == texts


@requirement("RFC4315-3-COPYUID", "RFC6851-3.3-SAME")
def test_copy_uid_in_the_same_mailbox(selected):
    """COPYUID of a MOVE into the selected mailbox itself names the UIDs that are there then."""
    present = fill(selected, 2)
    answer = selected.command("MOVE", "1:2", Mailbox(selected.mailbox))
    if answer.copy_uid is None:
        pytest.skip("no COPYUID for a MOVE into the same mailbox")
    assert sorted(answer.copy_uid.sources) == present
    assert sorted(answer.copy_uid.targets) == sorted(contents(selected, selected.mailbox))


def comes_first(answer):
    """Whether COPYUID stands in an untagged OK, ahead of all that tells of removals."""
    for response in answer.untagged:
        if isinstance(response, Condition) and response.code is not None:
            if (response.kind, response.code.name) == ("OK", "COPYUID"):
                return True
        elif isinstance(response, (Expunge, VanishedData)):
            return False
    return False


@both_commands
@needs("UIDPLUS")
@requirement("RFC6851-4.3-FIRST")
def test_copy_uid_comes_first(selected, elsewhere, command):
    """COPYUID comes in an untagged OK, ahead of the EXPUNGE responses."""
    assert comes_first(move(selected, command, fill(selected, 3), (0, 2), elsewhere))


@both_commands
@revision("IMAP4rev2")
@requirement("RFC9051-6.4.8-9")
def test_copy_uid_must_come_first(selected, elsewhere, command):
    """With IMAP4rev2 COPYUID comes in an untagged OK ahead of the EXPUNGE responses."""
    assert comes_first(move(selected, command, fill(selected, 3), (0, 2), elsewhere))


@requirement("RFC3501-2.3.1-1", "RFC9051-2.3.1.1-11", "RFC9051-2.3.1.1-1")
def test_uids_are_not_given_again(selected, elsewhere):
    """The UID of the last message, moved away, is not that of the next new message."""
    present = fill(selected, 2)
    selected.ok("MOVE", 2, Mailbox(elsewhere))
    assert selected.append(message(3)) > present[1]

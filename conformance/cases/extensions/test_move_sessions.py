"""MOVE while other sessions look on or interfere, and in a pipeline: RFC 6851 section 3.3."""

import pytest

from conformance.cases._mailbox import after_expunges, contents, fill, flags, message, uids
from conformance.requirements import needs, requirement
from conformance.wire import Literal, Mailbox
from conformance.wire.grammar import Exists, Expunge

pytestmark = needs("MOVE")


# IDLE lets the server send at any time; how soon, it does not say.
@needs("IDLE")
@requirement("RFC2177-3-UPDATES", "RFC6851-3.3-MOVES", level="SHOULD")
def test_idle_tells_of_messages_that_leave(selected, second, elsewhere):
    """A session in IDLE on the source is told by EXPUNGE of what another session moves away."""
    present = fill(selected, 4)
    second.ok("NOOP")
    with second.idle():
        selected.ok("MOVE", "1,3", Mailbox(elsewhere))
        told = [second.expect_untagged(Expunge).number for _ in range(2)]
    assert after_expunges(present, told) == [present[1], present[3]]
    assert uids(second) == [present[1], present[3]]


# IDLE lets the server send at any time; how soon, it does not say.
@needs("IDLE")
@requirement("RFC2177-3-UPDATES", "RFC6851-3.3-MOVES", level="SHOULD")
def test_idle_tells_of_messages_that_arrive(selected, login, elsewhere):
    """A session in IDLE on the destination is told by EXISTS of what another session moves."""
    fill(selected, 2)
    other = login()
    other.select(elsewhere)
    with other.idle():
        selected.ok("MOVE", "1:2", Mailbox(elsewhere))
        while other.expect_untagged(Exists).number < 2:
            pass
    assert len(uids(other)) == 2


@requirement("RFC3501-5.2-1", "RFC9051-5.2-1")
def test_noop_tells_the_others(selected, second, elsewhere):
    """Another session learns of a MOVE with its next command, and its numbers fall as told."""
    present = fill(selected, 5)
    second.ok("NOOP")
    selected.ok("UID MOVE", f"{present[1]}:{present[2]}", Mailbox(elsewhere))
    assert after_expunges(present, second.ok("NOOP").expunged) == [present[0], *present[3:]]
    assert uids(second) == [present[0], *present[3:]]


@requirement("RFC6851-3.3-3", "RFC6851-3.3-4", "RFC9051-6.4.8-3", "RFC9051-6.4.8-5")
@pytest.mark.parametrize("command", ["MOVE", "UID MOVE"], ids=["move", "uid-move"])
def test_of_a_message_that_is_gone(selected, second, elsewhere, command):
    """Where another session has expunged one of the messages, each other is moved or stays."""
    present = fill(selected, 3)
    second.ok("NOOP")
    second.ok("STORE", 2, "+FLAGS.SILENT (\\Deleted)")
    second.ok("EXPUNGE")
    numbers = f"{present[0]}:{present[2]}" if command == "UID MOVE" else "1:3"
    selected.command(command, numbers, Mailbox(elsewhere)).expect("OK", "NO")
    left = list(contents(selected, selected.mailbox).values())
    moved = list(contents(selected, elsewhere).values())
    kept = [text for text in left + moved if text != message(2)]
    assert sorted(kept) == [message(1), message(3)]
    assert message(2) not in left


@requirement("RFC6851-3.3-3", "RFC6851-3.3-4", "RFC9051-6.4.8-5")
def test_twice_to_different_mailboxes(selected, second, elsewhere, scratch):
    """A message that two sessions move, the second unaware of the first, ends in one mailbox."""
    (uid,) = fill(selected, 1)
    second.ok("NOOP")
    third = scratch.name()
    selected.create(third)
    selected.ok("UID MOVE", uid, Mailbox(elsewhere))
    second.command("UID MOVE", uid, Mailbox(third)).expect("OK", "NO")
    found = [contents(selected, name) for name in (selected.mailbox, elsewhere, third)]
    assert [len(one) for one in found] == [0, 1, 0]


@requirement("RFC6851-3.3-MOVES")
def test_leaves_messages_the_session_does_not_know(selected, second, elsewhere):
    """A message that another session has added, and that MOVE does not name, stays."""
    fill(selected, 2)
    second.ok("APPEND", Mailbox(second.mailbox), Literal(message(3)))
    selected.ok("MOVE", "1:2", Mailbox(elsewhere))
    assert list(contents(selected, selected.mailbox).values()) == [message(3)]


@requirement("RFC9051-6.4.8-1")
def test_takes_flags_of_another_session_along(selected, second, elsewhere):
    """A moved message has the flags that another session gave it last."""
    fill(selected, 1)
    second.ok("NOOP")
    second.ok("STORE", 1, "+FLAGS (\\Flagged)")
    selected.ok("MOVE", 1, Mailbox(elsewhere))
    selected.select(elsewhere)
    assert flags(selected) == {"\\Flagged"}


@requirement("RFC6851-3.3-PIPELINE", "RFC3501-5.5-4")
def test_pipelined_with_commands_on_uids(selected, elsewhere):
    """UID MOVE, UID STORE and UID FETCH sent at once are carried out in their order."""
    present = fill(selected, 4)
    commands = (
        ("UID STORE", present[0], "+FLAGS (\\Flagged)"),
        ("UID MOVE", f"{present[0]},{present[2]}", Mailbox(elsewhere)),
        ("UID STORE", f"{present[0]}:{present[3]}", "+FLAGS (\\Answered)"),
        ("UID MOVE", present[1], Mailbox(elsewhere)),
        ("UID FETCH", "1:*", "(UID FLAGS)"),
    )
    tags = [selected.send_command(*command) for command in commands]
    for tag in tags:
        selected.finish(tag).expect("OK")
    assert uids(selected) == [present[3]]
    assert flags(selected) == {"\\Answered"}
    moved = contents(selected, elsewhere)
    assert sorted(moved.values()) == [message(number) for number in (1, 2, 3)]
    states = selected.ok("UID FETCH", "1:*", "(UID FLAGS)").fetches()
    by_text = {moved[one.uid]: one.flags - {"\\Recent"} for one in states if "UID" in one}
    assert by_text == {
        message(1): {"\\Flagged"},
        message(2): {"\\Answered"},
        message(3): set(),
    }


@requirement("RFC6851-3.3-PIPELINE", "RFC3501-5.5-4")
def test_pipelined_with_select(selected, elsewhere):
    """A SELECT of the destination sent right behind MOVE finds the messages there."""
    fill(selected, 3)
    moving = selected.send_command("MOVE", "1:3", Mailbox(elsewhere))
    selecting = selected.send_command("SELECT", Mailbox(elsewhere))
    selected.finish(moving).expect("OK")
    assert selected.finish(selecting).expect("OK").exists == 3

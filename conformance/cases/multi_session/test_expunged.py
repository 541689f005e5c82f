"""Messages that another session expunges (RFC 3501, 5.5, 7.4.1; RFC 2180, section 4)."""

import pytest

from conformance.cases._mailbox import after_expunges, contents, fill, message, uids
from conformance.requirements import requirement
from conformance.wire import Mailbox
from conformance.wire.grammar import Continuation, Envelope, Expunge


@pytest.fixture
def four(selected, second):
    """Four messages that `selected` and `second` both know; their UIDs."""
    known = fill(selected, 4)
    assert second.ok("NOOP").exists == 4
    assert uids(second) == known
    return known


def expunge(connection, *numbers):
    """Remove messages for good: those with these numbers."""
    connection.ok("STORE", ",".join(map(str, numbers)), "+FLAGS.SILENT (\\Deleted)")
    answer = connection.command("EXPUNGE")
    if answer.status == "NO":
        pytest.skip("EXPUNGE is refused while another session has the mailbox selected")
    assert sorted(after_expunges(range(1, 5), answer.expect("OK").expunged)) == sorted(
        {1, 2, 3, 4} - set(numbers)
    )


@requirement("RFC3501-7.4.1-EXPUNGE", "RFC3501-2.3.1.2-NUMBER")
@pytest.mark.parametrize("numbers", [(1,), (4,), (2, 3), (1, 3), (1, 2, 3, 4)], ids=str)
def test_told_at_noop(selected, second, four, numbers):
    """NOOP tells which messages another session has expunged; the others move up."""
    expunge(second, *numbers)
    left = after_expunges(four, selected.ok("NOOP").expunged)
    assert left == [uid for number, uid in enumerate(four, 1) if number not in numbers]
    assert uids(selected) == left


@requirement("RFC3501-7.4.1-EXPUNGE")
def test_told_when_another_closes(selected, second, four):
    """What a CLOSE of another session removes is told, too."""
    second.ok("STORE", "2:3", "+FLAGS.SILENT (\\Deleted)")
    second.ok("CLOSE")
    assert after_expunges(four, selected.ok("NOOP").expunged) == [four[0], four[3]]


@requirement("RFC3501-7.4.1-1", "RFC3501-5.5-EXPUNGE", "RFC9051-7.5.1-1")
@pytest.mark.parametrize(
    "command",
    ["FETCH 1:* FLAGS", "STORE 4 +FLAGS (\\Seen)", "SEARCH ALL", "FETCH 1 UID"],
    ids=["fetch", "store", "search", "fetch-of-it"],
)
def test_not_told_during_fetch_store_and_search(selected, second, four, command):
    """FETCH, STORE and SEARCH bring no EXPUNGE; the next NOOP does."""
    expunge(second, 1)
    assert not selected.command(command).expunged
    assert after_expunges(four, selected.ok("NOOP").expunged) == four[1:]


@requirement("RFC3501-7.4.1-1", "RFC9051-7.5.1-1")
def test_not_told_while_a_literal_is_awaited(selected, second, four):
    """During the negotiation of a literal no command is in progress: no EXPUNGE comes."""
    expunge(second, 2)
    name = selected.mailbox.encode()
    selected.send_line(b"e1 STATUS {%d}" % len(name))
    before = []
    for _ in range(20):
        response = selected.read_response(awaited="a continuation request")
        if isinstance(response, Continuation):
            break
        before.append(response)
    assert not [response for response in before if isinstance(response, Expunge)]
    selected.send_line(name + b" (MESSAGES)")
    told = selected.finish("e1").expect("OK").expunged
    told += selected.ok("NOOP").expunged
    assert after_expunges(four, told) == [four[0], four[2], four[3]]


@requirement("RFC3501-7.4.1-2", "RFC3501-7.4.1-EXPUNGE")
@pytest.mark.parametrize(
    "command", ["UID FETCH 1:* UID", "UID SEARCH ALL", "UID STORE 1 +FLAGS ()"]
)
def test_uid_commands_may_tell(selected, second, four, command):
    """A UID command may bring EXPUNGE; each message is told once, then or at the next NOOP."""
    expunge(second, 2)
    told = selected.ok(command).expunged + selected.ok("NOOP").expunged
    assert after_expunges(four, told) == [four[0], four[2], four[3]]


@requirement("RFC3501-2.3.1.2-NUMBER", "RFC3501-7.4.1-EXPUNGE")
def test_numbers_hold_until_expunge_is_told(selected, second, four):
    """Sequence numbers mean the same messages until EXPUNGE tells that they have moved."""
    expunge(second, 1)
    fetched = selected.ok("FETCH", "2:4", "(UID BODY.PEEK[])")
    for number in (2, 3, 4):
        assert fetched.fetch(number).uid == four[number - 1]
        assert fetched.fetch(number).section("") == message(number)
    selected.ok("STORE", 3, "+FLAGS (\\Flagged)")
    assert selected.ok("NOOP").expunged == [1]
    assert selected.ok("SEARCH", "FLAGGED").search() == [2]
    assert selected.ok("FETCH", 2, "(UID BODY.PEEK[])").fetch(2).section("") == message(3)


# What may come for a message of which nothing is known any more (RFC 2180, section 4.1.3).
NOTHING = (None, b"", 0, Envelope(*[None] * 10), "00-Jan-0000 00:00:00 +0000")
ITEMS = [
    "UID",
    "FLAGS",
    "BODY.PEEK[]",
    "BODY.PEEK[]<3.20>",
    "BODY[TEXT]",
    "BODY.PEEK[HEADER.FIELDS (SUBJECT)]",
    "RFC822",
    "RFC822.HEADER",
    "RFC822.SIZE",
    "ENVELOPE",
    "INTERNALDATE",
]


@requirement("RFC3501-2.3.1-2", "RFC3501-7.4.1-1")
@pytest.mark.parametrize("item", ITEMS)
def test_fetch_of_an_expunged_message(selected, second, four, item):
    """FETCH of a message that is gone brings its own data, none, or NO; never another's."""
    before = selected.ok("FETCH", 2, f"(UID {item})").fetch(2).items
    expunge(second, 2)
    answer = selected.command("FETCH", 2, f"(UID {item})")
    assert answer.status in ("OK", "NO")
    for fetched in answer.fetches():
        assert fetched.number == 2
        assert fetched.items.get("UID", four[1]) == four[1]
        for name in fetched.items.keys() - {"FLAGS"}:
            assert fetched.items[name] in (before[name], *NOTHING), name
    rest = selected.ok("FETCH", "1,3:4", "(UID BODY.PEEK[])")
    assert [rest.fetch(number).uid for number in (1, 3, 4)] == [four[0], four[2], four[3]]
    assert rest.fetch(3).section("") == message(3)


@requirement("RFC3501-2.3.1-2")
@pytest.mark.usefixtures("four")
def test_fetch_of_several_with_an_expunged_one(selected, second):
    """FETCH of a range with a gone message is NO, or brings at least the other messages."""
    expunge(second, 2)
    answer = selected.command("FETCH", "1:4", "(UID BODY.PEEK[])")
    assert answer.status in ("OK", "NO")
    texts = {one.number: one.section("") for one in answer.fetches() if "BODY[]" in one}
    for number, text in texts.items():
        assert text in (message(number), b"", None), f"message {number}"
    if answer.status == "OK":
        assert {1, 3, 4} <= texts.keys()


@requirement("RFC3501-2.3.1-2", "RFC9051-2.3.1.1-2")
def test_uid_fetch_of_an_expunged_message(selected, second, four):
    """UID FETCH of a UID that is gone brings the message's own data or nothing."""
    expunge(second, 2)
    answer = selected.command("UID FETCH", four[1], "(UID BODY.PEEK[])")
    assert answer.status in ("OK", "NO")
    texts = [one.section("") for one in answer.fetches() if "BODY[]" in one]
    for text in texts:
        assert text in (message(2), b"", None)


@requirement("RFC3501-2.3.1-2")
@pytest.mark.parametrize("item", ["+FLAGS", "+FLAGS.SILENT", "FLAGS", "-FLAGS"])
def test_store_on_an_expunged_message(selected, second, four, item):
    """STORE on a message that is gone is OK or NO, and changes no other message."""
    selected.ok("STORE", "1:4", "FLAGS.SILENT (\\Flagged)")
    expunge(second, 2)
    assert selected.command("STORE", 2, item, "(\\Draft)").status in ("OK", "NO")
    selected.ok("NOOP")
    fetched = selected.ok("FETCH", "1:*", "(UID FLAGS)")
    flags = {uid: fetched.fetch(uid=uid).flags - {"\\Recent"} for uid in (*four[:1], *four[2:])}
    assert set(flags.values()) == {frozenset({"\\Flagged"})}, flags


@requirement("RFC3501-2.3.1-2")
@pytest.mark.parametrize("item", ["+FLAGS", "+FLAGS.SILENT", "FLAGS"])
def test_store_on_several_with_an_expunged_one(selected, second, four, item):
    """STORE on a range with a gone message changes all others of it or, with NO, none of them.

    The untagged FETCH responses show no other message than one of the range (RFC 2180, 4.2).
    """
    selected.ok("STORE", "1:4", "FLAGS.SILENT (\\Flagged)")
    expunge(second, 2)
    answer = selected.command("STORE", "1:3", item, "(\\Flagged \\Draft)")
    assert answer.status in ("OK", "NO")
    for fetched in answer.fetches():
        number = fetched.number
        assert number <= 3, f"FETCH {number} came with STORE 1:3"
        assert fetched.items.get("UID", four[number - 1]) == four[number - 1]
    selected.ok("NOOP")
    fetched = selected.ok("FETCH", "1:*", "(UID FLAGS)")
    first, third, fourth = (
        "\\Draft" in fetched.fetch(uid=uid).flags for uid in (four[0], four[2], four[3])
    )
    assert not fourth, "STORE 1:3 changed message 4"
    if answer.status == "OK":
        assert (first, third) == (True, True), "STORE was OK and left out a message that is there"
    else:
        assert first == third, "STORE changed one message of two"


@requirement("RFC3501-6.4.7-5", "RFC3501-2.3.1-2")
@pytest.mark.parametrize("numbers", ["2", "1:3"])
@pytest.mark.usefixtures("four")
def test_copy_of_an_expunged_message(selected, second, elsewhere, numbers):
    """COPY with a message that is gone copies it or leaves it out, or is NO and copies nothing."""
    expunge(second, 2)
    answer = selected.command("COPY", numbers, Mailbox(elsewhere))
    copied = list(contents(second, elsewhere).values())
    living = [message(1), message(3)] if numbers == "1:3" else []
    with_the_gone = [message(1), message(2), message(3)] if numbers == "1:3" else [message(2)]
    if answer.status == "NO":
        assert copied == []
    else:
        assert answer.status == "OK"
        assert copied in (living, with_the_gone)


@requirement("RFC3501-2.3.1.2-NUMBER")
@pytest.mark.usefixtures("four")
def test_search_with_an_expunged_message(selected, second):
    """SEARCH finds the living messages under the numbers they still have."""
    expunge(second, 2)
    found = selected.ok("SEARCH", "SUBJECT message").search()
    assert {1, 3, 4} <= set(found) <= {1, 2, 3, 4}
    assert selected.ok("SEARCH", 'SUBJECT "message 3"').search() == [3]


@requirement("RFC3501-7.4.1-EXPUNGE")
def test_expunge_after_an_expunge_of_another(selected, second, four):
    """EXPUNGE tells of its own removals and of those of others, with numbers that fit."""
    expunge(second, 1)
    selected.ok("STORE", 3, "+FLAGS.SILENT (\\Deleted)")
    told = selected.ok("EXPUNGE").expunged
    told += selected.ok("NOOP").expunged
    assert after_expunges(four, told) == [four[1], four[3]]
    assert after_expunges(four[1:], second.ok("NOOP").expunged) == [four[1], four[3]]


@requirement("RFC3501-7.4.1-EXPUNGE", "RFC3501-5.2-3")
def test_expunged_and_new_at_once(selected, second, four):
    """When messages went and came, EXPUNGE and EXISTS together give the right size."""
    expunge(second, 2)
    new = second.append(message(5))
    answer = selected.ok("NOOP")
    assert after_expunges(four, answer.expunged) == [four[0], four[2], four[3]]
    assert answer.exists in (4, 5)  # before or after the EXPUNGE
    assert uids(selected) == [four[0], four[2], four[3], new]


@requirement("RFC3501-7.4.1-EXPUNGE")
def test_both_expunge_at_once(selected, second, four):
    """Two sessions that expunge at the same time end with the same messages."""
    selected.ok("STORE", "1,3", "+FLAGS.SILENT (\\Deleted)")
    second.ok("NOOP")
    tags = [(session, session.send_command("EXPUNGE")) for session in (selected, second)]
    told = {session.name: session.finish(tag).expect("OK").expunged for session, tag in tags}
    for session in (selected, second):
        told[session.name] += session.ok("NOOP").expunged
        assert after_expunges(four, told[session.name]) == [four[1], four[3]]
        assert uids(session) == [four[1], four[3]]

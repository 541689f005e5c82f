"""UIDPLUS: RFC 4315."""

import pytest

from conformance.cases._mailbox import after_expunges, contents, fill, flags, message, uids
from conformance.requirements import needs, requirement
from conformance.wire import Literal, Mailbox, Received, ReceivedItems

pytestmark = needs("UIDPLUS")


def appended(answer):
    """The arguments of APPENDUID; without the code, which is no MUST, the case is skipped."""
    if answer.append_uid is None:
        pytest.skip("APPEND was answered without APPENDUID")
    return answer.append_uid


def copied(answer):
    """COPYUID as pairs of source and copy; without the code, no MUST, the case is skipped."""
    if answer.copy_uid is None:
        pytest.skip("COPY was answered without COPYUID")
    pairs = zip(answer.copy_uid.sources, answer.copy_uid.targets, strict=True)
    return Received(pairs, "pair of COPYUID")


def texts_by_uid(connection):
    """The text of each message of the selected mailbox."""
    answer = connection.ok("UID FETCH", "1:*", "(UID BODY.PEEK[])")
    found = {one.uid: one.text() for one in answer.fetches() if "BODY[]" in one}
    return ReceivedItems(found, "UID")


@requirement("RFC4315-3-1")
def test_append_and_copy_tell_uids(selected, elsewhere):
    """APPEND is answered with APPENDUID, COPY and UID COPY with COPYUID."""
    (uid,) = fill(selected, 1)
    append = selected.ok("APPEND", Mailbox(elsewhere), Literal(message(2)))
    assert append.append_uid is not None, "APPEND was answered without APPENDUID"
    for command, number in (("COPY", 1), ("UID COPY", uid)):
        copy = selected.ok(command, number, Mailbox(elsewhere))
        assert copy.copy_uid is not None, f"{command} was answered without COPYUID"


@requirement("RFC4315-3-APPENDUID", "RFC4315-3-4", "RFC4315-3-5", "RFC9051-7.1-5", "RFC9051-7.1-6")
def test_append_uid(authenticated, mailbox):
    """APPENDUID has the UIDVALIDITY of the mailbox and one UID, that of the new message."""
    answers = [
        authenticated.ok("APPEND", Mailbox(mailbox), Literal(message(number))) for number in (1, 2)
    ]
    told = [appended(answer) for answer in answers]
    assert [len(one.uids) for one in told] == [1, 1]
    uid_validity = authenticated.select(mailbox).number("UIDVALIDITY")
    assert {one.uid_validity for one in told} == {uid_validity}
    assert texts_by_uid(authenticated) == {told[0].uid: message(1), told[1].uid: message(2)}


@requirement("RFC4315-3-APPENDUID")
def test_append_uid_in_the_selected_mailbox(selected):
    """APPENDUID of an APPEND to the selected mailbox is the UID of the new message."""
    fill(selected, 2)
    answer = selected.ok("APPEND", Mailbox(selected.mailbox), Literal(message(3)))
    selected.ok("NOOP")
    assert texts_by_uid(selected).get(appended(answer).uid) == message(3)


@requirement("RFC4315-3-COPYUID")
@pytest.mark.parametrize("command", ["COPY", "UID COPY"], ids=["copy", "uid-copy"])
def test_copy_uid(selected, elsewhere, command):
    """COPYUID has the UIDVALIDITY of the destination, and pairs each source with its copy."""
    fill(selected, 1)
    selected.ok("COPY", 1, Mailbox(elsewhere))
    selected.ok("STORE", 1, "+FLAGS.SILENT (\\Deleted)")
    selected.ok("EXPUNGE")
    present = fill(selected, 4)
    numbers = f"{present[3]},{present[0]}:{present[1]}" if command == "UID COPY" else "4,1:2"
    answer = selected.ok(command, numbers, Mailbox(elsewhere))
    pairs = copied(answer)
    assert sorted(source for source, _ in pairs) == [present[0], present[1], present[3]]
    sources = texts_by_uid(selected)
    assert selected.select(elsewhere).number("UIDVALIDITY") == answer.copy_uid.uid_validity
    copies = texts_by_uid(selected)
    for source, target in pairs:
        assert copies.get(target) == sources[source], f"UID {target} is no copy of {source}"
    assert len(copies) == 4


@requirement("RFC4315-3-COPYUID")
def test_copy_uid_in_the_selected_mailbox(selected):
    """COPYUID of a COPY to the selected mailbox itself names the new messages."""
    present = fill(selected, 2)
    pairs = copied(selected.ok("COPY", "1:2", Mailbox(selected.mailbox)))
    assert sorted(source for source, _ in pairs) == present
    found = contents(selected, selected.mailbox)
    assert {target for _, target in pairs} == set(found) - set(present)
    assert all(found[source] == found[target] for source, target in pairs)


@requirement("RFC4315-3-COPYUID")
def test_copy_uid_has_no_extraneous_uids(selected, elsewhere):
    """UIDs that do not exist, though in the set, are not in COPYUID; for none there is no code."""
    present = fill(selected, 2)
    beyond = present[-1] + 5
    pairs = copied(selected.ok("UID COPY", f"{present[1]}:{beyond}", Mailbox(elsewhere)))
    assert [source for source, _ in pairs] == [present[1]]
    assert selected.ok("UID COPY", beyond, Mailbox(elsewhere)).copy_uid is None


@requirement("RFC4315-2.1-REMOVES", "RFC4315-2.1-KEEPS")
def test_uid_expunge(selected):
    r"""UID EXPUNGE removes messages of the set that are \Deleted: not all deleted, not the set."""
    present = fill(selected, 6)
    selected.ok("STORE", "2,4:5", "+FLAGS.SILENT (\\Deleted)")
    answer = selected.ok("UID EXPUNGE", f"{present[0]}:{present[3]}")
    left = [present[0], present[2], present[4], present[5]]
    assert after_expunges(present, answer.expunged) == left
    assert uids(selected) == left
    assert flags(selected, 3) == {"\\Deleted"}


@requirement("RFC4315-2.1-REMOVES", "RFC3501-7.4.1-DECREMENT")
def test_uid_expunge_tells_sequence_numbers(selected):
    """The responses to UID EXPUNGE bear sequence numbers, which fall as they do for EXPUNGE."""
    present = fill(selected, 6)
    selected.ok("STORE", "1:2,4:6", "+FLAGS.SILENT (\\Deleted)")
    selected.ok("UID EXPUNGE", present[0])
    answer = selected.ok("UID EXPUNGE", f"{present[3]}:{present[5]}")
    assert after_expunges(present[1:], answer.expunged) == [present[1], present[2]]


@requirement("RFC4315-2.1-KEEPS")
def test_uid_expunge_of_nothing(selected):
    """UID EXPUNGE of UIDs that do not exist, or are not deleted, is answered OK."""
    present = fill(selected, 2)
    selected.ok("STORE", 1, "+FLAGS.SILENT (\\Deleted)")
    assert selected.ok("UID EXPUNGE", f"{present[1]}:{present[1] + 100}").expunged == []
    assert uids(selected) == present


@requirement("RFC4315-2.1-REMOVES", "RFC3501-9-STAR")
def test_uid_expunge_of_the_last(selected):
    """A range from above the last UID to * contains the last message, and no other."""
    present = fill(selected, 2, flags=("\\Deleted",))
    assert selected.ok("UID EXPUNGE", f"{present[1] + 100}:*").expunged == [2]
    assert uids(selected) == present[:1]


@requirement("RFC4315-2.1-KEEPS", "RFC3501-6.3.2-2")
def test_uid_expunge_of_a_read_only_mailbox(authenticated, mailbox):
    """In a mailbox opened by EXAMINE, UID EXPUNGE removes nothing."""
    authenticated.ok("APPEND", Mailbox(mailbox), "(\\Deleted)", Literal(message(1)))
    authenticated.ok("EXAMINE", Mailbox(mailbox))
    assert authenticated.command("UID EXPUNGE", "1:*").expunged == []
    assert len(uids(authenticated)) == 1


@requirement("RFC4315-2.1-REFUSED", "RFC3501-7.1.3-TAGGED")
def test_uid_expunge_of_a_read_only_mailbox_is_answered_no(authenticated, mailbox):
    r"""In a mailbox opened by EXAMINE, UID EXPUNGE of a \Deleted message is answered NO."""
    authenticated.ok("APPEND", Mailbox(mailbox), "(\\Deleted)", Literal(message(1)))
    authenticated.ok("EXAMINE", Mailbox(mailbox))
    assert authenticated.command("UID EXPUNGE", "1:*").status == "NO"


@requirement("RFC4315-2.1-BAD", "RFC3501-2.2.2-3")
@pytest.mark.parametrize(
    "arguments",
    ["", " 0", " 1:", " ALL", " 1:* 1:*"],
    ids=["no-set", "uid-zero", "open-range", "word", "two-sets"],
)
def test_uid_expunge_malformed(selected, arguments):
    """UID EXPUNGE without a sequence set, or with more than one, is answered BAD."""
    present = fill(selected, 1, flags=("\\Deleted",))
    selected.send_line(f"bad UID EXPUNGE{arguments}")
    assert selected.finish("bad").status == "BAD"
    assert uids(selected) == present


@requirement("RFC3501-3-STATE")
@pytest.mark.parametrize("state", ["connection", "authenticated"])
def test_uid_expunge_in_the_wrong_state(request, state):
    """UID EXPUNGE with no mailbox selected is answered BAD or NO."""
    connection = request.getfixturevalue(state)
    assert connection.command("UID EXPUNGE", "1:*").status in {"BAD", "NO"}


@requirement("RFC4315-3-6", "RFC9051-7.1-8")
def test_uids_are_sticky(selected):
    """SELECT brings no UIDNOTSTICKY, and UIDVALIDITY is the same the next time."""
    answers = [selected.select(selected.mailbox) for _ in range(2)]
    assert [answer.code("UIDNOTSTICKY") for answer in answers] == [None, None]
    assert answers[0].number("UIDVALIDITY") == answers[1].number("UIDVALIDITY")

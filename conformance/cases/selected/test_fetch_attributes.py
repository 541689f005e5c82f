"""FETCH of FLAGS, INTERNALDATE, RFC822.SIZE and UID (RFC 3501 2.3 and 6.4.5)."""

import pytest

from conformance.requirements import requirement
from conformance.wire import Literal, Mailbox
from conformance.wire.grammar import moment

MESSAGE = b"Subject: attributes\r\n\r\ntext\r\n"
SYSTEM_FLAGS = (r"\Answered", r"\Deleted", r"\Draft", r"\Flagged", r"\Seen")


def flags(connection, number=1):
    """The flags of a message, \\Recent left out."""
    return connection.ok("FETCH", number, "FLAGS").fetch(number).flags - {r"\Recent"}


@requirement("RFC3501-6.4.5-FLAGS")
def test_flags_of_each_message(selected):
    """FLAGS shows each message's own flags: none, any one of them, or all."""
    flag_lists = [(), *((flag,) for flag in SYSTEM_FLAGS), SYSTEM_FLAGS]
    for one in flag_lists:
        selected.append(MESSAGE, flags=one)
    answer = selected.ok("FETCH", "1:*", "FLAGS")
    found = [answer.fetch(number).flags - {r"\Recent"} for number in range(1, len(flag_lists) + 1)]
    assert found == [set(one) for one in flag_lists]


@requirement("RFC3501-6.4.5-FLAGS", "RFC3501-2.3.2-FLAGS")
def test_flags_follow_store(selected):
    """FLAGS shows what STORE has added and no longer what it has removed."""
    selected.append(MESSAGE, flags=(r"\Draft",))
    selected.ok("STORE", "1", "+FLAGS", r"(\Flagged)")
    assert flags(selected) == {r"\Draft", r"\Flagged"}
    selected.ok("STORE", "1", "-FLAGS", r"(\Draft)")
    assert flags(selected) == {r"\Flagged"}


@requirement("RFC3501-2.3.2-RECENT")
def test_recent_for_the_first_session_only(selected, login, elsewhere):
    """\\Recent is set in the first session that is told of a message, not in the one after it."""
    selected.ok("APPEND", Mailbox(elsewhere), Literal(MESSAGE))
    first = login()
    first.select(elsewhere)
    assert r"\Recent" in first.ok("FETCH", "1", "FLAGS").fetch(1).flags
    after = login()
    after.select(elsewhere)
    assert r"\Recent" not in after.ok("FETCH", "1", "FLAGS").fetch(1).flags


@requirement("RFC3501-6.4.5-INTERNALDATE", "RFC3501-2.3.3-3", "RFC9051-2.3.3-2", level="SHOULD")
@pytest.mark.parametrize(
    "date",
    [
        pytest.param("17-Jul-1996 02:44:25 -0700", id="west"),
        pytest.param("29-Feb-2004 23:59:59 +1345", id="east-leap-day"),
        pytest.param(" 1-Jan-2001 00:00:00 +0000", id="day-of-one-digit"),
    ],
)
def test_internal_date_is_that_of_append(selected, date):
    """INTERNALDATE is the moment that APPEND gave, in whatever zone it is told."""
    selected.append(MESSAGE, date=date)
    for items in ("INTERNALDATE", "(INTERNALDATE BODY.PEEK[TEXT])"):
        fetched = selected.ok("FETCH", "1", items).fetch(1)
        assert moment(fetched.internal_date) == moment(date)


@requirement("RFC3501-6.4.5-RFC822SIZE", "RFC3501-2.3.4-SIZE")
@pytest.mark.parametrize(
    "name",
    ["header-only", "no-final-crlf", "eight-bit", "huge-header"],
)
def test_size_counts_octets(selected, messages, name):
    """RFC822.SIZE is the number of octets of the message."""
    message = messages[name]
    selected.append(message.octets)
    assert selected.ok("FETCH", "1", "RFC822.SIZE").fetch(1).size == message.size


@requirement("RFC3501-6.4.5-UID", "RFC3501-2.3.1-8", "RFC9051-2.3.1.1-8")
def test_uid_rises_with_the_sequence_number(selected):
    """UID is the unique identifier of the message, greater than that of the message before."""
    uids = [selected.append(MESSAGE) for _ in range(3)]
    answer = selected.ok("FETCH", "1:3", "UID")
    assert [answer.fetch(number).uid for number in (1, 2, 3)] == uids
    assert uids == sorted(set(uids))
    for number, uid in enumerate(uids, 1):
        assert selected.ok("UID SEARCH", number).search() == [uid]

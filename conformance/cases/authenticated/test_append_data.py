"""APPEND: RFC 3501 section 6.3.11: flags and internal date of the new message."""

from datetime import UTC, datetime, timedelta, timezone
from typing import Any

import pytest

from conformance.requirements import requirement
from conformance.wire import Literal, Mailbox, ReceivedItems
from conformance.wire.grammar import moment

MESSAGE = b"Date: Mon, 7 Feb 1994 21:52:25 -0800\r\nSubject: one\r\n\r\nbody\r\n"
SYSTEM_FLAGS = ("\\Answered", "\\Flagged", "\\Deleted", "\\Seen", "\\Draft")


def flags_of_only_message(connection, mailbox):
    """The flags of the one message in the mailbox, without \\Recent."""
    assert connection.ok("EXAMINE", Mailbox(mailbox)).exists == 1
    return connection.ok("FETCH", 1, "FLAGS").fetch(1).flags - {"\\Recent"}


@requirement("RFC3501-6.3.11-6", "RFC9051-6.3.12-6")
@pytest.mark.parametrize(
    "flags",
    [*((flag,) for flag in SYSTEM_FLAGS), SYSTEM_FLAGS],
    ids=[*(flag[1:].lower() for flag in SYSTEM_FLAGS), "all"],
)
def test_sets_the_flags(authenticated, mailbox, flags):
    """The flags of the parenthesized list are set in the new message, and no others."""
    answer = authenticated.command("APPEND", Mailbox(mailbox), flags, Literal(MESSAGE))
    assert answer.status == "OK"
    assert flags_of_only_message(authenticated, mailbox) == set(flags)


@requirement("RFC3501-6.3.11-6", "RFC9051-6.3.12-6")
def test_sets_keywords(authenticated, mailbox):
    """A keyword of the list is set where the mailbox permits new keywords."""
    permanent = authenticated.ok("SELECT", Mailbox(mailbox)).code("PERMANENTFLAGS")
    if permanent is None or "\\*" not in permanent.value:
        pytest.skip("the mailbox permits no new keywords")
    flags = ("gximap-keyword", "\\Seen")
    answer = authenticated.command("APPEND", Mailbox(mailbox), flags, Literal(MESSAGE))
    assert answer.status == "OK"
    assert flags_of_only_message(authenticated, mailbox) == set(flags)


@requirement("RFC3501-6.3.11-NOFLAGS")
@pytest.mark.parametrize("flags", [(), ((),)], ids=["no-list", "empty-list"])
def test_without_flags_sets_none(authenticated, mailbox, flags):
    """Without flags in a list the new message has none but \\Recent."""
    answer = authenticated.command("APPEND", Mailbox(mailbox), *flags, Literal(MESSAGE))
    assert answer.status == "OK"
    assert flags_of_only_message(authenticated, mailbox) == set()


@requirement("RFC3501-6.3.11-RECENT")
def test_makes_the_message_recent(authenticated, mailbox):
    """The new message has \\Recent for the first session that selects the mailbox."""
    for flags in ("(\\Seen)", "()"):
        authenticated.ok("APPEND", Mailbox(mailbox), flags, Literal(MESSAGE))
    assert authenticated.ok("SELECT", Mailbox(mailbox)).recent == 2
    for fetch in authenticated.ok("FETCH", "1:2", "FLAGS").fetches():
        assert "\\Recent" in fetch.flags


@requirement("RFC3501-6.3.11-7", "RFC3501-2.3.3-3", "RFC9051-6.3.12-7", "RFC9051-2.3.3-2")
@pytest.mark.parametrize(
    ("date", "instant"),
    [
        pytest.param(
            "17-Jul-1996 02:44:25 -0700", datetime(1996, 7, 17, 9, 44, 25, tzinfo=UTC), id="west"
        ),
        pytest.param(
            "01-Jan-2024 00:15:00 +0545", datetime(2023, 12, 31, 18, 30, tzinfo=UTC), id="east"
        ),
        pytest.param(
            " 7-Feb-1994 21:52:25 +0000",
            datetime(1994, 2, 7, 21, 52, 25, tzinfo=UTC),
            id="space-before-the-day",
        ),
        pytest.param(
            "29-Feb-2000 23:59:59 -0000",
            datetime(2000, 2, 29, 23, 59, 59, tzinfo=UTC),
            id="leap-day",
        ),
        pytest.param(
            "20-jUL-2038 03:14:08 +0000",
            datetime(2038, 7, 20, 3, 14, 8, tzinfo=UTC),
            id="in-the-future",
        ),
    ],
)
def test_sets_the_internal_date(authenticated, mailbox, date, instant):
    """The date-time of the command becomes the internal date of the new message."""
    answer = authenticated.command("APPEND", Mailbox(mailbox), f'"{date}"', Literal(MESSAGE))
    assert answer.status == "OK"
    authenticated.ok("EXAMINE", Mailbox(mailbox))
    fetch = authenticated.ok("FETCH", 1, "INTERNALDATE").fetch(1)
    assert moment(fetch.internal_date) == instant


@requirement("RFC3501-6.3.11-NOW")
def test_without_a_date_takes_the_current_one(authenticated, mailbox):
    """Without a date-time the internal date is now, not the date of the header."""
    authenticated.ok("APPEND", Mailbox(mailbox), Literal(MESSAGE))
    authenticated.ok("EXAMINE", Mailbox(mailbox))
    fetch = authenticated.ok("FETCH", 1, "INTERNALDATE").fetch(1)
    # A server's clock may be wrong, but hardly by an hour.
    assert abs(moment(fetch.internal_date) - datetime.now(UTC)) < timedelta(hours=1)


MALFORMED = {
    "month": '"17-July-1996 02:44:25 -0700"',
    "no-zone": '"17-Jul-1996 02:44:25"',
    "year-of-two-digits": '"17-Jul-96 02:44:25 -0700"',
    "no-time": '"17-Jul-1996"',
    "rfc-2822-date": '"Wed, 17 Jul 1996 02:44:25 -0700"',
    "empty-date": '""',
    "open-list": "(\\Seen",
    "nested-list": "((\\Seen))",
    "quoted-flag": '("Seen")',
    "date-before-flags": '"17-Jul-1996 02:44:25 -0700" (\\Seen)',
}


@requirement("RFC3501-6.3.11-BAD", "RFC3501-6.3.11-ERROR", level="SHOULD")
@pytest.mark.parametrize("arguments", MALFORMED.values(), ids=MALFORMED)
def test_refuses_malformed_arguments(authenticated, mailbox, arguments):
    """APPEND with a malformed flag list or date-time is refused, before or after the literal."""
    answer = authenticated.command("APPEND", Mailbox(mailbox), arguments, Literal(MESSAGE))
    assert answer.status in ("NO", "BAD")


@requirement("RFC3501-6.3.11-ERROR", level="SHOULD")
@pytest.mark.parametrize("date", ["31-Feb-1996 02:44:25 -0700", "17-Jul-1996 25:44:25 -0700"])
def test_refuses_a_date_that_does_not_exist(authenticated, mailbox, date):
    """APPEND with a date-time of the right form that is no day or no time is refused."""
    answer = authenticated.command("APPEND", Mailbox(mailbox), f'"{date}"', Literal(MESSAGE))
    assert answer.status in ("NO", "BAD")


@requirement("RFC3501-6.3.11-8")
@pytest.mark.parametrize("name", ["month", "no-zone", "nested-list"])
def test_that_is_refused_adds_nothing(authenticated, mailbox, name):
    """After an APPEND that was not answered OK the mailbox is as it was before."""
    answer = authenticated.command("APPEND", Mailbox(mailbox), MALFORMED[name], Literal(MESSAGE))
    added = 1 if answer.status == "OK" else 0
    assert authenticated.ok("SELECT", Mailbox(mailbox)).exists == added


@requirement("RFC3501-6.3.11-6", "RFC3501-6.3.11-7", "RFC9051-6.3.12-6", "RFC9051-6.3.12-7")
def test_of_a_client_sets_flags_and_date(imap_client, mailbox):
    """A client library appends with flags and date, and finds both again."""
    date = datetime(2021, 3, 4, 5, 6, 7, tzinfo=timezone(timedelta(hours=3, minutes=30)))
    imap_client.append(mailbox, MESSAGE, flags=[b"\\Flagged", b"\\Draft"], msg_time=date)
    imap_client.normalise_times = False
    imap_client.select_folder(mailbox, readonly=True)
    fetched = imap_client.fetch(1, ["FLAGS", "INTERNALDATE", "BODY.PEEK[]"])
    assert len(fetched) == 1
    data: ReceivedItems[bytes, Any] = ReceivedItems(*fetched.values())
    assert set(data[b"FLAGS"]) - {b"\\Recent"} == {b"\\Flagged", b"\\Draft"}
    assert data[b"INTERNALDATE"] == date
    assert data[b"BODY[]"] == MESSAGE

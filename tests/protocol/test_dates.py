"""date and date-time (RFC 3501, section 9)."""

from datetime import UTC, date, datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reference_server.protocol.dates import format_date_time, parse_date, parse_date_time


def zone(minutes):
    return timezone(timedelta(minutes=minutes))


DATE_TIMES = [
    (b'"17-Jul-1996 02:44:25 -0700"', datetime(1996, 7, 17, 2, 44, 25, tzinfo=zone(-420))),
    (b'" 1-Jan-2024 00:00:00 +0000"', datetime(2024, 1, 1, tzinfo=UTC)),
    (b'"29-Feb-2024 23:59:59 +0545"', datetime(2024, 2, 29, 23, 59, 59, tzinfo=zone(345))),
    (b'" 9-Dec-0001 12:00:00 -0330"', datetime(1, 12, 9, 12, tzinfo=zone(-210))),
    (b'"31-Dec-9999 23:59:59 +1400"', datetime(9999, 12, 31, 23, 59, 59, tzinfo=zone(840))),
    (b'"10-Oct-2020 10:10:10 -0015"', datetime(2020, 10, 10, 10, 10, 10, tzinfo=zone(-15))),
]


@pytest.mark.parametrize(("octets", "value"), DATE_TIMES)
def test_both_ways(octets, value):
    assert format_date_time(value) == octets
    parsed = parse_date_time(octets)
    assert parsed == value
    assert parsed.utcoffset() == value.utcoffset()


def test_other_ways_to_write_a_date_time():
    assert parse_date_time(b'"01-jAN-2024 00:00:00 -0000"') == datetime(2024, 1, 1, tzinfo=UTC)


def test_a_date_time_needs_its_quotes():
    with pytest.raises(ValueError, match="form"):
        parse_date_time(b"17-Jul-1996 02:44:25 -0700")


def test_a_zone_is_rounded_to_minutes():
    amsterdam = timezone(timedelta(minutes=19, seconds=32))
    assert format_date_time(datetime(1930, 1, 2, tzinfo=amsterdam)).endswith(b'+0020"')


@pytest.mark.parametrize("octets", [b"+2400", b"-9900", b"+0060"])
def test_no_such_zone(octets):
    with pytest.raises(ValueError, match="no such zone"):
        parse_date_time(b'"17-Jul-1996 02:44:25 %b"' % octets)


def test_a_date_time_without_zone_is_refused():
    with pytest.raises(ValueError, match="zone"):
        format_date_time(datetime(2024, 1, 1))


@given(
    st.datetimes(min_value=datetime(1900, 1, 1), max_value=datetime(9000, 1, 1)),
    st.integers(-1439, 1439),
)
def test_round_trip(value, minutes):
    value = value.replace(microsecond=0, tzinfo=zone(minutes))
    octets = format_date_time(value)
    assert len(octets) == len('"17-Jul-1996 02:44:25 -0700"')
    assert parse_date_time(octets) == value


@pytest.mark.parametrize(
    ("octets", "value"),
    [
        (b"1-Feb-1994", date(1994, 2, 1)),
        (b"01-feb-1994", date(1994, 2, 1)),
        (b'"28-FEB-1994"', date(1994, 2, 28)),
        (b"29-Feb-2000", date(2000, 2, 29)),
    ],
)
def test_date(octets, value):
    assert parse_date(octets) == value


@pytest.mark.parametrize(
    "octets", [b"", b'""', b"29-Feb-1900", b'"1-Feb-1994', b'1-Feb-1994"', b"1-Feb-1994\n"]
)
def test_no_date(octets):
    with pytest.raises(ValueError, match=r"form|day"):
        parse_date(octets)

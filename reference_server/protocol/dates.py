"""date and date-time (RFC 3501, section 9), both ways."""

from __future__ import annotations

import re
from datetime import UTC, date, datetime, timedelta, timezone

from .responses import Encoded

_MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
_MONTH_NUMBERS = {name.lower().encode(): number for number, name in enumerate(_MONTHS, 1)}

_DATE = re.compile(rb'("?)([0-9]{1,2})-([A-Za-z]{3})-([0-9]{4})\1')
_DATE_TIME = re.compile(
    rb'"( [0-9]|[0-9]{2})-([A-Za-z]{3})-([0-9]{4}) '
    rb'([0-9]{2}):([0-9]{2}):([0-9]{2}) ([+-])([0-9]{2})([0-9]{2})"'
)


def parse_date(octets: bytes) -> date:
    """A date, in double quotes or not. ``ValueError`` where it is none, as 31-Feb-2024."""
    match = _DATE.fullmatch(octets)
    if match is None:
        raise ValueError("not of the form 1-Feb-1994")
    return date(int(match[4]), _month(match[3]), int(match[2]))


def parse_date_time(octets: bytes) -> datetime:
    """A date-time with its double quotes, as an aware datetime.

    ``ValueError`` where it is none, or where it cannot be told in UTC with a year of 1 to 9999.
    """
    match = _DATE_TIME.fullmatch(octets)
    if match is None:
        raise ValueError('not of the form "17-Jul-1996 02:44:25 -0700"')
    day, month, year, hour, minute, second, sign, zone_hours, zone_minutes = match.groups()
    if int(zone_hours) > 23 or int(zone_minutes) > 59:
        raise ValueError("no such zone")
    offset = timedelta(hours=int(zone_hours), minutes=int(zone_minutes))
    zone = timezone(-offset if sign == b"-" else offset)
    value = datetime(
        int(year), _month(month), int(day), int(hour), int(minute), int(second), tzinfo=zone
    )
    try:
        value.astimezone(UTC)
    except OverflowError:
        raise ValueError("outside the years 1 to 9999") from None
    return value


def format_date_time(value: datetime) -> Encoded:
    """A date-time with its double quotes; ``value`` must be aware."""
    offset = value.utcoffset()
    if offset is None:
        raise ValueError("a date-time needs a zone")
    minutes = round(offset.total_seconds() / 60)
    zone_hours, zone_minutes = divmod(abs(minutes), 60)
    return Encoded(
        b'"%2d-%b-%04d %02d:%02d:%02d %c%02d%02d"'
        % (
            value.day,
            _MONTHS[value.month - 1].encode(),
            value.year,
            value.hour,
            value.minute,
            value.second,
            b"-" if minutes < 0 else b"+",
            zone_hours,
            zone_minutes,
        )
    )


def _month(name: bytes) -> int:
    month = _MONTH_NUMBERS.get(name.lower())
    if month is None:
        raise ValueError("no such month")
    return month

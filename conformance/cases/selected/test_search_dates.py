"""SEARCH by internal date and by the Date field: RFC 3501 section 6.4.4."""

from datetime import timedelta

import pytest

from conformance.case_connection import MONTHS
from conformance.cases.selected._search import check_keys, fill, found
from conformance.requirements import requirement
from conformance.wire.grammar import moment

MESSAGE = b"Date: Tue, 4 Mar 2003 12:00:00 +0000\r\nSubject: dates\r\n\r\n.\r\n"


@requirement("RFC3501-6.4.4-BEFORE", "RFC3501-6.4.4-ON", "RFC3501-6.4.4-SINCE")
def test_internal_date(selected):
    """BEFORE is earlier than the day, ON within it, SINCE within it or later."""
    for day in ("31-Jan-1994", " 1-Feb-1994", " 2-Feb-1994"):
        selected.append(MESSAGE, date=f"{day} 12:00:00 +0000")
    assert found(selected, "BEFORE 1-Feb-1994") == [1]
    assert found(selected, "ON 1-Feb-1994") == [2]
    assert found(selected, "SINCE 1-Feb-1994") == [2, 3]
    assert found(selected, "NOT BEFORE 1-Feb-1994") == [2, 3]


@requirement("RFC3501-6.4.4-BEFORE", "RFC3501-6.4.4-ON", "RFC3501-6.4.4-SINCE")
@pytest.mark.parametrize(
    "date_time",
    [
        pytest.param("17-Jul-1996 23:59:59 -0800", id="last-second-in-the-west"),
        pytest.param("17-Jul-1996 00:00:00 +0900", id="first-second-in-the-east"),
    ],
)
def test_disregards_time_and_timezone_of_the_internal_date(selected, date_time):
    """The internal date counts as the day that INTERNALDATE shows, whatever time and zone."""
    selected.append(MESSAGE, date=date_time)
    # A server may show the same moment in another zone, which can be another day.
    internal_date = selected.ok("FETCH", 1, "INTERNALDATE").fetch().internal_date
    shown = moment(internal_date).date()
    day, next_day = (
        f"{date.day}-{MONTHS[date.month - 1]}-{date.year}"
        for date in (shown, shown + timedelta(days=1))
    )
    assert found(selected, "ON", day) == [1]
    assert found(selected, "SINCE", day) == [1]
    assert found(selected, "BEFORE", day) == []
    assert found(selected, "ON", next_day) == []
    assert found(selected, "SINCE", next_day) == []
    assert found(selected, "BEFORE", next_day) == [1]


@requirement("RFC3501-6.4.4-ON", "RFC3501-6.4.4-SENTON")
def test_internal_date_and_date_field_are_two_things(selected):
    """ON goes by the internal date, SENTON by the Date field."""
    selected.append(MESSAGE, date="17-Jul-1996 12:00:00 +0000")
    assert found(selected, "ON 17-Jul-1996") == [1]
    assert found(selected, "ON 4-Mar-2003") == []
    assert found(selected, "SENTON 4-Mar-2003") == [1]
    assert found(selected, "SENTON 17-Jul-1996") == []


@requirement("RFC3501-6.4.4-SENTBEFORE", "RFC3501-6.4.4-SENTON", "RFC3501-6.4.4-SENTSINCE")
@pytest.mark.parametrize(
    "names",
    [
        pytest.param(["date-west", "date-east"], id="zones"),
        pytest.param(["date-leap"], id="leap-day"),
        pytest.param(["date-1969"], id="before-1970"),
        pytest.param(["date-folded", "date-obsolete"], id="folded-and-obsolete-syntax"),
    ],
)
def test_date_field(selected, messages, names):
    """SENTBEFORE, SENTON and SENTSINCE take the day as the Date field has it, whatever its zone."""
    check_keys(selected, [messages[name] for name in names])


# RFC 2822 demands the field; RFC 5256 lets the internal date stand in for it, though for SORT.
@requirement("RFC3501-6.4.4-SENTBEFORE", "RFC3501-6.4.4-SENTSINCE", level="SHOULD")
def test_message_without_date_field(selected, messages):
    """A message without a Date field was sent neither before nor since any day."""
    fill(selected, messages["missing-from"].octets, MESSAGE)
    assert found(selected, "SENTBEFORE 1-Jan-2100") == [2]
    assert found(selected, "SENTSINCE 1-Jan-1970") == [2]
    assert found(selected, "NOT SENTBEFORE 1-Jan-2100") == [1]


@requirement("RFC3501-6.4.4-SENTON", "RFC3501-7.5-3")
def test_forms_of_a_date(selected):
    """A date has one digit or two for the day, its month in any case, quotes or none."""
    selected.append(MESSAGE)
    for date in ("4-Mar-2003", "04-Mar-2003", '"4-Mar-2003"', "4-mAR-2003"):
        assert found(selected, "SENTON", date) == [1], date

"""The day of a Date: field: RFC 5322, 3.3, 4.3 and the examples of its appendix A."""

import pytest

from reference_server.message.dates import sent_day


@pytest.mark.parametrize(
    ("value", "day"),
    [
        (b"Fri, 21 Nov 1997 09:55:06 -0600", "1997-11-21"),
        (b"Tue, 1 Jul 2003 10:52:37 +0200", "2003-07-01"),
        (b"21 Nov 97 09:55:06 GMT", "1997-11-21"),
        (b"Thu, 13\tFeb\t1969 23:32 -0330 (Newfoundland Time)", "1969-02-13"),
        (b"Thu (day), (two) 13 Feb(x)1969 23:32", "1969-02-13"),
        (b"Mon,07 jan 2002 23:59:59 -1200", "2002-01-07"),
        (b"1 Jan 49 00:00 UT", "2049-01-01"),
        (b"1 Jan 50 00:00 UT", "1950-01-01"),
        (b"1 Jan 103 00:00 UT", "2003-01-01"),
        (b"29 Feb 2000", "2000-02-29"),
        (b"29 Feb 1900 00:00", None),
        (b"31 Apr 2001 00:00", None),
        (b"1 Foo 2001", None),
        (b"1 Jan 20011", None),
        (b"2001-01-01", None),
        (b"", None),
    ],
)
def test_sent_day(value, day):
    assert sent_day(value) == day

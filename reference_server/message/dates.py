"""The day a message was sent, for SENTBEFORE, SENTON and SENTSINCE (RFC 3501, 6.4.4)."""

from __future__ import annotations

import re
from datetime import date

from reference_server.message.lexical import remove_comments

_MONTHS = (
    b"jan", b"feb", b"mar", b"apr", b"may", b"jun",
    b"jul", b"aug", b"sep", b"oct", b"nov", b"dec",
)  # fmt: skip
_DATE = re.compile(
    rb"[ \t]*+(?:[a-z]{3}[ \t]*+,?+[ \t]*+)?+([0-9]{1,2})[ \t]++(%b)[ \t]++([0-9]{2,4})(?![0-9])"
    % b"|".join(_MONTHS),
    re.IGNORECASE,
)


def sent_day(value: bytes) -> str | None:
    """The day in an unfolded Date: value as "YYYY-MM-DD", time and zone disregarded.

    Understands RFC 5322, 3.3, and the obsolete forms of 4.3; ``None`` for anything else.
    """
    found = _DATE.match(remove_comments(value))
    if found is None:
        return None
    day, month, digits = int(found[1]), _MONTHS.index(found[2].lower()) + 1, found[3]
    year = int(digits)
    # RFC 5322, 4.3: two digits 00 to 49 are years from 2000 on, everything else from 1900 on.
    if len(digits) == 2 and year < 50:
        year += 2000
    elif len(digits) < 4:
        year += 1900
    try:
        return date(year, month, day).isoformat()
    except ValueError:
        return None

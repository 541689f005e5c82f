import pytest

from conformance.requirements.case import Case
from conformance.requirements.catalogue import catalogue
from conformance.requirements.selection import SelectorError, parse_selector

CASE = Case(
    "selected/search/dates/before[1-Feb-1994]", "t", "selected", ("RFC3501-6.4.4-2",), "MUST"
)


@pytest.mark.parametrize(
    ("text", "matches"),
    [
        ("rfc3501", True),
        ("RFC3501/6.4", True),
        ("rfc3501/6.4.4", True),
        ("rfc9051", False),
        ("RFC3501-6.4.4-2", True),
        ("RFC3501-6.4.4-1", False),
        ("selected", True),
        ("select", False),
        ("selected/search/", True),
        ("selected/search/dates/before", True),
        ("selected/search/dates/before[1-Feb-1994]", True),
        ("selected/search/test_dates.py", True),
        ("selected/search/test_dates.py::test_before", True),
        ("selected/search/dates/be", False),
    ],
)
def test_matches(text, matches):
    assert parse_selector(text, catalogue()).matches(CASE, catalogue()) is matches


@pytest.mark.parametrize("text", ["", "/", "rfc1", "rfc3501/6.4.45", "RFC3501-0-0"])
def test_selects_nothing(text):
    with pytest.raises(SelectorError):
        parse_selector(text, catalogue())

"""Filters by themselves."""

import pytest

from reference_server.protocol.commands import SearchFlag
from reference_server.session.searching import Compiler
from reference_server.session.view import View
from reference_server.storage import FlagsChanged
from tests.session.test_view import FakeMailbox


@pytest.mark.parametrize(("present", "expected"), [(True, [3]), (False, [2, 5])])
def test_flags_are_those_of_the_moment_of_searching(present, expected):
    view = View(FakeMailbox(2, 3, 5), read_only=False)
    flagged = Compiler(view, "ascii").compile(SearchFlag("\\Flagged", present))
    view.mailbox_changed(FlagsChanged({3: frozenset({"\\Flagged", "$work"})}, None, 2))
    view.refresh()
    assert flagged.select([2, 3, 5]) == expected

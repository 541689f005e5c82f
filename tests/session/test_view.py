"""The view by itself: which messages a sequence set means, and news in their order."""

import pytest

from reference_server.protocol.commands import SequenceSet
from reference_server.protocol.responses import Data, FetchTable, Numbered
from reference_server.session.outcome import Bad
from reference_server.session.view import View
from reference_server.storage import (
    Added,
    Expunged,
    FlagsChanged,
    Gone,
    Snapshot,
)

NONE = frozenset()
SEEN = frozenset({"\\Seen"})


class FakeMailbox:
    def __init__(self, *uids):
        self.uids = uids
        self.flags = dict.fromkeys(uids, NONE)  # all views share it
        self.observers = []
        self.reports = []

    def open(self, observer, claim_recent, *, with_modseqs=False):
        self.observers.append(observer)
        return Snapshot(
            messages=self.flags,
            uid_next=100,
            uid_validity=1,
            recent=frozenset(self.uids[-1:]) if claim_recent else NONE,
            keywords=(),
            highest_modseq=1,
            modseqs=dict.fromkeys(self.uids, 1) if with_modseqs else None,
        )

    def leave(self, observer):
        self.observers.remove(observer)

    def reported(self, _observer, modseq):
        self.reports.append(modseq)


@pytest.fixture
def view():
    """Four messages, the last one recent."""
    return View(FakeMailbox(2, 3, 5, 8), read_only=False)


def tell(view, *, expunges=True):
    """The news in short form."""
    news = []
    for response in view.tell(expunges=expunges):
        match response:
            case Numbered(number, name):
                news.append(f"{number} {name}")
            case FetchTable(_, rows):
                news += [f"{number} {flags.decode()}" for number, _uid, flags in rows]
            case Data(name, values):
                news.append(f"{name} {b' '.join(values[0]).decode()}")
    return news


@pytest.mark.parametrize(
    ("ranges", "expected"),
    [
        ([(1, 1)], [0]),
        ([(None, None)], [3]),
        ([(1, None)], [0, 1, 2, 3]),
        ([(None, 1)], [0, 1, 2, 3]),
        ([(3, 2)], [1, 2]),
        ([(4, 4), (1, 2), (2, 3), (1, 1)], [0, 1, 2, 3]),
        ([(4, 4), (4, 4)], [3]),
        ([(0, 1)], Bad),
        ([(5, 5)], Bad),
        ([(1, 5)], Bad),
        ([(1, 1), (5, None)], Bad),
    ],
)
def test_sequence_numbers(view, ranges, expected):
    messages = SequenceSet(tuple(ranges))
    if expected is Bad:
        with pytest.raises(Bad):
            view.positions(messages, uid=False)
    else:
        assert list(view.positions(messages, uid=False)) == expected


@pytest.mark.parametrize(
    ("ranges", "expected"),
    [
        ([(1, 1)], []),
        ([(2, 2)], [0]),
        ([(3, 7)], [1, 2]),
        ([(7, 3)], [1, 2]),
        ([(None, None)], [3]),
        ([(50, None)], [3]),  # "*" is 8, and a range has no direction
        ([(None, 5)], [2, 3]),
        ([(8, 8), (2, 5), (4, 9)], [0, 1, 2, 3]),
        ([(4, 4), (6, 7)], []),
        ([(4294967295, 4294967295)], []),
    ],
)
def test_uids(view, ranges, expected):
    assert list(view.positions(SequenceSet(tuple(ranges)), uid=True)) == expected


@pytest.mark.parametrize("ranges", [((None, None),), ((1, None),), ((1, 1),)])
def test_an_empty_mailbox(ranges):
    view = View(FakeMailbox(), read_only=False)
    assert list(view.positions(SequenceSet(ranges), uid=True)) == []
    with pytest.raises(Bad):
        view.positions(SequenceSet(ranges), uid=False)


def test_no_news(view):
    assert tell(view) == []
    assert view.count_recent() == 1


def test_arrivals(view):
    view.mailbox_changed(Added([(9, NONE), (10, SEEN)], view, 2))
    view.refresh()
    assert view.uids == [2, 3, 5, 8]  # not before the client is told
    assert tell(view) == ["6 EXISTS", "3 RECENT"]
    view.mailbox_changed(Added([(11, NONE)], object(), 3))
    assert tell(view) == ["7 EXISTS"]


def test_removals_are_numbered_one_after_the_other(view):
    view.mailbox_changed(Expunged([8], None, 2))
    view.mailbox_changed(Expunged([2, 3], None, 3))
    assert tell(view, expunges=False) == []
    assert view.uids == [2, 3, 5, 8]
    assert tell(view) == ["1 EXPUNGE", "1 EXPUNGE", "2 EXPUNGE", "0 RECENT"]
    assert view.uids == [5]


def test_storage_learns_which_messages_are_shown(view):
    """Whatever tells of new messages or removals, and only that."""
    reports = view.mailbox.reports
    assert view.last_shown == 8
    view.mailbox_changed(Added([(9, NONE)], None, 2))
    view.refresh()
    assert view.last_shown == 8
    tell(view, expunges=False)
    assert view.last_shown == 9
    view.mailbox_changed(Expunged([5, 9], None, 3))
    tell(view, expunges=False)
    assert (view.last_shown, reports) == (9, [])
    tell(view)
    assert (view.last_shown, reports) == (8, [3])
    view.mailbox_changed(Added([(10, NONE)], None, 4))
    view.mailbox_changed(Expunged([10], None, 5))
    tell(view, expunges=False)  # nobody has to be told of a message that was never shown
    assert (view.last_shown, reports) == (8, [3, 5])


def test_a_message_that_is_new_here_is_shown_before_it_is_told(view):
    """Another thread that removes it while it is being told has to keep it."""
    view.mailbox_changed(Added([(9, NONE)], None, 2))
    assert next(iter(view.tell(expunges=True)))
    assert view.last_shown >= 9


def test_flags_of_others_are_told_and_own_ones_are_not(view):
    view.mailbox_changed(FlagsChanged({2: SEEN, 5: SEEN}, None, 2))
    view.mailbox_changed(FlagsChanged({3: SEEN}, view, 3))
    assert tell(view) == ["1 (\\Seen)", "3 (\\Seen)"]
    assert tell(view) == []


def test_flags_that_were_shown_are_not_told(view):
    view.mailbox_changed(FlagsChanged({2: SEEN, 5: SEEN}, None, 2))
    view.refresh()
    view.told([2], {"FLAGS"})
    assert tell(view) == ["3 (\\Seen)"]


def test_flags_of_what_was_removed_are_not_told(view):
    view.mailbox_changed(FlagsChanged({2: SEEN, 5: SEEN}, None, 2))
    view.mailbox_changed(Expunged([2], None, 3))
    assert tell(view, expunges=False) == ["3 (\\Seen)"]
    assert tell(view) == ["1 EXPUNGE"]


def test_new_flags_are_announced_first(view):
    view.mailbox_changed(FlagsChanged({2: frozenset({"$a"})}, None, 2))
    flags = "FLAGS \\Answered \\Flagged \\Deleted \\Seen \\Draft $a"
    assert tell(view) == [flags, "1 ($a)"]
    view.mailbox_changed(FlagsChanged({3: frozenset({"$a"})}, None, 3))
    assert tell(view) == ["2 ($a)"]


def test_a_mailbox_that_is_gone(view):
    view.mailbox_changed(Gone())
    assert tell(view) == []
    assert view.gone


@pytest.mark.parametrize(
    "change",
    [
        Added([(9, NONE)], None, 2),
        FlagsChanged({3: frozenset({"\\Seen"})}, None, 2),
        Expunged([3], None, 2),
    ],
)
def test_what_one_view_takes_in_is_no_other_view_s(view, change):
    other = View(view.mailbox, read_only=True)
    view.mailbox_changed(change)
    tell(view)
    assert view.flags != dict.fromkeys((2, 3, 5, 8), NONE)
    assert other.flags == dict.fromkeys((2, 3, 5, 8), NONE)


def test_each_change_rouses(view):
    roused = []
    view.rouse = lambda: roused.append(1)
    view.mailbox_changed(Added([(9, NONE)], None, 2))
    view.rouse = None
    view.mailbox_changed(Added([(10, NONE)], None, 3))
    assert roused == [1]


def test_leaving(view):
    view.leave()
    assert view.mailbox.observers == []

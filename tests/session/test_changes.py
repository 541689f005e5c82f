"""Changes that wait for a silent session: few, and yet all that it has to be told."""

import threading
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reference_server.session import changes
from reference_server.session.changes import ChangeQueue, merge
from reference_server.session.view import View
from reference_server.storage import Added, Expunged, FlagsChanged, Gone
from tests.session.test_view import NONE, SEEN, FakeMailbox

OWN = "own"  # stands for the view itself
TOLD = (2, 3, 5, 8)
FLAGS = [NONE, SEEN, frozenset({"\\Flagged"}), frozenset({"\\Seen", "work"})]


@st.composite
def histories(draw):
    """Changes in any order that a mailbox allows; None: the session takes them in."""
    present, uid, history = set(TOLD), 10, []
    for modseq in range(2, draw(st.integers(2, 20))):
        kind = draw(st.sampled_from(["flags", "flags", "flags", "add", "expunge", "take"]))
        origin = draw(st.sampled_from([None, OWN]))
        some = sorted(draw(st.sets(st.sampled_from(sorted(present))))) if present else []
        if kind == "add":
            count = draw(st.integers(1, 3))
            messages = [(uid + each, draw(st.sampled_from(FLAGS))) for each in range(count)]
            uid += count
            present.update(number for number, _ in messages)
            history.append(Added(messages, draw(st.sampled_from([None, OWN])), modseq))
        elif kind == "take":
            history.append(None)
        elif some and kind == "flags":
            flags = {number: draw(st.sampled_from(FLAGS)) for number in some}
            history.append(FlagsChanged(flags, origin, modseq))
        elif some:
            present.difference_update(some)
            history.append(Expunged(some, origin, modseq))
    return history


def take_in(history, *, condstore):
    """A view that all this has happened to."""
    view = View(FakeMailbox(*TOLD), read_only=False, condstore=condstore)
    for change in history:
        if change is None:
            view.refresh()
        elif isinstance(change, Added):
            claimed_by = view if change.claimed_by == OWN else None
            view.mailbox_changed(replace(change, claimed_by=claimed_by))
        else:
            view.mailbox_changed(replace(change, origin=view if change.origin == OWN else None))
    view.refresh()
    return view


def state(view):
    return {
        "uids": view.uids,
        "flags": view.flags,
        "vanished": view.vanished,
        "recent": view.recent,
        "modseqs": view.modseqs,
        "highest": view.highest_modseq,
        "known": [view.known_at(view.uids, modseq) for modseq in range(1, 22)],
    }


def news(view):
    """What the client is told, but for flags of the mailbox that came up and went again."""
    told = view.tell(expunges=True)
    return [response for response in told if getattr(response, "name", "") != "FLAGS"]


@given(histories(), st.booleans())
def test_merging_makes_no_difference(history, condstore):
    plain = take_in(history, condstore=condstore)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(changes, "MERGE_ABOVE", 0)
        patch.setattr(changes, "_GROWTH", 0)
        merged = take_in(history, condstore=condstore)
    assert state(merged) == state(plain)
    assert news(merged) == news(plain)
    assert state(merged) == state(plain)


def flags(*uids, modseq=2, value=SEEN, origin=None):
    return FlagsChanged(dict.fromkeys(uids, value), origin, modseq)


def test_the_last_flags_count():
    queued = [flags(1, 2, modseq=2), flags(2, modseq=3, value=NONE), flags(3, modseq=4)]
    assert merge(queued, object()) == [flags(1, modseq=2), *queued[1:]]


def test_who_came_and_went_is_left_out():
    queued = [
        Added([(10, NONE), (11, NONE)], None, 2),
        flags(10, 5, modseq=3),
        Expunged([5, 10], None, 4),
        Expunged([11], None, 5),
    ]
    assert merge(queued, object()) == [
        flags(5, modseq=3),
        Expunged([5], None, 4),
        Expunged([], None, 5),  # for its mod-sequence
    ]


def test_own_changes_stay():
    owner = object()
    queued = [
        flags(1, modseq=2),
        flags(1, modseq=3, origin=owner),
        flags(1, modseq=4),
        flags(1, modseq=5),
    ]
    assert merge(queued, owner) == [queued[0], queued[1], queued[3]]


def test_the_end_of_the_mailbox_stays():
    queued = [flags(1), Gone()]
    assert merge(queued, object()) == queued


def test_the_queue_is_bounded_by_the_messages(monkeypatch):
    monkeypatch.setattr(changes, "MERGE_ABOVE", 100)
    queue = ChangeQueue(object())
    longest = 0
    for modseq in range(2, 3000, 3):
        queue.put(flags(*range(1, 31), modseq=modseq))
        queue.put(Added([(modseq + 1000, NONE)], None, modseq + 1))
        queue.put(Expunged([modseq + 1000], None, modseq + 2))
        longest = max(longest, sum(map(changes._size, queue._changes)))
    assert longest <= 200
    taken = queue.take()
    assert taken[-1].modseq == modseq + 2
    assert queue.take() == []


def test_nothing_is_lost_between_threads(monkeypatch):
    monkeypatch.setattr(changes, "MERGE_ABOVE", 50)
    queue = ChangeQueue(object())

    def change():
        for uid in range(2000):
            queue.put(flags(uid, modseq=uid + 2))

    thread = threading.Thread(target=change)
    thread.start()
    seen = []
    while thread.is_alive():
        seen += [uid for taken in queue.take() for uid in taken.flags]
    thread.join()
    seen += [uid for taken in queue.take() for uid in taken.flags]
    assert seen == list(range(2000))

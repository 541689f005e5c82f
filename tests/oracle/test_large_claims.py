"""A server that claims billions of messages costs a view no memory, and is still contradicted."""

from conformance.oracle import rules
from conformance.oracle.view import MOST_KEPT, View
from conformance.wire.grammar import FetchData, UidSet

BILLIONS = 2**32 - 1


def broken(findings):
    return [rule for rule, _ in findings]


def claiming(number):
    view = View("mailbox", 1)
    assert broken(view.exists(number)) == []
    assert len(view.uids) <= MOST_KEPT
    return view


def test_messages_that_are_not_remembered_are_counted():
    view = claiming(BILLIONS)
    assert broken(view.expunge(BILLIONS, 2)) == []
    assert broken(view.expunge(1, 3)) == []
    assert view.count == BILLIONS - 2
    assert broken(view.expunge(BILLIONS, 4)) == [rules.EXPUNGE_RANGE]
    assert broken(view.exists(5)) == [rules.EXISTS_SHRINKS]
    assert broken(view.fetched(FetchData(6, {"UID": 6}), 5)) == [rules.FETCH_RANGE]


def test_what_is_told_of_the_last_of_billions_is_let_pass():
    view = claiming(BILLIONS)
    assert broken(view.fetched(FetchData(BILLIONS, {"UID": 5}), 2)) == []
    assert len(view.uids) <= MOST_KEPT


def test_billions_vanish_at_once():
    view = claiming(BILLIONS)
    assert broken(view.vanished(UidSet(((1, BILLIONS - 7),)), 2)) == []
    assert view.count == 7
    assert broken(view.vanished(UidSet(((1, BILLIONS),)), 3)) == [rules.VANISHED]


def test_a_message_that_moves_up_is_unknown_until_it_is_told():
    view = claiming(MOST_KEPT + 1)
    assert broken(view.fetched(FetchData(MOST_KEPT, {"UID": MOST_KEPT}), 2)) == []
    assert broken(view.expunge(1, 3)) == []
    assert broken(view.fetched(FetchData(MOST_KEPT, {"UID": MOST_KEPT + 1}), 4)) == []
    assert broken(view.fetched(FetchData(MOST_KEPT, {"UID": 1}), 5)) == [
        rules.UID_CHANGES,
        rules.UID_ORDER,
    ]

"""SEARCH RETURN (SAVE) and the marker $: RFC 5182; RFC 9051 section 6.4.4.1."""

import pytest

from conformance.cases._mailbox import contents, flags
from conformance.cases.extensions._results import FLAGGED, esearch, save, saved
from conformance.requirements import needs, requirement
from conformance.wire import Literal, Mailbox
from conformance.wire.grammar import ESearchData, SearchData

pytestmark = needs("SEARCHRES")


@requirement("RFC5182-1-SILENT")
@pytest.mark.parametrize("command", ["SEARCH", "UID SEARCH"], ids=["search", "uid"])
def test_save_alone_brings_no_response(five, command):
    """With SAVE as the only option neither SEARCH nor ESEARCH comes."""
    answer = five.ok(command, "RETURN (SAVE)", "FLAGGED")
    assert answer.all(ESearchData) == []
    assert answer.all(SearchData) == []


@requirement("RFC5182-2.1-SAVES", "RFC5182-1-MARKER")
def test_fetch(five):
    """FETCH $ fetches the messages that the SEARCH found."""
    save(five, "FLAGGED")
    answer = five.ok("FETCH", "$", "UID")
    found = {one.number: one.uid for one in answer.fetches() if "UID" in one}
    assert found == {number: five.uids[number - 1] for number in FLAGGED}


@requirement("RFC5182-2.1-CONTEXT")
def test_uid_fetch_after_search(five):
    """What SEARCH saved serves UID FETCH, too: $ then stands for UIDs."""
    save(five, "FLAGGED")
    answer = five.ok("UID FETCH", "$", "FLAGS")
    assert sorted(one.uid for one in answer.fetches()) == [five.uids[n - 1] for n in FLAGGED]


@requirement("RFC5182-2.1-CONTEXT")
def test_fetch_after_uid_search(five):
    """What UID SEARCH saved serves FETCH, too: $ then stands for numbers."""
    five.ok("UID SEARCH", "RETURN (SAVE)", "FLAGGED")
    answer = five.ok("FETCH", "$", "UID")
    assert sorted(one.number for one in answer.fetches()) == list(FLAGGED)


@requirement("RFC5182-1-MARKER")
@pytest.mark.parametrize("command", ["STORE", "UID STORE"], ids=["store", "uid"])
def test_store(five, command):
    """STORE $ changes the messages that were found, and no others."""
    save(five, "FLAGGED")
    five.ok(command, "$", "+FLAGS.SILENT", "(\\Answered)")
    assert sorted(esearch(five, "SEARCH", "RETURN (ALL)", "ANSWERED").all or ()) == list(FLAGGED)


@requirement("RFC5182-1-MARKER")
@pytest.mark.parametrize("command", ["COPY", "UID COPY"], ids=["copy", "uid"])
def test_copy(five, elsewhere, command):
    """COPY $ copies the messages that were found, and no others."""
    save(five, "FLAGGED")
    five.ok(command, "$", Mailbox(elsewhere))
    texts = contents(five, elsewhere).values()
    subjects = [text.partition(b"\r\n")[0] for text in texts]
    assert subjects == [b"Subject: message %d" % (number + 1) for number in FLAGGED]


@requirement("RFC5182-1-MARKER")
def test_search(five):
    """$ as a search key matches the messages that were found."""
    save(five, "FLAGGED")
    assert saved(five) == list(FLAGGED)
    assert sorted(esearch(five, "SEARCH", "RETURN (ALL)", "NOT", "$").all or ()) == [1, 3]


@requirement("RFC5182-1-MARKER", "RFC5182-2.1-CONTEXT")
@pytest.mark.parametrize("key", ["$", "UID $", "OR $ $", "NOT NOT ($ 1:5)"])
def test_search_key(five, key):
    """$ may stand wherever a set may stand among search keys, behind UID as well."""
    save(five, "FLAGGED")
    found = esearch(five, "UID SEARCH", "RETURN (ALL)", key).all
    assert sorted(found or ()) == [five.uids[number - 1] for number in FLAGGED]


@requirement("RFC5182-1-MARKER")
def test_search_together_with_other_keys(five):
    """$ is one search key among others: OR with a set, AND with text (example 4)."""
    save(five, "FLAGGED")
    found = esearch(
        five, "SEARCH", "RETURN (ALL)", "CHARSET UTF-8", "(OR $ 1) TEXT", Literal(b"text")
    ).all
    assert sorted(found or ()) == [1, *FLAGGED]
    found = esearch(five, "SEARCH", "RETURN (ALL)", '$ SUBJECT "message 5"').all
    assert sorted(found or ()) == [4]


@requirement("RFC5182-2.1-SAVES")
def test_search_within_the_result(five):
    """A SEARCH of $ that saves narrows the saved result."""
    save(five, "FLAGGED")
    save(five, "$", "2:4")
    assert saved(five) == [2, 4]


@requirement("RFC5182-1-UIDPLUS")
@needs("UIDPLUS")
def test_uid_expunge(five):
    """UID EXPUNGE $ removes those of the messages found that are marked as deleted."""
    five.ok("STORE", "1:2", "+FLAGS.SILENT", "(\\Deleted)")
    save(five, "FLAGGED")
    assert five.ok("UID EXPUNGE", "$").expunged == [2]
    assert saved(five) == [3, 4]


@requirement("RFC5182-1-MARKER")
@needs("MOVE")
@pytest.mark.parametrize("command", ["MOVE", "UID MOVE"], ids=["move", "uid"])
def test_move(five, elsewhere, command):
    """MOVE $ moves the messages that were found, and $ is empty then."""
    save(five, "FLAGGED")
    assert len(five.ok(command, "$", Mailbox(elsewhere)).expunged) == len(FLAGGED)
    assert saved(five) == []
    assert five.ok("FETCH", "$", "UID").fetches() == []
    assert len(contents(five, elsewhere)) == len(FLAGGED)


# Combinations with the options of ESEARCH (section 2.4)


@requirement("RFC5182-2.4-TABLE", "RFC5182-2.4-1", "RFC5182-2.4-ITEMS")
@pytest.mark.parametrize(
    ("options", "marker"),
    [
        ("SAVE MIN", [2]),
        ("SAVE MAX", [5]),
        ("MAX SAVE MIN", [2, 5]),
        ("SAVE COUNT", [2, 4, 5]),
        ("ALL SAVE", [2, 4, 5]),
        ("SAVE MIN COUNT", [2, 4, 5]),
        ("MAX ALL SAVE", [2, 4, 5]),
        ("MIN MAX COUNT ALL SAVE", [2, 4, 5]),
    ],
)
def test_combination(five, options, marker):
    """$ holds what MIN and MAX tell if nothing else is asked for, otherwise all that matched."""
    result = save(five, "FLAGGED", options=options).esearch()
    told = {"MIN": 2, "MAX": 5, "COUNT": 3}
    asked = set(options.split()) - {"SAVE"}
    assert asked <= set(result.items)
    for name in asked - {"ALL"}:
        assert result.items[name] == told[name], name
    assert saved(five) == marker


@requirement("RFC5182-2.4-TABLE")
def test_min_and_max_of_one_message(five):
    """With MIN and MAX of a single match $ holds that one message."""
    save(five, "4", options="MIN MAX SAVE")
    assert saved(five) == [4]


@requirement("RFC5182-2.1-SAVES", "RFC4731-3.1-1")
@pytest.mark.parametrize("options", ["SAVE", "SAVE MIN MAX", "SAVE COUNT"])
def test_nothing_found(five, options):
    """A SEARCH that finds nothing saves the empty list."""
    save(five, "ALL")
    save(five, "ANSWERED", options=options)
    assert saved(five) == []


@requirement("RFC5182-3-1")
def test_any_letter_case(five):
    """SAVE is understood in any letter case."""
    five.ok("SEARCH", "return (Save)", "FLAGGED")
    assert saved(five) == list(FLAGGED)


# The marker stands for nothing


@requirement("RFC5182-2.1-EMPTY")
@pytest.mark.parametrize(
    "arguments",
    ["FETCH $ FLAGS", "UID FETCH $ (FLAGS)", "STORE $ +FLAGS (\\Seen)", "UID STORE $ FLAGS ()",
     "SEARCH RETURN (COUNT) $", "UID SEARCH RETURN (COUNT) UID $"],
)  # fmt: skip
def test_empty(five, arguments):
    """Where $ is empty a command on it is answered OK and concerns no message."""
    answer = five.ok(*arguments.split(" ", 1))
    assert answer.fetches() == []
    assert [one.count for one in answer.all(ESearchData)] in ([], [0])
    assert flags(five, 2) == {"\\Flagged"}


@requirement("RFC5182-2.1-EMPTY")
@pytest.mark.parametrize(
    "command",
    ["COPY", "UID COPY", pytest.param("MOVE", marks=needs("MOVE")),
     pytest.param("UID MOVE", marks=needs("MOVE"))],
)  # fmt: skip
def test_empty_copy(five, elsewhere, command):
    """Where $ is empty COPY and MOVE are answered OK and transfer nothing (example 6)."""
    answer = five.ok(command, "$", Mailbox(elsewhere))
    assert answer.copy_uid is None
    assert answer.expunged == []
    assert contents(five, elsewhere) == {}


@requirement("RFC5182-2.1-EMPTY")
@needs("UIDPLUS")
def test_empty_uid_expunge(five):
    """Where $ is empty UID EXPUNGE removes nothing, whatever is marked as deleted."""
    five.ok("STORE", "1:*", "+FLAGS.SILENT", "(\\Deleted)")
    assert five.ok("UID EXPUNGE", "$").expunged == []
    assert esearch(five, "SEARCH", "RETURN (COUNT)", "DELETED").count == 5


@requirement("RFC5182-2.1-EMPTY")
def test_not_of_the_empty_marker(five):
    """Where $ is empty the search key NOT $ matches all messages."""
    assert esearch(five, "SEARCH", "RETURN (COUNT)", "NOT $").count == 5


@requirement("RFC5182-2.1-EMPTY")
def test_empty_mailbox(selected):
    """In an empty mailbox $ may be used: it is empty."""
    save(selected)
    assert selected.ok("FETCH", "$", "FLAGS").fetches() == []
    assert selected.ok("UID FETCH", "$", "FLAGS").fetches() == []

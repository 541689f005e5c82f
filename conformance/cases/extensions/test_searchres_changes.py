"""What changes the search result variable, and what does not: RFC 5182 sections 2.1 and 2.3."""

import pytest

from conformance.cases._mailbox import message
from conformance.cases.extensions._results import FLAGGED, save, saved
from conformance.requirements import needs, requirement
from conformance.wire import Mailbox
from conformance.wire.grammar import ESearchData

pytestmark = needs("SEARCHRES")


@requirement("RFC5182-2.1-SAVES")
def test_the_last_search_counts(five):
    """A further SEARCH with SAVE replaces the result of the one before (example 9)."""
    save(five, "FLAGGED")
    save(five, "1,3")
    assert saved(five) == [1, 3]


@requirement("RFC5182-2.1-RESET")
@pytest.mark.parametrize("command", ["SELECT", "EXAMINE"])
def test_reset(five, command):
    """SELECT and EXAMINE make the variable empty, of the same mailbox too."""
    save(five)
    five.ok(command, Mailbox(five.mailbox))
    assert saved(five) == []


@requirement("RFC5182-2.1-2", "RFC9051-6.4.4.1-1")
@pytest.mark.parametrize("options", ["", "RETURN () ", "RETURN (MIN) ", "RETURN (ALL COUNT) "])
def test_search_without_save(five, options):
    """A successful SEARCH without SAVE leaves the variable as it is."""
    save(five, "FLAGGED")
    five.ok("SEARCH", f"{options}UNFLAGGED")
    five.ok("UID SEARCH", f"{options}UNFLAGGED")
    assert saved(five) == list(FLAGGED)


@requirement("RFC5182-2.1-2", "RFC9051-6.4.4.1-1")
@pytest.mark.parametrize(
    "arguments", ["RETURN (SAVE) NONSENSE", "RETURN (SAVE FIRST) ALL", "RETURN (SAVE)"]
)
def test_bad_search(five, arguments):
    """A SEARCH that is answered BAD leaves the variable as it is, SAVE or not."""
    save(five, "FLAGGED")
    five.command("SEARCH", arguments).expect("BAD")
    assert saved(five) == list(FLAGGED)


@requirement("RFC5182-2.1-2", "RFC9051-6.4.4.1-1")
def test_failed_search_without_save(five):
    """A SEARCH without SAVE that is answered NO leaves the variable as it is."""
    save(five, "FLAGGED")
    five.command("SEARCH", "RETURN (ALL) CHARSET X-NO-SUCH SUBJECT x").expect("NO")
    five.command("SEARCH", "CHARSET X-NO-SUCH SUBJECT x").expect("NO")
    assert saved(five) == list(FLAGGED)


@requirement("RFC5182-2.1-FAILED")
@pytest.mark.parametrize("key", ["SUBJECT x", "OR $ SUBJECT x"], ids=["text", "marker"])
def test_failed_search_with_save(five, key):
    """A SEARCH with SAVE that is answered NO makes the variable empty (example 5)."""
    save(five, "FLAGGED")
    five.command("SEARCH", f"RETURN (SAVE) CHARSET X-NO-SUCH {key}").expect("NO")
    assert saved(five) == []


@requirement("RFC5182-2.1-EXPUNGED", "RFC5182-2.1-3", "RFC9051-6.4.4.1-2")
@pytest.mark.parametrize("search", ["SEARCH", "UID SEARCH"], ids=["search", "uid"])
def test_expunge(five, search):
    """An expunged message leaves the variable; the others stay in it under their new numbers."""
    five.ok(search, "RETURN (SAVE)", "FLAGGED")
    five.ok("STORE", "1,4", "+FLAGS.SILENT", "(\\Deleted)")
    five.ok("EXPUNGE")
    fetched = {one.number: one.uid for one in five.ok("FETCH", "$", "UID").fetches()}
    assert fetched == {1: five.uids[1], 3: five.uids[4]}


@requirement("RFC5182-2.1-EXPUNGED", "RFC5182-2.1-3", "RFC9051-6.4.4.1-2")
def test_expunge_by_another_session(five, second):
    """A message that another session expunged leaves the variable, the rest keep their place."""
    save(five, "FLAGGED")
    second.ok("UID STORE", f"{five.uids[0]},{five.uids[3]}", "+FLAGS.SILENT", "(\\Deleted)")
    second.ok("EXPUNGE")
    five.ok("NOOP")
    answer = five.ok("UID FETCH", "$", "FLAGS")
    uids = sorted(one.uid for one in answer.fetches() if "UID" in one)
    assert uids == [five.uids[1], five.uids[4]]


@requirement("RFC5182-2.1-EXPUNGED")
def test_expunge_not_yet_told(five, second):
    """UID commands on $ succeed when another session has just expunged some of its messages."""
    save(five, "FLAGGED")
    second.ok("UID STORE", five.uids[3], "+FLAGS.SILENT", "(\\Deleted)")
    second.ok("EXPUNGE")
    five.ok("UID STORE", "$", "+FLAGS.SILENT", "(\\Answered)")
    fetched = second.ok("UID FETCH", "1:*", "FLAGS").fetches()
    answered = {one.uid for one in fetched if "UID" in one and "\\Answered" in one.flags}
    assert answered == {five.uids[1], five.uids[4]}


@requirement("RFC5182-2.1-EXPUNGED")
@needs("MOVE")
def test_move_of_some_messages(five, elsewhere):
    """Messages that were moved away leave the variable."""
    save(five, "FLAGGED")
    five.ok("MOVE", "1:2", Mailbox(elsewhere))
    fetched = {one.number: one.uid for one in five.ok("FETCH", "$", "UID").fetches()}
    assert fetched == {2: five.uids[3], 3: five.uids[4]}


@requirement("RFC5182-2.1-SAVES")
def test_new_messages_do_not_join(five):
    """Messages that arrive after the SEARCH are not in its saved result."""
    save(five)
    five.append(message(9), flags=("\\Flagged",))
    assert saved(five) == [1, 2, 3, 4, 5]


@requirement("RFC5182-2.1-SAVES")
def test_changed_flags_do_not_matter(five):
    """Messages stay in the saved result when they no longer match."""
    save(five, "FLAGGED")
    five.ok("STORE", "1:*", "-FLAGS.SILENT", "(\\Flagged)")
    assert saved(five) == list(FLAGGED)


@requirement("RFC5182-2.1-SAVES")
def test_each_session_has_its_own(five, second):
    """The variable belongs to a session: another one on the same mailbox has its own."""
    save(five, "FLAGGED")
    save(second, "1")
    assert saved(five) == list(FLAGGED)
    assert saved(second) == [1]


@requirement("RFC5182-2.3-1", "RFC9051-6.4.4.2-1")
def test_pipelining(five, elsewhere):
    """A SEARCH with SAVE and commands on $ may be sent together (example 7)."""
    name = elsewhere.encode("ascii")
    five.send(
        b"p1 SEARCH RETURN (SAVE) FLAGGED\r\n"
        b"p2 FETCH $ UID\r\n"
        b"p3 COPY $ " + name + b"\r\n"
        b"p4 STORE $ +FLAGS.SILENT (\\Deleted)\r\n"
        b"p5 SEARCH RETURN (COUNT) DELETED\r\n"
    )
    answers = [five.finish(f"p{number}").expect("OK") for number in range(1, 6)]
    # A server may say what belongs to one command while it still works on another.
    fetched = {one.number for answer in answers for one in answer.fetches() if "UID" in one}
    assert fetched == set(FLAGGED)
    results = [one for answer in answers for one in answer.all(ESearchData)]
    assert [(one.tag, one.count) for one in results] == [("p5", len(FLAGGED))]
    assert five.ok("STATUS", Mailbox(elsewhere), "(MESSAGES)").status_data().items["MESSAGES"] == 3


@requirement("RFC5182-2.3-1")
def test_pipelined_saves(five):
    """Of several searches with SAVE sent together the last one counts."""
    five.send(
        b"p1 SEARCH RETURN (SAVE) ALL\r\np2 SEARCH RETURN (SAVE) FLAGGED\r\n"
        b"p3 SEARCH RETURN (SAVE) $ 1:2\r\n"
    )
    for tag in ("p1", "p2", "p3"):
        five.finish(tag).expect("OK")
    assert saved(five) == [2]

"""Mod-sequences of messages, FETCH MODSEQ and CHANGEDSINCE (RFC 7162, sections 3.1 and 3.1.4)."""

import pytest

from conformance.cases._mailbox import fill, message
from conformance.cases.extensions._condstore import aware, modseqs, prepare, told
from conformance.requirements import needs, requirement
from conformance.wire import Mailbox


@requirement("RFC7162-3.1.4.2-ITEM", "RFC7162-3.1-NEW")
@needs("CONDSTORE")
def test_each_message_has_one(selected):
    """FETCH MODSEQ gives every message's mod-sequence, which rises with each message appended."""
    present = prepare(selected, 3)
    found = modseqs(selected)
    assert list(found) == present
    first, second, third = found.values()
    assert 0 < first < second < third


@requirement("RFC7162-3.1.4.2-ITEM")
@needs("CONDSTORE")
@pytest.mark.parametrize("items", ["MODSEQ", "(MODSEQ)", "(FLAGS modseq RFC822.SIZE)"])
def test_with_other_items(selected, items):
    """MODSEQ may be asked for alone or among other items, by number too."""
    (uid,) = prepare(selected, 1)
    found = selected.ok("FETCH", "1", items).fetch(1)
    assert found.modseq == modseqs(selected)[uid]
    assert ("RFC822.SIZE" in found) == ("SIZE" in items)


@requirement("RFC7162-3.1.4.2-ITEM")
@needs("CONDSTORE")
def test_with_a_text(selected):
    """MODSEQ stands beside a text of the message."""
    (uid,) = prepare(selected, 1)
    found = selected.ok("FETCH", "1", "(BODY.PEEK[TEXT] MODSEQ)").fetch(1)
    assert (found.modseq, found.section("TEXT")) == (modseqs(selected)[uid], b"text 1\r\n")


@requirement("RFC7162-3.1-RISES")
@needs("CONDSTORE")
@pytest.mark.parametrize(
    "change", ["+FLAGS (\\Flagged)", "-FLAGS (\\Seen)", "FLAGS ()", "+FLAGS.SILENT ($unheard)"]
)
def test_change_raises(selected, change):
    """A change of flags gives the message a mod-sequence above all others; theirs stay."""
    aware(selected)
    first, second = fill(selected, 2, flags=("\\Seen",))
    before = modseqs(selected)
    selected.ok("STORE", "1", change)
    after = modseqs(selected)
    assert after[first] > max(before.values())
    assert after[second] == before[second]


@requirement("RFC7162-3.1-LATER")
@needs("CONDSTORE")
def test_each_store_gives_another(selected, second):
    """Of two STOREs, in whatever session, the later gives the greater mod-sequence."""
    prepare(selected, 3)
    second.ok("NOOP")
    selected.ok("STORE", "3", "+FLAGS (\\Seen)")
    second.ok("STORE", "1", "+FLAGS (\\Seen)")
    selected.ok("STORE", "2", "+FLAGS (\\Seen)")
    selected.ok("NOOP")
    one, two, three = modseqs(selected).values()
    assert three < one < two


@requirement("RFC7162-3.1-SPURIOUS")
@needs("CONDSTORE")
@pytest.mark.parametrize("change", ["+FLAGS (\\Seen)", "-FLAGS (\\Flagged)", "FLAGS (\\Seen)"])
def test_no_change_raises_nothing(selected, change):
    """Setting a flag that is set, or clearing one that is not, leaves the mod-sequence."""
    aware(selected)
    fill(selected, 1, flags=("\\Seen",))
    before = modseqs(selected)
    selected.ok("STORE", "1", change)
    assert modseqs(selected) == before


@requirement("RFC7162-3.1-NEW")
@needs("CONDSTORE")
def test_copy_gets_a_new_one(selected, elsewhere):
    """A copy gets a mod-sequence above all in its mailbox; that of the original stays."""
    prepare(selected, 1)
    before = modseqs(selected)
    selected.ok("COPY", "1", Mailbox(selected.mailbox))
    selected.ok("NOOP")
    after = modseqs(selected)
    assert len(after) == 2
    original, copied = after.values()
    assert original == before[min(before)] < copied
    selected.ok("COPY", "1", Mailbox(elsewhere))
    highest = aware(selected, elsewhere).number("HIGHESTMODSEQ")
    assert list(modseqs(selected).values()) == [highest]


@requirement("RFC7162-3.1-AWARE")
@needs("CONDSTORE")
def test_fetch_that_sets_seen(selected, second):
    r"""Where FETCH sets \Seen, the new mod-sequence is told with the flags, to both sessions."""
    (uid,) = prepare(selected, 1)
    aware(second, selected.mailbox)
    before = modseqs(selected)[uid]
    found = told(selected.ok("FETCH", "1", "BODY[TEXT]"), 1)
    assert "\\Seen" in found.flags
    assert found.modseq > before
    assert told(second.ok("NOOP"), 1).modseq == found.modseq == modseqs(selected)[uid]


@requirement("RFC7162-3.1.4.1-SINCE", "RFC7162-3.1.4.1-MODSEQ")
@needs("CONDSTORE")
@pytest.mark.parametrize("command", ["FETCH", "UID FETCH"])
def test_changedsince(selected, command):
    """CHANGEDSINCE leaves out messages whose mod-sequence is not greater, and adds MODSEQ."""
    prepare(selected, 4)
    selected.ok("STORE", "2", "+FLAGS (\\Seen)")
    one, two, three, four = modseqs(selected).values()
    for since, expected in ((one, {2, 3, 4}), (three, {2, 4}), (four, {2}), (two, set())):
        answer = selected.ok(command, "1:*", "(FLAGS)", f"(CHANGEDSINCE {since})")
        assert {found.number for found in answer.fetches()} == expected
        assert all("MODSEQ" in found and "FLAGS" in found for found in answer.fetches())


@requirement("RFC7162-3.1.4.1-SINCE")
@needs("CONDSTORE")
def test_changedsince_within_the_set(selected):
    """CHANGEDSINCE further limits the sequence set."""
    first, *_ = prepare(selected, 4)
    since = modseqs(selected)[first]
    answer = selected.ok("FETCH", "1:3", "(UID RFC822.SIZE)", f"(changedsince {since})")
    assert sorted(found.number for found in answer.fetches()) == [2, 3]
    assert all({"UID", "RFC822.SIZE", "MODSEQ"} <= set(one.items) for one in answer.fetches())


@requirement("RFC7162-3.1.4.1-SINCE")
@needs("CONDSTORE")
def test_changedsince_of_texts(selected):
    r"""FETCH of texts with CHANGEDSINCE sets \Seen only where it returns something."""
    first, _ = prepare(selected, 2)
    since = modseqs(selected)[first]
    answer = selected.ok("FETCH", "1:2", "(BODY[TEXT])", f"(CHANGEDSINCE {since})")
    assert answer.fetch(2).section("TEXT") == b"text 2\r\n"
    assert selected.ok("SEARCH", "SEEN").search() == [2]


@requirement("RFC3501-2.2.2-3")
@needs("CONDSTORE")
@pytest.mark.parametrize(
    "modifiers",
    ["()", "(CHANGEDSINCE)", "(CHANGEDSINCE -1)", "(CHANGEDSINCE 9223372036854775808)",
     "CHANGEDSINCE 1", "(CHANGEDSINCE 1", "(UNHEARDOF 1)"],
)  # fmt: skip
def test_malformed_modifier(selected, modifiers):
    """FETCH with modifiers that break the syntax is answered BAD."""
    selected.append(message(1))
    assert selected.command("FETCH", "1", "(FLAGS)", modifiers).status == "BAD"


@requirement("RFC7162-7-SYNTAX")
@needs("CONDSTORE")
def test_the_greatest_value(selected):
    """A mod-sequence may have 63 bits."""
    prepare(selected, 1)
    answer = selected.ok("FETCH", "1", "(UID)", "(CHANGEDSINCE 9223372036854775807)")
    assert answer.fetches() == []

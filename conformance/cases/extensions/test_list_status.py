"""The return option STATUS: RFC 5819 (LIST-STATUS), RFC 9051 section 6.3.9.2."""

from typing import Any

import pytest

from conformance.requirements import needs, requirement, revision
from conformance.wire import Literal, Mailbox, ReceivedItems
from conformance.wire.grammar import ListData, StatusData

pytestmark = needs("LIST-EXTENDED", "LIST-STATUS")

ITEMS = "MESSAGES UIDNEXT UIDVALIDITY UNSEEN"


def statuses(tree, answer):
    """The STATUS responses by path; two for a name fail the case."""
    found: ReceivedItems[str, Any] = ReceivedItems(what="mailbox")
    for response in answer.all(StatusData):
        path = tree.path(response.mailbox)
        assert path not in found, f"two STATUS responses came for {response.mailbox}"
        found[path] = response.items
    return found


@pytest.fixture
def filled(tree):
    """Mailboxes ab (a message that is not \\Seen, one that is), ab/cd (empty) and xb (one)."""
    tree.create("ab", "ab/cd", "xb")
    message = Literal(b"Subject: status\r\n\r\ntext\r\n")
    for path, *flags in (("ab",), ("ab", "(\\Seen)"), ("xb", "(\\Seen)")):
        tree.connection.ok("APPEND", Mailbox(tree.name(path)), *flags, message)
    return tree


@requirement("RFC5819-2-1", "RFC9051-6.3.9.2-3")
def test_returns_the_status_of_each_mailbox(filled):
    """RETURN (STATUS ...) brings LIST and STATUS, with the items asked for, for each match."""
    answer = filled.answer("*", returning="STATUS (MESSAGES UNSEEN)")
    assert filled.entries(answer).keys() == {"ab", "ab/cd", "xb"}
    assert statuses(filled, answer) == {
        "ab": {"MESSAGES": 2, "UNSEEN": 1},
        "ab/cd": {"MESSAGES": 0, "UNSEEN": 0},
        "xb": {"MESSAGES": 1, "UNSEEN": 0},
    }


@requirement("RFC5819-2-1", "RFC9051-6.3.9.2-3")
def test_status_follows_list(filled):
    """The STATUS response of a mailbox comes after its LIST response."""
    answer = filled.answer("%", returning="STATUS (MESSAGES)")
    listed = set()
    for response in answer.untagged:
        if isinstance(response, ListData):
            listed.add(response.mailbox)
        elif isinstance(response, StatusData):
            assert response.mailbox in listed, f"STATUS of {response.mailbox} came before its LIST"
    assert statuses(filled, answer).keys() == {"ab", "xb"}


@requirement("RFC5819-2-1", "RFC9051-6.3.9.2-3")
def test_tells_what_status_tells(filled):
    """The items have the values that STATUS gives."""
    answer = filled.answer("*", returning=f"STATUS ({ITEMS})")
    for path, items in statuses(filled, answer).items():
        name = Mailbox(filled.name(path))
        status = filled.connection.ok("STATUS", name, f"({ITEMS})").status_data()
        assert items == dict(status.items)
        assert items.keys() == set(ITEMS.split())


@requirement("RFC5819-2-1")
def test_only_for_what_is_selected(filled):
    """With selection options only the mailboxes that match them have their STATUS told."""
    filled.subscribe("xb")
    answer = filled.answer("*", select="SUBSCRIBED", returning="STATUS (MESSAGES)")
    assert statuses(filled, answer) == {"xb": {"MESSAGES": 1}}


@requirement("RFC5819-2-2", "RFC9051-6.3.9.2-4")
def test_not_of_a_name_that_cannot_be_selected(filled):
    """No STATUS comes for a name with \\Noselect or \\NonExistent."""
    filled.connection.command("DELETE", Mailbox(filled.name("ab"))).expect("OK", "NO")
    answer = filled.answer("*", returning="STATUS (MESSAGES)")
    entries = filled.entries(answer)
    told = statuses(filled, answer)
    assert "ab/cd" in told
    for path, entry in entries.items():
        selectable = not {"\\Noselect", "\\NonExistent"} & set(entry.attributes)
        assert (path in told) == selectable


@requirement("RFC5819-2-2", "RFC9051-6.3.9.2-4")
def test_not_of_a_name_that_is_gone(filled):
    """A subscribed name without a mailbox is listed without STATUS, and the answer is OK."""
    filled.vanish("gone")
    filled.subscribe("xb")
    answer = filled.answer("*", select="SUBSCRIBED", returning="STATUS (MESSAGES)")
    assert filled.entries(answer).keys() == {"gone", "xb"}
    assert statuses(filled, answer).keys() == {"xb"}


@requirement("RFC5819-3-RECURSIVEMATCH", "RFC9051-6.3.9.2-3")
def test_not_of_a_name_returned_for_its_children(filled):
    """A name that is returned only for CHILDINFO has no STATUS told."""
    filled.subscribe("ab/cd", "xb")
    answer = filled.answer("%", select="SUBSCRIBED RECURSIVEMATCH", returning="STATUS (MESSAGES)")
    assert filled.entries(answer).keys() == {"ab", "xb"}
    assert statuses(filled, answer).keys() == {"xb"}


@requirement("RFC5819-2-1", "RFC5258-4-4")
def test_beside_other_return_options(filled):
    """STATUS stands beside other return options, in any order."""
    for options in ("CHILDREN STATUS (MESSAGES)", "STATUS (MESSAGES) CHILDREN SUBSCRIBED"):
        answer = filled.answer("ab", returning=options)
        assert "\\HasChildren" in filled.entries(answer)["ab"].attributes
        assert statuses(filled, answer) == {"ab": {"MESSAGES": 2}}


@requirement("RFC5819-2-1", "RFC9051-6.3.11-3")
def test_of_the_selected_mailbox(filled):
    """The selected mailbox has its STATUS told, too, and stays selected."""
    filled.connection.select(filled.name("ab"))
    answer = filled.answer("%", returning="STATUS (MESSAGES UNSEEN)")
    assert statuses(filled, answer)["ab"] == {"MESSAGES": 2, "UNSEEN": 1}
    assert filled.connection.ok("FETCH", "1:2", "(UID)").fetches()


@requirement("RFC5819-4-SYNTAX", "RFC3501-2.2.2-3", level="SHOULD")
@pytest.mark.parametrize(
    "option",
    [
        pytest.param("STATUS", id="no-items"),
        pytest.param("STATUS ()", id="empty-list"),
        pytest.param("STATUS MESSAGES", id="no-parentheses"),
        pytest.param("STATUS (MESSAGES", id="not-closed"),
        pytest.param("STATUS (X-NEWEST)", id="unknown-item"),
    ],
)
def test_malformed_options_are_bad(authenticated, option):
    """A return option STATUS without a list of known items is answered BAD."""
    assert authenticated.command("LIST", '""', "%", f"RETURN ({option})").status == "BAD"


@needs("STATUS=SIZE")
@requirement("RFC8438-3-LIST")
def test_with_size(filled):
    """SIZE can be asked for with LIST."""
    answer = filled.answer("*", returning="STATUS (SIZE MESSAGES)")
    told = statuses(filled, answer)
    assert told.keys() == {"ab", "ab/cd", "xb"}
    length = len(b"Subject: status\r\n\r\ntext\r\n")
    assert all(items["SIZE"] >= items["MESSAGES"] * length for items in told.values())


@revision("IMAP4rev2")
@requirement("RFC9051-6.3.9.2-3", "RFC9051-6.3.11-DELETED")
def test_with_imap4rev2(filled):
    """In a session that enabled IMAP4rev2 the items of RFC 9051 can be asked for with LIST."""
    filled.connection.select(filled.name("ab"))
    filled.connection.ok("STORE", "1", "+FLAGS", "(\\Deleted)")
    answer = filled.answer("%", returning="STATUS (MESSAGES DELETED SIZE)")
    told = statuses(filled, answer)
    assert told.keys() == {"ab", "xb"}
    assert (told["ab"]["MESSAGES"], told["ab"]["DELETED"]) == (2, 1)
    assert (told["xb"]["MESSAGES"], told["xb"]["DELETED"]) == (1, 0)

"""XLIST, as Gromox offers it: LIST with the special-use attributes always on.

No RFC has it. Clients read the responses under either name, LIST or XLIST.
"""

from conformance.cases.extensions._listing import lasting, listed, uses
from conformance.requirements import needs, requirement
from conformance.wire import Mailbox, Quoted, ReceivedItems

pytestmark = needs("XLIST")

CHILDREN = frozenset({"\\HasChildren", "\\HasNoChildren"})


def xlisted(connection, *arguments):
    """What XLIST with these arguments returns, by name."""
    answer = connection.ok("XLIST", *arguments)
    entries = [*answer.list("XLIST"), *answer.list("LIST")]
    assert len({entry.mailbox for entry in entries}) == len(entries), "XLIST returned a name twice"
    return ReceivedItems(((entry.mailbox, entry) for entry in entries), "mailbox")


@requirement("GROMOX-capabilities-XLIST")
def test_returns_what_list_returns(authenticated, scratch, mailbox):
    """XLIST returns the names that LIST returns, with the delimiter."""
    authenticated.create(scratch.below(mailbox, "ab"))
    for pattern in (mailbox, f"{mailbox}*", f"{mailbox}%", scratch.name()):
        expected = listed(authenticated, '""', Quoted(pattern))
        found = xlisted(authenticated, '""', Quoted(pattern))
        assert {name: entry.delimiter for name, entry in found.items()} == {
            name: entry.delimiter for name, entry in expected.items()
        }


@needs("SPECIAL-USE")
@requirement("GROMOX-capabilities-XLIST")
def test_shows_special_uses(authenticated):
    """XLIST shows the special uses that LIST shows when asked for them."""
    expected = listed(authenticated, '""', "*", "RETURN (SPECIAL-USE)")
    found = xlisted(authenticated, '""', "*")
    assert {name: uses(entry) for name, entry in lasting(found).items()} == {
        name: uses(entry) for name, entry in lasting(expected).items()
    }


@requirement("GROMOX-capabilities-XLIST-INBOX")
def test_marks_the_inbox(authenticated):
    """XLIST shows \\Inbox on INBOX and on no other name."""
    found = lasting(xlisted(authenticated, '""', "*"))
    assert [name for name, entry in found.items() if "\\Inbox" in entry.attributes] == ["INBOX"]


@requirement("GROMOX-capabilities-XLIST-CHILDREN")
def test_shows_children(authenticated, scratch, mailbox):
    """XLIST shows on each name \\HasChildren or \\HasNoChildren, whichever is true."""
    below = scratch.below(mailbox, "ab")
    authenticated.create(below)
    found = xlisted(authenticated, '""', Quoted(f"{mailbox}*"))
    assert {name: CHILDREN & set(entry.attributes) for name, entry in found.items()} == {
        mailbox: {"\\HasChildren"},
        below: {"\\HasNoChildren"},
    }
    for name, entry in lasting(xlisted(authenticated, '""', "*")).items():
        assert len(CHILDREN & set(entry.attributes)) == 1, f"{name}: {entry.attributes}"


@requirement("GROMOX-capabilities-XLIST", "RFC3501-2.2.2-3")
def test_has_two_arguments(authenticated):
    """XLIST without its arguments is answered BAD."""
    for arguments in ((), ('""',)):
        assert authenticated.command("XLIST", *arguments).status == "BAD"


@requirement("GROMOX-capabilities-XLIST", "RFC3501-3-STATE")
def test_before_login(connection):
    """XLIST before login is refused and lists nothing."""
    answer = connection.command("XLIST", '""', "%").expect("BAD", "NO")
    assert answer.list("XLIST") == answer.list("LIST") == []


@requirement("GROMOX-capabilities-XLIST")
def test_leaves_the_selected_mailbox_selected(selected):
    """XLIST is permitted while a mailbox is selected, and leaves it selected."""
    assert xlisted(selected, '""', Mailbox(selected.mailbox)).keys() == {selected.mailbox}
    assert selected.command("CLOSE").status == "OK"

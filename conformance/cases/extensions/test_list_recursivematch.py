"""The selection option RECURSIVEMATCH and CHILDINFO: RFC 5258 sections 3.1, 3.5 and 5."""

import pytest

from conformance.requirements import needs, requirement, revision
from conformance.wire import Mailbox

pytestmark = needs("LIST-EXTENDED")

RECURSIVE = "SUBSCRIBED RECURSIVEMATCH"


def summary(entries):
    """{path: (whether it is subscribed, CHILDINFO)}"""
    return {
        path: ("\\Subscribed" in entry.attributes, entry.child_info)
        for path, entry in entries.items()
    }


@requirement("RFC5258-3.1-6", "RFC9051-6.3.9.1-5")
@pytest.mark.parametrize("options", ["RECURSIVEMATCH", "REMOTE RECURSIVEMATCH"])
def test_alone_is_bad(authenticated, mailbox, options):
    """RECURSIVEMATCH as the only selection option, or only with REMOTE, is answered BAD."""
    assert authenticated.command("LIST", f"({options})", '""', Mailbox(mailbox)).status == "BAD"


@requirement("RFC5258-3.1-RECURSIVEMATCH", "RFC5258-3.5-TABLE", "RFC9051-6.3.9.6-TABLE")
def test_returns_superiors_of_what_matches(tree):
    """A mailbox that is not subscribed is returned with CHILDINFO if a child of it is."""
    tree.create("Foo", "Foo/Bar", "Foo/Baz", "Moo")
    tree.subscribe("Foo/Baz")
    assert summary(tree.list("%", select=RECURSIVE)) == {"Foo": (False, ("SUBSCRIBED",))}


@requirement("RFC5258-3.5-TABLE", "RFC9051-6.3.9.6-TABLE")
def test_of_a_name_that_matches_like_its_child(tree):
    """A subscribed mailbox with a subscribed child has \\Subscribed and CHILDINFO."""
    tree.create("Foo", "Foo/Baz", "Moo")
    tree.subscribe("Foo", "Foo/Baz")
    assert summary(tree.list("%", select=RECURSIVE)) == {"Foo": (True, ("SUBSCRIBED",))}


@requirement("RFC5258-3.5-TABLE", "RFC9051-6.3.9.6-TABLE")
def test_of_a_name_that_matches_without_a_child(tree):
    """A subscribed mailbox whose children are not subscribed has no CHILDINFO."""
    tree.create("Foo", "Foo/Bar", "Moo")
    tree.subscribe("Foo", "Moo")
    entries = tree.list("%", select=RECURSIVE, returning="CHILDREN")
    assert summary(entries) == {"Foo": (True, ()), "Moo": (True, ())}
    assert "\\HasChildren" in entries["Foo"].attributes


@requirement("RFC5258-3.5-TABLE", "RFC9051-6.3.9.6-TABLE")
def test_where_nothing_matches(tree):
    """Where nothing is subscribed nothing is returned, whatever children there are."""
    tree.create("Foo", "Foo/Bar")
    assert tree.list("%", select=RECURSIVE) == {}


@requirement("RFC5258-3.5-TABLE", "RFC9051-6.3.9.6-TABLE")
def test_of_a_superior_that_is_gone(tree):
    """A superior without a mailbox is returned with CHILDINFO, and is not selectable."""
    tree.create("Foo", "Foo/Baz")
    tree.subscribe("Foo/Baz")
    tree.connection.command("DELETE", Mailbox(tree.name("Foo"))).expect("OK", "NO")
    entries = tree.list("%", select=RECURSIVE)
    assert summary(entries) == {"Foo": (False, ("SUBSCRIBED",))}
    selectable = not {"\\Noselect", "\\NonExistent"} & set(entries["Foo"].attributes)
    answer = tree.connection.command("EXAMINE", Mailbox(tree.name("Foo")))
    assert answer.status == ("OK" if selectable else "NO")


@requirement("RFC5258-3.5-TABLE", "RFC9051-6.3.9.6-TABLE")
def test_of_a_superior_that_never_was(tree):
    """A level of hierarchy above a subscribed name that is gone is returned as \\NonExistent."""
    tree.vanish("Foo/Baz")
    if tree.list("Foo"):
        tree.delete("Foo")
    if tree.list("Foo"):
        pytest.skip("the server keeps the superior of a deleted mailbox")
    entries = tree.list("%", select=RECURSIVE)
    assert summary(entries) == {"Foo": (False, ("SUBSCRIBED",))}
    assert "\\NonExistent" in entries["Foo"].attributes


@requirement("RFC5258-3.1-RECURSIVEMATCH", "RFC5258-3.5-TABLE")
def test_counts_children_that_are_gone(tree):
    """CHILDINFO also tells of a subscribed name without a mailbox, which is no child."""
    tree.create("foo")
    tree.vanish("foo/bar")
    entries = tree.list("foo", select=RECURSIVE, returning="CHILDREN")
    assert summary(entries) == {"foo": (False, ("SUBSCRIBED",))}
    assert "\\HasChildren" not in entries["foo"].attributes


@requirement("RFC5258-3.5-DESCENDANT", "RFC9051-6.3.9.6-DESCENDANT")
def test_counts_descendants_of_any_depth(tree):
    """CHILDINFO tells of descendants, not only of children."""
    tree.create("Foo", "Foo/Bar", "Foo/Bar/Baz")
    tree.subscribe("Foo/Bar/Baz")
    assert summary(tree.list("%", select=RECURSIVE)) == {"Foo": (False, ("SUBSCRIBED",))}
    assert summary(tree.list("%/%", select=RECURSIVE)) == {"Foo/Bar": (False, ("SUBSCRIBED",))}


@requirement("RFC5258-3.1-NOTE1")
def test_superiors_have_to_match_the_pattern(tree):
    """A superior that does not match the pattern is not returned."""
    tree.create("Foo", "Foo/Baz", "Moo", "Moo/Baz")
    tree.subscribe("Foo/Baz", "Moo/Baz")
    assert tree.list("F%", select=RECURSIVE).keys() == {"Foo"}
    assert tree.list("%/Baz", select=RECURSIVE).keys() == {"Foo/Baz", "Moo/Baz"}


@pytest.fixture
def example(tree):
    """The mailboxes of the example about redundant CHILDINFO (RFC 5258, section 5)."""
    tree.create("foo2", "foo2/bar1", "foo2/bar2", "baz2", "baz2/bar2", "baz2/bar22")
    tree.create("eps2", "eps2/mamba")
    tree.subscribe("foo2/bar1", "foo2/bar2", "baz2/bar2", "baz2/bar22", "eps2", "eps2/mamba")
    return tree


@requirement("RFC5258-3.1-NOTE2", "RFC5258-3.5-TABLE")
def test_children_need_not_match_the_pattern(example):
    """CHILDINFO is told whether or not the child matches the pattern."""
    found = summary(example.list("*2", select=RECURSIVE))
    found.pop("baz2", None)  # redundant
    assert found == {
        "foo2": (False, ("SUBSCRIBED",)),
        "foo2/bar2": (True, ()),
        "baz2/bar2": (True, ()),
        "baz2/bar22": (True, ()),
        "eps2": (True, ("SUBSCRIBED",)),
    }


@requirement("RFC5258-3.5-4", "RFC5258-3.5-5", "RFC9051-6.3.9.6-3", "RFC9051-6.3.9.6-4")
def test_redundant_child_info_is_suppressed(example):
    """A superior that does not match is left out if all its children that do are returned."""
    assert "baz2" not in example.list("*2", select=RECURSIVE)


@requirement("RFC5258-3.5-1", "RFC9051-6.3.9.6-1")
def test_child_info_is_told_only_when_asked_for(example):
    """Without RECURSIVEMATCH there is no CHILDINFO."""
    for select in (None, "", "SUBSCRIBED", "REMOTE"):
        entries = example.list("*", select=select, returning="SUBSCRIBED CHILDREN")
        assert entries
        assert {entry.child_info for entry in entries.values()} == {()}


@requirement("RFC5258-3-ORDER", "RFC5258-3.1-REMOTE")
def test_order_of_options_does_not_matter(example):
    """The order of the selection options is not significant, and REMOTE does not matter."""
    expected = summary(example.list("%", select="SUBSCRIBED RECURSIVEMATCH"))
    assert expected.keys() == {"foo2", "baz2", "eps2"}
    for select in ("RECURSIVEMATCH SUBSCRIBED", "RECURSIVEMATCH REMOTE SUBSCRIBED"):
        assert summary(example.list("%", select=select)) == expected


@revision("IMAP4rev2")
@requirement("RFC9051-6.3.9.6-TABLE", "RFC9051-6.3.9.1-5")
def test_with_imap4rev2(example):
    """RECURSIVEMATCH does the same in a session that enabled IMAP4rev2."""
    assert summary(example.list("%", select=RECURSIVE)) == {
        "foo2": (False, ("SUBSCRIBED",)),
        "baz2": (False, ("SUBSCRIBED",)),
        "eps2": (True, ("SUBSCRIBED",)),
    }
    answer = example.connection.command("LIST", "(RECURSIVEMATCH)", '""', "%")
    assert answer.status == "BAD"

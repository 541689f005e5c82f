"""The return option CHILDREN: RFC 5258 section 4, RFC 9051 section 6.3.9.5."""

from conformance.requirements import needs, requirement
from conformance.wire import Mailbox

pytestmark = needs("LIST-EXTENDED")


def has_children(entry):
    """What the attributes say; the case fails where they say nothing."""
    attributes = set(entry.attributes)
    told = {"\\HasChildren", "\\HasNoChildren", "\\Noinferiors"} & attributes
    assert told, f"{entry.mailbox}: neither \\HasChildren nor \\HasNoChildren"
    return "\\HasChildren" in told


@requirement("RFC5258-4-2", "RFC5258-4-4", "RFC9051-6.3.9.5-2", "RFC9051-6.3.9.5-4")
def test_returns_who_has_children(tree):
    """RETURN (CHILDREN) gives each name \\HasChildren or \\HasNoChildren, as it is."""
    tree.create("Fruit", "Fruit/Apple", "Fruit/Apple/Red", "Tofu")
    entries = tree.list("*", returning="CHILDREN")
    told = {path: has_children(entry) for path, entry in entries.items()}
    assert told == {"Fruit": True, "Fruit/Apple": True, "Fruit/Apple/Red": False, "Tofu": False}


@requirement("RFC5258-4-4", "RFC9051-6.3.9.5-4")
def test_children_need_not_match_the_pattern(tree):
    """Children count also where they do not match the pattern."""
    tree.create("Fruit", "Fruit/Apple", "Fruitless")
    entries = tree.list("Fruit%", returning="CHILDREN")
    assert {path: has_children(entry) for path, entry in entries.items()} == {
        "Fruit": True,
        "Fruitless": False,
    }


@requirement("RFC5258-4-CORRECT", "RFC9051-6.3.9.5-4")
def test_follows_what_another_session_creates_and_deletes(tree, login):
    """The attribute changes with the first child and after the last, by whomever they are."""
    other = login()
    tree.create("Fruit")
    assert not has_children(tree.list("Fruit", returning="CHILDREN")["Fruit"])
    other.create(tree.name("Fruit/Apple"))
    assert has_children(tree.list("Fruit", returning="CHILDREN")["Fruit"])
    other.ok("DELETE", Mailbox(tree.name("Fruit/Apple")))
    assert not has_children(tree.list("Fruit", returning="CHILDREN")["Fruit"])


@requirement("RFC5258-4-CORRECT")
def test_subscriptions_are_no_children(tree):
    """A subscribed name that does not exist is no child of the mailbox above it."""
    tree.create("Fruit")
    tree.vanish("Fruit/Peach")
    assert not has_children(tree.list("Fruit", returning="CHILDREN")["Fruit"])


@requirement("RFC5258-4-2", "RFC5258-3.2-3")
def test_with_the_selection_option_subscribed(tree):
    """RETURN (CHILDREN) tells of all children, subscribed or not."""
    tree.create("Fruit", "Fruit/Apple", "Tofu")
    tree.subscribe("Fruit", "Tofu")
    entries = tree.list("%", select="SUBSCRIBED", returning="CHILDREN")
    assert {path: has_children(entry) for path, entry in entries.items()} == {
        "Fruit": True,
        "Tofu": False,
    }


@requirement("RFC5258-3.5-3", "RFC5258-4-2")
def test_of_a_name_that_only_has_children(tree):
    """A name that is left because it has inferiors is not selectable and has \\HasChildren."""
    tree.create("Fruit", "Fruit/Apple")
    tree.connection.command("DELETE", Mailbox(tree.name("Fruit"))).expect("OK", "NO")
    entries = tree.list("%", returning="CHILDREN")
    assert entries.keys() == {"Fruit"}
    assert has_children(entries["Fruit"])
    selectable = not {"\\Noselect", "\\NonExistent"} & set(entries["Fruit"].attributes)
    answer = tree.connection.command("EXAMINE", Mailbox(tree.name("Fruit")))
    assert answer.status == ("OK" if selectable else "NO")

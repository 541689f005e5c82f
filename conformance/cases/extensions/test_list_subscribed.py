"""LIST with SUBSCRIBED, as selection and as return option: RFC 5258 sections 3.1 and 3.2."""

import pytest

from conformance.requirements import needs, requirement, revision
from conformance.wire import Mailbox, Quoted

pytestmark = needs("LIST-EXTENDED")


@pytest.fixture
def fruit(tree):
    """Fruit with Apple and Banana, and Tofu; Banana and Tofu are subscribed."""
    tree.create("Fruit", "Fruit/Apple", "Fruit/Banana", "Tofu")
    tree.subscribe("Fruit/Banana", "Tofu")
    return tree


@requirement("RFC5258-3.1-1", "RFC9051-6.3.9.1-1")
@pytest.mark.parametrize(
    ("pattern", "expected"),
    [
        pytest.param("*", {"Fruit/Banana", "Tofu"}, id="star"),
        pytest.param("%", {"Tofu"}, id="percent"),
        pytest.param("Fruit/Banana", {"Fruit/Banana"}, id="name"),
        pytest.param("Fruit/Apple", set(), id="name-not-subscribed"),
    ],
)
def test_selects_exactly_the_subscribed_names(fruit, pattern, expected):
    """LIST (SUBSCRIBED) returns the names that match and are subscribed, and no others."""
    assert fruit.list(pattern, select="SUBSCRIBED").keys() == expected


@requirement("RFC5258-3.1-3", "RFC5258-3.1-IMPLIES", "RFC9051-6.3.9.1-2")
def test_selection_implies_the_attribute(fruit):
    """The names that LIST (SUBSCRIBED) returns have \\Subscribed."""
    entries = fruit.list("*", select="SUBSCRIBED")
    assert entries.keys() == {"Fruit/Banana", "Tofu"}
    assert all("\\Subscribed" in entry.attributes for entry in entries.values())


@requirement("RFC5258-3.1-1", "RFC5258-3-15", "RFC9051-6.3.7-2")
def test_selects_subscribed_names_that_are_gone(fruit):
    """A subscribed name without a mailbox is returned with \\NonExistent and \\Subscribed."""
    fruit.vanish("Fruit/Peach")
    entries = fruit.list("*", select="SUBSCRIBED")
    assert entries.keys() == {"Fruit/Banana", "Fruit/Peach", "Tofu"}
    assert {"\\NonExistent", "\\Subscribed"} <= set(entries["Fruit/Peach"].attributes)
    for path in ("Fruit/Banana", "Tofu"):
        assert not {"\\NonExistent", "\\Noselect"} & set(entries[path].attributes)


@requirement("RFC5258-3-15")
def test_a_mailbox_that_is_created_again_exists(fruit):
    """\\NonExistent is gone when the subscribed mailbox is created again."""
    fruit.vanish("Fruit/Peach")
    fruit.create("Fruit/Peach")
    entry = fruit.list("Fruit/Peach", select="SUBSCRIBED")["Fruit/Peach"]
    assert "\\NonExistent" not in entry.attributes
    assert "\\Subscribed" in entry.attributes


@requirement("RFC5258-3.5-2")
def test_selection_does_not_show_superiors(fruit):
    """A superior that is not subscribed is not returned for "%", unlike by LSUB."""
    assert "Fruit" not in fruit.list("%", select="SUBSCRIBED")


@requirement("RFC5258-3.1-1")
def test_follows_unsubscribe(fruit):
    """After UNSUBSCRIBE the name is not selected any more."""
    fruit.connection.ok("UNSUBSCRIBE", Mailbox(fruit.name("Tofu")))
    assert fruit.list("*", select="SUBSCRIBED").keys() == {"Fruit/Banana"}
    entry = fruit.list("Tofu", returning="SUBSCRIBED")["Tofu"]
    assert "\\Subscribed" not in entry.attributes


@requirement("RFC5258-3.2-1", "RFC9051-6.3.9.2-1")
def test_returns_who_is_subscribed(fruit):
    """RETURN (SUBSCRIBED) gives \\Subscribed to the subscribed mailboxes and to no others."""
    entries = fruit.list("*", returning="SUBSCRIBED")
    assert entries.keys() == {"Fruit", "Fruit/Apple", "Fruit/Banana", "Tofu"}
    marked = {path for path, entry in entries.items() if "\\Subscribed" in entry.attributes}
    assert marked == {"Fruit/Banana", "Tofu"}


@requirement("RFC5258-3-6", "RFC9051-6.3.9-12")
def test_return_option_adds_no_names(fruit):
    """RETURN (SUBSCRIBED) does not bring subscribed names without a mailbox."""
    fruit.vanish("Fruit/Peach")
    assert "Fruit/Peach" not in fruit.list("*", returning="SUBSCRIBED")


@requirement("RFC5258-3-6", "RFC5258-3.1-1")
def test_selection_and_return_option_together(fruit):
    """LIST (SUBSCRIBED) with RETURN (SUBSCRIBED) is LIST (SUBSCRIBED)."""
    fruit.vanish("Fruit/Peach")
    entries = fruit.list("*", select="SUBSCRIBED", returning="SUBSCRIBED")
    assert entries.keys() == {"Fruit/Banana", "Fruit/Peach", "Tofu"}


@requirement("RFC5258-3.2-2", "RFC9051-6.3.9.2-2", "RFC5258-3.5-2")
def test_other_attributes_are_accurate(fruit):
    """A subscribed mailbox that was deleted and has inferiors is not told to be selectable."""
    fruit.subscribe("Fruit")
    fruit.connection.command("DELETE", Mailbox(fruit.name("Fruit"))).expect("OK", "NO")
    entries = fruit.list("Fruit*", select="SUBSCRIBED")
    assert entries.keys() == {"Fruit", "Fruit/Banana"}
    for path, entry in entries.items():
        selectable = not {"\\Noselect", "\\NonExistent"} & set(entry.attributes)
        answer = fruit.connection.command("EXAMINE", Mailbox(fruit.name(path)))
        assert answer.status == ("OK" if selectable else "NO")


@requirement("RFC5258-3.1-3", "RFC5258-3.2-1")
def test_shows_what_another_session_subscribed(fruit, login):
    """Subscriptions of another session show in both options."""
    other = login()
    other.ok("SUBSCRIBE", Mailbox(fruit.name("Fruit/Apple")))
    assert "Fruit/Apple" in fruit.list("Fruit/%", select="SUBSCRIBED")
    entry = fruit.list("Fruit/Apple", returning="SUBSCRIBED")["Fruit/Apple"]
    assert "\\Subscribed" in entry.attributes


@revision("IMAP4rev1")
@requirement("RFC5258-3.1-1", "RFC3501-6.3.9-SUBSCRIBED")
def test_selects_what_lsub_returns(fruit):
    """LIST (SUBSCRIBED) and LSUB return the same names for "*", those that are gone included."""
    fruit.vanish("Fruit/Peach")
    answer = fruit.connection.ok("LSUB", '""', Quoted(fruit.name("*")))
    names = {fruit.path(entry.mailbox) for entry in answer.list("LSUB")}
    assert names == fruit.list("*", select="SUBSCRIBED").keys()


@revision("IMAP4rev2")
@requirement("RFC9051-6.3.9.1-1", "RFC9051-6.3.9.1-2", "RFC9051-6.3.9.2-1")
def test_with_imap4rev2(fruit):
    """Both options do the same in a session that enabled IMAP4rev2."""
    fruit.vanish("Fruit/Peach")
    entries = fruit.list("*", select="SUBSCRIBED")
    assert entries.keys() == {"Fruit/Banana", "Fruit/Peach", "Tofu"}
    assert {"\\NonExistent", "\\Subscribed"} <= set(entries["Fruit/Peach"].attributes)
    marked = {
        path
        for path, entry in fruit.list("*", returning="SUBSCRIBED").items()
        if "\\Subscribed" in entry.attributes
    }
    assert marked == {"Fruit/Banana", "Tofu"}

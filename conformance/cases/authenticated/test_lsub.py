"""LSUB: RFC 3501 sections 6.3.9 and 7.2.3. Every pattern begins with a name of the case's own."""

import pytest

from conformance.requirements import requirement
from conformance.wire import Mailbox, Quoted


@pytest.fixture
def tree(authenticated, scratch, mailbox):
    """Mailboxes below <mailbox>: ab, ab/cd and xb; of these ab/cd and xb are subscribed.

    tree("ab", "cd") is the name of one of them, tree() the one of the top.
    """
    for levels in (("ab",), ("ab", "cd"), ("xb",)):
        authenticated.create(scratch.below(mailbox, *levels))
        if levels != ("ab",):
            authenticated.ok("SUBSCRIBE", Mailbox(scratch.below(mailbox, *levels)))
    return lambda *levels: scratch.delimiter.join((mailbox, *levels))


def names(connection, pattern, reference=""):
    """The names that LSUB returns, each once, sorted."""
    entries = connection.ok("LSUB", Quoted(reference), Quoted(pattern)).list("LSUB")
    listed = [entry.mailbox for entry in entries]
    assert len(set(listed)) == len(listed), f"LSUB returned a name twice: {listed}"
    return sorted(listed)


@requirement("RFC3501-6.3.9-SUBSCRIBED")
def test_returns_only_subscribed_names(authenticated, tree):
    """LSUB returns of the names that match those that are subscribed."""
    assert names(authenticated, tree() + "*") == sorted([tree("ab", "cd"), tree("xb")])


@requirement("RFC3501-6.3.9-SUBSCRIBED", "RFC3501-6.3.9-ARGUMENTS")
def test_matches_a_plain_name(authenticated, tree):
    """LSUB of a name without wildcards returns that name if it is subscribed."""
    assert names(authenticated, tree("xb")) == [tree("xb")]
    assert names(authenticated, tree("ab")) == []
    assert names(authenticated, tree("x")) == []


@requirement("RFC3501-6.3.9-ARGUMENTS", "RFC3501-6.3.8-STAR")
@pytest.mark.parametrize(
    ("pattern", "expected"),
    [
        pytest.param("/x*", ["/xb"], id="star-at-the-end"),
        pytest.param("/*d", ["/ab/cd"], id="star-at-the-beginning"),
        pytest.param("/%/%", ["/ab/cd"], id="percent-at-two-levels"),
        pytest.param("/x%", ["/xb"], id="percent"),
        pytest.param("/%d", [], id="percent-stops"),
    ],
)
def test_matches_as_list_does(authenticated, tree, scratch, pattern, expected):
    """LSUB takes wildcards as LIST does."""
    listed = names(authenticated, tree() + pattern.replace("/", scratch.delimiter))
    assert listed == [tree() + end.replace("/", scratch.delimiter) for end in expected]


@requirement("RFC3501-6.3.9-2")
def test_percent_returns_an_unsubscribed_superior_with_noselect(authenticated, tree):
    """Where foo/bar is subscribed and foo is not, "%" returns foo with \\Noselect, not foo/bar."""
    entries = authenticated.ok("LSUB", '""', Quoted(tree("%"))).list("LSUB")
    attributes = {entry.mailbox: entry.attributes for entry in entries}
    assert sorted(attributes) == sorted([tree("ab"), tree("xb")])
    assert "\\Noselect" in attributes[tree("ab")]
    assert "\\Noselect" not in attributes[tree("xb")]


@requirement("RFC3501-6.3.9-SUBSCRIBED")
def test_percent_returns_a_subscribed_superior_as_such(authenticated, tree):
    """Where both foo and foo/bar are subscribed, "%" returns foo once, without \\Noselect."""
    authenticated.ok("SUBSCRIBE", Mailbox(tree("ab")))
    entries = authenticated.ok("LSUB", '""', Quoted(tree("a%"))).list("LSUB")
    assert [entry.mailbox for entry in entries] == [tree("ab")]
    assert "\\Noselect" not in entries[0].attributes


@requirement("RFC3501-6.3.9-ARGUMENTS", "RFC3501-6.3.8-REFERENCE")
def test_takes_a_reference(authenticated, tree):
    """LSUB interprets the name in the context of the reference, as LIST does."""
    assert names(authenticated, "x%", tree("")) == [tree("xb")]


@requirement("RFC3501-7.2.3-FORMAT")
def test_tells_the_delimiter(authenticated, tree, scratch):
    """An LSUB response bears the hierarchy delimiter, as LIST does."""
    entries = authenticated.ok("LSUB", '""', Mailbox(tree("xb"))).list("LSUB")
    assert [entry.delimiter for entry in entries] == [scratch.delimiter]


@requirement("RFC3501-6.3.9-SUBSCRIBED")
def test_belongs_to_the_account(authenticated, login, accounts, mailbox):
    """What one account has subscribed is not subscribed for another one."""
    authenticated.ok("SUBSCRIBE", Mailbox(mailbox))
    assert names(login(accounts["second"]), mailbox) == []

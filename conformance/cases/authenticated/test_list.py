"""LIST: RFC 3501 sections 6.3.8 and 7.2.2.

Every pattern begins with a name of the case's own, so that the account's other mailboxes do not
matter and need not be listed.
"""

import pytest

from conformance.requirements import requirement
from conformance.wire import Mailbox, Quoted


@pytest.fixture
def tree(authenticated, scratch, mailbox):
    """A mailbox with inferiors: <mailbox>, and below it ab, ab/cd, ab/cd/ef, and xb.

    tree("ab", "cd") is the name of one of them, tree() the one of the top.
    """
    for levels in (("ab",), ("ab", "cd"), ("ab", "cd", "ef"), ("xb",)):
        authenticated.create(scratch.below(mailbox, *levels))
    return lambda *levels: scratch.delimiter.join((mailbox, *levels))


def names(connection, pattern, reference=""):
    """The names that LIST returns, each once, sorted."""
    entries = connection.ok("LIST", Quoted(reference), Quoted(pattern)).list()
    listed = [entry.mailbox for entry in entries]
    assert len(set(listed)) == len(listed), f"LIST returned a name twice: {listed}"
    return sorted(listed)


@requirement("RFC3501-6.3.8-SUBSET", "RFC3501-7.2.2-NAME")
def test_of_a_name_returns_that_name(authenticated, tree, scratch):
    """LIST of a name without wildcards returns it, with the delimiter, and no other."""
    entries = authenticated.ok("LIST", '""', Mailbox(tree("ab"))).list()
    assert [(entry.mailbox, entry.delimiter) for entry in entries] == [
        (tree("ab"), scratch.delimiter)
    ]


@requirement("RFC3501-6.3.8-SUBSET", "RFC3501-6.3.8-3")
def test_of_a_missing_name_returns_nothing(authenticated, scratch):
    """LIST of a name that does not exist is answered OK without a LIST response."""
    assert names(authenticated, scratch.name()) == []


# Each pattern goes behind the name of the tree's top and is written with "/" for the delimiter.
MATCHES = {
    "*": ["", "/ab", "/ab/cd", "/ab/cd/ef", "/xb"],
    "/*": ["/ab", "/ab/cd", "/ab/cd/ef", "/xb"],
    "/a*": ["/ab", "/ab/cd", "/ab/cd/ef"],
    "/*b": ["/ab", "/xb"],
    "/*d": ["/ab/cd"],
    "/*b*f": ["/ab/cd/ef"],
    "/ab*": ["/ab", "/ab/cd", "/ab/cd/ef"],
    "/ab**": ["/ab", "/ab/cd", "/ab/cd/ef"],
    "%": [""],
    "/%": ["/ab", "/xb"],
    "/%b": ["/ab", "/xb"],
    "/%/%": ["/ab/cd"],
    "/%d": [],
    "/%/cd": ["/ab/cd"],
    "/ab%": ["/ab"],
    "/%%": ["/ab", "/xb"],
    "/%*": ["/ab", "/ab/cd", "/ab/cd/ef", "/xb"],
    "/%/*": ["/ab/cd", "/ab/cd/ef"],
    "/a": [],
}


@requirement("RFC3501-6.3.8-STAR", "RFC3501-6.3.8-PERCENT", "RFC3501-6.3.8-3")
@pytest.mark.parametrize(
    "wildcards",
    [
        pytest.param(("*", "/*", "/a*", "/*b", "/*d", "/*b*f", "/ab*", "/ab**"), id="star"),
        pytest.param(("%", "/%", "/%b", "/%/%", "/%d", "/%/cd", "/ab%", "/%%"), id="percent"),
        pytest.param(("/%*", "/%/*"), id="both"),
        pytest.param(("/a",), id="none"),
    ],
)
def test_returns_the_names_that_match(authenticated, tree, scratch, wildcards):
    """LIST returns all mailboxes that match the pattern with its wildcards, and no others."""
    for pattern in wildcards:
        listed = names(authenticated, tree() + pattern.replace("/", scratch.delimiter))
        expected = [tree() + end.replace("/", scratch.delimiter) for end in MATCHES[pattern]]
        assert listed == sorted(expected), f"for the pattern <mailbox>{pattern}"


@requirement("RFC3501-6.3.8-LEVELS", "RFC3501-7.2.2-NOSELECT")
def test_percent_at_the_end_returns_levels_of_hierarchy(authenticated, scratch):
    """A name that exists only as a level of hierarchy is returned for "%" at the end."""
    top = scratch.name()
    authenticated.create(scratch.below(top, "inferior"))
    entries = authenticated.ok("LIST", '""', Quoted(top + "%")).list()
    assert [entry.mailbox for entry in entries] == [top]
    selectable = "\\Noselect" not in entries[0].attributes
    answer = authenticated.command("SELECT", Mailbox(top))
    assert answer.status == ("OK" if selectable else "NO")


@requirement("RFC3501-6.3.8-DELIMITER")
def test_of_the_empty_name_returns_the_delimiter(authenticated, scratch):
    """LIST with two empty arguments returns one response, with the delimiter."""
    entries = authenticated.ok("LIST", '""', '""').list()
    assert [entry.delimiter or "" for entry in entries] == [scratch.delimiter]


@requirement("RFC3501-6.3.8-DELIMITER", "RFC3501-6.3.8-4")
def test_of_the_empty_name_with_a_reference_returns_its_root(authenticated, scratch):
    """LIST with an empty name returns delimiter and root also for a name that does not exist."""
    missing = scratch.below(scratch.name(), "")
    entries = authenticated.ok("LIST", Quoted(missing), '""').list()
    assert [entry.delimiter for entry in entries] == [scratch.delimiter]
    assert missing.startswith(entries[0].mailbox), "the root is no beginning of the reference"


@requirement(
    "RFC3501-6.3.8-REFERENCE",
    "RFC3501-6.3.8-7",
    "RFC3501-6.3.8-8",
    "RFC9051-6.3.9-9",
    level="SHOULD",
)
@pytest.mark.parametrize("pattern", ["%", "*", "ab"])
def test_interprets_the_name_in_the_context_of_the_reference(authenticated, tree, scratch, pattern):
    """With a level of hierarchy and the delimiter as reference, names below that are returned."""
    ends = {"%": ["ab", "xb"], "*": ["ab", "ab/cd", "ab/cd/ef", "xb"], "ab": ["ab"]}[pattern]
    reference = tree("")
    listed = names(authenticated, pattern, reference)
    assert listed == sorted(reference + end.replace("/", scratch.delimiter) for end in ends)


@requirement("RFC3501-7.2.2-3", "RFC9051-7.3.1-10")
def test_names_are_valid_as_references(authenticated, tree):
    """Each name that LIST returns is accepted as the reference of LIST and LSUB."""
    for name in names(authenticated, tree() + "*"):
        for command in ("LIST", "LSUB"):
            assert authenticated.command(command, Quoted(name), "%").status == "OK"


@requirement("RFC3501-7.2.2-4", "RFC9051-7.3.1-11")
def test_names_without_noselect_can_be_selected(authenticated, tree):
    """SELECT and STATUS accept each name as LIST returns it, unless it has \\Noselect."""
    entries = authenticated.ok("LIST", '""', Quoted(tree() + "*")).list()
    assert len(entries) == 5
    for entry in entries:
        if "\\Noselect" not in entry.attributes:
            name = Quoted(entry.raw_name)
            assert authenticated.command("SELECT", name).status == "OK"
            assert authenticated.command("STATUS", name, "(MESSAGES)").status == "OK"


@requirement("RFC3501-7.2.2-NOINFERIORS")
def test_does_not_deny_inferiors_that_exist(authenticated, tree):
    """A name that has inferior names is not returned with \\Noinferiors."""
    for name in (tree(), tree("ab"), tree("ab", "cd")):
        entries = authenticated.ok("LIST", '""', Mailbox(name)).list()
        assert [entry.mailbox for entry in entries] == [name]
        assert "\\Noinferiors" not in entries[0].attributes


@requirement("RFC3501-7.2.2-1")
def test_does_not_mark_noselect_names(authenticated, scratch):
    """A name with \\Noselect has neither \\Marked nor \\Unmarked."""
    top = scratch.name()
    authenticated.create(scratch.below(top, "inferior"))
    deleted = authenticated.command("DELETE", Mailbox(top)).expect("OK", "NO")
    entries = authenticated.ok("LIST", '""', Quoted(top + "%")).list()
    assert [entry.mailbox for entry in entries] == [top]
    if deleted.status == "NO" and "\\Noselect" not in entries[0].attributes:
        pytest.skip("the server refuses to delete a mailbox that has inferiors")
    assert "\\Noselect" in entries[0].attributes
    assert not {"\\Marked", "\\Unmarked"} & set(entries[0].attributes)


@requirement("RFC3501-7.2.2-2", "RFC3501-5.1.1-1", "RFC9051-7.3.1-9", "RFC9051-5.1.1-1")
def test_tells_one_delimiter_for_all_levels(authenticated, tree):
    """All names below one top-level name have the same delimiter."""
    entries = authenticated.ok("LIST", '""', Quoted(tree() + "*")).list()
    assert len(entries) == 5
    assert len({entry.delimiter for entry in entries}) == 1


@requirement("RFC3501-6.3.8-INBOX")
@pytest.mark.parametrize("pattern", ["INBOX", "INBO%", "I*X"])
def test_includes_inbox(authenticated, pattern):
    """INBOX is returned when the pattern matches the upper-case string "INBOX"."""
    listed = [entry.mailbox for entry in authenticated.ok("LIST", '""', Quoted(pattern)).list()]
    assert listed.count("INBOX") == 1


@requirement("RFC3501-6.3.8-SUBSET")
def test_shows_a_client_its_mailboxes(imap_client, tree):
    """A client library lists the mailboxes below a name."""
    folders = [name for _, _, name in imap_client.list_folders("", tree() + "*")]
    expected = [tree(), tree("ab"), tree("ab", "cd"), tree("ab", "cd", "ef"), tree("xb")]
    assert sorted(folders, key=str) == sorted(expected)


@requirement("RFC3501-6.3.8-SUBSET")
def test_leaves_the_selected_mailbox_selected(selected):
    """LIST is permitted while a mailbox is selected, and leaves it selected."""
    assert names(selected, selected.mailbox) == [selected.mailbox]
    assert selected.command("CHECK").status == "OK"

"""The syntax of LIST-EXTENDED: RFC 5258 sections 3 and 6, RFC 9051 section 6.3.9."""

import pytest

from conformance.cases.extensions._listing import listed
from conformance.requirements import needs, requirement
from conformance.wire import Literal, Mailbox, Quoted

pytestmark = needs("LIST-EXTENDED")

EXTENDED = [
    pytest.param(["()", '""', "{}"], id="selection-options"),
    pytest.param(['""', "({})"], id="patterns"),
    pytest.param(['""', "{}", "RETURN ()"], id="return-options"),
    pytest.param(["()", '""', "({})", "RETURN ()"], id="all"),
]


@requirement("RFC5258-6-SYNTAX", "RFC9051-6.3.9-14")
@pytest.mark.parametrize("arguments", EXTENDED)
def test_without_options_is_list(authenticated, mailbox, arguments):
    """An extended LIST with no options returns what LIST returns."""
    plain = listed(authenticated, '""', Mailbox(mailbox))
    extended = listed(authenticated, *(one.replace("{}", f'"{mailbox}"') for one in arguments))
    assert list(plain) == list(extended) == [mailbox]
    assert extended[mailbox].delimiter == plain[mailbox].delimiter


@requirement("RFC5258-3-2", "RFC5258-3-3", "RFC9051-6.3.9-EMPTY")
@pytest.mark.parametrize("arguments", EXTENDED)
def test_an_empty_pattern_is_ignored(authenticated, arguments):
    """In extended syntax an empty pattern is no request for the delimiter, and matches nothing."""
    assert listed(authenticated, *(one.replace("{}", '""') for one in arguments)) == {}


@requirement("RFC5258-3-PATTERNS")
@needs("LIST-EXTENDED", advertised=True)
def test_several_patterns(tree):
    """A name matches a list of patterns if it matches at least one of them."""
    tree.create("ab", "ab/cd", "xb", "xy", "xy/z")
    assert tree.list("ab", "x%").keys() == {"ab", "xb", "xy"}
    assert tree.list("*/z", "%b", "missing").keys() == {"xy/z", "ab", "xb"}


@requirement("RFC5258-3-1")
@needs("LIST-EXTENDED", advertised=True)
def test_a_name_that_matches_twice_is_returned_once(tree):
    """A name that matches several patterns is returned in a single LIST response."""
    tree.create("ab")
    answer = tree.answer("ab", "a%", "*")
    assert [entry.mailbox for entry in answer.list()] == [tree.name("ab")]


@requirement("RFC5258-3-3")
@needs("LIST-EXTENDED", advertised=True)
def test_an_empty_pattern_among_others_is_ignored(authenticated, mailbox):
    """An empty string among several patterns is ignored."""
    assert list(listed(authenticated, '""', ('""', Quoted(mailbox)))) == [mailbox]
    assert list(listed(authenticated, '""', (Quoted(mailbox), '""'))) == [mailbox]


@requirement("RFC5258-3-4", "RFC9051-6.3.9-11")
@pytest.mark.parametrize("pattern", ["{}{}//", "//{}", "{}/../%", "{}\x7f"])
def test_patterns_that_match_nothing_are_silently_ignored(authenticated, scratch, pattern):
    """A pattern that the server has no use for gives no LIST response, and OK."""
    name = scratch.name()
    pattern = pattern.replace("/", scratch.delimiter or "/").replace("{}", name)
    assert listed(authenticated, "()", '""', Quoted(pattern)) == {}


@requirement("RFC5258-6-SYNTAX")
def test_patterns_can_be_literals(authenticated, mailbox):
    """Reference and pattern of an extended LIST can be literals."""
    name = Literal(mailbox.encode("ascii"))
    assert list(listed(authenticated, "()", Literal(b""), (name,), "RETURN ()")) == [mailbox]


@requirement("RFC3501-6.3.8-REFERENCE", "RFC3501-6.3.8-7", "RFC9051-6.3.9-8", level="SHOULD")
def test_patterns_are_interpreted_in_the_context_of_the_reference(authenticated, tree):
    """With a level of hierarchy and the delimiter as reference, names below that are returned."""
    tree.create("ab", "xb")
    entries = authenticated.ok("LIST", "()", Quoted(tree.name("")), ("%b",)).list()
    assert {tree.path(entry.mailbox) for entry in entries} == {"ab", "xb"}


@requirement("RFC5258-3-8", "RFC9051-6.3.9-16")
@pytest.mark.parametrize(
    "arguments",
    [
        pytest.param('(X-NEWEST) "" %', id="selection"),
        pytest.param('(SUBSCRIBED X-NEWEST) "" %', id="selection-among-others"),
        pytest.param('(X-NEWEST (1)) "" %', id="selection-with-value"),
        pytest.param('"" % RETURN (X-NEWEST)', id="return"),
        pytest.param('"" % RETURN (CHILDREN X-NEWEST)', id="return-among-others"),
        pytest.param('"" % RETURN (X-NEWEST (1))', id="return-with-value"),
        pytest.param('(CHILDREN) "" %', id="return-option-as-selection"),
        pytest.param('"" % RETURN (RECURSIVEMATCH)', id="selection-option-as-return"),
    ],
)
def test_unknown_options_are_bad(authenticated, arguments):
    """LIST with an option that the server does not recognize is answered BAD."""
    assert authenticated.command("LIST", arguments).status == "BAD"


@requirement("RFC5258-6-SYNTAX", "RFC3501-2.2.2-3", level="SHOULD")
@pytest.mark.parametrize(
    "arguments",
    [
        pytest.param('(SUBSCRIBED "" %', id="options-not-closed"),
        pytest.param('(SUBSCRIBED,REMOTE) "" %', id="comma"),
        pytest.param("(SUBSCRIBED) %", id="no-reference"),
        pytest.param('"" ()', id="no-pattern"),
        pytest.param('"" (%', id="patterns-not-closed"),
        pytest.param('"" % RETURN', id="nothing-to-return"),
        pytest.param('"" % RETURN CHILDREN', id="no-parentheses"),
        pytest.param('"" % (CHILDREN)', id="no-return"),
    ],
)
def test_malformed_arguments_are_bad(authenticated, arguments):
    """An extended LIST that is not well-formed is answered BAD."""
    assert authenticated.command("LIST", arguments).status == "BAD"


@requirement("RFC5258-3-9", "RFC9051-6.3.9-17")
def test_an_option_given_twice_counts_once(tree):
    """An option that is given more than once is taken as if it was given once."""
    tree.create("ab", "xb")
    tree.subscribe("ab")
    entries = tree.list("%", select="SUBSCRIBED SUBSCRIBED", returning="CHILDREN CHILDREN")
    assert entries.keys() == {"ab"}
    attributes = entries["ab"].attributes
    assert attributes.count("\\Subscribed") == 1
    assert attributes.count("\\HasNoChildren") + attributes.count("\\Noinferiors") == 1


@requirement("RFC5258-6-SYNTAX")
def test_options_are_not_case_sensitive(tree):
    """The names of options, and the word RETURN, are read in any case."""
    tree.create("ab", "xb")
    tree.subscribe("ab")
    name = Quoted(tree.name("%"))
    answer = tree.connection.ok("LIST", "(subScribed)", '""', name, "return (cHildren)")
    entries = tree.entries(answer)
    assert entries.keys() == {"ab"}
    assert {"\\HasNoChildren", "\\Noinferiors"} & set(entries["ab"].attributes)


@requirement("RFC5258-3-12")
def test_basic_list_has_no_extended_data(tree):
    """LIST in basic syntax brings no extended data items."""
    tree.create("ab", "ab/cd")
    tree.subscribe("ab/cd")
    entries = tree.list("*")
    assert entries.keys() == {"ab", "ab/cd"}
    assert [entry.extended for entry in entries.values()] == [{}, {}]


@requirement("RFC5258-3.1-4", "RFC9051-6.3.9.1-3")
def test_remote_lists_local_mailboxes_too(tree):
    """With REMOTE local mailboxes are listed as well, and they are not \\Remote."""
    tree.create("ab", "xb")
    entries = tree.list("%", select="REMOTE")
    assert entries.keys() == {"ab", "xb"}
    assert not any("\\Remote" in entry.attributes for entry in entries.values())


@requirement("RFC5258-3-12", "RFC3501-6.3.8-SUBSET")
def test_leaves_the_selected_mailbox_selected(selected):
    """An extended LIST is permitted while a mailbox is selected, and leaves it selected."""
    pattern = Mailbox(selected.mailbox)
    assert list(listed(selected, "()", '""', pattern, "RETURN (CHILDREN)")) == [selected.mailbox]
    assert selected.command("CLOSE").status == "OK"


@requirement("RFC3501-3-STATE")
def test_before_login(connection):
    """An extended LIST before login is refused and lists nothing."""
    answer = connection.command("LIST", "()", '""', "%").expect("BAD", "NO")
    assert answer.list() == []

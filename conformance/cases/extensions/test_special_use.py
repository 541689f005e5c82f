"""SPECIAL-USE and CREATE-SPECIAL-USE: RFC 6154.

What the account has before is only looked at; mailboxes of the case's own have the use \\Archive,
which the fewest servers attach anything to.
"""

import pytest

from conformance.cases.extensions._listing import lasting, listed, uses
from conformance.requirements import needs, requirement
from conformance.wire import Mailbox, Quoted


@needs("SPECIAL-USE")
@requirement("RFC6154-2-3", "RFC6154-2-IMPLIED")
def test_selection_returns_mailboxes_with_a_special_use(authenticated):
    """LIST (SPECIAL-USE) returns only mailboxes with a special use, and the attributes."""
    entries = listed(authenticated, "(SPECIAL-USE)", '""', "*")
    for entry in entries.values():
        assert uses(entry), f"{entry.mailbox} has no special use"


@needs("SPECIAL-USE")
@requirement("RFC6154-2-4", "RFC6154-2-3")
def test_return_option_shows_the_same_uses(authenticated):
    """RETURN (SPECIAL-USE) shows the attributes on the mailboxes that the selection returns."""
    selected = lasting(listed(authenticated, "(SPECIAL-USE)", '""', "*"))
    every = lasting(listed(authenticated, '""', "*", "RETURN (SPECIAL-USE)"))
    assert {name: uses(entry) for name, entry in every.items() if uses(entry)} == {
        name: uses(entry) for name, entry in selected.items()
    }


@needs("SPECIAL-USE")
@requirement("RFC6154-2-3")
def test_an_ordinary_mailbox_has_none(authenticated, mailbox):
    """A mailbox that was created without a use is not selected, and has no attribute."""
    assert mailbox not in listed(authenticated, "(SPECIAL-USE)", '""', "*")
    assert not uses(listed(authenticated, '""', mailbox, "RETURN (SPECIAL-USE)")[mailbox])


@needs("SPECIAL-USE")
@requirement("RFC5258-3-5", "RFC6154-2-3")
def test_with_the_selection_option_subscribed(authenticated, mailbox):
    """With both selection options a name has to satisfy both."""
    authenticated.ok("SUBSCRIBE", Mailbox(mailbox))
    both = listed(authenticated, "(SUBSCRIBED SPECIAL-USE)", '""', "*")
    subscribed = listed(authenticated, "(SUBSCRIBED)", '""', "*")
    special = listed(authenticated, "(SPECIAL-USE)", '""', "*")
    assert mailbox in subscribed
    assert lasting(both).keys() == lasting(subscribed).keys() & lasting(special).keys()


@needs("SPECIAL-USE")
@requirement("RFC5258-3-6")
def test_return_option_adds_no_names(authenticated, mailbox):
    """RETURN (SPECIAL-USE) brings the names that match, and no others."""
    entries = listed(authenticated, '""', Mailbox(mailbox), "RETURN (SPECIAL-USE CHILDREN)")
    assert entries.keys() == {mailbox}


@needs("SPECIAL-USE")
@requirement("RFC5258-3-5", "RFC6154-2-3")
def test_with_a_pattern(authenticated):
    """The selection takes the pattern as any LIST does."""
    special = lasting(listed(authenticated, "(SPECIAL-USE)", '""', "*"))
    for entry in special.values():
        found = listed(authenticated, "(SPECIAL-USE)", '""', Quoted(entry.raw_name))
        assert entry.mailbox in found


@pytest.fixture
def archive(authenticated, scratch):
    """The name of a mailbox created with the use \\Archive; skips where that is not supported."""
    name = scratch.name()
    answer = authenticated.command("CREATE", Mailbox(name), "(USE (\\Archive))")
    if answer.status == "NO":
        pytest.skip("the server does not let clients give the use \\Archive")
    assert answer.status == "OK"
    return name


@needs("CREATE-SPECIAL-USE", "SPECIAL-USE")
@requirement("RFC6154-3-USE")
def test_create_gives_a_use(authenticated, archive):
    """A mailbox created with USE has that attribute."""
    assert uses(listed(authenticated, "(SPECIAL-USE)", '""', archive)[archive]) == {"\\Archive"}
    entries = listed(authenticated, '""', archive, "RETURN (SPECIAL-USE)")
    assert uses(entries[archive]) == {"\\Archive"}


@needs("CREATE-SPECIAL-USE")
@requirement("RFC6154-3-USE")
def test_a_mailbox_with_a_use_is_a_mailbox(authenticated, archive):
    """A mailbox created with USE can be selected."""
    assert authenticated.command("SELECT", Mailbox(archive)).status == "OK"


@needs("CREATE-SPECIAL-USE", "SPECIAL-USE")
@requirement("RFC6154-3-USE")
def test_create_reads_attributes_in_any_case(authenticated, scratch, archive):
    """USE and the attribute are read in any case, and the attribute may be given twice."""
    name = scratch.name()
    answer = authenticated.command("CREATE", Mailbox(name), "(use (\\aRCHIVE \\Archive))")
    if answer.status == "NO":
        pytest.skip(f"the server lets one mailbox have the use, and that is {archive}")
    assert answer.status == "OK"
    assert uses(listed(authenticated, "(SPECIAL-USE)", '""', name)[name]) == {"\\Archive"}


@needs("CREATE-SPECIAL-USE", "SPECIAL-USE")
@requirement("RFC6154-3-USE")
def test_create_gives_several_uses(authenticated, scratch):
    """Where a mailbox may have several uses, it has all that CREATE named."""
    name = scratch.name()
    answer = authenticated.command("CREATE", Mailbox(name), "(USE (\\Archive \\Sent))")
    if answer.status == "NO":
        assert listed(authenticated, '""', name) == {}
        pytest.skip("the server gives no mailbox these two uses")
    assert answer.status == "OK"
    found = uses(listed(authenticated, "(SPECIAL-USE)", '""', name)[name])
    assert found == {"\\Archive", "\\Sent"}


@needs("CREATE-SPECIAL-USE", "SPECIAL-USE")
@requirement("RFC6154-3-2")
def test_create_without_a_use_in_the_list(authenticated, scratch):
    """USE with an empty list creates an ordinary mailbox."""
    name = scratch.name()
    assert authenticated.command("CREATE", Mailbox(name), "(USE ())").status == "OK"
    assert not uses(listed(authenticated, '""', name, "RETURN (SPECIAL-USE)")[name])


UNSUPPORTED = ["(USE (\\X-Unheard-Of))", "(USE (\\Archive \\X-Unheard-Of))"]


@needs("CREATE-SPECIAL-USE")
@requirement("RFC6154-3-5")
@pytest.mark.parametrize("parameters", UNSUPPORTED, ids=["alone", "beside-another"])
def test_create_refuses_an_unsupported_use(authenticated, scratch, parameters):
    """CREATE with a use that the server cannot give is answered NO and creates nothing."""
    name = scratch.name()
    assert authenticated.command("CREATE", Mailbox(name), parameters).status == "NO"
    assert listed(authenticated, '""', name) == {}


@needs("CREATE-SPECIAL-USE")
@requirement("RFC6154-3-6")
def test_create_tells_why(authenticated, scratch):
    """CREATE with a use that the server does not support is answered with USEATTR."""
    answer = authenticated.command("CREATE", Mailbox(scratch.name()), UNSUPPORTED[0])
    assert answer.tagged.code is not None
    assert answer.tagged.code.name == "USEATTR"


@needs("CREATE-SPECIAL-USE", "SPECIAL-USE")
@requirement("RFC6154-3-5")
def test_create_of_what_exists(authenticated, mailbox):
    """CREATE with USE of a mailbox that exists is answered NO, and gives it no use."""
    answer = authenticated.command("CREATE", Mailbox(mailbox), "(USE (\\Archive))")
    assert answer.status == "NO"
    entries = listed(authenticated, '""', Mailbox(mailbox), "RETURN (SPECIAL-USE)")
    assert not uses(entries[mailbox])


@needs("CREATE-SPECIAL-USE")
@requirement("RFC6154-6-SYNTAX", "RFC3501-2.2.2-3", level="SHOULD")
@pytest.mark.parametrize(
    "parameters",
    [
        pytest.param("()", id="no-parameter"),
        pytest.param("(USE)", id="no-list"),
        pytest.param("(USE (Archive))", id="no-backslash"),
        pytest.param("(USE (\\Archive)", id="not-closed"),
        pytest.param("USE (\\Archive)", id="no-parentheses"),
    ],
)
def test_malformed_parameters_are_bad(authenticated, scratch, parameters):
    """CREATE with parameters that are not well-formed is answered BAD and creates nothing."""
    name = scratch.name()
    assert authenticated.command("CREATE", Mailbox(name), parameters).status == "BAD"
    assert listed(authenticated, '""', name) == {}

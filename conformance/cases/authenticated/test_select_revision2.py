"""SELECT and EXAMINE with IMAP4rev2: RFC 9051 sections 6.3.2, 6.3.3 and appendix E."""

import pytest

from conformance.cases._mailbox import fill, message
from conformance.requirements import needs, requirement, revision
from conformance.wire import Literal, Mailbox, Received
from conformance.wire.grammar import Condition, ESearchData, Exists, FlagsData, ListData, SearchData

pytestmark = revision("IMAP4rev2")

both_commands = pytest.mark.parametrize("command", ["SELECT", "EXAMINE"])


def closed(answer):
    """The places of CLOSED among the untagged responses."""
    found = (
        at
        for at, response in enumerate(answer.untagged)
        if isinstance(response, Condition) and response.code is not None
        if response.code.name == "CLOSED"
    )
    return Received(found, "CLOSED")


def list_of(answer, mailbox):
    """The one LIST response with this name in the answer to SELECT or EXAMINE."""
    found = [one for one in answer.list() if one.mailbox == mailbox]
    assert len(found) == 1, f"LIST came {len(found)} times for the selected mailbox"
    return found[0]


@both_commands
@requirement("RFC9051-6.3.2-1", "RFC9051-6.3.2-2", "RFC9051-6.3.3-1")
def test_required_responses(authenticated, mailbox, command):
    """SELECT brings FLAGS, EXISTS, LIST, PERMANENTFLAGS, UIDNEXT and UIDVALIDITY."""
    authenticated.ok("APPEND", Mailbox(mailbox), Literal(message(1)))
    answer = authenticated.ok(command, Mailbox(mailbox))
    answer.only(FlagsData)
    list_of(answer, mailbox)
    assert answer.exists == 1
    assert answer.code("PERMANENTFLAGS") is not None
    assert answer.number("UIDNEXT") > 1
    assert answer.number("UIDVALIDITY") > 0


@both_commands
@requirement("RFC9051-6.3.2-3", "RFC9051-6.3.2-LIST")
def test_list_names_the_mailbox(authenticated, scratch, command):
    """The LIST response of SELECT has the name and the delimiter that LIST itself returns."""
    name = scratch.name("-Entwürfe & 台北")
    authenticated.create(name)
    told = list_of(authenticated.ok(command, Mailbox(name)), name)
    listed = authenticated.ok("LIST", '""', Mailbox(name)).only(ListData)
    assert (told.mailbox, told.delimiter) == (listed.mailbox, listed.delimiter)


@requirement("RFC9051-6.3.2-4")
def test_list_has_accurate_attributes(authenticated, mailbox, scratch):
    r"""The attributes in the LIST of SELECT are true: it can be selected; children or none."""
    for has_children in (False, True):
        told = list_of(authenticated.ok("SELECT", Mailbox(mailbox)), mailbox).attributes
        assert not {"\\Noselect", "\\NonExistent"} & set(told)
        wrong = "\\HasNoChildren" if has_children else "\\HasChildren"
        assert wrong not in told
        if not has_children:
            authenticated.create(scratch.below(mailbox, "child"))


@requirement("RFC9051-6.3.2-3", "RFC9051-5.1-INBOX")
@pytest.mark.parametrize("name", ["INBOX", "inbox", "iNbOx"])
def test_list_of_inbox(authenticated, name):
    """Selected under any spelling INBOX is listed, as the same mailbox."""
    told = authenticated.ok("EXAMINE", name).list()
    assert [one.mailbox.upper() for one in told] == ["INBOX"]


@requirement("RFC9051-E-RECENT")
def test_no_recent(authenticated, mailbox):
    """SELECT brings no RECENT."""
    authenticated.ok("APPEND", Mailbox(mailbox), Literal(message(1)))
    assert authenticated.ok("SELECT", Mailbox(mailbox)).recent is None


@both_commands
@requirement("RFC9051-A-REMOVED")
def test_no_unseen_code(authenticated, mailbox, command):
    """SELECT brings no response code UNSEEN, though a message is unseen."""
    authenticated.ok("APPEND", Mailbox(mailbox), Literal(message(1)))
    assert authenticated.ok(command, Mailbox(mailbox)).code("UNSEEN") is None


@requirement("RFC9051-A-REMOVED")
def test_no_flag_recent(authenticated, mailbox):
    r"""\Recent is neither a flag of the mailbox nor of a new message."""
    authenticated.ok("APPEND", Mailbox(mailbox), Literal(message(1)))
    answer = authenticated.ok("SELECT", Mailbox(mailbox))
    permanent = answer.code("PERMANENTFLAGS")
    assert "\\Recent" not in (answer.flags or ())
    assert permanent is None or "\\Recent" not in permanent.value
    assert "\\Recent" not in authenticated.ok("FETCH", 1, "FLAGS").fetch(1).flags


@requirement("RFC9051-6.3.2-6", "RFC9051-7.1-CLOSED")
@pytest.mark.parametrize(
    ("before", "after"),
    [("SELECT", "SELECT"), ("SELECT", "EXAMINE"), ("EXAMINE", "SELECT")],
)
@pytest.mark.parametrize("same", [True, False], ids=["same-mailbox", "another-mailbox"])
def test_closed(authenticated, mailbox, elsewhere, before, after, same):
    """Where a mailbox is selected, SELECT and EXAMINE bring one untagged OK [CLOSED]."""
    authenticated.ok(before, Mailbox(mailbox))
    answer = authenticated.ok(after, Mailbox(mailbox if same else elsewhere))
    assert [answer.untagged[at].kind for at in closed(answer)] == ["OK"]


@requirement("RFC9051-7.1-CLOSED")
def test_closed_is_a_boundary(authenticated, mailbox, elsewhere):
    """All that is told of the new mailbox comes after CLOSED."""
    for _ in range(3):
        authenticated.ok("APPEND", Mailbox(elsewhere), Literal(message(1)))
    authenticated.ok("SELECT", Mailbox(mailbox))
    answer = authenticated.ok("SELECT", Mailbox(elsewhere))
    assert len(closed(answer)) == 1, "SELECT of another mailbox brought no CLOSED"
    before = answer.untagged[: closed(answer)[0]]
    after = answer.untagged[closed(answer)[0] :]
    codes = {one.code.name for one in before if isinstance(one, Condition) and one.code}
    assert not codes & {"UIDVALIDITY", "UIDNEXT", "PERMANENTFLAGS"}
    assert not any(isinstance(one, ListData) for one in before)
    assert Exists(3) in after
    assert Exists(3) not in before


@requirement("RFC9051-6.3.2-6", "RFC9051-6.3.2-NONE")
def test_closed_by_a_select_that_fails(selected, scratch):
    """A SELECT that is answered NO closes the mailbox, says so by CLOSED, and selects none."""
    answer = selected.command("SELECT", Mailbox(scratch.name()))
    assert answer.status == "NO"
    assert len(closed(answer)) == 1
    selected.command("FETCH", "1:*", "UID").expect("BAD", "NO")


@requirement("RFC9051-7.1-CLOSED")
@pytest.mark.parametrize("command", ["CLOSE", "UNSELECT"])
def test_not_closed_where_none_was_selected(authenticated, mailbox, command):
    """The first SELECT brings no CLOSED, nor does one after CLOSE or UNSELECT."""
    assert closed(authenticated.ok("SELECT", Mailbox(mailbox))) == []
    authenticated.ok(command)
    assert closed(authenticated.ok("SELECT", Mailbox(mailbox))) == []


@requirement("RFC9051-6.3.3-2")
def test_examine_is_read_only(authenticated, mailbox):
    """The tagged OK to EXAMINE begins with READ-ONLY."""
    answer = authenticated.ok("EXAMINE", Mailbox(mailbox))
    assert answer.tagged.code is not None, "the tagged OK bears no response code"
    assert answer.tagged.code.name == "READ-ONLY"


@requirement("RFC9051-6.3.1-LASTS", "RFC9051-6.3.2-LIST")
@pytest.mark.parametrize("command", ["CLOSE", "UNSELECT"])
def test_lasts_when_the_mailbox_is_closed(selected, command):
    """IMAP4rev2 stays in use after CLOSE and UNSELECT: SELECT brings LIST again."""
    selected.ok(command)
    list_of(selected.select(selected.mailbox), selected.mailbox)


@pytest.fixture
def old(before_login, account):
    """A session of the same account that did not enable IMAP4rev2."""
    connection = before_login()
    connection.log_in(account)
    return connection


@needs("IMAP4rev1")
@requirement("RFC9051-6.3.1-LASTS", "RFC9051-7.2.2-5", "RFC3501-6.3.1-2")
def test_a_session_beside_gets_recent(selected, old):
    """A session that did not enable IMAP4rev2 is told RECENT and UNSEEN of the same mailbox."""
    fill(selected, 2, flags=("\\Seen",))
    selected.append(message(3))
    answer = old.ok("EXAMINE", Mailbox(selected.mailbox))
    assert answer.recent is not None, "SELECT without IMAP4rev2 brought no RECENT"
    assert answer.number("UNSEEN") == 3


@needs("IMAP4rev1")
@requirement("RFC9051-6.3.1-LASTS", "RFC9051-7.2.2-5")
def test_a_session_beside_gets_search(selected, old):
    """A session that did not enable IMAP4rev2 is answered SEARCH, the other ESEARCH."""
    fill(selected, 2)
    old.ok("SELECT", Mailbox(selected.mailbox))
    answers = [selected.ok("SEARCH", "ALL"), old.ok("SEARCH", "ALL")]
    assert [len(one.all(ESearchData)) for one in answers] == [1, 0]
    assert answers[1].only(SearchData).numbers == (1, 2)

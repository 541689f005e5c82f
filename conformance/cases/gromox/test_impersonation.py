"""Working on the mailbox of another account: the user name `actor!mailbox`.

What a denied impersonation tells is in security/test_impersonation.py, too. The account `primary`
owns the store of `shared`.
"""

import re
import uuid

import pytest

from conformance.cases._mailbox import message
from conformance.cases.gromox._logins import (
    EVERY_METHOD,
    NOBODY,
    enter,
    fail,
    log_in,
    told,
)
from conformance.requirements import allow, needs, requirement
from conformance.wire import Mailbox
from conformance.wire.grammar import Exists

pytestmark = pytest.mark.usefixtures("_forgotten_afterwards")


@pytest.fixture
def _forgotten_afterwards(server, before_login, accounts):
    """Where accounts are shared, the case leaves no failure counted: a success sets it back."""
    yield
    if not server.is_reference:
        roles = [role for role in ("primary", "shared", "stranger") if role in accounts]
        for user in (accounts[role] for role in roles):
            log_in(before_login(), user.user, user.password)


@pytest.fixture
def shared(accounts):
    return accounts["shared"]


@pytest.fixture
def enter_shared(before_login, account, shared):
    """enter_shared(method) opens a connection on which `primary` works on the shared mailbox."""

    def enter_shared(method="LOGIN"):
        connection = before_login()
        enter(connection, account, method, shared.user)
        return connection

    return enter_shared


@pytest.fixture
def theirs(login, shared, scratch_of):
    """A session of the mailbox's own user, a fresh mailbox selected."""
    connection = login(shared)
    name = scratch_of(shared).name()
    connection.create(name)
    connection.select(name)
    return connection


def exists(connection, mailbox):
    return bool(connection.ok("LIST", '""', Mailbox(mailbox)).list())


@EVERY_METHOD
@requirement("GROMOX-impersonation-OWNER", "GROMOX-impersonation-SHARED")
def test_an_owner_works_on_the_mailbox_of_another(enter_shared, theirs, method):
    """An owner of the store gets in, with its own password, and sees the other's mailboxes."""
    assert exists(enter_shared(method), theirs.mailbox), "a mailbox of the other is not listed"


@EVERY_METHOD
@requirement("GROMOX-impersonation-OWN")
def test_an_actor_may_name_its_own_mailbox(before_login, account, mailbox, method):
    """Naming one's own mailbox is allowed, and gives one's own mailboxes."""
    connection = before_login()
    enter(connection, account, method, account.user)
    assert exists(connection, mailbox), "the account's own mailbox is not listed"


@requirement("GROMOX-impersonation-SHARED")
def test_the_actors_own_mailboxes_are_not_shown(enter_shared, mailbox):
    """A mailbox of the actor's own account is not there in the session on the other one."""
    assert not exists(enter_shared(), mailbox), "a mailbox of the actor's own is listed"


# Sessions side by side


@requirement("GROMOX-impersonation-SHARED")
def test_sees_a_message_that_the_mailboxes_user_adds(enter_shared, theirs):
    """A message that the mailbox's own user appends is shown to the actor."""
    actor = enter_shared()
    actor.select(theirs.mailbox)
    uid = theirs.append(message(1))
    assert actor.ok("NOOP").exists == 1
    assert actor.ok("FETCH", 1, "UID").fetch(1).uid == uid


@requirement("GROMOX-impersonation-SHARED")
def test_sees_flags_that_the_mailboxes_user_changes(enter_shared, theirs):
    """A flag that the mailbox's own user sets is shown to the actor."""
    theirs.append(message(1))
    actor = enter_shared()
    actor.select(theirs.mailbox)
    theirs.ok("STORE", 1, "+FLAGS", "(\\Flagged)")
    assert "\\Flagged" in actor.ok("NOOP").fetch(1).flags


@requirement("GROMOX-impersonation-SHARED")
def test_sees_what_the_mailboxes_user_expunges(enter_shared, theirs):
    """A message that the mailbox's own user expunges leaves the actor's view, too."""
    theirs.append(message(1))
    theirs.append(message(2))
    actor = enter_shared()
    actor.select(theirs.mailbox)
    theirs.ok("STORE", 1, "+FLAGS.SILENT", "(\\Deleted)")
    theirs.ok("EXPUNGE")
    assert actor.ok("NOOP").expunged == [1]


@requirement("GROMOX-impersonation-SHARED")
def test_the_mailboxes_user_sees_what_the_actor_does(enter_shared, theirs):
    """A message that the actor appends, and its flags, are shown to the mailbox's own user."""
    actor = enter_shared()
    actor.select(theirs.mailbox)
    actor.append(message(1))
    actor.ok("STORE", 1, "+FLAGS", "(\\Answered)")
    assert theirs.ok("NOOP").exists == 1
    assert "\\Answered" in theirs.ok("FETCH", 1, "FLAGS").fetch(1).flags


@needs("IDLE")
@requirement("GROMOX-impersonation-SHARED")
def test_is_told_in_idle(enter_shared, theirs):
    """An actor in IDLE is told at once of a message that the mailbox's own user appends."""
    actor = enter_shared()
    actor.select(theirs.mailbox)
    with actor.idle():
        theirs.append(message(1))
        assert actor.expect_untagged(Exists).number == 1


# Denied


@allow("lockout")
@requirement("GROMOX-impersonation-DENIED")
@pytest.mark.parametrize("method", [pytest.param("AUTHENTICATE LOGIN", marks=needs("AUTH=LOGIN"))])
@pytest.mark.parametrize("target", ["an account", "nobody"])
def test_without_rights_it_is_as_a_wrong_password(before_login, accounts, shared, method, target):
    """An actor that owns nothing is refused as with a wrong password, whatever mailbox it names."""
    stranger = accounts["stranger"]
    mailbox = shared.user if target == "an account" else NOBODY
    connection = before_login()
    denied = log_in(connection, stranger.user, stranger.password, method, mailbox)
    assert told(denied.expect("NO")) == told(fail(connection, stranger.user, method, mailbox))


@allow("lockout")
@requirement("GROMOX-impersonation-DENIED", "GROMOX-impersonation-UNKNOWN")
@EVERY_METHOD
def test_a_mailbox_that_does_not_exist_is_refused(before_login, account, shared, method):
    """An owner of another store that names no mailbox is refused as with a wrong password."""
    connection = before_login()
    denied = log_in(connection, account.user, account.password, method, NOBODY)
    assert told(denied.expect("NO")) == told(fail(connection, account.user, method, shared.user))


@allow("lockout")
@requirement("GROMOX-impersonation-PASSWORD")
@EVERY_METHOD
def test_the_password_is_the_actors(before_login, account, shared, method):
    """The password of the mailbox's own user is a wrong one."""
    connection = before_login()
    denied = log_in(connection, account.user, shared.password, method, shared.user)
    assert told(denied.expect("NO")) == told(fail(connection, account.user, method, shared.user))


@allow("lockout")
@requirement("GROMOX-impersonation-DENIED", "GROMOX-impersonation-FIRST")
@EVERY_METHOD
@pytest.mark.parametrize(
    "name",
    [
        pytest.param("{nobody}!{shared}", id="unknown actor"),
        pytest.param("{actor}!{shared}!{actor}", id="two marks"),
        pytest.param("{actor}!{actor}!{shared}", id="mailbox behind the second mark"),
        pytest.param("{actor}!{shared}!", id="mark at the end"),
        pytest.param("{actor}!!{shared}", id="mark twice"),
        pytest.param("{shared}!{actor}", id="halves exchanged"),
    ],
)
def test_other_names_are_refused(before_login, account, shared, name, method):
    """A name that is not that of an owner, one `!`, and a mailbox that it owns: NO."""
    nobody = f"{uuid.uuid4().hex}@gximap.invalid"  # a name used twice may be blocked by now
    user = name.format(nobody=nobody, actor=account.user, shared=shared.user)
    connection = before_login()
    denied = log_in(connection, user, account.password, method).expect("NO")
    assert told(denied) == told(fail(connection, account.user, method))
    connection.command("LIST", '""', "INBOX").expect("NO", "BAD")


@allow("lockout")
@requirement("GROMOX-impersonation-DENIED", "GROMOX-impersonation-FIRST")
@EVERY_METHOD
@pytest.mark.parametrize(
    "name", [pytest.param("!{shared}", id="no actor"), pytest.param("!", id="neither")]
)
def test_a_mark_without_an_actor_is_refused(before_login, account, shared, name, method):
    """Nobody has the empty name: it is refused in the words for a wrong password.

    It fails so often that it may be blocked, and its connection closed after the answer.
    """
    user = name.format(shared=shared.user)
    denied = log_in(before_login(), user, account.password, method).expect("NO")
    mistaken = fail(before_login(), account.user, method)
    assert told(denied)[:3] == told(mistaken)[:3]


@allow("lockout")
@requirement("GROMOX-impersonation-UNKNOWN", level="SHOULD")
@EVERY_METHOD
def test_a_mark_without_a_mailbox_is_refused(before_login, account, method):
    """No mailbox has the empty name; the manual does not say that it means one's own."""
    log_in(before_login(), f"{account.user}!", account.password, method).expect("NO")


@allow("lockout")
@needs("AUTH=PLAIN", advertised=True)
@requirement("GROMOX-impersonation-DENIED", "GROMOX-impersonation-UNKNOWN", "RFC4616-2-VERIFY")
@pytest.mark.parametrize(
    "identity",
    [
        pytest.param("!", id="a mark alone"),
        pytest.param("!{shared}", id="mark in front"),
        pytest.param("{shared}!", id="mark at the end"),
        pytest.param("{actor}!{shared}", id="actor and mailbox"),
        pytest.param("{shared}!{actor}", id="mailbox and actor"),
    ],
)
def test_a_mark_in_the_authorization_identity_is_refused(before_login, account, shared, identity):
    """PLAIN's authorization identity is a mailbox's name, in which `!` marks nothing off: NO."""
    mailbox = identity.format(actor=account.user, shared=shared.user)
    connection = before_login()
    denied = log_in(connection, account.user, account.password, "AUTHENTICATE PLAIN", mailbox)
    assert told(denied.expect("NO")) == told(fail(connection, account.user, "AUTHENTICATE PLAIN"))
    connection.command("LIST", '""', "INBOX").expect("NO", "BAD")


@allow("lockout")
@requirement("GROMOX-impersonation-NAMES")
@pytest.mark.parametrize("half", ["actor", "mailbox"])
def test_case_means_what_it_means_in_any_user_name(before_login, account, shared, half):
    """Where a name is known in upper case, it is known so on both sides of the mark; else not."""
    other = account if half == "actor" else shared
    plainly = log_in(before_login(), other.user.upper(), other.password)
    actor = account.user.upper() if half == "actor" else account.user
    mailbox = shared.user.upper() if half == "mailbox" else shared.user
    assert log_in(before_login(), actor, account.password, mailbox=mailbox).status == plainly.status


# What is kept of it


@requirement("GROMOX-impersonation-LOGGED")
@EVERY_METHOD
def test_both_identities_are_logged(enter_shared, account, shared, log, method):
    """A line of the log names the actor and the mailbox."""
    enter_shared(method)
    actor, mailbox = re.escape(account.user), re.escape(shared.user)
    log.await_line(rf"\b{actor}\b.*\b{mailbox}\b|\b{mailbox}\b.*\b{actor}\b")


@allow("lockout")
@requirement("GROMOX-impersonation-LOGGED", "GROMOX-throttling-LOGGED")
def test_a_denied_one_is_logged_as_a_refused_login(before_login, accounts, shared, log):
    """A denied impersonation is logged in the form of a refused login, by the actor's name."""
    stranger = accounts["stranger"]
    log_in(before_login(), stranger.user, stranger.password, mailbox=shared.user).expect("NO")
    actor = re.escape(stranger.user)
    log.await_line(rf"rhost=\[(\S+)?\]\S* user={actor}(!\S+)? .*(auth|login.*|logon) rejected:")

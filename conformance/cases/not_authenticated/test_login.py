"""LOGIN: RFC 3501 section 6.2.3."""

import re

import pytest

from conformance.cases._words import mistaken, quotable
from conformance.requirements import allow, needs, requirement
from conformance.wire import Literal, NonSync, Quoted, word

NOBODY = "nobody@gximap.invalid"
ATOM = re.compile(r"[!#$&'+,\-./0-9:;<=>?@A-Z\[\]^_`a-z|}~]+")


def atom(text):
    if not ATOM.fullmatch(text):
        pytest.skip("user name or password of this account cannot be an atom")
    return text


def quoted(text):
    return Quoted(quotable(text))


def literal(text):
    return Literal(text.encode())


@pytest.fixture
def connection(before_login):
    """A connection on which LOGIN is permitted."""
    return before_login()


@requirement("RFC3501-6.2.3-OK", "RFC3501-6.2.3-ASTRING")
@pytest.mark.parametrize(
    ("user", "password"),
    [
        pytest.param(atom, atom, id="atoms"),
        pytest.param(quoted, quoted, id="quoted"),
        pytest.param(literal, literal, id="literals"),
        pytest.param(literal, quoted, id="literal, quoted"),
        pytest.param(quoted, literal, id="quoted, literal"),
    ],
)
def test_takes_any_form_of_string(connection, account, user, password):
    """User name and password are taken as atom, quoted string and literal."""
    answer = connection.command("LOGIN", user(account.user), password(account.password))
    assert answer.status == "OK"
    assert connection.command("LIST", '""', '""').status == "OK"


@needs("LITERAL+")
@requirement("RFC7888-3-3", "RFC3501-6.2.3-OK")
def test_takes_non_synchronizing_literals(connection, account):
    """User name and password are taken as literals that the client sends without waiting."""
    words = [NonSync(text.encode()) for text in (account.user, account.password)]
    assert connection.command("LOGIN", *words).status == "OK"


@requirement("RFC3501-7.5-3")
def test_is_known_in_any_case(connection, account):
    """The name of the command is case-insensitive; the account's words are as they are."""
    assert connection.command("lOgIn", word(account.user), word(account.password)).status == "OK"


@requirement("RFC3501-6.2.3-NO")
@pytest.mark.parametrize(
    "user",
    [
        pytest.param(NOBODY, id="atom"),
        pytest.param(Quoted('no"bo\\dy'), id="escapes", marks=allow("lockout")),
        pytest.param(Literal("nöbødy".encode()), id="UTF-8", marks=allow("lockout")),
        pytest.param('""', id="empty", marks=allow("lockout")),
    ],
)
def test_rejects_an_unknown_user(connection, user):
    """LOGIN with a user name that does not exist is answered NO, and logs nobody in."""
    assert connection.command("LOGIN", user, Quoted("nothing")).status == "NO"
    connection.command("LIST", '""', '""').expect("NO", "BAD")


@allow("lockout")
@requirement("RFC3501-6.2.3-NO")
def test_rejects_a_wrong_password(connection, account):
    """LOGIN is answered NO for each password that is not just the right one."""
    for what, password in (mistaken(account.password) | {"nothing": ""}).items():
        answer = connection.command("LOGIN", word(account.user), word(password))
        assert answer.status == "NO", f"with {what}: {answer}"
    connection.command("LIST", '""', '""').expect("NO", "BAD")


@requirement("RFC3501-6.2.3-NO", "RFC3501-6.2.3-OK")
def test_can_be_tried_again_after_a_refusal(connection, account):
    """After a LOGIN that was answered NO another one with the right words succeeds."""
    assert connection.command("LOGIN", NOBODY, "nothing").status == "NO"
    connection.log_in(account)


@requirement("RFC3501-6.2.3-BAD", "RFC3501-2.2.2-3")
@pytest.mark.parametrize(
    "arguments",
    [
        pytest.param("", id="none"),
        pytest.param(f" {NOBODY}", id="one"),
        pytest.param(f" {NOBODY} nothing more", id="three"),
        pytest.param(f" ({NOBODY} nothing)", id="list"),
        pytest.param(f' {NOBODY} "nothing', id="open quote"),
        pytest.param(f" {NOBODY}  nothing", id="two spaces", marks=allow("lockout")),
    ],
)
def test_with_invalid_arguments_is_bad(connection, arguments):
    """LOGIN with anything but a user name and a password is answered BAD."""
    assert connection.command("LOGIN" + arguments).status == "BAD"
    assert connection.command("NOOP").status == "OK"


@requirement("RFC3501-6.2-STATE", "RFC3501-3-STATE")
def test_a_second_time_does_not_change_the_user(connection, account, accounts, scratch):
    """LOGIN as another user in the authenticated state is refused; the mailboxes stay the same."""
    other = accounts["second"]
    connection.log_in(account)
    name = scratch.name()
    connection.create(name)
    connection.command("LOGIN", word(other.user), word(other.password)).expect("NO", "BAD")
    assert len(connection.ok("LIST", '""', Quoted(name)).list()) == 1


@requirement("RFC3501-6.2.3-OK")
def test_opens_the_mailboxes_of_that_user(login, account, accounts, scratch):
    """Two users that are logged in at the same time have each their own mailboxes."""
    name = scratch.name()
    first, second = login(account), login(accounts["second"])
    first.create(name)
    assert second.ok("LIST", '""', Quoted(name)).list() == []
    assert len(first.ok("LIST", '""', Quoted(name)).list()) == 1


@requirement("RFC3501-6.2.3-OK")
def test_works_with_a_client(imap_client):
    """A client of another make logs in and sees INBOX."""
    assert imap_client.folder_exists("INBOX")
    assert imap_client.noop()[0]

"""Response codes of RFC 5530 that RFC 9051 section 7.1 includes.

Most of them no server has to send, so a case is skipped where there is none. A code that is sent
must mean what happened, though.
"""

import pytest

from conformance.cases._mailbox import fill
from conformance.cases._sasl import plain
from conformance.requirements import allow, requirement, revision
from conformance.wire import Literal, Mailbox, word

REASONS_OF_THE_SERVER = {"CONTACTADMIN", "INUSE", "LIMIT", "SERVERBUG", "UNAVAILABLE"}


def code(answer):
    """The name of the code in the tagged NO; skips the case where there is none."""
    assert answer.status == "NO"
    if answer.tagged.code is None:
        pytest.skip("the tagged NO bears no response code, and need not")
    return answer.tagged.code.name


def assert_is(answer, *names):
    """The code is one of these, or one that says that the server has a problem of its own."""
    assert code(answer) in {*names, *REASONS_OF_THE_SERVER}


@requirement("RFC9051-7.1-ALREADYEXISTS")
def test_create_of_what_exists(authenticated, mailbox):
    """CREATE of a mailbox that exists: ALREADYEXISTS."""
    assert_is(authenticated.command("CREATE", Mailbox(mailbox)), "ALREADYEXISTS")


@requirement("RFC9051-7.1-ALREADYEXISTS")
def test_rename_to_what_exists(authenticated, mailbox, elsewhere):
    """RENAME to the name of a mailbox that exists: ALREADYEXISTS."""
    answer = authenticated.command("RENAME", Mailbox(mailbox), Mailbox(elsewhere))
    assert_is(answer, "ALREADYEXISTS")


@requirement("RFC9051-7.1-NONEXISTENT")
def test_rename_of_what_does_not_exist(authenticated, scratch):
    """RENAME of a mailbox that does not exist: NONEXISTENT."""
    answer = authenticated.command("RENAME", Mailbox(scratch.name()), Mailbox(scratch.name()))
    assert_is(answer, "NONEXISTENT")


@requirement("RFC9051-7.1-NONEXISTENT")
@pytest.mark.parametrize("command", ["DELETE", "SELECT", "EXAMINE", "STATUS"])
def test_a_mailbox_that_does_not_exist(authenticated, scratch, command):
    """DELETE, SELECT and STATUS of a mailbox that does not exist: NONEXISTENT."""
    arguments = ("(MESSAGES)",) if command == "STATUS" else ()
    answer = authenticated.command(command, Mailbox(scratch.name()), *arguments)
    assert_is(answer, "NONEXISTENT", "NOPERM")


@requirement("RFC3501-7.1-TRYCREATE")
def test_trycreate_is_not_for_select(authenticated, scratch):
    """A command that CREATE would not help is not answered TRYCREATE."""
    assert code(authenticated.command("SELECT", Mailbox(scratch.name()))) != "TRYCREATE"


@revision("IMAP4rev2")
@requirement("RFC9051-6.3.5-5", "RFC9051-6.3.5-4")
def test_delete_of_a_mailbox_with_children(authenticated, mailbox, scratch):
    """Where a mailbox with children cannot be deleted, DELETE is answered NO [HASCHILDREN]."""
    authenticated.create(scratch.below(mailbox, "child"))
    answer = authenticated.command("DELETE", Mailbox(mailbox)).expect("OK", "NO")
    if answer.status == "OK":  # it is \Noselect now, and may be refused when it is deleted again
        answer = authenticated.command("DELETE", Mailbox(mailbox)).expect("OK", "NO")
    if answer.status == "OK":
        pytest.skip("the server deletes a mailbox that has children")
    assert answer.tagged.code is not None, "the tagged NO bears no response code"
    assert answer.tagged.code.name in {"HASCHILDREN", "NONEXISTENT"}


@allow("lockout")
@requirement("RFC9051-7.1-AUTHENTICATIONFAILED")
@pytest.mark.parametrize("method", ["LOGIN", "PLAIN"])
def test_a_wrong_password(before_login, account, method):
    """A login with a wrong password: AUTHENTICATIONFAILED."""
    connection = before_login()
    wrong = account.password + "-wrong"
    if method == "LOGIN":
        answer = connection.command("LOGIN", word(account.user), word(wrong))
    else:
        answer = connection.authenticate("PLAIN", plain(account.user, wrong))
    assert_is(answer, "AUTHENTICATIONFAILED")


@revision("IMAP4rev2")
@requirement("RFC9051-6.4.4-18", "RFC9051-6.4.4-19")
def test_an_unknown_charset(selected):
    """SEARCH with a charset that the server does not know is answered NO [BADCHARSET]."""
    answer = selected.command("SEARCH", "CHARSET", "X-GXIMAP-UNKNOWN", "TEXT", "x")
    assert answer.status == "NO"
    assert answer.tagged.code is not None, "the tagged NO bears no response code"
    assert answer.tagged.code.name == "BADCHARSET"


@revision("IMAP4rev2")
@requirement("RFC9051-6.3.12-10", "RFC9051-6.4.7-4")
@pytest.mark.parametrize("command", ["APPEND", "COPY", "UID COPY"])
def test_trycreate(selected, scratch, command):
    """APPEND and COPY to a mailbox that does not exist are answered NO [TRYCREATE]."""
    (uid,) = fill(selected, 1)
    name = Mailbox(scratch.name())
    if command == "APPEND":
        answer = selected.command("APPEND", name, Literal(b"Subject: x\r\n\r\n"))
    else:
        answer = selected.command(command, uid if command == "UID COPY" else 1, name)
    assert answer.status == "NO"
    assert answer.tagged.code is not None, "the tagged NO bears no response code"
    assert answer.tagged.code.name == "TRYCREATE"

"""What a failed login tells: RFC 3501 section 11.2."""

import pytest

from conformance.cases._sasl import plain
from conformance.requirements import allow, requirement
from conformance.wire import word

NOBODY = "nobody@gximap.invalid"
PASSWORD = "wrong-7391-gximap"


def log_in(connection, method, user, password):
    if method == "LOGIN":
        return connection.command("LOGIN", word(user), word(password))
    return connection.authenticate("PLAIN", plain(user, password))


def told(answer, user):
    """What a client is told, without the user name, which it knows already."""
    code = answer.tagged.code
    others = [(one.kind, one.code) for one in answer.conditions()]
    return answer.status, code, answer.text.replace(user, "USER"), others


@allow("lockout")
@requirement("RFC3501-11.2-1", "RFC3501-11.2-3")
@pytest.mark.parametrize("method", ["LOGIN", "PLAIN"])
def test_does_not_tell_which_user_exists(before_login, account, method):
    """A wrong password and a user that does not exist are refused in the same words."""
    connection = before_login()
    unknown = log_in(connection, method, NOBODY, PASSWORD)
    wrong = log_in(connection, method, account.user, PASSWORD)
    assert unknown.status == wrong.status == "NO"
    assert told(unknown, NOBODY) == told(wrong, account.user)


@requirement("RFC3501-11.2-3")
@pytest.mark.parametrize(
    "arguments", [(NOBODY, PASSWORD), (NOBODY, PASSWORD, "more")], ids=["NO", "BAD"]
)
def test_does_not_repeat_the_password(before_login, arguments):
    """The answer to a LOGIN that fails, or is not understood, does not show the password."""
    answer = before_login().command("LOGIN", *arguments).expect("NO", "BAD")
    shown = " ".join([answer.text, *(one.text for one in answer.conditions())])
    assert PASSWORD not in shown


@requirement("RFC3501-3.1-1", "RFC3501-6.2.3-NO", "RFC9051-3.1-1")
def test_opens_nothing(before_login, mailbox):
    """After a failed login the commands behind it in the same packet are refused, too."""
    connection = before_login()
    name = mailbox.encode("ascii")
    connection.send(b'x1 LOGIN nobody nothing\r\nx2 STATUS "%s" (MESSAGES)\r\n' % name)
    assert connection.finish("x1").status == "NO"
    answer = connection.finish("x2")
    assert answer.status in ("NO", "BAD")
    assert "STATUS" not in answer.untagged_names()

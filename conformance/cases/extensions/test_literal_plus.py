"""LITERAL+: RFC 7888."""

import pytest

from conformance.cases._mailbox import contents, message
from conformance.requirements import needs, requirement
from conformance.wire import Literal, Mailbox, NonSync, mailbox_names

pytestmark = needs("LITERAL+")


def non_synchronizing(mailbox):
    return NonSync(mailbox_names.encode(mailbox))


@requirement("RFC7888-3-NOCONTINUATION", "RFC7888-3-2")
def test_append_without_waiting(authenticated, mailbox, messages):
    """APPEND takes a message as a non-synchronizing literal, and asks for no continuation."""
    octets = messages["eight-bit"].octets
    authenticated.ok("APPEND", Mailbox(mailbox), NonSync(octets))
    assert list(contents(authenticated, mailbox).values()) == [octets]


@requirement("RFC7888-3-NOCONTINUATION", "RFC7888-3-ARGUMENT")
def test_login(connect, account, server):
    """LOGIN takes user name and password as non-synchronizing literals."""
    connection = connect()
    if "LOGINDISABLED" in server.initial_capabilities:
        connection.start_tls()
    user, password = account.user.encode(), account.password.encode()
    connection.ok("LOGIN", NonSync(user), NonSync(password))
    connection.account = account


@requirement("RFC7888-3-ARGUMENT")
def test_arguments_of_many_commands(selected, scratch):
    """A non-synchronizing literal may be an argument of any command that takes a string."""
    selected.append(message(1))
    name = scratch.name()
    selected.ok("CREATE", non_synchronizing(name))
    selected.ok("COPY", 1, non_synchronizing(name))
    selected.ok("STATUS", non_synchronizing(name), "(MESSAGES)")
    assert len(selected.ok("LIST", NonSync(b""), non_synchronizing(name)).list()) == 1
    assert selected.ok("SEARCH", "SUBJECT", NonSync(b"message 1")).search() == [1]
    # The literal stands in the middle of an item, the command goes on behind it.
    selected.send(b"fields FETCH 1 (BODY.PEEK[HEADER.FIELDS ({7+}\r\nSubject)] UID)\r\n")
    fetched = selected.finish("fields").expect("OK").fetch(1)
    assert fetched.section("HEADER.FIELDS (SUBJECT)") == b"Subject: message 1\r\n\r\n"
    assert "UID" in fetched
    assert selected.ok("SELECT", non_synchronizing(name)).exists == 1


@requirement("RFC7888-3-ARGUMENT", "RFC7888-3-NOCONTINUATION")
def test_beside_a_synchronizing_literal(authenticated, mailbox):
    """One command may have literals of both forms: it waits for the synchronizing one only."""
    octets = mailbox_names.encode(mailbox)
    authenticated.ok("APPEND", NonSync(octets), "(\\Seen)", Literal(message(1)))
    authenticated.ok("APPEND", Literal(octets), "(\\Seen)", NonSync(message(2)))
    assert list(contents(authenticated, mailbox).values()) == [message(1), message(2)]


@requirement("RFC7888-3-2")
def test_in_pieces(authenticated, mailbox):
    """Where the octets of the literal are cut on their way makes no difference."""
    octets = mailbox_names.encode(mailbox)
    command = b"cut APPEND {%d+}\r\n%s {%d+}\r\n%s\r\n" % (
        len(octets),
        octets,
        len(message(1)),
        message(1),
    )
    authenticated.send(command, piece_size=7)
    authenticated.finish("cut").expect("OK")
    assert list(contents(authenticated, mailbox).values()) == [message(1)]


@requirement("RFC7888-3-3", "RFC7888-3-4")
@pytest.mark.parametrize(
    "command",
    [
        pytest.param(b"NONSENSE", id="unknown-command"),
        pytest.param(b"NOOP", id="extraneous-argument"),
        pytest.param(b"APPEND no-such-mailbox (open", id="syntax-error"),
        pytest.param(b"LOGIN", id="wrong-state"),
    ],
)
def test_literal_of_a_refused_command_is_read_over(authenticated, command):
    """The literal of a command that is refused, and the line after it, are part of that command."""
    inner = b"inner NOOP\r\n"
    authenticated.send(b"outer %s {%d+}\r\n%s {1+}\r\nx\r\n" % (command, len(inner), inner))
    authenticated.finish("outer").expect("BAD", "NO")
    # Had the literal been taken for a command, its answer, to a tag nobody waits for, would
    # come before this one, and the checker of the connection would report it.
    assert authenticated.ok("NOOP").untagged_names() == []


@requirement("RFC7888-5-5")
def test_not_both_forms(authenticated):
    """LITERAL+ and LITERAL- are not offered at the same time."""
    assert "LITERAL-" not in authenticated.ok("CAPABILITY").capabilities


@requirement("RFC3501-2.2.2-3")
@pytest.mark.parametrize("count", ["{5++}", "{ 5+}", "{-5+}"])
def test_malformed_count(authenticated, count):
    """An octet count against the syntax is answered BAD; no literal follows it."""
    authenticated.send_line(f"bad SELECT {count}")
    assert authenticated.finish("bad").status == "BAD"
    authenticated.ok("NOOP")

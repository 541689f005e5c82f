"""ID (RFC 2971)."""

import pytest

pytestmark = pytest.mark.directive("id", "enable_rfc2971_commands")

IDENTIFICATION = (("name", "test server"), ("version", "1.0"))
ANSWER = '* ID ("name" "test server" "version" "1.0")'


@pytest.mark.parametrize("argument", ["NIL", "()", '("name" NIL "Version" "2" "x" "")'])
def test_in_any_state(connect, argument):
    client = connect(identification=IDENTIFICATION)
    for command in "NOOP", "LOGIN alice@x.test secret", "SELECT INBOX":
        client.ok(command)
        assert client.ok(f"ID {argument}") == [ANSWER]


def test_is_a_capability(connect):
    assert connect(identification=IDENTIFICATION).ok("CAPABILITY")[0].split()[-1] == "ID"


@pytest.mark.parametrize("command", ["ID NIL", "ID", "id foo", 'ID ("a" "b" "c")'])
def test_is_unknown_where_it_is_off(client, command):
    assert client(f"a {command}") == client("a XYZZY") == ["a BAD unknown command"]


def test_is_no_capability_where_it_is_off(client):
    assert "ID" not in client.ok("CAPABILITY")[0].split()

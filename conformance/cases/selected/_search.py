"""What the cases of SEARCH share."""

import pytest

from conformance.wire.arguments import word

UTF_8 = ("CHARSET", "UTF-8")


def fill(connection, *messages):
    """Append messages to the selected, empty mailbox: their numbers are 1, 2, ... then."""
    return connection.append_all(messages)


def found(connection, *arguments):
    """The message sequence numbers that SEARCH brings, ascending; SEARCH must be answered OK."""
    return connection.ok("SEARCH", *arguments).search()


def require_utf_8(connection):
    """Skip where the server says that it does not search in UTF-8 (it MAY, section 6.4.4)."""
    if connection.command("SEARCH", *UTF_8, "SUBJECT", "x").status == "NO":
        pytest.skip("the server does not search in UTF-8")


def check_keys(connection, messages, charset=()):
    """Append fixture messages and try each search key that is noted for them."""
    fill(connection, *[message.octets for message in messages])
    for number, message in enumerate(messages, 1):
        for name, *values in message.hits:
            assert number in found(connection, *charset, name, *map(word, values)), (
                f"{name} {values} should match message {number}, {message.name}"
            )
        for name, *values in message.misses:
            assert number not in found(connection, *charset, name, *map(word, values)), (
                f"{name} {values} should not match message {number}, {message.name}"
            )

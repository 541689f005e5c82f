"""Following the client: commands framed from any octets, secrets masked."""

import pytest

from conformance.wire import mailbox_names
from conformance.wire.commands import CommandTracker

MASKED = {
    b"a LOGIN alice secret\r\n": b"a LOGIN alice ***\r\n",
    b'a login "al ice" "sec\\"ret"\r\n': b'a login "al ice" ***\r\n',
    b"a LOGIN {5}\r\nalice {6}\r\nsecret\r\n": b"a LOGIN {5}\r\nalice ***\r\n***\r\n",
    b"a LOGIN alice {6+}\r\nsecret\r\n": b"a LOGIN alice ***\r\n***\r\n",
    b"a LOGIN  alice secret\r\n": b"a LOGIN ***\r\n",
    b"a AUTHENTICATE PLAIN c2VjcmV0\r\n": b"a AUTHENTICATE PLAIN ***\r\n",
    b"a AUTHENTICATE LOGIN\r\nYQ==\r\nc2VjcmV0\r\n": b"a AUTHENTICATE LOGIN\r\n***\r\n***\r\n",
    b"a LOGIN alice secret\r\nb NOOP\r\n": b"a LOGIN alice ***\r\nb NOOP\r\n",
    b"a SELECT LOGIN\r\n": b"a SELECT LOGIN\r\n",
}


@pytest.mark.parametrize("size", [1, 3, 1000])
@pytest.mark.parametrize("octets", MASKED, ids=repr)
def test_secrets_are_masked_however_the_octets_are_cut(octets, size):
    tracker = CommandTracker()
    shown = b"".join(tracker.sent(octets[at : at + size]) for at in range(0, len(octets), size))
    assert b"secret" not in shown
    assert b"c2VjcmV0" not in shown
    assert shown == MASKED[octets]
    assert "secret" not in tracker.last


def test_commands_are_outstanding_until_answered():
    tracker = CommandTracker()
    tracker.sent(b"a UID fetch 1 (FLAGS)\r\nb noop\r\nc APP")
    assert [(one.tag, one.name) for one in tracker.outstanding] == [
        ("a", "UID FETCH"),
        ("b", "NOOP"),
    ]
    assert tracker.oldest.tag == "a"
    assert tracker.partial
    assert tracker.answered("b").name == "NOOP"
    assert tracker.answered("b") is None
    assert [one.tag for one in tracker.outstanding] == ["a"]


def test_a_literal_is_part_of_its_command():
    tracker = CommandTracker()
    tracker.sent(b"a APPEND {3}\r\nx\r\n {4+}\r\n")
    assert tracker.outstanding == []
    assert tracker.continued()
    assert not tracker.continued()
    tracker.sent(b"\r\n\r\n\r\n")
    assert [one.astring(0) for one in tracker.outstanding] == [b"x\r\n"]


def test_a_command_refused_at_its_literal_is_over():
    tracker = CommandTracker()
    tracker.sent(b"a APPEND x {300}\r\n")
    assert tracker.answered("a").name == "APPEND"
    assert not tracker.uncertain
    tracker.sent(b"b NOOP\r\n")
    assert tracker.oldest.tag == "b"


def test_a_client_that_did_not_wait_leaves_things_uncertain():
    tracker = CommandTracker()
    tracker.sent(b"a APPEND x {300}\r\nb NOOP\r\n")
    tracker.answered("a")
    assert tracker.uncertain


def test_done_ends_idle_and_is_no_command():
    tracker = CommandTracker()
    tracker.sent(b"a IDLE\r\n")
    assert tracker.continued()
    assert not tracker.continued()
    tracker.sent(b"DONE\r\nb NOOP\r\n")
    assert [one.tag for one in tracker.outstanding] == ["a", "b"]


def test_a_line_that_is_no_command_is_counted():
    tracker = CommandTracker()
    tracker.sent(b"\r\nnonsense\r\n+ NOOP\r\n")
    assert tracker.malformed == 3
    assert tracker.outstanding == []


@pytest.mark.parametrize(
    ("arguments", "values"),
    [
        (b"plain x", [b"plain", b"x", None]),
        (b'"a\\"b" ""', [b'a"b', b"", None]),
        (b"{2}\r\na  y", [b"a ", b"y"]),
        (b"{2+}\r\na  y", [b"a ", b"y"]),
        (b"", [None]),
    ],
)
def test_arguments_are_read_back(arguments, values):
    tracker = CommandTracker()
    tracker.sent(b"a X " + arguments + b"\r\n")
    assert [tracker.oldest.astring(index) for index in range(len(values))] == values


@pytest.mark.parametrize(
    ("name", "octets"),
    [
        ("INBOX/a", b"INBOX/a"),
        ("a&b", b"a&-b"),
        ("~peter/台北", b"~peter/&U,BTFw-"),
        ("é😀", b"&AOnYPd4A-"),
    ],
)
def test_modified_utf_7(name, octets):
    assert mailbox_names.encode(name) == octets
    assert mailbox_names.decode(octets) == name


@pytest.mark.parametrize(
    "octets", [b"&", b"&U,BTFw", b"&AGE-", b"&AOk-&AOk-", b"caf\xc3\xa9", b"&2D0-"]
)
def test_improper_modified_utf_7_is_not_decoded(octets):
    with pytest.raises(ValueError):  # noqa: PT011 - UnicodeError and binascii.Error are ones
        mailbox_names.decode(octets)
    assert isinstance(mailbox_names.decode_leniently(octets), str)


def test_what_was_sent_before_tls_is_forgotten():
    tracker = CommandTracker()
    tracker.sent(b"a1 NOOP\r\n???\r\na2 AUTHENTICATE PLAIN\r\na3 LOGIN {4}\r\nno")
    tracker.forget()
    assert tracker.answered("a1") is None
    assert tracker.malformed == 0
    assert not tracker.partial
    tracker.sent(b"a4 NOOP\r\n")
    assert [command.tag for command in tracker.outstanding] == ["a4"]

"""APPEND: RFC 3501 section 6.3.11: the message and its place. Flags and dates: test_append_data."""

import email

import pytest

from conformance.requirements import allow, needs, requirement
from conformance.wire import Literal, Mailbox, NonSync

MESSAGE = b"Subject: one\r\n\r\nbody\r\n"


def count(connection, mailbox):
    """The number of messages in a mailbox, by STATUS."""
    return connection.ok("STATUS", Mailbox(mailbox), "(MESSAGES)").status_data().items["MESSAGES"]


def of_size(size):
    """A message of so many octets, with lines of 72."""
    header = b"Subject: size\r\n\r\n"
    lines = (b"x" * 70 + b"\r\n") * (size // 72 + 1)
    return header + lines[: size - len(header) - 2] + b"\r\n"


@requirement("RFC3501-6.3.11-APPENDED")
def test_adds_to_the_end(authenticated, mailbox):
    """Messages stand in the mailbox in the order in which they were appended."""
    bodies = [b"Subject: %d\r\n\r\nbody\r\n" % number for number in range(1, 4)]
    for body in bodies:
        assert authenticated.command("APPEND", Mailbox(mailbox), Literal(body)).status == "OK"
    assert authenticated.ok("SELECT", Mailbox(mailbox)).exists == 3
    answer = authenticated.ok("FETCH", "1:3", "BODY.PEEK[]")
    assert [answer.fetch(number).section() for number in (1, 2, 3)] == bodies


@requirement("RFC3501-6.3.11-APPENDED")
@pytest.mark.parametrize(
    "name", ["rfc3501-7.4.2", "nested", "long-line", "no-final-crlf", "protocol-lookalikes"]
)
def test_keeps_every_octet(selected, messages, name):
    """A message is fetched as it was appended, octet for octet."""
    octets = messages[name].octets
    selected.append(octets)
    assert selected.ok("FETCH", 1, "BODY.PEEK[]").fetch(1).section() == octets


@requirement("RFC3501-6.3.11-APPENDED")
@pytest.mark.parametrize("size", [100, 4096, 65535, 65536, 65537, 1 << 20, (1 << 20) + 1])
def test_takes_messages_of_any_size(selected, size):
    """A message of a size around a power of two arrives whole, and RFC822.SIZE tells that."""
    octets = of_size(size)
    selected.append(octets)
    fetch = selected.ok("FETCH", 1, "(RFC822.SIZE BODY.PEEK[])").fetch(1)
    assert fetch.size == size
    assert fetch.section() == octets


@allow("load")
@requirement("RFC3501-6.3.11-APPENDED")
def test_takes_a_large_message(selected):
    """A message of 8 MiB arrives whole."""
    octets = of_size(8 << 20)
    selected.append(octets)
    assert selected.ok("FETCH", 1, "BODY.PEEK[]").fetch(1).section() == octets


@requirement("RFC3501-6.3.11-8BIT", "RFC3501-6.3.11-3", "RFC9051-6.3.12-5")
def test_takes_8_bit_characters(selected):
    """An 8-bit text is kept, as it is or behind a content transfer encoding that restores it."""
    text = bytes(octet for octet in range(0xA0, 0x100)) + b"\r\n"
    selected.append(
        b"Subject: 8bit\r\nMIME-Version: 1.0\r\nContent-Type: text/plain; charset=iso-8859-1\r\n"
        b"Content-Transfer-Encoding: 8bit\r\n\r\n" + text
    )
    octets = selected.ok("FETCH", 1, "BODY.PEEK[]").fetch(1).section()
    assert email.message_from_bytes(octets).get_payload(decode=True) == text


@requirement("RFC3501-6.3.11-APPENDED")
def test_keeps_control_characters(selected):
    """All octets from 1 to 127 but CR and LF, which end lines, can stand in a message."""
    octets = b"Subject: controls\r\n\r\n" + bytes(set(range(1, 128)) - {10, 13}) + b"\r\n"
    selected.append(octets)
    assert selected.ok("FETCH", 1, "BODY.PEEK[]").fetch(1).section() == octets


@requirement("RFC3501-6.3.11-8", "RFC3501-6.3.11-APPENDED")
def test_of_an_empty_literal_is_whole_or_refused(authenticated, mailbox):
    """A message without octets is added as such, or refused and the mailbox left alone."""
    answer = authenticated.command("APPEND", Mailbox(mailbox), Literal(b""))
    exists = authenticated.ok("SELECT", Mailbox(mailbox)).exists
    if answer.status == "OK":
        assert exists == 1
        assert authenticated.ok("FETCH", 1, "RFC822.SIZE").fetch(1).size == 0
    else:
        assert exists == 0


@requirement("RFC3501-6.3.11-APPENDED", "RFC3501-5.1-SPECIALS")
def test_takes_the_mailbox_as_a_literal(authenticated, mailbox):
    """Both arguments of APPEND can be literals."""
    name = Literal(mailbox.encode("ascii"))
    assert authenticated.command("APPEND", name, Literal(MESSAGE)).status == "OK"
    assert count(authenticated, mailbox) == 1


@requirement("RFC3501-6.3.11-9", "RFC3501-6.3.11-10", "RFC3501-7.1-TRYCREATE", "RFC9051-6.3.12-9")
def test_to_a_missing_mailbox_says_trycreate(authenticated, scratch):
    """APPEND to a mailbox that does not exist is answered NO [TRYCREATE] and creates none."""
    name = scratch.name()
    answer = authenticated.command("APPEND", Mailbox(name), Literal(MESSAGE))
    assert answer.status == "NO"
    assert answer.tagged.code is not None, "the tagged NO bears no response code"
    assert answer.tagged.code.name == "TRYCREATE"
    assert authenticated.ok("LIST", '""', Mailbox(name)).list() == []


@needs("LITERAL+")
@requirement("RFC3501-6.3.11-9", "RFC3501-6.3.11-10", "RFC9051-6.3.12-9")
def test_with_a_non_synchronizing_literal_says_trycreate(authenticated, scratch):
    """TRYCREATE comes also when the client has sent the message without waiting."""
    answer = authenticated.command("APPEND", Mailbox(scratch.name()), NonSync(MESSAGE))
    assert answer.status == "NO"
    assert answer.tagged.code is not None, "the tagged NO bears no response code"
    assert answer.tagged.code.name == "TRYCREATE"


@requirement("RFC3501-6.3.11-10", "RFC3501-6.3.11-9", "RFC9051-6.3.12-9")
def test_succeeds_after_trycreate_and_create(authenticated, scratch):
    """Where TRYCREATE was told, APPEND succeeds once the mailbox has been created."""
    name = scratch.name()
    assert authenticated.command("APPEND", Mailbox(name), Literal(MESSAGE)).status == "NO"
    authenticated.create(name)
    assert authenticated.command("APPEND", Mailbox(name), Literal(MESSAGE)).status == "OK"


@requirement("RFC3501-6.3.11-11", "RFC3501-6.3.11-12", "RFC9051-6.3.12-13", "RFC9051-6.3.12-14")
def test_to_the_selected_mailbox_tells_exists(selected):
    """APPEND to the mailbox that is selected brings EXISTS at once."""
    assert selected.ok("APPEND", Mailbox(selected.mailbox), Literal(MESSAGE)).exists == 1


@requirement("RFC3501-6.3.11-APPENDED", "RFC3501-5.2-3")
def test_to_the_selected_mailbox_is_told_by_noop(selected):
    """After APPEND and NOOP the client knows of the message in the selected mailbox."""
    told = [
        selected.ok("APPEND", Mailbox(selected.mailbox), Literal(MESSAGE)).exists,
        selected.ok("NOOP").exists,
    ]
    assert 1 in told


@requirement("RFC3501-6.3.11-APPENDED")
def test_to_another_mailbox_leaves_the_selected_one(selected, elsewhere):
    """APPEND to a mailbox that is not selected adds nothing to the one that is."""
    assert selected.command("APPEND", Mailbox(elsewhere), Literal(MESSAGE)).status == "OK"
    assert selected.ok("NOOP").exists in (None, 0)
    assert count(selected, elsewhere) == 1
    assert selected.ok("SELECT", Mailbox(selected.mailbox)).exists == 0


@requirement("RFC3501-6.3.11-8")
def test_cut_off_adds_nothing(authenticated, login, mailbox):
    """A client that goes away in the middle of a message leaves no part of it behind."""
    other = login()
    name = Mailbox(mailbox)
    authenticated.send_line(b"x1 APPEND %s {1000}" % name.name.encode("ascii"))
    authenticated.expect_continuation()
    authenticated.send(of_size(500))
    authenticated.end_sending()
    authenticated.expect_close()
    assert count(other, mailbox) == 0

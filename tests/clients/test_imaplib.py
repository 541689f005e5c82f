"""Python's imaplib: a mailbox from its making to its end."""

import imaplib
import re

import pytest


@pytest.fixture
def client(reference_process):
    client = imaplib.IMAP4(*reference_process.imap, timeout=30)
    client.starttls(reference_process.client_tls)
    client.login(reference_process.user, reference_process.password)
    yield client
    client.logout()


def test_authenticate_plain(reference_process):
    client = imaplib.IMAP4_SSL(
        "localhost", reference_process.imaps[1], ssl_context=reference_process.client_tls
    )
    answer = f"\0{reference_process.user}\0{reference_process.password}".encode()
    assert client.authenticate("PLAIN", lambda _: answer)[0] == "OK"
    assert client.select()[0] == "OK"
    client.logout()


def test_a_wrong_password(reference_process):
    client = imaplib.IMAP4(*reference_process.imap, timeout=30)
    with pytest.raises(imaplib.IMAP4.error):
        client.login(reference_process.user, "wrong")
    client.logout()


def test_a_mailbox_from_its_making_to_its_end(client, message):
    assert client.create("work")[0] == "OK"
    status, [line] = client.status("work", "(MESSAGES UIDNEXT)")
    assert status == "OK"
    assert re.fullmatch(rb'"?work"? \(MESSAGES 0 UIDNEXT 1\)', line)
    for number in range(3):
        assert client.append("work", r"(\Draft)", None, message(number))[0] == "OK"
    assert client.select("work") == ("OK", [b"3"])
    assert client.search(None, "SUBJECT", '"Message 1"') == ("OK", [b"2"])
    assert client.search(None, "DRAFT", "UNSEEN") == ("OK", [b"1 2 3"])
    status, data = client.fetch("2", "(RFC822.SIZE BODY[])")
    assert status == "OK"
    assert data[0][1] == message(1)
    assert b"RFC822.SIZE %d " % len(message(1)) in data[0][0]
    assert client.search(None, "SEEN") == ("OK", [b"2"])  # BODY[] has set it
    assert client.create("archive")[0] == "OK"
    assert client.uid("COPY", "1:2", "archive")[0] == "OK"
    status, [line] = client.store("1", "+FLAGS", r"(\Deleted)")
    assert status == "OK"
    assert set(imaplib.ParseFlags(line)) == {rb"\Deleted", rb"\Draft", rb"\Recent"}
    assert client.expunge() == ("OK", [b"1"])
    assert client.close()[0] == "OK"
    assert client.rename("archive", "old/2024")[0] == "OK"
    assert client.select("old/2024", readonly=True) == ("OK", [b"2"])
    assert client.close()[0] == "OK"
    assert client.delete("old/2024")[0] == "OK"
    assert client.select("old/2024")[0] == "NO"

"""IMAPClient: what a program that works with mail does."""

from datetime import UTC, datetime

import pytest
from imapclient import IMAPClient
from imapclient.exceptions import LoginError


@pytest.fixture
def enter(reference_process):
    """Factory of logged-in clients."""
    clients = []

    def enter():
        client = IMAPClient(
            "localhost", reference_process.imaps[1], ssl_context=reference_process.client_tls
        )
        clients.append(client)
        client.login(reference_process.user, reference_process.password)
        return client

    yield enter
    for client in clients:
        client.logout()


def test_a_wrong_password(reference_process):
    host, port = reference_process.imap
    with IMAPClient(host, port, ssl=False) as client:
        client.starttls(reference_process.client_tls)
        with pytest.raises(LoginError):
            client.login(reference_process.user, "wrong")


def test_mailboxes(enter):
    client = enter()
    client.create_folder("Entwürfe/世界 & mehr")
    client.subscribe_folder("Entwürfe/世界 & mehr")
    names = {name: flags for flags, _, name in client.list_folders()}
    assert "Entwürfe/世界 & mehr" in names
    assert b"\\Noselect" not in names["INBOX"]
    assert all(delimiter == b"/" for _, delimiter, _ in client.list_folders())
    assert "Entwürfe/世界 & mehr" in [name for _, _, name in client.list_sub_folders()]
    client.rename_folder("Entwürfe", "Später")
    assert client.folder_exists("Später/世界 & mehr")
    client.delete_folder("Später/世界 & mehr")
    assert not client.folder_exists("Später/世界 & mehr")
    assert client.namespace().personal == (("", "/"),)


def test_messages(enter, message):
    client = enter()
    moment = datetime(2024, 2, 3, 4, 5, 6, tzinfo=UTC)
    client.append("INBOX", message(4), flags=[b"\\Flagged", b"$Forwarded"], msg_time=moment)
    client.append("INBOX", message(5))
    client.select_folder("INBOX")
    first, second = client.search()
    data = client.fetch(
        [first],
        ["FLAGS", "INTERNALDATE", "RFC822.SIZE", "ENVELOPE", "BODYSTRUCTURE", "BODY.PEEK[]"],
    )[first]
    assert set(data[b"FLAGS"]) - {b"\\Recent"} == {b"\\Flagged", b"$Forwarded"}
    assert data[b"INTERNALDATE"] == moment.astimezone().replace(tzinfo=None)  # local time
    assert data[b"RFC822.SIZE"] == len(message(4))
    assert data[b"BODY[]"] == message(4)
    envelope = data[b"ENVELOPE"]
    assert envelope.subject == b"Message 4"
    assert envelope.message_id == b"<4@example.test>"
    sender = envelope.from_[0]
    assert (sender.name, sender.mailbox, sender.host) == (None, b"sender4", b"example.test")
    lines = message(4).partition(b"\r\n\r\n")[2].count(b"\r\n")
    structure = data[b"BODYSTRUCTURE"]
    assert [part.lower() for part in structure[:2]] == [b"text", b"plain"]
    assert structure[7] == lines
    assert client.search(["TEXT", "世界"], charset="UTF-8") == [first]
    assert client.search(["KEYWORD", "$Forwarded"]) == [first]
    client.add_flags([second], [b"\\Answered"])
    assert client.search("ANSWERED") == [second]
    client.create_folder("kept")
    client.copy([first, second], "kept")
    client.delete_messages([first])
    client.uid_expunge([first])
    assert client.search() == [second]
    assert client.folder_status("kept", ["MESSAGES"]) == {b"MESSAGES": 2}


def test_idle_tells_of_another_sessions_message(enter, message):
    waiting, other = enter(), enter()
    waiting.select_folder("INBOX")
    waiting.idle()
    other.append("INBOX", message(1))
    responses = []
    while (1, b"EXISTS") not in responses:
        responses += waiting.idle_check(timeout=30)
    waiting.idle_done()
    assert waiting.search() == [1]

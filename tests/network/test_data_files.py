"""The operator's files, found by a real server: accounts, texts, folder names."""

import imaplib

import pytest

pytestmark = pytest.mark.directive("data_file_path", "config_file_path")


@pytest.fixture
def data(tmp_path):
    """A folder for data_file_path."""
    folder = tmp_path / "data"
    folder.mkdir()
    return folder


def test_files_are_found(start_reference, tmp_path, data):
    (data / "imap_code.txt").write_text("logged_in willkommen\nunheard of\n")
    (data / "folder_lang.txt").write_text("de|Eins|Zwei|Drei|Vier\n")
    server = start_reference(
        data_file_path=f"/absent:{data}",
        default_lang="de",
        config_file_path=f"/absent:{tmp_path / 'server-0'}",
        reference_accounts="accounts.toml",
    )
    with imaplib.IMAP4(*server.imap) as client:
        assert client.welcome.startswith(b"* OK ")
        assert b" reference.example.test " in client.welcome
        _, (answer,) = client.login(server.user, server.password)
        assert answer.endswith(b"] willkommen")
        _, lines = client.list()
    assert sorted(line.split(b'"')[3] for line in lines) == [
        b"Drei", b"Eins", b"INBOX", b"Vier", b"Zwei",
    ]  # fmt: skip
    assert f"{data / 'imap_code.txt'}:2: unknown key unheard" in server.log


def test_a_language_without_names(start_reference):
    server = start_reference(default_lang="is")
    with imaplib.IMAP4(*server.imap) as client:
        client.login(server.user, server.password)
        assert any(b'"Sent Items"' in line for line in client.list()[1])
    assert "default_lang: folder_lang.txt has no names for is" in server.log

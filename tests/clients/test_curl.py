"""curl: list, upload, fetch and search, by STARTTLS and by implicit TLS."""

import subprocess

import pytest


@pytest.fixture(params=["imap", "imaps"])
def curl(request, reference_process, required_tool):
    """Factory: run curl on a path of the server; what it writes to stdout."""
    program = required_tool("curl", "curl")
    port = getattr(reference_process, request.param)[1]

    def run(path: str, *options: str, fails: bool = False) -> bytes:
        command = [
            program,
            "--silent",
            "--show-error",
            "--ssl-reqd",
            "--max-time",
            "30",
            "--cacert",
            str(reference_process.certificate.authority),
            "--user",
            f"{reference_process.user}:{reference_process.password}",
            *options,
            f"{request.param}://localhost:{port}/{path}",
        ]
        # localhost may be ::1 as well, where nothing listens: curl then tries the next address.
        ended = subprocess.run(command, capture_output=True, timeout=60, check=False)
        assert (ended.returncode != 0) == fails, ended.stderr.decode()
        return ended.stdout

    return run


def test_upload_list_fetch_search_delete(curl, tmp_path, message):
    for number in (1, 4):
        file = tmp_path / f"{number}.eml"
        file.write_bytes(message(number))
        curl("INBOX", "--upload-file", str(file))
    assert b'* LIST () "/" ' in curl("")
    assert curl("INBOX;UID=1") == message(1)
    assert curl("INBOX;UID=2") == message(4)
    assert curl("INBOX;UID=2;SECTION=TEXT") == message(4).partition(b"\r\n\r\n")[2]
    assert curl("INBOX;MAILINDEX=1;SECTION=HEADER.FIELDS%20(SUBJECT)") == (
        b"Subject: Message 1\r\n\r\n"
    )
    assert curl("INBOX?SUBJECT%20%22Message%204%22") == b"* SEARCH 2\r\n"
    assert b"\\Deleted" in curl("INBOX", "--request", r"STORE 1 +FLAGS (\Deleted)")
    assert curl("INBOX", "--request", "EXPUNGE") == b"* 1 EXPUNGE\r\n"
    assert b"(MESSAGES 1)" in curl("", "--request", "STATUS INBOX (MESSAGES)")


def test_a_large_upload_comes_back_octet_for_octet(curl, tmp_path):
    line = bytes(range(0x20, 0x7F)) + b"\r\n"
    large = b"Subject: large\r\n\r\n" + line * (5 * 1024 * 1024 // len(line))
    file = tmp_path / "large.eml"
    file.write_bytes(large)
    curl("INBOX", "--upload-file", str(file))
    assert curl("INBOX;UID=1") == large


def test_a_mailbox_that_is_not_there(curl):
    curl("absent;UID=1", fails=True)


def test_a_wrong_password(curl):
    curl("INBOX", "--user", "alice@example.test:wrong", fails=True)

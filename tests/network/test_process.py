"""The server as a process: what it keeps, how it ends, and that no client harms another."""

import contextlib
import imaplib
import re
import signal
import socket
import ssl
import time

import pytest

MESSAGE = b"From: a@example.test\r\nSubject: kept\r\n\r\nAll of it.\r\n"


@pytest.fixture
def log_in():
    """Factory of logged-in clients."""
    clients = []

    def enter(server, tls=False):
        if tls:
            client = imaplib.IMAP4_SSL("localhost", server.imaps[1], ssl_context=server.client_tls)
        else:
            client = imaplib.IMAP4(*server.imap, timeout=30)
        clients.append(client)
        client.login(server.user, server.password)
        return client

    yield enter
    for client in clients:
        with contextlib.suppress(OSError):  # the server may have ended
            client.shutdown()


def raw(place):
    return socket.create_connection(place, timeout=30)


def read_line(stream) -> bytes:
    line = stream.readline()
    assert line.endswith(b"\r\n"), line
    return line


def read_until(stream, tag: bytes) -> bytes:
    """The tagged response."""
    while not (line := read_line(stream)).startswith(tag + b" "):
        pass
    return line


def fill(client) -> None:
    """Make what test_what_was_answered_with_ok_survives looks for."""
    assert client.create("Projects/2026")[0] == "OK"
    assert client.subscribe("Projects/2026")[0] == "OK"
    date = '"01-Feb-2024 10:20:30 +0100"'
    assert client.append("Projects/2026", r"(\Seen $Work)", date, MESSAGE)[0] == "OK"
    assert client.append("Projects/2026", None, date, MESSAGE)[0] == "OK"
    assert client.append("Projects/2026", None, date, MESSAGE)[0] == "OK"
    assert client.select("Projects/2026") == ("OK", [b"3"])
    assert client.store("2", "+FLAGS", r"(\Deleted)")[0] == "OK"
    assert client.expunge() == ("OK", [b"2"])
    assert client.store("2", "+FLAGS", r"(\Flagged)")[0] == "OK"


def everything(client) -> dict:
    assert client.select("Projects/2026", readonly=True)[0] == "OK"
    data = {name: client.response(name)[1] for name in ("UIDVALIDITY", "UIDNEXT")}
    status, fetched = client.fetch("1:*", "(UID FLAGS INTERNALDATE BODY.PEEK[])")
    assert status == "OK"
    data["messages"] = fetched
    data["subscriptions"] = client.lsub()[1]
    data["mailboxes"] = client.list()[1]
    return data


@pytest.mark.directive("reference_store")
@pytest.mark.parametrize("ending", [signal.SIGTERM, signal.SIGKILL])
def test_what_was_answered_with_ok_survives(reference_process, log_in, ending):
    client = log_in(reference_process)
    fill(client)
    before = everything(client)
    items = [message[0] for message in before["messages"][::2]]  # each is followed by b")"
    uids = [int(re.search(rb"UID (\d+)", item)[1]) for item in items]
    assert len(uids) == 2
    assert uids[0] < uids[1] - 1 < int(before["UIDNEXT"][0]) - 1  # the gap is the expunged one
    assert [message[1] for message in before["messages"][::2]] == [MESSAGE, MESSAGE]
    assert all(b'" 1-Feb-2024 10:20:30 +0100"' in item for item in items)
    assert reference_process.end(ending) == (0 if ending == signal.SIGTERM else -signal.SIGKILL)
    reference_process.start()
    assert everything(log_in(reference_process)) == before


def test_a_mailbox_made_again_after_a_restart_has_a_greater_uidvalidity(reference_process, log_in):
    client = log_in(reference_process)
    client.create("Twice")
    client.select("Twice")
    before = int(client.response("UIDVALIDITY")[1][0])
    client.unselect()
    client.delete("Twice")
    reference_process.end(signal.SIGKILL)
    reference_process.start()
    client = log_in(reference_process)
    client.create("Twice")
    client.select("Twice")
    assert int(client.response("UIDVALIDITY")[1][0]) > before


@pytest.mark.directive("tls", "capabilities", "imap_support_tls")
def test_capabilities_change_with_tls(reference_process):
    client = imaplib.IMAP4(*reference_process.imap, timeout=30)
    assert "STARTTLS" in client.capabilities
    client.starttls(reference_process.client_tls)
    assert "STARTTLS" not in client.capabilities
    assert "AUTH=LOGIN" in client.capabilities
    client.login(reference_process.user, reference_process.password)
    assert client.select()[0] == "OK"
    client.logout()
    secured = imaplib.IMAP4_SSL(
        "localhost", reference_process.imaps[1], ssl_context=reference_process.client_tls
    )
    assert "STARTTLS" not in secured.capabilities
    secured.logout()


@pytest.mark.directive("tls")
def test_what_lies_behind_starttls_is_discarded(reference_process):
    """RFC 3501 section 6.2.1: an attacker in the middle could have put it there."""
    with raw(reference_process.imap) as client:
        stream = client.makefile("rb")
        read_line(stream)
        client.sendall(b"a STARTTLS\r\nb CREATE injected\r\nc LOGIN alice@example.test alicepw\r\n")
        assert read_until(stream, b"a").startswith(b"a OK ")
        with reference_process.client_tls.wrap_socket(client, server_hostname="localhost") as tls:
            stream = tls.makefile("rb")
            tls.sendall(b"d NOOP\r\n")
            assert read_line(stream).startswith(b"d OK ")
            tls.sendall(b"e SELECT INBOX\r\n")
            assert read_line(stream)[:6] in (b"e BAD ", b"e NO [")  # nobody is logged in


@pytest.mark.directive("tls", "imap_force_tls")
def test_tls_forced(start_reference):
    server = start_reference(imap_force_tls="yes")
    client = imaplib.IMAP4(*server.imap, timeout=30)
    assert "LOGINDISABLED" in client.capabilities
    with pytest.raises(imaplib.IMAP4.error):
        client.login(server.user, server.password)
    client.starttls(server.client_tls)
    client.login(server.user, server.password)
    client.logout()


def test_directives_about_capabilities(start_reference):
    offered = []
    for revision2, identification in ("yes", "no"), ("no", "yes"):
        server = start_reference(
            imap_rfc9051=revision2,
            enable_rfc2971_commands=identification,
            reference_store=":memory:",
        )
        client = imaplib.IMAP4(*server.imap, timeout=30)
        offered.append({"IMAP4REV1", "IMAP4REV2", "ID"} & set(client.capabilities))
        client.login(server.user, server.password)
        client.enable("IMAP4rev2")
        _, answer = client.response("ENABLED")
        assert answer == [b"IMAP4rev2" if revision2 == "yes" else b""]
        client.logout()
    assert offered == [{"IMAP4REV1", "IMAP4REV2"}, {"IMAP4REV1", "ID"}]


def test_a_failed_handshake_harms_nobody(reference_process, log_in):
    client = log_in(reference_process)
    stalled = raw(reference_process.imaps)
    with raw(reference_process.imaps) as garbled:
        garbled.sendall(b"a LOGIN alice@example.test alicepw\r\n")
        while garbled.recv(1000):
            pass
    with raw(reference_process.imap) as halfway:
        stream = halfway.makefile("rb")
        read_line(stream)
        halfway.sendall(b"a STARTTLS\r\n")
        assert read_until(stream, b"a").startswith(b"a OK ")
        halfway.sendall(b"this is no handshake, it is only text\r\n")
        while halfway.recv(1000):
            pass
    with pytest.raises(ssl.SSLCertVerificationError):
        ssl.create_default_context().wrap_socket(
            raw(reference_process.imaps), server_hostname="localhost"
        )
    assert client.noop()[0] == "OK"
    assert log_in(reference_process, tls=True).select()[0] == "OK"
    stalled.close()


def test_an_old_tls_version_is_refused(start_reference):
    server = start_reference(tls_min_proto="tls1.3")
    old = server.client_tls
    old.maximum_version = ssl.TLSVersion.TLSv1_2
    with pytest.raises(ssl.SSLError):
        imaplib.IMAP4_SSL("localhost", server.imaps[1], ssl_context=old)
    imaplib.IMAP4_SSL("localhost", server.imaps[1], ssl_context=server.client_tls).logout()


def test_silence_before_login_ends_with_bye(start_reference):
    server = start_reference(imap_conn_timeout="1s")
    with raw(server.imap) as client:
        stream = client.makefile("rb")
        read_line(stream)
        assert read_line(stream).startswith(b"* BYE ")
        assert stream.read() == b""


@pytest.mark.parametrize("last", [b"b NOOP\r\n", b"b IDLE\r\n"])
def test_silence_after_login_ends_with_bye(start_reference, last):
    server = start_reference(imap_autologout_time="1s")
    with raw(server.imap) as client:
        stream = client.makefile("rb")
        read_line(stream)
        client.sendall(b"a LOGIN alice@example.test alicepw\r\n" + last)
        assert read_until(stream, b"a").startswith(b"a OK ")
        while not (line := read_line(stream)).startswith(b"* BYE "):
            assert line.startswith((b"b OK", b"+ ")), line
        assert stream.read() == b""


def test_a_client_that_stops_reading_holds_up_nobody_and_is_ended(start_reference, log_in):
    server = start_reference(imap_conn_timeout="1s")
    other = log_in(server)
    large = b"Subject: large\r\n\r\n" + (b"x" * 70 + b"\r\n") * 200_000
    assert other.append("INBOX", None, None, large)[0] == "OK"
    assert other.select()[0] == "OK"
    with raw(server.imap) as deaf:
        stream = deaf.makefile("rb")
        read_line(stream)
        deaf.sendall(b"a LOGIN alice@example.test alicepw\r\nb SELECT INBOX\r\n")
        read_until(stream, b"b")
        deaf.sendall(b"".join(b"c%d FETCH 1 BODY.PEEK[]\r\n" % number for number in range(20)))
        read_line(stream)  # the first answer has begun
        ended = f":{deaf.getsockname()[1]} disconnected"
        deadline = time.monotonic() + 60
        flags = [r"(\Seen)", r"(\Flagged)"]
        while ended not in server.log:
            assert time.monotonic() < deadline, server.log
            flags.reverse()
            assert other.store("1", "FLAGS", flags[0])[0] == "OK"


def test_a_full_server_says_bye(start_reference, log_in):
    server = start_reference(context_num="2")
    log_in(server)
    with raw(server.imap) as leaving:
        leaving_stream = leaving.makefile("rb")
        assert read_line(leaving_stream).startswith(b"* OK ")
        with raw(server.imap) as refused:
            stream = refused.makefile("rb")
            assert read_line(stream).startswith(b"* BYE reference.example.test ")
            assert stream.read() == b""
        leaving.sendall(b"a LOGOUT\r\n")
        assert b"\r\na OK " in leaving_stream.read()  # to the end: then the place is free
    assert log_in(server).noop()[0] == "OK"


def test_two_hundred_sessions_in_idle(reference_process, log_in):
    """All are told of a message that another session appends."""
    idle = []
    for _ in range(199):
        client = raw(reference_process.imap)
        client.sendall(b"a LOGIN alice@example.test alicepw\r\nb EXAMINE INBOX\r\nc IDLE\r\n")
        idle.append((client, client.makefile("rb")))
    for _, stream in idle:
        read_until(stream, b"+")
    assert log_in(reference_process).append("INBOX", None, None, MESSAGE)[0] == "OK"
    for _, stream in idle:
        assert read_until(stream, b"* 1") == b"* 1 EXISTS\r\n"
    for client, stream in idle:
        client.sendall(b"DONE\r\nd LOGOUT\r\n")
        assert read_until(stream, b"c").startswith(b"c OK ")
        client.close()


def test_refused_logins_are_logged_as_fail2ban_wants_them(start_reference):
    server = start_reference(imap_log_level="4")
    client = imaplib.IMAP4(*server.imap, timeout=30)
    for user in ("alice@example.test", "nobody@example.test"):
        with pytest.raises(imaplib.IMAP4.error):
            client.login(user, "secret-guess")
    client.logout()
    server.end()
    rejected = re.findall(
        r"rhost=\[(\S+)?\]\S* user=(\S+) .*(?:auth|login.*|logon) rejected:", server.log
    )
    assert rejected == [("127.0.0.1", "alice@example.test"), ("127.0.0.1", "nobody@example.test")]


def test_passwords_are_never_logged(reference_process, log_in):
    log_in(reference_process).logout()
    client = imaplib.IMAP4(*reference_process.imap, timeout=30)
    with pytest.raises(imaplib.IMAP4.error):
        client.login("alice@example.test", "secret-guess")
    client.logout()
    reference_process.end()
    assert "alicepw" not in reference_process.log
    assert "secret-guess" not in reference_process.log


@pytest.mark.directive("imap_log_file")
def test_a_log_that_cannot_be_written_any_more_ends_nothing(start_reference, log_in):
    server = start_reference(imap_log_file="/dev/full", imap_log_level="6")
    for _ in range(3):
        client = log_in(server)
        with pytest.raises(client.error):
            client.login("x" * 5000, "y")  # in the wrong state
        client.logout()
        with raw(server.imap) as other:
            other.sendall(b"a LOGIN nobody wrong\r\nb LOGOUT\r\n")
            assert b"a NO " in other.makefile("rb").read()
    assert server.end() == 0


@pytest.mark.directive("imap_log_file")
def test_a_log_whose_folder_vanished_ends_nothing(start_reference, log_in, tmp_path):
    folder = tmp_path / "logs"
    folder.mkdir()
    server = start_reference(imap_log_file=str(folder / "imap.log"))
    (folder / "imap.log").unlink()
    folder.rmdir()
    assert log_in(server).select()[0] == "OK"
    server.process.send_signal(signal.SIGHUP)
    assert log_in(server).select()[0] == "OK"
    assert server.end() == 0

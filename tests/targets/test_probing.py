"""What is wrong with a target is said in words before any case runs: one message for each thing."""

import contextlib
import dataclasses
import datetime
import json
import socket
import socketserver
import ssl
import threading
from types import SimpleNamespace

import pytest
import trustme

from conformance.cli import main
from conformance.targets import client, exchange
from conformance.targets.client import LOCAL, connect_client, pass_proxy, start_tls
from conformance.targets.description import Account, Address, Description, UnreachableError
from conformance.targets.probing import (
    AT_ONCE,
    check_addresses,
    check_starttls,
    probe,
    sessions_permitted,
)
from tests.conftest import ReferenceProcess
from tests.fake_server import FakeServer

HOST = "127.0.0.1"
CASE = """
from conformance.requirements import requirement
@requirement("RFC3501-6.1.1-2")
def test_passes(connection):
    '''A case that passes.'''
    assert connection.command("CAPABILITY").status == "OK"
"""


@pytest.fixture
def fake():
    with FakeServer() as fake:
        yield fake


@contextlib.contextmanager
def listening(talk):
    """A server that does whatever `talk` does with the socket of each client; its port."""

    class Handler(socketserver.BaseRequestHandler):
        def handle(self):
            with contextlib.suppress(OSError):
                talk(self.request)

    with socketserver.ThreadingTCPServer((HOST, 0), Handler) as server:
        server.daemon_threads = True
        thread = threading.Thread(target=server.serve_forever, args=(0.01,))
        thread.start()
        try:
            yield server.server_address[1]
        finally:
            server.shutdown()
            thread.join()


def description(port, kind="imap", host=HOST, **others):
    return Description(
        "it",
        {kind: Address(kind, host, port)},
        {"primary": Account("primary", "alice", "alicepw")},
        **others,
    )


def said(described):
    with pytest.raises(UnreachableError) as caught:
        connect_client(described)
    return str(caught.value)


def test_no_such_host():
    assert "there is no host gximap.invalid: " in said(description(143, host="gximap.invalid"))


def test_nobody_listens():
    with socket.create_server((HOST, 0)) as listener:
        port = listener.getsockname()[1]
    assert said(description(port)) == f"imap://{HOST}:{port} cannot be reached: Connection refused"


@pytest.mark.parametrize(
    ("greeting", "problem"),
    [
        (
            "220 mail.example.test ESMTP",
            "not greet as an IMAP server (it speaks SMTP or FTP): 220 mail",
        ),
        ("+OK ready", 'does not greet as an IMAP server but with "+" (POP3 does)'),
        ("HTTP/1.1 400 Bad Request", "greet as an IMAP server (it speaks HTTP): HTTP/1.1 400"),
        ("hello", "does not greet as an IMAP server: hello"),
        ("* BYE too many connections", "takes no connection now: BYE too many connections"),
        ("* PREAUTH welcome, alice", "greets with PREAUTH: it has logged somebody in already"),
    ],
)
def test_greeting(fake, greeting, problem):
    fake.greeting = greeting
    assert problem in said(description(fake.port))


def test_connection_that_is_closed_at_once(fake):
    fake.refusing = 1
    assert "closes the connection before it has said what it is" in said(description(fake.port))


def test_no_version_of_imap4(fake):
    fake.script["CAPABILITY"] = ["* CAPABILITY IMAP2", "OK done"]
    assert "offers neither IMAP4rev1 nor IMAP4rev2" in said(description(fake.port))


def test_server_that_says_nothing(monkeypatch):
    monkeypatch.setattr(client, "SECONDS", 0.2)
    with listening(lambda stream: stream.recv(1)) as port:
        problem = said(description(port))
    assert "gives no greeting within 0.2 s" in problem
    assert "a port that begins with TLS is imaps://" in problem


def endless(stream, octets):
    """Send the same octets until the client hangs up."""
    while True:
        stream.sendall(octets)


@pytest.fixture
def dripping():
    """A server that sends an octet now and then, as long as anybody listens."""
    ended = threading.Event()

    def drip(stream):
        while not ended.wait(0.02):
            stream.sendall(b"x")

    yield drip
    ended.set()


@pytest.mark.timeout(100)
@pytest.mark.parametrize("connect", [connect_client, lambda it: pass_proxy(it.main)])
def test_greeting_without_end(monkeypatch, connect, dripping):
    monkeypatch.setattr(client, "SECONDS", 0.3)
    with listening(dripping) as port, pytest.raises(UnreachableError) as caught:
        connect(description(port))
    assert "gives no greeting within 0.3 s" in str(caught.value)


@pytest.mark.timeout(100)
def test_greeting_of_any_length(monkeypatch):
    monkeypatch.setattr(exchange, "MOST", 1 << 20)
    with listening(lambda stream: endless(stream, b"x" * 65536)) as port:
        assert "an answer of more than 1048576 octets" in said(description(port))


@pytest.mark.timeout(100)
def test_answers_without_end(monkeypatch):
    monkeypatch.setattr(exchange, "MOST", 1 << 16)
    with listening(lambda stream: endless(stream, b"* OK x\r\n")) as port:
        problem = said(description(port))
    assert "cannot be asked for its capabilities: an answer of more than 65536 octets" in problem


@pytest.mark.timeout(100)
def test_answer_that_drips(monkeypatch, fake, dripping):
    monkeypatch.setattr(client, "SECONDS", 0.3)

    def fate(stream):
        stream.write(b"* OK ")
        dripping(SimpleNamespace(sendall=stream.write))

    fake.fate["LIST"] = fate
    with pytest.raises(UnreachableError, match=r"no whole answer within 0\.3 s"):
        probe(description(fake.port))


def test_what_came_before_tls_is_not_read_after_it(tmp_path):
    context = self_signed(tmp_path)

    def talk(stream):
        stream.sendall(b"* OK ready\r\n")
        for answer in (
            b"* CAPABILITY IMAP4rev1 STARTTLS LOGINDISABLED\r\n%b OK done\r\n",
            b"%b OK begin\r\n* FLAGS (planted)\r\n",
        ):
            stream.sendall(answer % stream.recv(1000).split()[0])
        with context.wrap_socket(stream, server_side=True) as secret:
            tag = secret.recv(1000).split()[0]
            secret.sendall(b"* CAPABILITY IMAP4rev1\r\n" + tag + b" OK done\r\n")

    with listening(talk) as port:
        target = description(port, insecure=True)
        connected = connect_client(target)
        start_tls(connected, target)
        assert "FLAGS" not in connected.connection.untagged_responses
        connected.shutdown()


def test_account_that_is_not_ascii(tmp_path, certificate):
    user, password = "jörg@example.test", 'päss "word\\'
    process = ReferenceProcess(tmp_path / "server", certificate)
    try:
        process.end()
        file = process.folder / "accounts.toml"
        file.write_text(
            f"[[account]]\naddress = {json.dumps(user)}\npassword = {json.dumps(password)}\n"
        )
        process.start()
        target = dataclasses.replace(
            description(process.imap[1]), accounts={"primary": Account("primary", user, password)}
        )
        assert probe(dataclasses.replace(target, insecure=True)).capabilities
        wrong = {"primary": Account("primary", user, password + "ä")}
        with pytest.raises(UnreachableError, match=r"jörg.* cannot log in"):
            probe(dataclasses.replace(target, accounts=wrong))
    finally:
        process.end()


def test_account_that_is_not_ascii_and_a_server_without_literals(fake):
    fake.script["LOGIN"] = ["BAD no literals"]
    target = dataclasses.replace(
        description(fake.port), accounts={"primary": Account("primary", "ä", "ä")}
    )
    with pytest.raises(UnreachableError, match=r"cannot log in: .*no literals"):
        probe(target)


def test_tls_with_a_port_without(fake):
    assert "(a port without TLS is imap://)" in said(description(fake.port, "imaps"))


AUTHORITY = trustme.CA()
YEAR = datetime.timedelta(days=365)
NOW = datetime.datetime.now(datetime.UTC)


def served(issued):
    """A TLS context of a server with this certificate."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    issued.configure_cert(context)
    return context


def self_signed(folder):
    """A server's TLS context: trustme's authority stands for its own certificate."""
    authority = trustme.CA()
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    (folder / "own.pem").write_bytes(authority.private_key_pem.bytes() + authority.cert_pem.bytes())
    context.load_cert_chain(folder / "own.pem")
    return context


CERTIFICATES = {
    "expired": (
        lambda _: served(AUTHORITY.issue_cert(HOST, not_after=NOW - YEAR)),
        "the certificate has expired",
    ),
    "early": (
        lambda _: served(
            AUTHORITY.issue_cert(HOST, not_before=NOW + YEAR, not_after=NOW + 2 * YEAR)
        ),
        "the certificate is not valid yet",
    ),
    "another-name": (
        lambda _: served(AUTHORITY.issue_cert("mail.example.test")),
        "the certificate is for another address",
    ),
    "stranger": (
        lambda _: served(trustme.CA().issue_cert(HOST)),
        "is signed by an authority that is not trusted",
    ),
    "self-signed": (self_signed, "the certificate is self-signed"),
}


@pytest.mark.parametrize("kind", ["imaps", "imap"])
@pytest.mark.parametrize("name", CERTIFICATES)
def test_certificate(name, kind, tmp_path):
    make, problem = CERTIFICATES[name]
    context = make(tmp_path)
    AUTHORITY.cert_pem.write_to_path(tmp_path / "ca.pem")

    def talk(stream):
        if kind == "imap":
            stream.sendall(b"* OK ready\r\n")
            for answer in (b"* CAPABILITY IMAP4rev1 STARTTLS LOGINDISABLED\r\n", b""):
                tag = stream.recv(1000).split()[0]
                stream.sendall(answer + tag + b" OK done\r\n")
        with context.wrap_socket(stream, server_side=True):
            pass

    with listening(talk) as port, pytest.raises(UnreachableError) as caught:
        probe(description(port, kind, ca_file=str(tmp_path / "ca.pem")))
    text = str(caught.value)
    assert problem in text
    assert f"{kind}://{HOST}:{port}" in text
    assert "--insecure trusts any" in text
    assert ("--ca-file" in text) == (name in ("stranger", "self-signed"))


@pytest.mark.parametrize("insecure", [False, True])
def test_certificate_of_a_server_that_does_not_demand_tls(insecure, tmp_path):
    context = self_signed(tmp_path)

    def talk(stream):
        stream.sendall(b"* OK ready\r\n")
        for answer in (b"* CAPABILITY IMAP4rev1 STARTTLS\r\n", b""):
            tag = stream.recv(1000).split()[0]
            stream.sendall(answer + tag + b" OK done\r\n")
        with context.wrap_socket(stream, server_side=True):
            pass

    with listening(talk) as port:
        if insecure:
            check_starttls(description(port, insecure=True))
        else:
            with pytest.raises(UnreachableError, match="the certificate is self-signed"):
                check_starttls(description(port))


@pytest.mark.parametrize("answer", [b"NO not now", b"OK and it goes on in plain text"])
def test_starttls_that_fails_is_left_to_the_cases(answer):
    def talk(stream):
        stream.sendall(b"* OK ready\r\n")
        for line in (
            b"* CAPABILITY IMAP4rev1 STARTTLS\r\n%b OK done\r\n",
            b"%b " + answer + b"\r\n",
        ):
            stream.sendall(line % stream.recv(1000).split()[0])
        stream.recv(1000)
        stream.sendall(b"* BAD that is no command\r\n")

    with listening(talk) as port:
        check_starttls(description(port))


def test_certificate_for_another_host_name(tmp_path):
    AUTHORITY.cert_pem.write_to_path(tmp_path / "ca.pem")
    context = served(AUTHORITY.issue_cert("mail.example.test"))

    def talk(stream):
        with context.wrap_socket(stream, server_side=True):
            pass

    with listening(talk) as port:
        problem = said(description(port, "imaps", "localhost", ca_file=str(tmp_path / "ca.pem")))
    assert "the certificate is for another host name: " in problem
    assert "localhost" in problem


def test_no_login_without_tls_and_no_tls(fake):
    fake.script["CAPABILITY"] = ["* CAPABILITY IMAP4rev1 LOGINDISABLED", "OK done"]
    with pytest.raises(UnreachableError, match=r"permits no LOGIN .* no STARTTLS.*imaps://"):
        probe(description(fake.port))


def test_every_account_that_cannot_log_in_is_named_and_tried_once(fake):
    accounts = {
        "primary": Account("primary", fake.user, fake.password),
        "second": Account("second", "bob", "bobpw"),
        "shared": Account("shared", "carol", "carolpw"),
    }
    target = Description("it", {"imap": Address("imap", HOST, fake.port)}, accounts)
    with pytest.raises(UnreachableError) as caught:
        probe(target)
    first, second, last = str(caught.value).splitlines()
    assert first == "the account bob (second) cannot log in: wrong"
    assert second == "the account carol (shared) cannot log in: wrong"
    assert last == "these can: alice (primary)"
    assert fake.failed_logins == 2


def test_every_address_is_looked_at(fake):
    with FakeServer(greeting="* BYE closed for today") as other:
        addresses = {
            "imap": Address("imap", HOST, fake.port),
            "proxy": Address("proxy", HOST, other.port),
        }
        target = Description("it", addresses, {})
        with pytest.raises(UnreachableError) as caught:
            check_addresses(target)
    assert f"[endpoint.proxy] {HOST}:{other.port}" in str(caught.value)
    assert "* BYE closed for today" in str(caught.value)


def test_address_behind_a_proxy():
    received = []

    def talk(stream):
        received.append(stream.recv(len(LOCAL), socket.MSG_WAITALL))
        stream.sendall(b"* OK ready\r\n")

    with listening(talk) as port:
        pass_proxy(Address("proxy", HOST, port))
    assert received == [LOCAL]


def test_address_that_expects_no_proxy_header():
    def talk(stream):
        stream.recv(len(LOCAL), socket.MSG_WAITALL)

    with listening(talk) as port, pytest.raises(UnreachableError, match="behind a PROXY header"):
        pass_proxy(Address("proxy", HOST, port))


def test_nothing_is_run_where_one_address_fails(fake, tmp_path, capfd):
    cases = tmp_path / "cases" / "any_state"
    cases.mkdir(parents=True)
    (cases / "test_it.py").write_text(CASE)
    with socket.create_server((HOST, 0)) as listener:
        port = listener.getsockname()[1]
    target = tmp_path / "target.toml"
    target.write_text(
        f'[endpoint.imap]\nhost = "{HOST}"\nport = {fake.port}\n'
        f'[endpoint.imaps]\nhost = "{HOST}"\nport = {port}\n'
        f"[[account]]\nrole = 'primary'\nuser = {json.dumps(fake.user)}\npassword = 'alicepw'\n"
    )
    words = ["run", str(target), "--report", str(tmp_path / "report")]
    assert main(words, cases=cases.parent) == 3
    assert f"imaps://{HOST}:{port} cannot be reached" in capfd.readouterr().err
    assert not (tmp_path / "report" / "results.json").exists()
    assert not any("LOGIN" in command for command in fake.commands)


def test_sessions_that_are_permitted_are_counted(fake):
    target = description(fake.port)
    assert sessions_permitted(target, 5) == 5
    assert sum(" LOGIN " in command for command in fake.commands) == 5
    fake.places = 3
    fake.commands.clear()
    assert sessions_permitted(target, 100) == 3
    refused = sum(" LOGIN " in command for command in fake.commands) - 3
    assert 1 <= refused <= AT_ONCE
    fake.places = 0
    assert sessions_permitted(target, 5) == 0
    fake.refusing = 1
    assert sessions_permitted(target, 1) == 0

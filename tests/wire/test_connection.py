"""The raw client: what it sends, what it reads, and what it says when things go wrong."""

import itertools
import socket
import ssl
import threading

import pytest
import trustme

from conformance.oracle import Checker
from conformance.wire import (
    Connection,
    DeadlineExpired,
    Endpoint,
    GrammarError,
    Joined,
    Literal,
    Mailbox,
    NonSync,
    Quoted,
    ServerClosed,
    TlsFailed,
    UnexpectedResponse,
    channel,
    connection,
)
from conformance.wire.grammar import Exists
from tests.wire.scripted import Script


@pytest.fixture
def script():
    made = Script()
    yield made
    made.close()


def test_a_command_gathers_what_comes_before_its_tagged_response(script):
    script.says(b"* 3 EXISTS", b"* OK [UIDNEXT 9] next", b"a1 OK [READ-WRITE] done")
    answer = script.connection.command("SELECT", Mailbox("Entwürfe"))
    assert script.heard() == b"a1 SELECT Entw&APw-rfe\r\n"
    assert (answer.status, answer.text) == ("OK", "done")
    assert answer.untagged_names() == ["EXISTS", "OK"]
    assert answer.exists == 3
    assert answer.number("UIDNEXT") == 9
    assert answer.code("read-write") is not None


def test_arguments_become_octets(script):
    script.says(b"a1 OK done")
    script.connection.command(
        "X", 7, "1:*", Quoted('a"b\\'), NonSync(b"\r\n"), ["FLAGS", ("UID", 2)], Mailbox("a b")
    )
    assert script.heard() == b'a1 X 7 1:* "a\\"b\\\\" {2+}\r\n\r\n (FLAGS (UID 2)) "a b"\r\n'


def test_a_literal_waits_for_its_continuation_request(script):
    script.says(b"* 1 EXISTS", b"+ go on", b"+ again", b"a1 OK done")
    answer = script.connection.command("X", Literal(b"one"), Literal(b""))
    assert script.heard() == b"a1 X {3}\r\none {0}\r\n\r\n"
    script.says(b"+ go on", b"a2 OK done")
    script.connection.command("FETCH", 1, Joined("BODY[HEADER.FIELDS (", Literal(b"To"), ")]"))
    assert script.heard() == b"a2 FETCH 1 BODY[HEADER.FIELDS ({2}\r\nTo)]\r\n"
    assert answer.exists == 1


def test_a_refused_literal_is_not_sent(script):
    script.says(b"a1 NO [TOOBIG] too big")
    assert script.connection.command("APPEND", "x", Literal(b"much")).status == "NO"
    assert script.heard() == b"a1 APPEND x {4}\r\n"


def test_pipelined_commands_get_the_untagged_responses_before_their_completion(script):
    connection = script.connection
    first, second = connection.send_command("SEARCH", "ALL"), connection.send_command("NOOP")
    script.says(b"* SEARCH 3 1", b"a1 OK one", b"* 4 EXISTS", b"a2 OK two")
    assert connection.finish(second).untagged_names() == ["EXISTS"]
    assert connection.finish(first).search() == [1, 3]


def test_octets_can_be_sent_in_pieces_and_finished_by_their_tag(script):
    script.says(b"x9 BAD what")
    script.connection.send(b"x9 NOPE\r\n", piece_size=2)
    assert script.heard() == b"x9 NOPE\r\n"
    assert script.connection.finish("x9").status == "BAD"


def test_idle_reads_inside_and_is_done_after(script):
    script.says(b"+ idling", b"* 5 EXISTS", b"a1 OK done")
    with script.connection.idle():
        assert script.connection.expect_untagged(Exists).number == 5
    assert script.heard() == b"a1 IDLE\r\nDONE\r\n"


def test_a_deadline_names_what_was_waited_for(script):
    script.says(b"* 1 EXISTS")
    script.server.sendall(b"* 2 EXI")
    with pytest.raises(DeadlineExpired) as caught:
        script.connection.command("NOOP")
    assert "waited 0.2 s for the tagged response to a1 'NOOP'" in str(caught.value)
    assert "* 2 EXI" in str(caught.value)


class Talker:
    """The socket to a server that says a line every twentieth of a second, and a clock for it.

    Its time passes only while the client waits, so it is the same on a machine with other work.
    """

    def __init__(self, lines):
        self._lines = iter(lines)
        self._due = 0.05
        self.now = 0.0

    def monotonic(self):
        return self.now

    def settimeout(self, seconds):
        self._until = self.now + seconds

    def sendall(self, _octets):
        pass

    def recv(self, _size):
        if self._until < self._due:
            self.now = self._until
            raise TimeoutError
        self.now, self._due = self._due, self._due + 0.05
        return next(self._lines) + b"\r\n"


@pytest.fixture
def talking(script, monkeypatch):
    """talking(lines): the server begins to say them."""

    def talking(lines):
        talker = Talker(lines)
        monkeypatch.setattr(script.connection.channel, "socket", talker)
        for module in (channel, connection):
            monkeypatch.setattr(module, "time", talker)

    return talking


@pytest.mark.parametrize(
    ("wait", "awaited"),
    [
        (lambda connection: connection.command("NOOP"), "the tagged response to a1 'NOOP'"),
        (lambda connection: connection.command("X", Literal(b"y")), "a continuation request"),
        (lambda connection: connection.expect_continuation(), "a continuation request"),
        (lambda connection: connection.expect_untagged(Exists), "an untagged EXISTS"),
        (lambda connection: connection.expect_close(), "the end of the connection"),
    ],
)
def test_a_server_that_only_talks_is_not_heard_for_ever(script, talking, wait, awaited):
    talking(itertools.repeat(b"* OK still here"))
    with pytest.raises(DeadlineExpired, match=awaited) as caught:
        wait(script.connection)
    assert 4 * 0.2 <= caught.value.seconds < 15 * 0.2


def test_a_slow_answer_that_makes_progress_is_awaited(script, talking):
    talking([b"* OK " + b"x" * 200] * 24 + [b"a1 OK done"])  # takes six deadlines
    answer = script.connection.command("NOOP")
    assert len(answer.untagged) == 24


def test_a_closed_connection_names_the_command_and_the_bye(script):
    script.says(b"* BYE too much")
    script.closes()
    with pytest.raises(ServerClosed) as caught:
        script.connection.command("NOOP")
    assert caught.value.bye == "too much"
    assert caught.value.command == "a1 NOOP"
    assert script.connection.closed_by_server


def test_the_end_can_be_expected(script):
    script.says(b"* BYE bye", b"a1 OK done")
    script.closes()
    script.connection.ok("LOGOUT")
    assert script.connection.expect_close() == []
    assert script.connection.is_closed_by_server()


def test_a_connection_that_stays_open_is_not_closed(script):
    assert not script.connection.is_closed_by_server(timeout=0.01)


def test_half_a_response_at_the_end_is_no_proper_close(script):
    script.server.sendall(b"* BYE oo")
    script.closes()
    with pytest.raises(ServerClosed, match="in the middle of a response"):
        script.connection.expect_close()


def test_bad_syntax_fails_where_it_is_read(script):
    script.says(b"* 0 EXPUNGE")
    with pytest.raises(GrammarError, match="message-data"):
        script.connection.command("NOOP")


def test_what_was_left_unread_is_checked_when_the_connection_is_closed():
    script = Script(b"* OK ready", checker=Checker())
    script.connection.read_greeting()
    script.says(b"a1 OK done", b"* 0 EXPUNGE", b"* 1 EXPUNGE")
    script.connection.command("NOOP")
    script.close()
    rules = [violation.rule.name for violation in script.connection.checker.violations]
    assert rules == ["grammar", "expunge-time", "expunge-range"]


def test_an_answer_that_should_be_ok_says_what_it_was(script):
    script.says(b"a1 NO no such mailbox")
    with pytest.raises(UnexpectedResponse, match="answered OK; the server said NO 'no such mailb"):
        script.connection.ok("SELECT", "x")


def test_an_answer_without_the_data_says_what_came(script):
    script.says(b"* 2 FETCH (UID 7)", b"* 2 FETCH (FLAGS ())", b"a1 OK done")
    answer = script.connection.command("FETCH", "1:2", "(UID)")
    assert answer.fetch(2).uid == 7
    assert answer.fetch(uid=7).number == 2
    with pytest.raises(UnexpectedResponse, match="FETCH for message 1; FETCH came for"):
        answer.fetch(1)
    with pytest.raises(UnexpectedResponse, match="exactly one untagged SEARCH, it brought 0"):
        answer.search()


def test_an_unasked_continuation_request_fails(script):
    script.says(b"+ what for", b"a1 OK done")
    with pytest.raises(UnexpectedResponse, match="nothing asked for"):
        script.connection.command("NOOP")


def test_the_transcript_has_both_sides_and_no_password(script):
    script.says(b"a1 OK in", b"+ ", b"a2 OK in", b"a3 OK done")
    connection = script.connection
    connection.login("alice", 'top "secret"')
    connection.authenticate("PLAIN", b"AHRvcCBzZWNyZXQ=")
    connection.command("NOOP")
    entries = [(entry.side, entry.text) for entry in connection.transcript]
    assert entries == [
        ("C", "a1 LOGIN alice ***"),
        ("S", "a1 OK in"),
        ("C", "a2 AUTHENTICATE PLAIN"),
        ("S", "+ "),
        ("C", "***"),
        ("S", "a2 OK in"),
        ("C", "a3 NOOP"),
        ("S", "a3 OK done"),
    ]
    assert "A C: a3 NOOP" in str(connection.transcript)


def tls_server(handle):
    """Runs ``handle(socket, context)`` for one client; gives the port and the authority."""
    authority = trustme.CA()
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    authority.issue_cert("127.0.0.1").configure_cert(context)
    listener = socket.create_server(("127.0.0.1", 0))

    def serve():
        with listener, listener.accept()[0] as client:
            client.settimeout(10)
            handle(client, context)

    thread = threading.Thread(target=serve, daemon=True)
    thread.start()
    return listener.getsockname()[1], authority, thread


def test_implicit_tls_verifies_the_server(tmp_path):
    def handle(client, context):
        with context.wrap_socket(client, server_side=True) as secure:
            secure.sendall(b"* OK secure\r\n")
            secure.recv(1)

    port, authority, thread = tls_server(handle)
    authority.cert_pem.write_to_path(str(tmp_path / "ca.pem"))
    endpoint = Endpoint("127.0.0.1", port, tls=True, ca_file=tmp_path / "ca.pem")
    with Connection.open(endpoint) as connection:
        assert connection.greeting.text == "secure"
        assert connection.tls_version.startswith("TLSv1")
    thread.join(10)


def test_a_certificate_of_nobody_known_is_refused():
    def handle(client, context):
        with pytest.raises((ssl.SSLError, OSError)):
            context.wrap_socket(client, server_side=True).recv(1)

    port, _authority, thread = tls_server(handle)
    with pytest.raises(TlsFailed, match="implicit TLS failed"):
        Connection.open(Endpoint("127.0.0.1", port, tls=True))
    thread.join(10)


@pytest.mark.parametrize("injected", [b"", b"* 1 EXISTS\r\n"])
def test_starttls(injected):
    def handle(client, context):
        client.sendall(b"* OK plain\r\n")
        assert client.recv(100) == b"a1 STARTTLS\r\n"
        client.sendall(b"a1 OK now\r\n" + injected)
        if injected:
            return
        with context.wrap_socket(client, server_side=True) as secure:
            assert secure.recv(100) == b"a2 NOOP\r\n"
            secure.sendall(b"a2 OK secret\r\n")

    port, _authority, thread = tls_server(handle)
    with Connection.open(Endpoint("127.0.0.1", port, insecure=True)) as connection:
        if injected:
            with pytest.raises(UnexpectedResponse, match="more in plain text"):
                connection.start_tls()
        else:
            connection.start_tls()
            assert connection.ok("NOOP").text == "secret"
    thread.join(10)

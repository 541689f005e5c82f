"""What concerns a session as a whole: its beginning, its end, TLS, pipelining, faults."""

import logging

import pytest

from reference_server.protocol.framing import Limits
from reference_server.session.channel import Disconnected
from reference_server.session.commands import fetch as fetch_module
from reference_server.session.service import Service
from reference_server.session.session import Session
from reference_server.storage import Mailbox, MailboxMissing, StorageFailure
from tests.session.conftest import MemoryChannel
from tests.session.dialogue import deliver


def kinds(responses):
    """Tag and condition of each response."""
    return [" ".join(response.split(" ")[:2]) for response in responses]


def capabilities(client):
    (line, _) = client("c CAPABILITY")
    return set(line.split()[2:])


# Beginning


def test_greeting(client):
    (greeting,) = client.greeting
    assert greeting.startswith("* OK [CAPABILITY IMAP4rev1 ")
    assert "mail.x.test" in greeting


def test_login_lets_the_channel_be_patient(client):
    assert not client.channel.authenticated
    client("a LOGIN alice@x.test wrong")
    assert not client.channel.authenticated
    client("b LOGIN alice@x.test secret")
    assert client.channel.authenticated


def test_refused_login_is_logged_for_log_watchers(client, caplog):
    with caplog.at_level(logging.WARNING):
        client(b'a LOGIN "mallory user=root" hush')
        client("b LOGIN {1+}\r\n\x07 x")
    lines = [record.getMessage() for record in caplog.records]
    assert [line.split(" ")[1] for line in lines] == ["user=mallory?user=root", "user=?"]
    for line in lines:
        assert line.startswith("rhost=[192.0.2.1] user=")
        assert " login rejected:" in line


def test_no_password_is_logged(client, caplog):
    with caplog.at_level(logging.DEBUG):
        client("a LOGIN alice@x.test guess-4711")
        client("b LOGIN alice@x.test secret")
    assert "guess-4711" not in caplog.text
    assert "secret" not in caplog.text


def test_a_failed_login_waits(store, directory, monkeypatch):
    service = Service(store, directory, auth_fail_delay=7.0)
    channel = MemoryChannel()
    channel.feed(b"a LOGIN alice@x.test wrong\r\nb LOGIN alice@x.test secret\r\nc LOGOUT\r\n")
    session = Session(channel, service)
    pauses = []
    monkeypatch.setattr(session, "pause", pauses.append)
    session.run()
    channel.close()
    assert pauses == [7.0]


def test_shutting_down_does_not_wait_for_a_pause(store, directory):
    session = Session(MemoryChannel(), Service(store, directory))
    session.shut_down()
    session.pause(3600)


# TLS


def test_starttls(connect):
    client = connect(tls_available=True)
    assert {"STARTTLS", "AUTH=PLAIN", "AUTH=LOGIN", "SASL-IR"} < capabilities(client)
    # What lies behind STARTTLS in the same packet does not count.
    (answer,) = client.send("a STARTTLS\r\nb NOOP\r\n")
    assert answer.startswith("a OK")
    assert client.channel.handshakes == 1
    assert "STARTTLS" not in capabilities(client)
    assert kinds(client("d STARTTLS")) == ["d BAD"]


def test_a_failed_handshake_ends_the_session(connect, monkeypatch):
    client = connect(tls_available=True)

    def start_tls():
        raise Disconnected

    monkeypatch.setattr(client.channel, "start_tls", start_tls)
    assert kinds(client("a STARTTLS")) == ["a OK"]
    assert client.finished


def test_login_needs_tls_where_forced(connect):
    client = connect(tls_available=True, force_tls=True)
    offered = capabilities(client)
    assert {"STARTTLS", "LOGINDISABLED"} < offered
    assert not {"AUTH=PLAIN", "AUTH=LOGIN"} & offered
    for line in (
        "a LOGIN alice@x.test secret",
        "a AUTHENTICATE PLAIN AGFsaWNlQHgudGVzdABzZWNyZXQ=",
        "a AUTHENTICATE LOGIN",
    ):
        (answer,) = client(line)
        assert answer.startswith("a NO [PRIVACYREQUIRED]")
    client.ok("STARTTLS")
    assert "LOGINDISABLED" not in capabilities(client)
    client.ok("LOGIN alice@x.test secret")


# Many commands at once, and pieces of one


def test_pipelined_commands_are_carried_out_in_order(alice):
    deliver_line = "b APPEND INBOX {5+}\r\na: b\n\r\n"
    answers = alice.send(f"a SELECT INBOX\r\n{deliver_line}c FETCH 1 UID\r\nd UNSELECT\r\n")
    tagged = [line for line in kinds(answers) if not line.startswith("*")]
    assert tagged == ["a OK", "b OK", "c OK", "d OK"]
    assert answers.index("* 1 FETCH (UID 1)") > answers.index("* 1 EXISTS")


def test_a_command_octet_by_octet(client):
    *before, last = [client.send(bytes([octet])) for octet in b"a NOOP\r\n"]
    assert before == [[]] * 7
    assert kinds(last) == ["a OK"]


# Ends


def test_the_client_goes_away(alice):
    alice.ok("SELECT INBOX")
    assert alice.end() == []
    assert alice.session.view is None


@pytest.mark.parametrize("line", [None, "i IDLE", "i AUTHENTICATE PLAIN"])
def test_shut_down_says_bye(connect, line):
    client = connect()
    if line == "i IDLE":
        client.ok("LOGIN alice@x.test secret")
    if line:
        client(line)
    client.session.shut_down()
    client.thread.join(20)
    (bye,) = client.responses()
    assert bye.startswith("* BYE mail.x.test ")


@pytest.mark.parametrize("line", ["n NOOP", "i IDLE"])
def test_a_silent_client_gets_bye(alice, line):
    alice(line)
    alice.channel.time_out()
    alice.thread.join(20)
    (bye,) = alice.responses()
    assert bye.startswith("* BYE mail.x.test ")


def test_a_client_that_cannot_be_sent_to(alice):
    alice.channel.failing = True
    assert alice("a NOOP") == []
    assert alice.finished


def test_many_bad_commands_before_login_end_the_session(client):
    for _ in range(19):
        assert kinds(client("a NONSENSE")) == ["a BAD"]
    assert kinds(client("b NOOP")) == ["b OK"]  # they must be in a row
    for _ in range(19):
        client("a NONSENSE")
    assert kinds(client("a NONSENSE")) == ["a BAD", "* BYE"]
    assert client.finished


def test_bad_commands_after_login_do_not(alice):
    for _ in range(40):
        assert kinds(alice("a NONSENSE")) == ["a BAD"]
    alice.ok("NOOP")


def test_what_is_too_long_ends_or_not(connect):
    client = connect(limits=Limits(line=100, literal=100, append=1000, read_over=500))
    assert kinds(client("a LOGIN {101}")) == ["a BAD"]
    assert kinds(client("b LOGIN {101+}\r\n" + "x" * 101 + " y")) == ["b BAD"]
    assert kinds(client("c NOOP " + "x" * 200)) == ["c BAD"]
    assert kinds(client("d NOOP")) == ["d OK"]
    # Nobody logged in: an APPEND has no larger limit.
    assert kinds(client("e APPEND INBOX {101}")) == ["e NO"]
    assert kinds(client("f LOGIN {100000+}"))[-1] == "* BYE"
    assert client.finished


def test_an_answer_much_too_long_ends_the_session(connect):
    client = connect(limits=Limits(line=100, read_over=500))
    client("a AUTHENTICATE PLAIN")
    assert kinds(client("x" * 1000)) == ["* BYE", "a BAD"]
    assert client.finished


def test_the_mailbox_is_deleted_at_the_moment_of_close(alice, monkeypatch):
    def missing(*_arguments):
        raise MailboxMissing("INBOX")

    alice.ok("SELECT INBOX")
    monkeypatch.setattr(Mailbox, "expunge", missing)
    assert kinds(alice("a CLOSE")) == ["a OK"]
    assert kinds(alice("b CHECK")) == ["b BAD"]


# Faults


def fault(*_arguments, **_keywords):
    raise RuntimeError("planted")


def test_a_fault_in_a_handler_is_no_and_logged(alice, monkeypatch, caplog):
    monkeypatch.setattr(Mailbox, "open", fault)
    assert kinds(alice("a SELECT INBOX")) == ["a NO"]
    assert "Traceback" in caplog.text
    assert "planted" in caplog.text
    assert alice("b NOOP") == ["b OK NOOP completed"]


def test_a_fault_while_rows_are_worked_out_is_no(alice, store, monkeypatch):
    deliver(store, "INBOX")
    alice.ok("SELECT INBOX")
    monkeypatch.setattr(fetch_module, "format_date_time", fault)
    assert alice("a FETCH 1 INTERNALDATE") == ["a NO [SERVERBUG] internal error"]
    assert alice.ok("FETCH 1 UID") == ["* 1 FETCH (UID 1)"]


def test_a_failing_store_is_no(alice, monkeypatch):
    def fail(*_arguments, **_keywords):
        raise StorageFailure("disk full")

    monkeypatch.setattr(Mailbox, "open", fail)
    (answer,) = alice("a SELECT INBOX")
    assert answer.startswith("a NO [UNAVAILABLE]")
    assert "disk" not in answer


def test_keys_nested_as_deep_as_the_parser_allows(alice, store):
    deliver(store, "INBOX")
    alice.ok("SELECT INBOX")
    assert alice.ok("UID SEARCH " + "NOT " * 200 + "ALL") == ["* SEARCH 1"]


# Large messages


def test_a_large_message_is_streamed(alice):
    line = b"0123456789abcdef" * 4 + b"\r\n"
    message = b"Subject: large\r\n\r\n" + line * 30000  # 1.9 MB
    alice.append(message=message)
    alice.ok("SELECT INBOX")
    (whole,) = alice.ok("FETCH 1 BODY.PEEK[]")
    assert whole == f"* 1 FETCH (BODY[] {{{len(message)}}}\r\n{message.decode()})"
    (text,) = alice.ok("FETCH 1 BODY.PEEK[TEXT]")
    assert text == f"* 1 FETCH (BODY[TEXT] {{{len(line) * 30000}}}\r\n{line.decode() * 30000})"
    (partial,) = alice.ok("FETCH 1 BODY.PEEK[]<100000.900000>")
    expected = message[100000:1000000].decode()
    assert partial == f"* 1 FETCH (BODY[]<100000> {{900000}}\r\n{expected})"


def test_a_large_message_that_cannot_be_read_to_its_end(alice, monkeypatch):
    alice.append(message=b"a: b\r\n\r\n" + b"x" * 3_000_000)
    alice.ok("SELECT INBOX")

    class Damaged:
        def __len__(self):
            return 3_000_008

        def __getitem__(self, index):
            return b"x" * 100 if index.start else b"x" * (index.stop - index.start)

    monkeypatch.setattr(Mailbox, "rows", lambda *_: iter([(1, Damaged())]))
    # Within a literal nothing else can be said: not even BYE.
    alice.channel.feed(b"a FETCH 1 BODY.PEEK[]\r\n")
    alice.thread.join(20)
    assert alice.channel.sent == b"* 1 FETCH (BODY[] {3000008}\r\n" + b"x" * 262144
    alice.channel.sent = b""


def test_a_mailbox_that_is_full_of_keywords(alice):
    alice.append()
    alice.ok("SELECT INBOX")
    keywords = " ".join(f"k{number}" for number in range(999))
    alice.ok(f"STORE 1 FLAGS.SILENT ({keywords})")
    assert alice("a STORE 1 FLAGS (one.more)")[-1].startswith("a NO [LIMIT] ")
    assert alice("b APPEND INBOX (one.more) {1+}\r\nx")[-1].startswith("b NO [LIMIT] ")
    alice.ok("STORE 1 -FLAGS (one.more)")
    (permanent,) = [line for line in alice.ok("SELECT INBOX") if "PERMANENTFLAGS" in line]
    assert "k998" in permanent
    assert "\\*" not in permanent
    alice.ok("STORE 1 FLAGS (K1)")


def renewals(client, octets):
    """How often the client's time began anew because of these octets."""
    before = client.channel.renewals
    client.send(octets)
    return client.channel.renewals - before


def test_a_whole_command_is_activity_and_a_part_of_one_is_none(connect):
    client = connect()
    for octets in ("t1 NO", "OP", " ", "\r"):
        assert renewals(client, octets) == 0
    assert renewals(client, "\n") > 0
    assert renewals(client, "t2 LOGIN {23}\r\n") == 0
    assert renewals(client, "half a lit") == 0
    assert renewals(client, "t3 NONSENSE\r\n") == 0  # inside the literal
    assert renewals(client, "\r\n") > 0


def test_a_sasl_answer_is_activity(connect):
    client = connect()
    assert renewals(client, "t AUTHENTICATE LOGIN\r\n") > 0
    assert renewals(client, "YWxpY2U") == 0
    assert renewals(client, "=\r\n") > 0


def test_news_are_no_activity(login, store):
    client = login()
    client.ok("SELECT INBOX")
    client("t IDLE")
    before = client.channel.renewals
    deliver(store, "INBOX")
    assert "* 1 EXISTS" in client.responses()
    assert client.channel.renewals == before
    assert renewals(client, "DONE\r\n") > 0

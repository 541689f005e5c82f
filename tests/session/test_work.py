"""A command ends when nobody waits for its result."""

import threading
from datetime import UTC, datetime

import pytest

from reference_server.config.live import Live
from reference_server.config.settings import Settings
from reference_server.session import work
from reference_server.session.work import SIGN
from reference_server.storage import NewMessage, database

pytestmark = pytest.mark.directive("imap_autologout_time", "signals")

MESSAGE = b"Subject: x\r\n\r\nbody\r\n"
LARGE = b"Subject: x\r\n\r\n" + b"x" * 3_000_000
KEYS = " ".join(f"NOT TEXT q{number}" for number in range(50))

# Commands in INBOX, which has 300 messages, all of them marked as deleted; `other` is empty.
LONG = {
    "search": f"SEARCH {KEYS}",
    "search flags": "SEARCH 1:* NOT 5 NOT 6 NOT 7",
    "fetch texts": "FETCH 1:* BODY.PEEK[]",
    "fetch envelopes": "FETCH 1:* ENVELOPE",
    "fetch sizes": "FETCH 1:* BINARY.SIZE[1]",
    "store": "STORE 1:* +FLAGS.SILENT (\\Seen)",
    "copy": "COPY 1:* other",
    "move": "MOVE 1:* other",
    "expunge": "EXPUNGE",
    "close": "CLOSE",
    "status": "STATUS INBOX (MESSAGES SIZE)",
}


@pytest.fixture
def eager(monkeypatch):
    """Every checkpoint looks up, and SQLite has many of them."""
    monkeypatch.setattr(work, "LOOK_SECONDS", 0)
    monkeypatch.setattr(database, "_STEPS", 20)


@pytest.fixture
def filled(store, login):
    client = login()
    client.ok("CREATE other")
    when = datetime(2003, 7, 17, tzinfo=UTC)
    message = NewMessage(MESSAGE, frozenset({"\\Deleted"}), when)
    store.account("alice@x.test").append("INBOX", [message] * 300)
    client.ok("SELECT INBOX")
    return client


def at_second_look(client, action):
    """Do this within the next command: the first look is before it begins."""
    looks = []

    def is_gone(_sign):
        looks.append(None)
        return action() if len(looks) == 2 else False

    client.channel.is_gone = is_gone


def leave():
    return True


@pytest.mark.usefixtures("eager")
@pytest.mark.parametrize("command", LONG)
def test_the_client_leaves(filled, login, command):
    """The session ends without an answer, and nothing is half done."""
    at_second_look(filled, leave)
    answers = filled(f"t {LONG[command]}")
    filled.thread.join(20)
    assert filled.finished
    assert not any(answer.startswith("t ") for answer in answers)
    other = login()
    assert other.ok("STATUS other (MESSAGES)") == ['* STATUS "other" (MESSAGES 0)']
    (inbox,) = other.ok("STATUS INBOX (MESSAGES UNSEEN)")
    assert inbox == '* STATUS "INBOX" (MESSAGES 300 UNSEEN 300)'


@pytest.mark.usefixtures("eager")
@pytest.mark.parametrize("command", LONG)
def test_the_server_shuts_down(filled, command):
    """The session says BYE instead of going on."""
    at_second_look(filled, lambda: filled.session.shut_down())
    *answers, last = filled(f"t {LONG[command]}")
    filled.thread.join(20)
    assert filled.finished
    assert last == "* BYE mail.x.test server is shutting down"
    assert not any(answer.startswith("t ") for answer in answers)


@pytest.mark.usefixtures("eager")
def test_a_message_that_is_appended_is_given_up(login):
    parts = b"".join(b"--b\r\n\r\npart\r\n" for _ in range(50))
    message = b"Content-Type: multipart/mixed; boundary=b\r\n\r\n" + parts + b"--b--\r\n"
    client = login()
    at_second_look(client, leave)
    assert client.send(b"t APPEND INBOX {%d+}\r\n%b\r\n" % (len(message), message)) == []
    client.thread.join(20)
    assert client.finished
    assert login().ok("STATUS INBOX (MESSAGES)") == ['* STATUS "INBOX" (MESSAGES 0)']


def shut_down_while_sending(client):
    """Select INBOX, with one message of 3 MB; what is sent next has the server shut down."""
    client.append(message=LARGE)
    client.ok("SELECT INBOX")
    send_on = client.channel.send

    def send(data):
        send_on(data)
        client.session.shut_down()

    client.channel.send = send
    return client


def assert_cut_off(client):
    """Fetch a large text: the connection ends in the midst of it."""
    client.channel.feed(b"t FETCH 1 BODY.PEEK[TEXT]\r\n")
    client.thread.join(20)
    assert client.finished
    sent, client.channel.sent = client.channel.sent, b""  # no whole response
    assert b"BYE" not in sent
    assert sent.count(b"x") < 3_000_000


@pytest.mark.usefixtures("eager")
def test_a_literal_that_was_begun_is_finished(login):
    """After its octets have been announced, BYE is no response before they were sent."""
    client = shut_down_while_sending(login())
    answers = client("t FETCH 1 BODY.PEEK[TEXT]")
    assert answers[0].startswith("* 1 FETCH (BODY[TEXT] {3000000}")
    assert answers[0].count("x") == 3_000_000
    assert answers[1:] == ["* BYE mail.x.test server is shutting down"]


@pytest.mark.usefixtures("eager")
def test_a_long_response_is_cut_off_when_the_server_has_waited_long_enough(login, monkeypatch):
    monkeypatch.setattr(work, "PARTING_SECONDS", -1)
    client = shut_down_while_sending(login())
    assert_cut_off(client)


@pytest.fixture
def wait_long(monkeypatch):
    """wait_long(): more seconds pass for a command than a client may be idle."""
    real = work.time.monotonic

    class Clock:
        ahead = 0

        @classmethod
        def monotonic(cls):
            return real() + cls.ahead

    def wait_long():
        Clock.ahead += 601
        return False

    monkeypatch.setattr(work, "time", Clock)
    return wait_long


@pytest.fixture
def impatient(connect):
    """A client that may be idle for 600 seconds."""
    client = connect(live=Live(Settings(imap_autologout_time=600)))
    client.ok("LOGIN alice@x.test secret")
    return client


@pytest.mark.usefixtures("eager")
def test_a_command_that_takes_too_long(impatient, wait_long):
    """As long as a client may be idle."""
    impatient.append()
    impatient.ok("SELECT INBOX")
    at_second_look(impatient, wait_long)
    assert impatient(f"t SEARCH {KEYS}") == ["* BYE mail.x.test idle for too long"]


@pytest.mark.usefixtures("eager")
def test_a_response_that_takes_too_long(impatient, wait_long):
    """It is cut off: within a literal BYE would be no response."""
    impatient.append(message=LARGE)
    impatient.ok("SELECT INBOX")
    impatient.channel.is_gone = lambda sign: wait_long() if sign == b"" else False
    assert_cut_off(impatient)


@pytest.mark.usefixtures("eager")
def test_a_client_that_has_sent_many_commands_and_left(login):
    client = login()
    client.channel.gone = True
    assert client.send(b"t NOOP\r\n" * 1000) == []
    client.thread.join(20)
    assert client.finished


def test_a_server_that_shuts_down_begins_no_further_command(login):
    client = login()
    begun = threading.Event()
    sent = client.channel.send

    def send(data):
        sent(data)
        if b"b OK" in data:
            begun.set()

    client.channel.send = send
    client.session.shut_down()
    answers = client.send(b"a NOOP\r\nb NOOP\r\n")
    assert not begun.is_set()
    assert answers[-1:] == ["* BYE mail.x.test server is shutting down"]


def test_a_failed_login_is_not_held_back_for_a_client_that_left(connect):
    client = connect(auth_fail_delay=3600.0)
    at_second_look(client, leave)
    client.channel.feed(b"t LOGIN alice@x.test wrong\r\n")
    client.thread.join(20)
    assert client.finished


@pytest.mark.usefixtures("eager")
def test_what_is_sent_to_find_out_is_a_response(filled):
    """No sign within a literal; elsewhere one that any client ignores."""
    assert SIGN.startswith(b"* OK ")
    assert SIGN.endswith(b"\r\n")
    signs = []
    filled.channel.is_gone = signs.append
    filled.ok("FETCH 1:5 BODY.PEEK[]")
    assert set(signs) == {SIGN}
    signs.clear()
    filled.append(message=LARGE)
    filled.ok("NOOP")
    signs.clear()
    filled.ok("FETCH 301 BODY.PEEK[TEXT]")
    assert set(signs) == {SIGN, b""}


@pytest.mark.usefixtures("eager")
def test_what_is_sent_to_find_out_stands_between_responses(login):
    """Not between what was sent of a long response and its end, which waits to be sent."""
    client = login()
    text = "line\r\n" * 120_000
    message = f"Subject: x\r\n\r\n{text}".encode()
    for _ in range(2):
        client.append(message=message)
    client.ok("SELECT INBOX")

    def is_gone(sign):
        if sign:
            client.channel.send(sign)
        return False

    client.channel.is_gone = is_gone
    working = SIGN.decode().rstrip()
    answer = client.ok("FETCH 1:2 BODY.PEEK[TEXT]")
    fetched = [line for line in answer if line != working]
    assert fetched == [f"* {n} FETCH (BODY[TEXT] {{{len(text)}}}\r\n{text})" for n in (1, 2)]
    assert len(answer) > len(fetched)


def test_waiting_for_the_store_ends_too(filled, store):
    """Another's transaction holds the lock for as long as it takes."""
    locked, done = threading.Event(), threading.Event()

    def hold():
        with store._database.write():
            locked.set()
            done.wait(20)

    holder = threading.Thread(target=hold)
    holder.start()
    try:
        assert locked.wait(20)
        filled.channel.feed(b"t STORE 1:* +FLAGS (\\Seen)\r\n")
        filled.session.shut_down()
        with filled.channel.changed:
            assert filled.channel.changed.wait_for(lambda: b"BYE" in filled.channel.sent, 20)
    finally:
        done.set()
        holder.join(20)

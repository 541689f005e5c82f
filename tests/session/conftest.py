"""Sessions without sockets: a channel in memory, and dialogues against it.

A script is what the client sends; ``dialogue`` gives the responses as lines. A literal
stays in the line that announces it.
"""

import re
import select
import socket
import threading

import pytest

from reference_server.accounts import Account, Directory
from reference_server.accounts.passwords import Plain
from reference_server.session.channel import Disconnected, Timeout
from reference_server.session.service import Service
from reference_server.session.session import Session
from reference_server.storage import Store

_LITERAL = re.compile(rb"\{(\d+)\}\r\n\Z")


def split_responses(octets):
    """The responses in what a server sent, without their line ends."""
    responses = []
    while octets:
        end = octets.index(b"\r\n") + 2
        while literal := _LITERAL.search(octets[:end]):
            end = octets.index(b"\r\n", end + int(literal[1])) + 2
        responses.append(octets[: end - 2].decode())
        octets = octets[end:]
    return responses


class MemoryChannel:
    """What the session reads was fed before; where nothing is left, it steps back.

    The session runs in a thread of its own. It is at rest when it wants to read, there is
    nothing to read, and no news rouse it.
    """

    def __init__(self):
        self.secure = False
        self.authenticated = False
        self.peer = "192.0.2.1"
        self.input = []
        self.sent = b""
        self.handshakes = 0
        self.renewals = 0
        self.timed_out = False
        self.failing = False
        self.gone = False
        self.ended = False
        self.changed = threading.Condition()
        self._waiting = False
        self._wakeup = None
        self._signal, self._signalled = socket.socketpair()

    # The session's end

    def receive(self):
        with self.changed:
            self._rest()
            self.changed.wait_for(self._has_event, timeout=60)
            self._waiting = False
            if self.timed_out:
                raise Timeout
            return self.input.pop(0) if self.input else b""

    def send(self, data):
        if self.failing:
            raise Disconnected
        with self.changed:
            self.sent += data
            self.changed.notify_all()

    def renew(self):
        self.renewals += 1

    def is_gone(self, _sign):
        return self.gone

    def start_tls(self):
        self.handshakes += 1
        self.secure = True

    def wait(self, wakeup):
        with self.changed:
            self._wakeup = wakeup
            self._rest()
        select.select([wakeup, self._signalled], [], [], 20)
        with self.changed:
            self._waiting = False
            self._wakeup = None
            if not self._has_event():
                return "wakeup"
            self._signalled.recv(64)
            return "timeout" if self.timed_out else "data"

    # The client's end

    def feed(self, octets):
        with self.changed:
            self.input.append(octets)
            self._wake()

    def interrupt(self):
        with self.changed:
            self.ended = True
            self._wake()

    def time_out(self):
        with self.changed:
            self.timed_out = True
            self._wake()

    def is_at_rest(self):
        roused = self._wakeup is not None and select.select([self._wakeup], [], [], 0)[0]
        return self._waiting and not self._has_event() and not roused

    def close(self):
        self._signal.close()
        self._signalled.close()

    def _rest(self):
        self._waiting = True
        self.changed.notify_all()

    def _wake(self):
        self._signal.send(b"!")
        self.changed.notify_all()

    def _has_event(self):
        return bool(self.input) or self.ended or self.timed_out


class Client:
    """A session in a thread, and the client's end of it."""

    def __init__(self, service):
        self.channel = MemoryChannel()
        self.session = Session(self.channel, service)
        self.thread = threading.Thread(target=self._run, daemon=True)
        self.finished = False
        self.thread.start()
        self.greeting = self.responses()

    def _run(self):
        try:
            self.session.run()
        finally:
            with self.channel.changed:
                self.finished = True
                self.channel.changed.notify_all()

    def responses(self):
        """What has been sent when the session wants to read, or has ended."""
        channel = self.channel
        with channel.changed:
            done = channel.changed.wait_for(
                lambda: self.finished or channel.is_at_rest(), timeout=60
            )
            assert done, "the session neither ends nor wants to read"
            sent, channel.sent = channel.sent, b""
        return split_responses(sent)

    def send(self, octets):
        """Send octets as they are; the responses."""
        if isinstance(octets, str):
            octets = octets.encode()
        self.channel.feed(octets)
        return self.responses()

    def __call__(self, line):
        """Send a line; the responses."""
        return self.send(line + "\r\n" if isinstance(line, str) else line + b"\r\n")

    def ok(self, line):
        """Send a command with the tag ``t``, which must succeed; the untagged responses."""
        *untagged, tagged = self(f"t {line}")
        assert tagged.startswith("t OK"), tagged
        return untagged

    def append(self, mailbox="INBOX", message=b"Subject: x\r\n\r\nbody\r\n", extra=""):
        head = f"t APPEND {mailbox} {extra}{{{len(message)}+}}\r\n".encode()
        *untagged, tagged = self.send(head + message + b"\r\n")
        assert tagged.startswith("t OK [APPENDUID"), tagged
        return untagged

    def end(self):
        """The client goes away; what the session says to that."""
        self.channel.interrupt()
        self.thread.join(20)
        assert not self.thread.is_alive()
        return self.responses()


@pytest.fixture
def store():
    store = Store(None)
    yield store
    store.close()


@pytest.fixture
def directory():
    return Directory(
        [
            Account("alice@x.test", Plain.of("secret"), owners=frozenset({"bob@x.test"})),
            Account("bob@x.test", Plain.of("hush")),
        ]
    )


@pytest.fixture
def connect(store, directory):
    """Makes clients; keyword arguments are settings of the service."""
    clients = []

    def connect(**settings):
        settings = {
            "directory": directory,
            "host_id": "mail.x.test",
            "auth_fail_delay": 0.0,
        } | settings
        client = Client(Service(store, **settings))
        clients.append(client)
        return client

    yield connect
    for client in clients:
        client.end()
        client.channel.close()


@pytest.fixture
def login(connect):
    """Makes clients that are logged in as alice."""

    def login(**settings):
        client = connect(**settings)
        client.ok("LOGIN alice@x.test secret")
        return client

    return login


@pytest.fixture
def client(connect):
    return connect()


@pytest.fixture
def alice(login):
    return login()

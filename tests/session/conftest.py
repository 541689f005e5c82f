"""Sessions without sockets: a channel in memory, and dialogues against it.

A script is what the client sends; ``dialogue`` gives the responses as lines. A literal
stays in the line that announces it.
"""

import re
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

    The session runs in a thread of its own, and exactly one of the two threads runs at any
    time: ``exchange`` returns when the session wants more than there is.
    """

    def __init__(self):
        self.secure = False
        self.authenticated = False
        self.peer = "192.0.2.1"
        self.input = []
        self.sent = b""
        self.handshakes = 0
        self.waiting = False
        self.wakeup = None
        self.timed_out = False
        self.failing = False
        self.ended = False
        self.changed = threading.Condition()

    def receive(self):
        self._await_input()
        with self.changed:
            return self.input.pop(0) if self.input else b""

    def send(self, data):
        if self.failing:
            raise Disconnected
        with self.changed:
            self.sent += data

    def start_tls(self):
        self.handshakes += 1
        self.secure = True

    def wait(self, wakeup):
        with self.changed:
            self.wakeup = wakeup
        self._await_input(roused_by=wakeup)
        with self.changed:
            self.wakeup = None
            if self.timed_out:
                return "timeout"
            return "data" if self.input or self.ended else "wakeup"

    def interrupt(self):
        with self.changed:
            self.ended = True
            self.changed.notify_all()

    def _await_input(self, roused_by=None):
        with self.changed:
            while not self.input and not self.ended and not self.timed_out:
                if roused_by is not None and self._is_set(roused_by):
                    return
                self.waiting = True
                self.changed.notify_all()
                # A wakeup comes through its descriptor, so it is looked for now and then.
                self.changed.wait(0.002 if roused_by is not None else 20)
            self.waiting = False
            if self.timed_out and roused_by is None:
                raise Timeout

    @staticmethod
    def _is_set(wakeup):
        import select

        return bool(select.select([wakeup], [], [], 0)[0])


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
                lambda: self.finished or (channel.waiting and not channel.input), timeout=20
            )
            assert done, "the session neither ends nor wants to read"
            sent, channel.sent = channel.sent, b""
        return split_responses(sent)

    def send(self, octets):
        """Send octets as they are; the responses."""
        if isinstance(octets, str):
            octets = octets.encode()
        with self.channel.changed:
            self.channel.input.append(octets)
            self.channel.waiting = False
            self.channel.changed.notify_all()
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
        """The client goes away."""
        self.channel.interrupt()
        self.thread.join(20)
        assert not self.thread.is_alive()
        return split_responses(self.channel.sent)


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
        settings = {"host_id": "mail.x.test", "auth_fail_delay": 0.0} | settings
        client = Client(Service(store, directory, **settings))
        clients.append(client)
        return client

    yield connect
    for client in clients:
        client.end()


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

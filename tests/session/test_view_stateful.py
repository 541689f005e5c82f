"""Two sessions and a delivery agent at random, against a model of the mailbox.

The model knows the true mailbox. Each client keeps what a client can know: a list of messages,
changed by EXISTS and EXPUNGE only, with the UIDs and flags it was shown. Whatever happens, no
number may stand for another message, and a NOOP brings client and mailbox into agreement.
"""

import re

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule

from reference_server.accounts import Account, Directory
from reference_server.accounts.passwords import Plain
from reference_server.session.service import Service
from reference_server.storage import Store
from tests.session.conftest import Client
from tests.session.dialogue import deliver

FLAGS = st.sets(st.sampled_from(["\\Seen", "\\Flagged", "\\Deleted", "$work"]))
SESSIONS = st.integers(0, 1)
POSITIONS = st.integers(0, 30)
OPERATIONS = {
    "FLAGS": lambda _before, flags: flags,
    "+FLAGS": lambda before, flags: before | flags,
    "-FLAGS": lambda before, flags: before - flags,
}
FETCH = re.compile(r"\* (\d+) FETCH \((?:UID (\d+) ?)?(?:FLAGS \((.*?)\))?\)")
NUMBERED = re.compile(r"\* (\d+) (EXISTS|EXPUNGE|RECENT)")


class Message:
    """A message as a client knows it."""

    def __init__(self):
        self.uid = None
        self.flags = None


class Reader:
    """A client that believes what it is told."""

    def __init__(self, client):
        self.client = client
        self.messages = []
        self.recent = 0
        self.announced = set()
        self.removed = []
        self("SELECT INBOX")

    def __call__(self, line, *, may_expunge=True):
        """Send a command; its condition, and the UIDs and numbers that FETCH showed."""
        *untagged, tagged = self.client(f"t {line}")
        shown = {}
        self.found = None
        for response in untagged:
            if match := NUMBERED.fullmatch(response):
                self._count(int(match[1]), match[2], may_expunge)
            elif match := FETCH.fullmatch(response):
                number = int(match[1])
                assert number <= len(self.messages), response
                shown[number] = self._learn(self.messages[number - 1], match)
            elif response.startswith("* FLAGS ("):
                self.announced |= set(response[9:-1].split())
            elif response.startswith("* SEARCH"):
                self.found = [int(number) for number in response.split()[2:]]
            else:
                assert response.startswith("* OK ["), response
        return tagged.split(" ")[1], shown

    def _count(self, number, name, may_expunge):
        if name == "EXISTS":
            assert number >= len(self.messages)
            self.messages += [Message() for _ in range(number - len(self.messages))]
        elif name == "RECENT":
            self.recent = number
        else:
            assert may_expunge, "EXPUNGE where none may be"
            assert 1 <= number <= len(self.messages)
            self.removed.append(self.messages.pop(number - 1))

    def _learn(self, message, match):
        if match[2]:
            assert message.uid in (None, int(match[2])), "another message's number"
            message.uid = int(match[2])
        if match[3] is not None:
            message.flags = set(match[3].split()) - {"\\Recent"}
            assert message.flags <= self.announced, "a flag that was not announced"
        return message


class TwoSessions(RuleBasedStateMachine):
    def __init__(self):
        super().__init__()
        self.store = Store(None)
        self.mailbox = {deliver(self.store, "INBOX"): set() for _ in range(4)}  # the truth
        directory = Directory([Account("alice@x.test", Plain.of("secret"))])
        self.clients = [Client(Service(self.store, directory)) for _ in range(2)]
        for client in self.clients:
            client.ok("LOGIN alice@x.test secret")
        self.readers = [Reader(client) for client in self.clients]
        for session in range(2):
            self.synchronise(session)

    def teardown(self):
        for client in self.clients:
            client.end()
            client.channel.close()
        self.store.close()

    def pick(self, session, position):
        """A reader and a number in its view, whose UID it knows afterwards; or no number."""
        reader = self.readers[session]
        if not reader.messages:
            return reader, None
        number = position % len(reader.messages) + 1
        if reader.messages[number - 1].uid is None:
            condition, _ = reader(f"FETCH {number} UID", may_expunge=False)
            assert condition == "OK"
            assert reader.messages[number - 1].uid is not None
        return reader, number

    @rule(flags=FLAGS)
    def arrive(self, flags):
        uid = deliver(self.store, "INBOX", flags)
        assert uid > max(self.mailbox, default=0)
        self.mailbox[uid] = flags

    @rule(session=SESSIONS, flags=FLAGS)
    def append(self, session, flags):
        reader = self.readers[session]
        condition, _ = reader(f"APPEND INBOX ({' '.join(flags)}) {{3+}}\r\na:b")
        assert condition == "OK"
        (uid,) = self.true_uids() - set(self.mailbox)
        self.mailbox[uid] = flags
        assert reader.messages[-1].uid is None  # it is told of the message at once

    @rule(
        session=SESSIONS,
        position=POSITIONS,
        operation=st.sampled_from(sorted(OPERATIONS)),
        flags=FLAGS,
        silent=st.booleans(),
        by_uid=st.booleans(),
    )
    def change_flags(self, session, position, operation, flags, silent, by_uid):
        reader, number = self.pick(session, position)
        if number is None:
            return
        message = reader.messages[number - 1]
        item = operation + (".SILENT" if silent else "")
        name = f"UID STORE {message.uid}" if by_uid else f"STORE {number}"
        condition, _ = reader(f"{name} {item} ({' '.join(flags)})", may_expunge=by_uid)
        exists = message.uid in self.mailbox
        assert condition == ("OK" if exists or by_uid or silent else "NO")
        if exists:
            changed = OPERATIONS[operation](self.mailbox[message.uid], flags)
            self.mailbox[message.uid] = changed
            if silent:
                message.flags = None  # the client reckons by itself, and may err
            else:
                assert message.flags == changed

    @rule(session=SESSIONS, position=POSITIONS, flag=st.sampled_from(["\\Deleted", "\\Seen"]))
    def mark(self, session, position, flag):
        self.change_flags(session, position, "+FLAGS", {flag}, silent=True, by_uid=False)

    @rule(session=SESSIONS)
    def expunge(self, session):
        condition, _ = self.readers[session]("EXPUNGE")
        assert condition == "OK"
        self.mailbox = {u: f for u, f in self.mailbox.items() if "\\Deleted" not in f}

    @rule(session=SESSIONS, position=POSITIONS)
    def expunge_one(self, session, position):
        reader, number = self.pick(session, position)
        if number is None:
            return
        uid = reader.messages[number - 1].uid
        condition, _ = reader(f"UID EXPUNGE {uid}")
        assert condition == "OK"
        if "\\Deleted" in self.mailbox.get(uid, ()):
            del self.mailbox[uid]

    @rule(session=SESSIONS, position=POSITIONS)
    def read(self, session, position):
        reader, number = self.pick(session, position)
        if number is None:
            return
        message = reader.messages[number - 1]
        condition, shown = reader(f"FETCH {number} (UID FLAGS)", may_expunge=False)
        assert condition == "OK"
        if message.uid in self.mailbox:
            assert shown[number].flags == self.mailbox[message.uid]

    @rule(session=SESSIONS)
    def search(self, session):
        reader = self.readers[session]
        condition, _ = reader("SEARCH DELETED", may_expunge=False)
        assert condition == "OK"
        for number in reader.found:
            uid = reader.messages[number - 1].uid
            assert uid is None or "\\Deleted" in self.mailbox[uid]

    @rule(session=SESSIONS)
    def synchronise(self, session):
        reader = self.readers[session]
        assert reader("NOOP")[0] == "OK"
        told = [message.flags for message in reader.messages]
        if reader.messages:
            assert reader("FETCH 1:* (UID FLAGS)", may_expunge=False)[0] == "OK"
        assert [message.uid for message in reader.messages] == sorted(self.mailbox)
        for before, message in zip(told, reader.messages, strict=True):
            assert message.flags == self.mailbox[message.uid]
            # Who had been shown flags was told of every change to them.
            assert before is None or before == message.flags
        assert reader.recent <= len(reader.messages)

    @precondition(lambda self: self.readers[0].messages)
    @rule(session=SESSIONS)
    def begin_again(self, session):
        self.readers[session] = Reader(self.clients[session])
        assert len(self.readers[session].messages) == len(self.mailbox)

    @invariant()
    def only_what_is_gone_was_removed(self):
        for reader in self.readers:
            for message in reader.removed:
                assert message.uid is None or message.uid not in self.mailbox

    @invariant()
    def uids_rise(self):
        for reader in self.readers:
            uids = [message.uid for message in reader.messages if message.uid is not None]
            assert uids == sorted(set(uids))

    def true_uids(self):
        class Nobody:
            last_shown = 0

            def mailbox_changed(self, change):
                pass

        nobody = Nobody()
        mailbox = self.store.account("alice@x.test").mailbox("INBOX")
        snapshot = mailbox.open(nobody, claim_recent=False)
        mailbox.leave(nobody)
        return set(snapshot.messages)


TwoSessions.TestCase.settings = settings(
    max_examples=100, stateful_step_count=50, deadline=None, derandomize=True
)
TestTwoSessions = pytest.mark.slow(TwoSessions.TestCase)

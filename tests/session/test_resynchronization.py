"""What QRESYNC promises (RFC 7162, 3.2, 6): however a session ends, the client catches up.

A client keeps the flags of each message, and the mod-sequence that section 6 tells it to keep. It
and another session do anything; now and then it loses the connection between two commands. Once
it has selected the mailbox anew with what it kept, it knows the mailbox as it is.
"""

import re
from itertools import chain
from types import SimpleNamespace

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from reference_server.accounts import Account, Directory, Identity
from reference_server.accounts.passwords import Plain
from reference_server.config.live import Live
from reference_server.config.settings import Settings
from reference_server.protocol.encoder import encode
from reference_server.protocol.framing import Framer, Limits
from reference_server.protocol.parser import parse_command
from reference_server.session.dispatch import execute
from reference_server.session.service import Service
from reference_server.session.session import Session
from reference_server.storage import Store
from tests.session.dialogue import deliver

ALICE = Account("alice@x.test", Plain.of("secret"))
NUMBERS = st.sampled_from(["1", "2", "2:3", "*", "1:*"])
FLAGS = st.sampled_from(["\\Seen", "\\Deleted", "\\Flagged"])
COMMANDS = st.one_of(
    st.sampled_from(["NOOP", "EXPUNGE", "UID FETCH 1:* (FLAGS MODSEQ)", "SEARCH MODSEQ 1"]),
    st.builds("FETCH {} (UID FLAGS MODSEQ)".format, NUMBERS),
    st.builds("STORE {} {}FLAGS{} ({})".format, NUMBERS, st.sampled_from(["", "+", "-"]),
              st.sampled_from(["", ".SILENT"]), FLAGS),
    st.builds("STORE {} (UNCHANGEDSINCE {}) +FLAGS.SILENT ({})".format, NUMBERS,
              st.integers(0, 20), FLAGS),
    st.builds("MOVE {} INBOX".format, NUMBERS),
)  # fmt: skip
# Above all removals, with the client's own commands in between that cannot be told of them.
OTHERS = (
    st.sampled_from(
        ["UID STORE 1:* +FLAGS (\\Deleted)", "STORE * +FLAGS (\\Deleted)", "EXPUNGE", "EXPUNGE"]
    )
    | COMMANDS
)
STEPS = st.lists(
    st.one_of(
        st.tuples(st.just("client"), COMMANDS),
        st.tuples(st.just("other"), OTHERS),
        st.sampled_from([("message", ""), ("break", "")]),
    ),
    max_size=25,
)


def begin(store, **directives):
    """A session that is logged in."""
    service = Service(store, Directory([ALICE]), live=Live(Settings(**directives)))
    session = Session(SimpleNamespace(peer="192.0.2.1", secure=True), service)
    session.log_in(Identity(ALICE, ALICE))
    return session


def run(session, line):
    """The lines of the answer."""
    framer = Framer(Limits(), None)
    framer.feed(b"a " + line.encode() + b"\r\n")
    command = parse_command(framer.next())
    return (
        b"".join(chain.from_iterable(map(encode, execute(session, command)))).decode().splitlines()
    )


def contents(store):
    """The flags of each message by UID, as a session sees them that comes new."""
    session = begin(store)
    run(session, "EXAMINE INBOX")
    answer = "\n".join(run(session, "UID FETCH 1:* FLAGS"))
    session.close_mailbox()
    found = re.findall(r"UID (\d+) FLAGS \((.*?)\)", answer)
    return {int(uid): set(flags.split()) - {"\\Recent"} for uid, flags in found}


class Client:
    """A client that keeps what it was told."""

    def __init__(self, store, **directives):
        self._store = store
        self._directives = directives
        self._session = None
        self.flags = {}
        self.modseq = 1
        self.uid_validity = 1
        self.connect()

    def connect(self):
        if self._session is not None:
            self._session.close_mailbox()
        self._session = begin(self._store, **self._directives)
        run(self._session, "ENABLE QRESYNC")
        self.command(f"SELECT INBOX (QRESYNC ({self.uid_validity} {self.modseq}))")

    def command(self, line):
        seen = [self.modseq]
        told = None
        new = False
        answer = run(self._session, line)
        for response in answer:
            if match := re.search(r"\[HIGHESTMODSEQ (\d+)\]", response):
                told = int(match[1])
            elif match := re.search(r"\[UIDVALIDITY (\d+)\]", response):
                self.uid_validity = int(match[1])
            elif match := re.match(r"\* VANISHED (?:\(EARLIER\) )?([0-9:,]+)", response):
                for span in match[1].split(","):
                    first, _, last = span.partition(":")
                    for uid in range(int(first), int(last or first) + 1):
                        self.flags.pop(uid, None)
            elif " FETCH (" in response:
                uid = int(re.search(r"UID (\d+)", response)[1])
                if match := re.search(r"MODSEQ \((\d+)\)", response):
                    seen.append(int(match[1]))
                if match := re.search(r"FLAGS \((.*?)\)", response):
                    self.flags[uid] = set(match[1].split()) - {"\\Recent"}
                else:  # a silent STORE: the client knows what it has stored
                    self._stored(uid, line)
            elif response.endswith(" EXISTS"):
                new = True
        if not answer[-1].startswith("a BAD"):
            self.modseq = max(seen) if told is None else told
        if new:
            self.command(f"UID FETCH {max(self.flags, default=0) + 1}:* (FLAGS)")

    def _stored(self, uid, line):
        operation, flag = re.search(r"([+-]?)FLAGS\.SILENT \((.*)\)", line).groups()
        if operation == "+":
            self.flags[uid].add(flag)
        elif operation == "-":
            self.flags[uid].discard(flag)
        else:
            self.flags[uid] = {flag}


@pytest.mark.slow
@pytest.mark.parametrize("directives", [{}, {"imap_expunge_on_delete": True}], ids=str)
@given(steps=STEPS)
@example(  # the client is told of its own change before it can be told of a removal
    steps=[
        ("other", "STORE 1 +FLAGS (\\Deleted)"),
        ("other", "EXPUNGE"),
        ("client", "STORE 2 +FLAGS (\\Seen)"),
        ("break", ""),
    ]
)
@settings(max_examples=300, deadline=None)
def test_the_client_catches_up(directives, steps):
    store = Store(None)
    deliver(store, "INBOX")
    deliver(store, "INBOX")
    other = begin(store, **directives)
    run(other, "SELECT INBOX")
    client = Client(store, **directives)
    client.connect()
    for who, line in [*steps, ("break", "")]:
        if who == "client":
            client.command(line)
        elif who == "other":
            run(other, line)
        elif who == "message":
            deliver(store, "INBOX")
        else:
            client.connect()
            assert client.flags == contents(store)
    store.close()

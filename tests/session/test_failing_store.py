"""A store that fails in the middle of a command: nothing changes, on the disk or in memory.

Every writing command is made to fail at each statement in turn and at COMMIT, and by a database
that is really full. Two accounts have two sessions each. After each failure all answers of the
running server have to be those of a fresh one that opens the same store; among them those to a
CREATE and COPY in the other account, which gets the row ids that the failed command had.
"""

import sqlite3
from datetime import UTC, datetime

import pytest

from reference_server.session.service import Service
from reference_server.storage import NewMessage, Store
from tests.session.conftest import Client

DATABASE = "mail.sqlite"
USERS = {"alice": "alice@x.test secret", "bob": "bob@x.test hush"}
NEW = b"Subject: new\r\n\r\nnew\r\n"
LARGE = b"Subject: large\r\n\r\n" + b"large\r\n" * 160_000  # of two chunks
# By name: the command of alice's first session, which has INBOX selected, and the least number
# of statements that it needs, BEGIN and COMMIT among them.
COMMANDS = {
    "CREATE": ("CREATE new/er", 6),
    "CREATE again": ("CREATE hollow", 6),
    "DELETE": ("DELETE Old", 6),
    "DELETE with inferiors": ("DELETE Top", 7),
    "RENAME": ("RENAME Top Up/per", 9),
    "RENAME INBOX": ("RENAME INBOX Archive", 12),
    "SUBSCRIBE": ("SUBSCRIBE Old", 3),
    "UNSUBSCRIBE": ("UNSUBSCRIBE INBOX", 3),
    "APPEND": (b"APPEND Old ($new) {%d+}\r\n%b" % (len(NEW), NEW), 7),
    "APPEND a large message": (b"APPEND Old ($new) {%d+}\r\n%b" % (len(LARGE), LARGE), 15),
    "STORE": ("STORE 1:2 +FLAGS ($new \\Seen)", 6),
    "STORE in several groups": ("STORE 1:3 -FLAGS.SILENT (\\Flagged)", 5),
    "COPY": ("COPY 1:3 Old", 7),
    "MOVE": ("MOVE 1:2 Old", 9),
    "MOVE into the same mailbox": ("MOVE 1:2 INBOX", 9),
    "EXPUNGE": ("EXPUNGE", 7),
    "UID EXPUNGE": ("UID EXPUNGE 1:2", 7),
    "CLOSE": ("CLOSE", 7),
    "SELECT": ("SELECT Recent", 4),
    "FETCH": ("FETCH 1:4 BODY[]", 5),
}


def all_but_one_slow(quick):
    """The names of the commands, of which each takes seconds under coverage."""
    slow = pytest.mark.slow
    return [name if name == quick else pytest.param(name, marks=slow) for name in COMMANDS]


MANNERS = [
    "once",
    *(pytest.param(one, marks=pytest.mark.slow) for one in ("rolled back", "lasting")),
]


class FailingConnection:
    """A connection whose statement number ``due``, counted from 1, fails.

    ``manner``: "once"; "rolled back", as SQLite does by itself where the disk fails; "lasting", for
    which all that follows fails, too, ROLLBACK included.
    """

    def __init__(self, connection, due, manner):
        self._connection = connection
        self._due = due
        self._manner = manner
        self.statements = 0
        self.failed = False

    def __getattr__(self, name):
        return getattr(self._connection, name)

    def execute(self, *arguments):
        self._count()
        return self._connection.execute(*arguments)

    def executemany(self, *arguments):
        self._count()
        return self._connection.executemany(*arguments)

    def _count(self):
        self.statements += 1
        if self.statements == self._due or (self.failed and self._manner == "lasting"):
            self.failed = True
            if self._manner == "rolled back" and self._connection.in_transaction:
                self._connection.execute("ROLLBACK")
            raise sqlite3.OperationalError("disk I/O error")


class Server:
    """The running server: a store, and sessions that are logged in."""

    def __init__(self, folder, directory):
        self.store = Store(folder)
        self.store._database._writer.execute("PRAGMA synchronous = OFF")  # nothing crashes here
        self.clients = []
        self._directory = directory

    def __enter__(self):
        return self

    def __exit__(self, *_):
        for client in self.clients:
            client.end()
            client.channel.close()
        self.store.close()

    def login(self, user, mailbox=None):
        service = Service(self.store, self._directory, auth_fail_delay=0.0)
        client = Client(service)
        self.clients.append(client)
        client.ok(f"LOGIN {USERS[user]}")
        if mailbox is not None:
            client.ok(f"SELECT {mailbox}")
        return client

    def answers(self):
        """The answers of new sessions of everything, before and after both accounts add to it."""
        answers = []
        clients = [self.login(user) for user in USERS]
        for user, client in zip(USERS, clients, strict=True):
            answers += everything(user, client, "EXAMINE")
        # Bob first: his mailbox gets the id that one of alice's would have.
        for user, client in reversed([*zip(USERS, clients, strict=True)]):
            for command in (
                "CREATE probe",
                "SELECT Recent",
                "COPY 1:2 probe",
                "SELECT probe",
                "STORE 1 +FLAGS ($probe)",
                "COPY 1:2 Top",  # which a stale mailbox finds in another account
                "MOVE 1 Old",
            ):
                answers.append((user, command, client(f"t {command}")))
        for user, client in zip(USERS, clients, strict=True):
            answers += everything(user, client, "SELECT")
        return answers


def everything(user, client, select):
    answers = []

    def ask(command):
        lines = client(f"t {command}")
        answers.append((user, command, lines))
        return lines

    names = [line.rsplit('"', 2)[1] for line in ask('LIST "" "*"')[:-1]]
    ask('LSUB "" "*"')
    for name in names:
        ask(f'STATUS "{name}" (MESSAGES RECENT UIDNEXT UIDVALIDITY UNSEEN SIZE HIGHESTMODSEQ)')
        ask(f'{select} "{name}"')
        ask("UID FETCH 1:* (FLAGS MODSEQ INTERNALDATE RFC822.SIZE ENVELOPE BODY.PEEK[])")
        ask("SEARCH KEYWORD $old TEXT e")
    return answers


def fill(account, user):
    """Old, Top with an inferior, a hollow name; INBOX and Recent have messages."""
    for name in ("Old", "Top/a", "hollow/b", "Recent"):
        account.create(name)
    account.delete("hollow")
    account.append("Old", [new_message(f"{user} old", "$old")])
    account.append("Top/a", [new_message(f"{user} inner")])
    account.append("Top", [new_message(f"{user} top")])
    account.append("Recent", [new_message(f"{user} recent {n}") for n in range(3)])
    flags = ["\\Deleted", "\\Deleted \\Flagged", "\\Flagged \\Seen $old", ""]
    account.append("INBOX", [new_message(f"{user} {text}", text) for text in flags])
    account.mailbox("INBOX").open(None, claim_recent=True)


def new_message(subject, flags=""):
    octets = f"Subject: {subject}\r\n\r\ntext\r\n".encode()
    when = datetime(2024, 5, 1, 12, tzinfo=UTC)
    return NewMessage(octets, frozenset(flags.split()), when)


def copy_store(source, target):
    """The store as a process finds it that opens it now."""
    target.mkdir()
    with sqlite3.connect(source / DATABASE) as original:
        copy = sqlite3.connect(target / DATABASE)
        original.backup(copy)
        copy.close()
    original.close()
    return target


def dump(folder):
    """All rows, but for the last id of a message: it may have been given up."""
    connection = sqlite3.connect(folder / DATABASE)
    last_id = "INSERT INTO \"sqlite_sequence\" VALUES('message',"
    lines = [line for line in connection.iterdump() if not line.startswith(last_id)]
    connection.close()
    return lines


@pytest.fixture
def folder(tmp_path, monkeypatch):
    """A filled store; the time stands still, and with it what UIDVALIDITY becomes."""
    monkeypatch.setattr("reference_server.storage.account.time.time", lambda: 1_700_000_000.0)
    store = Store(tmp_path / "store")
    for user in USERS:
        fill(store.account(f"{user}@x.test"), user)
    store.close()
    return tmp_path / "store"


class Trial:
    """The servers for one command, each with a copy of the store."""

    def __init__(self, folder, directory, name):
        self.folder = folder
        self.directory = directory
        self.command = COMMANDS[name][0]
        self.copies = 0
        self.failures = 0
        self.content = dump(folder)
        self.before = self.fresh(folder)

    def copy(self, folder):
        self.copies += 1
        return copy_store(folder, folder.parent / f"{folder.name}-{self.copies}")

    def fresh(self, folder):
        with Server(self.copy(folder), self.directory) as server:
            return server.answers()

    def run(self, prepare, lift):
        """Run the command while the store fails; whether it succeeded.

        ``prepare`` takes a store and makes it fail; what it gives, ``lift`` takes.
        """
        folder = self.copy(self.folder)
        with Server(folder, self.directory) as server:
            sessions = [server.login(user, "INBOX") for user in USERS for _ in range(2)]
            known = [look(session) for session in sessions]
            fault = prepare(server.store)
            command = self.command if isinstance(self.command, bytes) else self.command.encode()
            *_, tagged = sessions[0].send(b"c " + command + b"\r\n")
            lift(server.store, fault)
            if tagged.startswith("c OK"):
                after = self.fresh(folder)
                assert after != self.before, "the command changed nothing"
                assert server.answers() == after, "the running server differs from a fresh one"
                return True
            self.failures += 1
            assert tagged.startswith("c NO [UNAVAILABLE] "), tagged
            # The same store, of which a fresh server has given the answers.
            # A store that fails to the end keeps a message without placement until it is opened.
            reopened = self.copy(folder)
            Store(reopened).close()
            assert dump(reopened) == self.content, "the command failed, and changed the store"
            watching = sessions if sessions[0].session.view else sessions[1:]
            seen = [look(session) for session in watching]
            assert seen == known[-len(watching) :], "sessions see other than before"
            assert server.answers() == self.before, "the running server differs from a fresh one"
            return False

    def run_until_success(self, prepare, lift):
        for _ in range(100):
            if self.run(prepare, lift):
                return
        pytest.fail("the command never succeeds")


def look(session):
    """The answers of a session in its mailbox; nothing may come unasked."""
    assert session.ok("NOOP") == []
    fetched = session.ok("FETCH 1:* (UID FLAGS BODY.PEEK[])")
    return fetched, session.ok("SEARCH ALL"), session.ok("SEARCH UNKEYWORD $old")


@pytest.fixture
def trial(request, folder, directory):
    return Trial(folder, directory, request.getfixturevalue("name"))


@pytest.mark.parametrize("manner", MANNERS)
# RENAME INBOX once gave a mailbox of one account to another.
@pytest.mark.parametrize("name", all_but_one_slow("RENAME INBOX"))
def test_each_statement_fails(trial, name, manner):
    def prepare(store):
        database = store._database
        database._writer = FailingConnection(database._writer, trial.failures + 1, manner)
        return database._writer

    def lift(store, fault):
        store._database._writer = fault._connection

    trial.run_until_success(prepare, lift)
    print(f"{name}: failed at {trial.failures} statements ({manner})")
    assert trial.failures >= COMMANDS[name][1]


# Each row that a command touches takes three pages more, so that every command can fill a disk.
BALLAST = """
CREATE TABLE ballast (octets BLOB);
"""
TABLES = ("mailbox", "placement", "message", "content", "subscription", "expunged", "keyword")


@pytest.fixture
def heavy(folder):
    connection = sqlite3.connect(folder / DATABASE)
    connection.executescript(BALLAST)
    for table in TABLES:
        for event in ("INSERT", "UPDATE", "DELETE"):
            connection.execute(
                f"CREATE TRIGGER {table}_{event} AFTER {event} ON {table}"
                " BEGIN INSERT INTO ballast VALUES (zeroblob(24000)); END"
            )
    connection.close()
    return folder


# The ballast of the transactions before its last would stay: tests/storage/test_staging.py has it.
@pytest.mark.parametrize(
    "name", [name for name in all_but_one_slow("CREATE") if "large" not in str(name)]
)
@pytest.mark.usefixtures("heavy")
def test_the_disk_is_full(name, trial):
    def prepare(store):
        writer = store._database._writer
        (pages,) = writer.execute("PRAGMA page_count").fetchone()
        (free,) = writer.execute("PRAGMA freelist_count").fetchone()
        assert free == 0
        writer.execute(f"PRAGMA max_page_count = {pages + 3 * trial.failures}")

    def lift(store, _):
        store._database._writer.execute("PRAGMA max_page_count = 1000000")

    trial.run_until_success(prepare, lift)
    print(f"{name}: failed with {trial.failures} amounts of free space")
    assert trial.failures >= 1

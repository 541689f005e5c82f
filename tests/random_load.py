"""``python -m tests.random_load HOST PORT USER PASSWORD``: clients at work on one mailbox at once.

Each client appends, stores, expunges, fetches, copies, moves and searches at random, and keeps the
sequence numbers that the server gave it. What may not happen ends the load with an exception: a
tagged BAD, a NO but those that RFC 2180 (4.2.2, 4.4.1) allows, a broken invariant, another
message's data, or clients that do not agree in the end.
"""

import argparse
import random
import sys
import threading
import time
from collections import Counter
from collections.abc import Callable

from conformance.oracle import Checker, Record
from conformance.wire import Answer, Connection, Endpoint, Literal
from conformance.wire.grammar import Exists, Expunge

ELSEWHERE = "Elsewhere"
FLAGS = ("\\Seen", "\\Answered", "\\Flagged", "\\Draft", "$Forwarded")
_LARGE = 80  # messages: above, clients expunge more than they append


class Wrong(Exception):  # noqa: N818 - names what the server did
    """An answer that the server may not give."""


class Load:
    """The state that all clients share: the account, the token of each UID, and the count."""

    def __init__(self, endpoint: Endpoint, user: str, password: str, seed: int = 0) -> None:
        self.endpoint, self.user, self.password, self.seed = endpoint, user, password, seed
        self.record = Record()
        self.tokens: dict[int, str] = {}
        self.answers: Counter[str] = Counter()
        self.failures: list[BaseException] = []
        self.stop = threading.Event()

    def run(self, clients: int, *, commands: int | None = None, seconds: float = 1e9) -> None:
        """Let clients work until each has sent so many commands, or so many seconds are over."""
        with self._connect("setup") as connection:
            connection.command("CREATE", ELSEWHERE)
            connection.ok("LOGOUT")
        threads = [
            threading.Thread(target=self._work, args=(number, commands, seconds))
            for number in range(clients)
        ]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        if self.failures:
            raise self.failures[0]
        self._compare()

    def _work(self, number: int, commands: int | None, seconds: float) -> None:
        deadline = time.monotonic() + seconds
        try:
            with self._connect(f"c{number}") as connection:
                user = User(self, connection, random.Random(f"{self.seed}/{number}"))
                sent = 0
                while not self.stop.is_set() and time.monotonic() < deadline and sent != commands:
                    user.do_something()
                    sent += 1
                connection.ok("LOGOUT")
        except BaseException as failure:
            self.failures.append(failure)
            self.stop.set()

    def _connect(self, name: str) -> Connection:
        checker = Checker(self.record, account=self.user, name=name)
        connection = Connection.open(self.endpoint, name=name, checker=checker)
        connection.login(self.user, self.password)
        return connection

    def _compare(self) -> None:
        """Sessions that begin now see the same messages, each with its own data."""
        seen = []
        for name in ("first", "second"):
            with self._connect(name) as connection:
                user = User(self, connection, random.Random(0))
                items = "(UID FLAGS BODY.PEEK[])"
                fetched = user.command("FETCH", "1:*", items).fetches() if user.view else []
                if len(fetched) != len(user.view):
                    raise Wrong(f"{len(user.view)} messages exist, {len(fetched)} were fetched")
                seen.append([(one.uid, one.flags) for one in fetched])
        if seen[0] != seen[1]:
            raise Wrong(f"two new sessions differ: {seen}")


class User:
    """One client with INBOX selected. ``view`` has an object for each message that it knows."""

    def __init__(self, load: Load, connection: Connection, choose: random.Random) -> None:
        self.load, self.connection, self.choose = load, connection, choose
        self.view: list[object] = []
        self.appended = 0
        self.command("SELECT", "INBOX")

    def do_something(self) -> None:
        full = len(self.view) > _LARGE
        actions: dict[Callable[[], object], int] = {
            self.append: 3 if full else 10,
            self.delete: 8 if full else 4,
            self.expunge: 4 if full else 2,
            self.store: 8,
            self.fetch: 8,
            self.search: 2,
            self.copy: 2,
            self.move: 2,
            self.idle: 1,
            lambda: self.command("NOOP"): 3,
        }
        action = self.choose.choices(list(actions), list(actions.values()))[0]
        if self.view or action in (self.append, self.idle):
            action()

    def command(self, name: str, *arguments: object, may_refuse: bool = False) -> Answer:
        """Send a command, and take in what it brings. Raises Wrong."""
        connection = self.connection
        connection.transcript.entries.clear()
        answer = connection.command(name, *arguments)
        self.load.answers[f"{name} {answer.status}"] += 1
        if answer.status != "OK" and not (may_refuse and answer.status == "NO"):
            raise Wrong(f"{answer!r}\n{connection.transcript}")
        self._take_in(answer)
        return answer

    def _take_in(self, answer: Answer) -> None:
        for response in answer.untagged:
            if isinstance(response, Expunge):
                del self.view[response.number - 1]
            elif isinstance(response, Exists):
                self.view += [object() for _ in range(response.number - len(self.view))]
        for one in answer.fetches():
            if "BODY[]" in one:
                token = (one.section() or b"").rpartition(b"Token: ")[2].decode("ascii")
                self._check(one.uid, token.strip())
        if self.connection.checker.violations:
            found = self.connection.checker.violations[0]
            raise Wrong(f"{found}\n{self.connection.transcript}")

    def _check(self, uid: int, token: str) -> None:
        if self.load.tokens.setdefault(uid, token) != token:
            raise Wrong(f"UID {uid} is {self.load.tokens[uid]}, and was answered with {token}")

    def _some(self) -> tuple[str, list[object]]:
        """A sequence set, and the messages that it names."""
        first = self.choose.randrange(len(self.view))
        last = min(len(self.view), first + self.choose.choice((1, 1, 1, 2, 5, 20)))
        return f"{first + 1}:{last}", self.view[first:last]

    def _gone(self, messages: list[object]) -> int:
        """The number of these messages that are expunged, after all changes were reported."""
        self.command("NOOP")
        left = set(map(id, self.view))
        return sum(id(message) not in left for message in messages)

    def append(self) -> None:
        self.appended += 1
        token = f"{self.connection.name}-{self.appended}"
        message = f"From: load@example.test\r\nToken: {token}\r\n\r\nToken: {token}\r\n"
        flags = self.choose.sample(FLAGS, self.choose.randrange(3))
        answer = self.command("APPEND", "INBOX", flags, Literal(message.encode("ascii")))
        append_uid = answer.append_uid
        if append_uid is None:
            raise Wrong(f"APPEND without APPENDUID: {answer!r}")
        for uid in append_uid.uids:
            self._check(uid, token)

    def store(self, flags: tuple[str, ...] = FLAGS) -> None:
        numbers, messages = self._some()
        action = self.choose.choice(("+", "-")) + "FLAGS"
        if flags is not FLAGS:
            action = "+FLAGS"
        silent = self.choose.choice((".SILENT", ""))
        answer = self.command(
            "STORE", numbers, action + silent, [self.choose.choice(flags)], may_refuse=not silent
        )
        if answer.status == "NO":
            if self._gone(messages) < len(messages):
                raise Wrong(f"STORE of messages that are there: {answer!r}")
        elif answer.code("EXPUNGEISSUED") and not self._gone(messages):
            raise Wrong(f"EXPUNGEISSUED, and nothing was expunged: {answer!r}")

    def delete(self) -> None:
        self.store(("\\Deleted",))

    def expunge(self) -> None:
        self.command("EXPUNGE")

    def fetch(self) -> None:
        items = self.choose.choice(("(FLAGS)", "(UID BODY.PEEK[])", "(UID BODY[])", "FULL"))
        numbers, messages = self._some()
        answer = self.command("FETCH", numbers, items)
        fetched = {one.number for one in answer.fetches()}
        if not fetched.issuperset(range(*_span(numbers))):
            raise Wrong(f"FETCH {numbers} brought {sorted(fetched)} of {len(messages)} messages")

    def search(self) -> None:
        self.command("SEARCH", self.choose.choice(("ALL", "UNDELETED", "NOT FROM load", "SEEN")))

    def copy(self) -> None:
        self._transfer("COPY", ELSEWHERE)

    def move(self) -> None:
        self._transfer("MOVE", self.choose.choice((ELSEWHERE, "INBOX")))

    def _transfer(self, command: str, destination: str) -> None:
        numbers, messages = self._some()
        answer = self.command(command, numbers, destination, may_refuse=True)
        if answer.status == "NO":
            if not self._gone(messages):
                raise Wrong(f"{command} of messages that are there: {answer!r}")
        elif (copied := answer.copy_uid) is not None and destination == "INBOX":
            for source, target in zip(copied.sources, copied.targets, strict=True):
                if source in self.load.tokens:
                    self._check(target, self.load.tokens[source])

    def idle(self) -> None:
        self.connection.transcript.entries.clear()
        tag = self.connection.send_command("IDLE")
        self.connection.expect_continuation()
        self.connection.send_line(b"DONE")
        self._take_in(self.connection.finish(tag).expect("OK"))


def _span(numbers: str) -> tuple[int, int]:
    first, last = map(int, numbers.split(":"))
    return first, last + 1


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    for name in ("host", "port", "user", "password"):
        parser.add_argument(name)
    parser.add_argument("--clients", type=int, default=10)
    parser.add_argument("--seconds", type=float, default=60)
    parser.add_argument("--seed", type=int, default=0)
    options = parser.parse_args()
    endpoint = Endpoint(options.host, int(options.port), deadline=60)
    load = Load(endpoint, options.user, options.password, options.seed)
    try:
        load.run(options.clients, seconds=options.seconds)
    finally:
        for answer, count in sorted(load.answers.items()):
            print(f"{count:8} {answer}")
    return 0


if __name__ == "__main__":
    sys.exit(main())

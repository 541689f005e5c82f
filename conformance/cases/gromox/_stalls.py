"""Clients that stall, each in its own way, all at the same time.

A way to stall is a function with the mark `stall`. It opens a connection, does what it does, and
returns the `Ending` that the server gave it. Whatever waits here waits for the server to act;
the pauses are the client's behaviour, which is what the cases are about.
"""

import contextlib
import select
import time
from collections.abc import Callable, Iterable
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass, field

from conformance.case_connection import CaseConnection
from conformance.oracle import Checker, Record
from conformance.report.outcome import BrokenRule
from conformance.targets.description import Account
from conformance.targets.server import Server
from conformance.wire import DeadlineExpired, Deviation, ServerClosed, Transcript
from conformance.wire.channel import Channel
from conformance.wire.grammar import Condition, Response

CONN_TIMEOUT = 1.0
AUTOLOGOUT_TIME = 2.0
LATE = 1.5  # seconds after the time set in which the server must have acted
OPEN = 5.0  # seconds after which a connection that is still open counts as never ended
PAUSE = 0.2  # seconds between the octets of a client that sends one now and then
MESSAGE_SIZE = 1024 * 1024


@dataclass
class Ending:
    """How a connection ended. Times are monotonic, in seconds.

    `began` is before the client's last activity in the strictest sense, a whole command (or the
    connection); `settled` is after all that the client does. `responses` came between then and the
    end; `octets` did where the client speaks no IMAP.
    """

    began: float
    settled: float
    ended: float | None = None  # None: it did not end
    responses: list[Response] = field(default_factory=list)
    octets: bytes = b""

    def expect_bye(self) -> None:
        """The last that the server said is an untagged BYE; an AssertionError if not."""
        last = self.responses[-1] if self.responses else None
        bye = isinstance(last, Condition) and (last.kind, last.tag) == ("BYE", None)
        assert bye, f"the connection ended with {last}, not with an untagged BYE"


class Client:
    """What a way to stall is given: connections of its own, their dialogue and their oracle."""

    def __init__(self, server: Server, account: Account, mailbox: str) -> None:
        self.server = server
        self.account = account
        self.mailbox = mailbox  # holds one message of MESSAGE_SIZE octets
        self.transcript = Transcript()
        self._record = Record()
        self._checkers: list[Checker] = []
        self._open = contextlib.ExitStack()

    def connect(self, kind: str | None = None) -> CaseConnection:
        """A connection with its greeting read."""
        address = self.server.address(kind)
        assert address is not None
        checker = Checker(self._record, name="AB"[len(self._checkers)])
        self._checkers.append(checker)
        connection = CaseConnection.open(
            self.server.endpoint(address),
            name=checker.name,
            transcript=self.transcript,
            checker=checker,
            offered=self.server.capabilities + self.server.initial_capabilities,
        )
        self._open.callback(connection.close)
        return connection

    def log_in(self, kind: str | None = None, *, select: bool = False) -> CaseConnection:
        """A connection that is logged in, over TLS where there is no login without."""
        connection = self.connect(kind)
        if kind is None and "LOGINDISABLED" in self.server.initial_capabilities:
            connection.start_tls()
        connection.log_in(self.account)
        if select:
            connection.select(self.mailbox)
        return connection

    def channel(self, kind: str) -> Channel:
        """A connection without IMAP and without TLS."""
        address = self.server.address(kind)
        assert address is not None
        channel = Channel.open(self.server.endpoint(address))
        self._open.callback(channel.close)
        return channel

    def close(self) -> None:
        self._open.close()

    @property
    def broken_rules(self) -> list[BrokenRule]:
        return [BrokenRule(each) for checker in self._checkers for each in checker.violations]


Script = Callable[[Client], Ending]


@dataclass(frozen=True)
class Way:
    """A way to stall. `needs`: "imaps" or "STARTTLS", where the server has to have that."""

    script: Script
    needs: str = ""

    def possible(self, server: Server) -> bool:
        if self.needs == "imaps":
            return server.address("imaps") is not None
        return not self.needs or self.needs in server.initial_capabilities


WAYS: dict[str, Way] = {}


def stall(name: str, needs: str = "") -> Callable[[Script], Script]:
    """The function is a way to stall, known by this name."""

    def register(script: Script) -> Script:
        WAYS[name] = Way(script, needs)
        return script

    return register


@dataclass
class Stall:
    """One that was played. `ending` raises what the client met before it came to stall."""

    client: Client
    future: Future[Ending]

    @property
    def ending(self) -> Ending:
        return self.future.result()


def play(server: Server, account: Account, mailbox: str, names: Iterable[str]) -> dict[str, Stall]:
    """Play these ways to stall side by side, to their ends."""
    clients = {name: Client(server, account, mailbox) for name in names}
    with ThreadPoolExecutor(max(1, len(clients))) as pool:
        stalls = {
            name: Stall(client, pool.submit(WAYS[name].script, client))
            for name, client in clients.items()
        }
    for client in clients.values():
        client.close()
    return stalls


# Until the server acts


def wait(
    connection: CaseConnection, began: float, now_and_then: Callable[[], object] | None = None
) -> Ending:
    """Read until the server closes; `now_and_then` is done when nothing came for PAUSE."""
    ending = Ending(began, time.monotonic())
    while time.monotonic() < ending.settled + OPEN:
        try:
            ending.responses.append(
                connection.read_response(timeout=PAUSE if now_and_then else OPEN)
            )
        except ServerClosed:
            ending.ended = time.monotonic()
            break
        except DeadlineExpired:
            if now_and_then is not None:
                with contextlib.suppress(ServerClosed):
                    now_and_then()
    return ending


def wait_below_imap(channel: Channel, began: float, octets: bytes = b"") -> Ending:
    """The same where the client speaks no IMAP; one of `octets` is sent each PAUSE."""
    ending = Ending(began, time.monotonic())
    rest = iter(octets)
    while time.monotonic() < ending.settled + OPEN:
        try:
            if not select.select([channel.socket], [], [], PAUSE)[0]:
                channel.socket.sendall(bytes(octet for octet, _ in zip(rest, "1", strict=False)))
                continue
            came = channel.socket.recv(65536)
        except OSError:  # closed, and octets of ours came too late
            came = b""
        ending.octets += came
        if not came:
            ending.ended = time.monotonic()
            break
    return ending


def stay(connection: CaseConnection, seconds: float) -> None:
    """Be silent for so long; the connection must last."""
    if connection.is_closed_by_server(timeout=seconds):
        raise Deviation(f"the server ended the connection within {seconds:g} s of a command")


def keep_awake(connection: CaseConnection, seconds: float) -> Ending:
    """Send a command twice, each time a little before so many seconds have passed."""
    began = time.monotonic()
    for _ in range(2):
        stay(connection, 0.6 * seconds)
        connection.ok("NOOP")
    return Ending(began, time.monotonic())

"""What is measured. A workload runs in one client process or in several at once."""

import imaplib
import multiprocessing
import random
import ssl
import time
from collections.abc import Callable
from dataclasses import dataclass
from multiprocessing.synchronize import Barrier
from typing import Any

from bench_client import BenchmarkError, Endpoint, append
from bench_servers import RunningServer

BIG = "bench-big"  # filled once with the messages that most workloads read
EMPTY = "bench-empty"
IDLE_SESSIONS = 200
JOIN_SECONDS = 600

Interval = tuple[float, float]


@dataclass(frozen=True)
class Load:
    """What a workload is given: where, which of the client processes it is, how large BIG is."""

    endpoint: Endpoint
    client: int
    messages: int


@dataclass(frozen=True)
class Summary:
    """What a client process reports: how many intervals, their sum, the first begin, the last end.

    Small, so that a process can leave it in the queue's pipe and end.
    """

    operations: int
    busy: float
    begin: float
    end: float


@dataclass(frozen=True)
class Workload:
    """`run` does the operations and returns when each began and ended (seconds, monotonic)."""

    name: str
    limit: float  # times Dovecot's value
    run: Callable[[Load], list[Interval]]
    clients: int = 1
    per: int = 1  # operations an interval stands for


def message(number: int, size: int = 4096) -> bytes:
    """A message of about `size` octets; every hundredth has the word needle in Subject and text."""
    pick = random.Random(number)
    rare = " needle" if number % 100 == 0 else ""
    header = (
        f"Received: from relay{number % 7}.example.test by mx.example.test; "
        f"Wed, 17 Jul 1996 02:23:25 -0700\r\n"
        f"Date: {number % 28 + 1} Jul 2003 02:23:25 +0200\r\n"
        f'From: "Sender {number % 97}" <sender{number % 97}@example.test>\r\n'
        f"To: Alice <alice@example.test>, list{number % 5}@example.test\r\n"
        f"Cc: Bob Example <bob@example.test>\r\n"
        f"Subject: report {number} of the month{rare}\r\n"
        f"Message-ID: <{number}.{pick.randrange(10**9)}@example.test>\r\n"
        f"MIME-Version: 1.0\r\nContent-Type: text/plain; charset=us-ascii\r\n\r\n"
    )
    lines = [f"hidden{rare}"]
    room = size - len(header)
    while room > 0:
        lines.append(" ".join(f"{pick.getrandbits(32):08x}" for _ in range(8)))
        room -= len(lines[-1]) + 2
    return (header + "\r\n".join(lines) + "\r\n").encode()


def fill(endpoint: Endpoint, messages: int) -> None:
    """Make the mailboxes; every tenth message of the big one is not \\Seen."""
    with endpoint.session() as client:
        for mailbox in (BIG, EMPTY, "bench-copy", *(f"bench-{n}" for n in range(8))):
            client.command(f"CREATE {mailbox}")
        for first in range(0, messages, 50):
            commands = [append(BIG, message(n)) for n in range(first, min(first + 50, messages))]
            client.finish(client.send(*commands))
        client.command(f"SELECT {BIG}")
        client.command("STORE 1:* +FLAGS.SILENT (\\Seen)")
        for number in range(10, messages + 1, 1000):
            numbers = ",".join(map(str, range(number, min(number + 1000, messages + 1), 10)))
            client.command(f"STORE {numbers} -FLAGS.SILENT (\\Seen)")


def timed(operation: Callable[[], Any]) -> Interval:
    begin = time.monotonic()
    operation()
    return begin, time.monotonic()


def log_in_and_out(times: int) -> Callable[[Load], list[Interval]]:
    def once(endpoint: Endpoint) -> None:
        with endpoint.session():
            pass

    return lambda load: [timed(lambda: once(load.endpoint)) for _ in range(times)]


def noop(load: Load) -> list[Interval]:
    with load.endpoint.session() as client:
        return [timed(lambda: client.command("NOOP")) for _ in range(2000)]


def noops_in_flight(load: Load) -> list[Interval]:
    with load.endpoint.session() as client:
        return [timed(lambda: client.finish(client.send(*["NOOP"] * 100))) for _ in range(20)]


def append_messages(times: int, size: int) -> Callable[[Load], list[Interval]]:
    def run(load: Load) -> list[Interval]:
        command = append(f"bench-{load.client}", message(1, size))
        with load.endpoint.session() as client:
            return [timed(lambda: client.command(command)) for _ in range(times)]

    return run


def append_by_imaplib(*, tls: bool) -> Callable[[Load], list[Interval]]:
    """APPEND by Python's imaplib as it is: with Nagle's algorithm, in several writes."""

    def run(load: Load) -> list[Interval]:
        endpoint, octets = load.endpoint, message(1)
        if tls:
            context = ssl.create_default_context()
            context.check_hostname = False
            context.verify_mode = ssl.CERT_NONE
            client = imaplib.IMAP4_SSL(endpoint.host, endpoint.tls_port, ssl_context=context)
        else:
            client = imaplib.IMAP4(endpoint.host, endpoint.port)
        with client:
            client.login(endpoint.user, endpoint.password)

            def append_one() -> None:
                status, data = client.append("bench-0", "", "", octets)
                if status != "OK":
                    raise BenchmarkError(f"answered {status} {data!r}")

            return [timed(append_one) for _ in range(100)]

    return run


def in_big(times: int, command: str, octets_a_message: float) -> Callable[[Load], list[Interval]]:
    """A command in the big mailbox; the answer has at least so many octets a message."""

    def run(load: Load) -> list[Interval]:
        due = int(load.messages * octets_a_message)
        with load.endpoint.session(BIG) as client:
            return [timed(lambda: client.command(command, at_least=due)) for _ in range(times)]

    return run


def select_first(load: Load) -> list[Interval]:
    """SELECT as a client that has just logged in does it."""
    found = []
    for _ in range(10):
        with load.endpoint.session() as client:
            found.append(timed(lambda: client.command(f"SELECT {BIG}")))
    return found


def select_again(load: Load) -> list[Interval]:
    """SELECT of a mailbox that the same session has just left."""
    with load.endpoint.session(BIG) as client:
        found = []
        for _ in range(10):
            client.command("UNSELECT")
            found.append(timed(lambda: client.command(f"SELECT {BIG}")))
        return found


def store(load: Load) -> list[Interval]:
    with load.endpoint.session(BIG) as client:
        found, due = [], load.messages * 20
        for _ in range(3):
            found.append(
                timed(lambda: client.command("STORE 1:* +FLAGS (\\Flagged)", at_least=due))
            )
            client.command("STORE 1:* -FLAGS.SILENT (\\Flagged)")
        return found


def copy(load: Load) -> list[Interval]:
    with load.endpoint.session(BIG) as client:
        return [timed(lambda: client.command("COPY 1:100 bench-copy")) for _ in range(5)]


def expunge(load: Load) -> list[Interval]:
    found = []
    for _ in range(5):
        with load.endpoint.session(BIG) as client:
            client.command("COPY 1:100 bench-copy")
        with load.endpoint.session("bench-copy") as client:
            client.command("STORE 1:100 +FLAGS.SILENT (\\Deleted)")
            found.append(timed(lambda: client.command("EXPUNGE", at_least=100 * 13)))
    return found


def append_to_idle(load: Load) -> list[Interval]:
    with load.endpoint.session("bench-0") as watcher, load.endpoint.session() as writer:
        found = []
        for number in range(5):
            tag = watcher.begin_idle()
            begin = time.monotonic()
            sent = writer.send(append("bench-0", message(number)))
            watcher.read_until(lambda tail: b" EXISTS\r\n" in tail)
            found.append((begin, time.monotonic()))
            writer.finish(sent)
            watcher.end_idle(tag)
        return found


WORKLOADS = [
    Workload("login-logout", 8, log_in_and_out(40)),
    Workload("login-logout-16", 8, log_in_and_out(8), clients=16),
    Workload("noop", 8, noop),
    Workload("noop-100-in-flight", 8, noops_in_flight, per=100),
    Workload("append-4k", 8, append_messages(100, 4096)),
    Workload("append-4k-8", 8, append_messages(25, 4096), clients=8),
    Workload("append-imaplib", 1, append_by_imaplib(tls=False)),
    Workload("append-imaplib-tls", 1, append_by_imaplib(tls=True)),
    Workload("append-5m", 8, append_messages(4, 5 << 20)),
    Workload("select", 8, select_first),
    Workload("select-again", 8, select_again),
    Workload("fetch-flags", 4, in_big(5, "FETCH 1:* (FLAGS)", 20)),
    Workload(
        "fetch-envelope",
        4,
        in_big(3, "FETCH 1:* (UID FLAGS INTERNALDATE RFC822.SIZE ENVELOPE)", 300),
    ),
    Workload("fetch-bodies", 8, in_big(1, "FETCH 1:* BODY.PEEK[]", 4096)),
    Workload("search-subject", 8, in_big(3, "SEARCH SUBJECT needle", 0.02)),
    Workload("search-text", 8, in_big(1, "SEARCH TEXT needle", 0.02)),
    Workload("search-unseen", 8, in_big(10, "SEARCH UNSEEN", 0.2)),
    Workload("store-flags", 8, store),
    Workload("copy-100", 8, copy),
    Workload("expunge-100", 8, expunge),
    Workload("append-to-idle", 1, append_to_idle),
]
MEMORY = {"idle-memory": (EMPTY, 1.0), "idle-memory-big": (BIG, 1.0)}


def measure(workload: Workload, server: RunningServer, messages: int) -> float:
    """Seconds an operation; of several clients, from the first begin to the last end over all."""
    context = multiprocessing.get_context("fork")
    barrier, results = context.Barrier(workload.clients), context.SimpleQueue()
    processes = [
        context.Process(
            target=work, args=(workload, Load(server.endpoint, n, messages), barrier, results)
        )
        for n in range(workload.clients)
    ]
    for process in processes:
        process.start()
    answers: list[Summary | str] = []
    try:
        for process in processes:
            process.join(JOIN_SECONDS)
            if process.exitcode != 0:
                raise BenchmarkError(f"a client ended with {process.exitcode}")
            answers.append(results.get())
    finally:
        for process in processes:
            process.kill()
            process.join()
    summaries = [answer for answer in answers if isinstance(answer, Summary)]
    for answer in answers:
        if isinstance(answer, str):
            raise BenchmarkError(answer)
    operations = sum(summary.operations for summary in summaries) * workload.per
    if workload.clients == 1:
        return summaries[0].busy / operations
    first = min(summary.begin for summary in summaries)
    return (max(summary.end for summary in summaries) - first) / operations


def work(workload: Workload, load: Load, barrier: Barrier, results: Any) -> None:
    """The life of a client process."""
    barrier.wait(JOIN_SECONDS)
    try:
        intervals = workload.run(load)
        busy = sum(end - begin for begin, end in intervals)
        results.put(Summary(len(intervals), busy, intervals[0][0], intervals[-1][1]))
    except (BenchmarkError, OSError, imaplib.IMAP4.error) as error:
        results.put(str(error))


def memory_a_session(server: RunningServer, mailbox: str) -> float:
    """Octets by which the server grows for each of 200 sessions in IDLE."""
    before = server.memory()
    clients = []
    try:
        for _ in range(IDLE_SESSIONS):
            client = server.endpoint.connect()
            clients.append(client)
            client.log_in()
            client.command(f"SELECT {mailbox}")
            client.begin_idle()
        return (server.memory() - before) / IDLE_SESSIONS
    finally:
        for client in clients:
            client.close()

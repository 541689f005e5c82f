"""The working memory of the costliest commands: peak above rest, in a mailbox of 100,000 messages.

The store is filled straight through the storage package. Each command has a server of its own,
since memory that an earlier one has freed would be used again and not be seen.
"""

import shutil
import socket
import tempfile
import threading
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from bench_client import BenchmarkError, append
from bench_servers import USER, RunningServer, reference_server

from reference_server.storage import NewMessage, Store

LIMIT = 64 << 20  # octets
PATIENCE_SECONDS = 30  # a command that takes longer has reached its peak by then
LARGEST_MESSAGE = 63 << 20  # octets; APPENDLIMIT is 64 MiB
LONGEST_LINE = 64_000  # octets; the server accepts 65,536
BIG, HUGE, ENVELOPES, MANY = "big", "huge", "envelopes", "many"
ENABLE = "ENABLE QRESYNC"


@dataclass(frozen=True)
class Command:
    """A command to measure.

    `before` are those that bring the session into its state; `behind` are measured with it.
    """

    name: str
    build: Callable[[], str | bytes]
    before: tuple[str, ...] = (f"SELECT {BIG}",)
    behind: tuple[str, ...] = ()
    changes: bool = False  # the store: it is measured on a copy
    limit: int = LIMIT


def keys(template: str, longest: int = LONGEST_LINE) -> str:
    """A SEARCH of as many keys as a line holds; `#` is the number of the key."""
    return "SEARCH " + numbered(template, longest)


def numbered(template: str, longest: int = LONGEST_LINE, separator: str = " ") -> str:
    parts = []
    room = longest
    while room > 0:
        parts.append(template.replace("#", str(len(parts) + 1)))
        room -= len(parts[-1]) + len(separator)
    return separator.join(parts)


def odd_numbers(longest: int = LONGEST_LINE) -> str:
    """A set of ranges that cannot be joined."""
    parts = []
    room, number = longest, 1
    while room > 0:
        parts.append(f"{number}:{number + 1}")
        room -= len(parts[-1]) + 1
        number += 3
    return ",".join(parts)


def nested(depth: int = 60) -> str:
    key = "1:*"
    for number in range(1, depth):
        key = f"OR NOT {number}:* ({key})" if number % 3 else f"(NOT ({key}) UID {number}:*)"
    return f"SEARCH {key}"


def fetch(items: str, messages: str = "1:*") -> str:
    return f"FETCH {messages} ({items})"


def append_large(name: str, head: bytes, filler: bytes) -> Command:
    """APPEND of about as many octets as the server takes, and what it computes of them."""

    def build() -> bytes:
        return append(MANY, head + filler * ((LARGEST_MESSAGE - len(head)) // len(filler)))

    computed = "FETCH * (ENVELOPE BODYSTRUCTURE)"
    return Command(f"append-{name}", build, behind=(f"SELECT {MANY}", computed))


def nested_multiparts(depth: int) -> bytes:
    return b"".join(
        b"Content-Type: multipart/mixed; boundary=b%d\r\n\r\n--b%d\r\n" % (level, level)
        for level in range(depth)
    )


MIXED = b"Content-Type: multipart/mixed; boundary=b\r\n\r\n"
SENDERS = b"--b\r\nContent-Type: message/rfc822\r\n\r\nFrom: " + b"a," * 120_000 + b"\r\n\r\n\r\n"
RESYNCHRONIZED = (ENABLE, f"SELECT {BIG}")
UNFINISHED = "BODY.PEEK[TEXT]<#.99999>"
COMMANDS = [
    Command("select", lambda: f"SELECT {BIG}", before=()),
    Command(
        "select-qresync",
        lambda: f"SELECT {BIG} (QRESYNC (1 1 {odd_numbers(30_000)} (1:9999 1:9999)))",
        before=(ENABLE,),
    ),
    Command("status", lambda: f"STATUS {BIG} (MESSAGES UNSEEN SIZE)", before=()),
    Command("list-patterns", lambda: f'LIST "" ({numbered("%#*", 450)})', before=()),
    Command("list-status", lambda: 'LIST "" "*" RETURN (STATUS (MESSAGES UNSEEN SIZE))', before=()),
    Command("search-everything", lambda: "SEARCH " + "1:* " * 4000 + "ALL"),
    Command("search-sequences", lambda: keys("#:*")),
    Command("search-not-uids", lambda: keys("NOT UID #")),
    Command("search-odd", lambda: f"SEARCH {odd_numbers(30_000)} NOT {odd_numbers(30_000)}"),
    Command("search-nested", nested),
    Command("search-keywords", lambda: keys("UNKEYWORD k#")),
    Command("search-dates", lambda: keys("SINCE 1-Jan-1990 NOT LARGER 9#")),
    Command("search-subjects", lambda: keys("NOT SUBJECT q#")),
    Command("search-texts", lambda: keys("NOT TEXT q#")),
    Command("search-huge", lambda: "SEARCH TEXT nowhere", before=(f"SELECT {HUGE}",)),
    Command("search-huge-header", lambda: "SEARCH HEADER X-Line x", before=(f"SELECT {HUGE}",)),
    Command(
        "search-saved",
        lambda: keys("$ NOT UID $ OR $ #"),
        before=(f"SELECT {BIG}", "SEARCH RETURN (SAVE) FLAGGED"),
    ),
    Command("search-gaps", lambda: "SEARCH RETURN (ALL) FLAGGED"),
    Command("fetch-flags", lambda: fetch("UID FLAGS")),
    Command("fetch-full", lambda: "FETCH 1:* FULL"),
    Command("fetch-envelopes", lambda: fetch("ENVELOPE"), before=(f"SELECT {ENVELOPES}",)),
    Command(
        "fetch-envelopes-text",
        lambda: fetch("ENVELOPE BODY.PEEK[TEXT]"),
        before=(f"SELECT {ENVELOPES}",),
    ),
    Command("fetch-bodies", lambda: fetch("BODY.PEEK[]")),
    Command("fetch-ranges", lambda: f"UID FETCH {odd_numbers()} (FLAGS)"),
    Command(
        "fetch-partials",
        lambda: fetch(numbered(UNFINISHED), "1"),
        before=(f"SELECT {HUGE}",),
    ),
    Command(
        "fetch-fields",
        lambda: fetch(numbered("BODY.PEEK[HEADER.FIELDS.NOT (f#)]"), "1:*"),
        before=(f"SELECT {ENVELOPES}",),
    ),
    Command(
        "fetch-binary",
        lambda: fetch(numbered("BINARY.PEEK[1]<#.99999> BINARY.SIZE[#]", 12_000), "1"),
        before=(f"SELECT {HUGE}",),
    ),
    Command(
        "fetch-huge",
        lambda: fetch(f"BODY.PEEK[] BODY.PEEK[HEADER] {numbered('BODY.PEEK[#]', 500)}"),
        before=(f"SELECT {HUGE}",),
    ),
    Command(
        "fetch-huge-fields",
        lambda: fetch("BODY.PEEK[HEADER.FIELDS (X-Line)] BODY.PEEK[HEADER.FIELDS.NOT (x)]"),
        before=(f"SELECT {HUGE}",),
    ),
    Command(
        "fetch-changed",
        lambda: "UID FETCH 1:* (FLAGS) (CHANGEDSINCE 1 VANISHED)",
        before=RESYNCHRONIZED,
    ),
    Command("store", lambda: "STORE 1:* +FLAGS (\\Answered)", changes=True),
    Command("store-keywords", lambda: f"STORE 1:* +FLAGS ({numbered('k#', 4000)})", changes=True),
    Command(
        "uid-store-condstore",
        lambda: "UID STORE 1:* (UNCHANGEDSINCE 1) -FLAGS (\\Flagged)",
        before=RESYNCHRONIZED,
        changes=True,
    ),
    Command("copy", lambda: f"COPY 1:* {MANY}", changes=True),
    Command("move-ranges", lambda: f"UID MOVE {odd_numbers()} {MANY}", changes=True),
    Command("move", lambda: f"MOVE 1:* {MANY}", changes=True),
    Command("expunge", lambda: "EXPUNGE", before=(f"SELECT {BIG}-deleted",), changes=True),
    Command(
        "expunge-qresync", lambda: "EXPUNGE", before=(ENABLE, f"SELECT {BIG}-deleted"), changes=True
    ),
    Command("close", lambda: "CLOSE", before=(f"SELECT {BIG}-deleted",), changes=True),
    Command("delete", lambda: f"DELETE {BIG}-deleted", before=(), changes=True),
    # The last ones: what they add is in no other's way.
    append_large("subject", b"Subject: ", b"x"),
    append_large("addresses", b"", b"To: " + b"a@b," * 1600 + b"\r\n"),
    append_large("fields", b"", b"a:\n"),
    append_large("parameters", b"Content-Type: text/plain; ", b"a=b;"),
    append_large("parts", MIXED, b"--b\r\n\r\nx\r\n"),
    append_large("nested", nested_multiparts(99), b"x" * 76 + b"\r\n"),
    append_large("delimiters", nested_multiparts(99), b"--b\n" * 100),
    append_large("senders", MIXED, SENDERS),
    append_large("base64", MIXED + b"--b\r\n\r\n", b"QUJD" * 19 + b"\r\n"),
]


def fill(folder: Path, messages: int) -> None:
    """Make the mailboxes: every second message of BIG is flagged, all of BIG-deleted deleted."""
    store = Store(folder)
    try:
        account = store.account(USER)
        others = (f"{MANY}-{number}" for number in range(500))
        for name in (BIG, f"{BIG}-deleted", HUGE, ENVELOPES, MANY, *others):
            account.create(name)
        small = new_message(b"Subject: small\r\n\r\n" + b"hidden words\r\n" * 60)
        flagged, deleted = (flagged_as(small, flag) for flag in ("\\Flagged", "\\Deleted"))
        for _ in range(messages // 1000):
            account.append(BIG, [small, flagged] * 500)
            account.append(f"{BIG}-deleted", [deleted] * 1000)
        text = b"words that go on and on, and over\r\n" * (40 << 10)
        parts = b"".join(b"--b\r\n\r\n" + text + b"\r\n" for _ in range(40))
        head = b"Content-Type: multipart/mixed; boundary=b\r\n\r\n"
        account.append(HUGE, [new_message(head + parts + b"--b--\r\n")])
        lines = b"".join(b"X-Line: %030d\r\n" % number for number in range(1_000_000))
        account.append(HUGE, [new_message(lines + b"\r\nbody\r\n")])
        to = b",\r\n ".join(b'"Someone %d" <user%d@example.test>' % (n, n) for n in range(10_000))
        letter = new_message(b"Subject: to all\r\nTo: " + to + b"\r\n\r\nbody\r\n")
        account.append(ENVELOPES, [letter] * 200)
    finally:
        store.close()


def new_message(octets: bytes) -> NewMessage:
    when = datetime(2003, 7, 17, tzinfo=UTC)
    return NewMessage(octets, frozenset(), when)


def flagged_as(message: NewMessage, flag: str) -> NewMessage:
    return NewMessage(message.octets, frozenset({flag}), message.internal_date)


@dataclass
class Peak:
    """The most memory that a command took above rest, in octets."""

    command: Command
    octets: int = 0
    finished: bool = True
    error: str | None = None

    @property
    def within(self) -> bool:
        return self.error is None and self.octets <= self.command.limit


def measure_memory(
    chosen: set[str], messages: int, folder: str | None, progress: Callable[[str], None]
) -> Iterator[Peak]:
    """The peak of each chosen command."""
    with tempfile.TemporaryDirectory(prefix="bench-", dir=folder) as name:
        root = Path(name)
        progress("filling the store")
        fill(root / "filled", messages)
        for command in COMMANDS:
            if command.name in chosen:
                progress(command.name)
                peak = measure_one(root, command)
                progress("")
                yield peak


def measure_one(root: Path, command: Command) -> Peak:
    place = root / command.name
    store = root / "filled"
    if command.changes:
        store = root / "changing"
        shutil.copytree(root / "filled", store)
    peak = Peak(command)
    try:
        with reference_server(place, store) as server:
            take(server, command, peak)
    except (BenchmarkError, OSError) as error:
        peak.error = str(error)
    finally:
        if command.changes:
            shutil.rmtree(store, ignore_errors=True)
    return peak


def take(server: RunningServer, command: Command, peak: Peak) -> None:
    client = server.endpoint.connect()
    client.log_in()
    for line in command.before:
        client.command(line)
    octets = command.build()
    process = server.process.pid
    Path(f"/proc/{process}/clear_refs").write_text("5")  # the high-water mark is now what is used
    rest = status(process, "VmRSS")

    def leave() -> None:
        peak.finished = False
        client.socket.shutdown(socket.SHUT_RDWR)

    impatience = threading.Timer(PATIENCE_SECONDS, leave)
    impatience.start()
    try:
        client.finish(client.send(octets))
        for line in command.behind:
            client.command(line)
    except (BenchmarkError, OSError):
        if peak.finished:
            raise
    finally:
        impatience.cancel()
    peak.octets = status(process, "VmHWM") - rest
    client.close()


def status(process: int, key: str) -> int:
    """A line of /proc/PID/status, in octets (proc(5))."""
    for line in Path(f"/proc/{process}/status").read_text().splitlines():
        if line.startswith(key + ":"):
            return 1024 * int(line.split()[1])
    raise BenchmarkError(f"/proc/{process}/status has no {key}")


def print_peaks(peaks: Iterable[Peak]) -> int:
    """Print each as it comes. The exit status: 0 if all are within their limits, or else 1."""
    print(f"{'command':<24}{'peak':>12}{'limit':>10}")
    code = 0
    for peak in peaks:
        code = code if peak.within else 1
        if peak.error:
            print(f"{peak.command.name:<24}  failed: {peak.error}")
            continue
        mark = "" if peak.finished else f"  (left after {PATIENCE_SECONDS} s)"
        over = "" if peak.within else "  OVER"
        print(
            f"{peak.command.name:<24}{peak.octets / 2**20:>8.1f} MiB"
            f"{peak.command.limit / 2**20:>6.0f} MiB{over}{mark}",
            flush=True,
        )
    return code

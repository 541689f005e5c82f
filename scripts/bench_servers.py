"""The two servers that are compared, started side by side, each with its store on disk."""

import contextlib
import os
import subprocess
import sys
import tomllib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from bench_client import BenchmarkError, Endpoint

ROOT = Path(__file__).resolve().parent.parent
HOST = "127.0.0.1"
USER, PASSWORD = "alice@example.test", "alicepw"
STOP_SECONDS = 30

CONFIGURATION = """\
imap_listen_addr = 127.0.0.1
imap_listen_port = 0
imap_listen_tls_port = 0
imap_support_tls = true
imap_certificate_path = {folder}/certificate.pem
imap_private_key_path = {folder}/key.pem
context_num = 1000
running_identity =
reference_accounts = {folder}/accounts.toml
reference_store = {store}
"""
ACCOUNTS = """\
[[account]]
address = "{user}"
password = "{password}"
"""


@dataclass(frozen=True)
class RunningServer:
    """A server that accepts connections."""

    name: str
    endpoint: Endpoint
    process: "subprocess.Popen[str]"

    def memory(self) -> int:
        """The proportional set size of the server's processes, in octets."""
        return sum(map(proportional_set_size, descendants(self.process.pid)))


@contextlib.contextmanager
def reference_server(folder: Path, store: Path | None = None) -> Iterator[RunningServer]:
    """``folder`` holds all that it needs; ``store`` may be one that was filled before."""
    folder.mkdir()
    (folder / "accounts.toml").write_text(ACCOUNTS.format(user=USER, password=PASSWORD))
    store = store or folder / "store"
    (folder / "imap.cfg").write_text(CONFIGURATION.format(folder=folder, store=store))
    make_certificate(folder)
    command = [sys.executable, "-m", "reference_server", "-c", f"{folder}/imap.cfg"]
    with started(command, folder / "log") as (process, line):
        addresses = dict(part.split("=") for part in line.split()[1:])
        ports = [int(addresses[name].rpartition(":")[2]) for name in ("imap", "imaps")]
        yield RunningServer("reference", Endpoint(HOST, *ports, USER, PASSWORD), process)


@contextlib.contextmanager
def dovecot(folder: Path) -> Iterator[RunningServer]:
    folder.mkdir()
    folder.chmod(0o755)
    command = [sys.executable, f"{ROOT}/ci/servers/dovecot", "--folder", str(folder)]
    with started(command, folder / "log") as (process, line):
        target = tomllib.loads(Path(line.strip()).read_text())
        account = target["account"][0]
        ports = [target["endpoint"][name]["port"] for name in ("imap", "imaps")]
        endpoint = Endpoint(HOST, *ports, account["user"], account["password"])
        yield RunningServer("dovecot", endpoint, process)


def make_certificate(folder: Path) -> None:
    """A self-signed certificate like that of the private servers; clients here verify none."""
    command = ["openssl", "req", "-x509", "-nodes", "-days", "30"]
    command += ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256"]
    command += ["-subj", "/CN=localhost"]
    command += ["-keyout", f"{folder}/key.pem", "-out", f"{folder}/certificate.pem"]
    subprocess.run(command, check=True, capture_output=True)


@contextlib.contextmanager
def started(command: list[str], log: Path) -> "Iterator[tuple[subprocess.Popen[str], str]]":
    """The process and the one line it prints when it is ready; ended by SIGTERM."""
    with log.open("w") as errors:
        process = subprocess.Popen(
            command, cwd=ROOT, stdout=subprocess.PIPE, stderr=errors, text=True
        )
    try:
        assert process.stdout
        line = process.stdout.readline()
        if not line:
            raise BenchmarkError(f"{' '.join(command)} did not start:\n{log.read_text()}")
        yield process, line
    finally:
        process.terminate()
        try:
            process.wait(STOP_SECONDS)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


def descendants(ancestor: int) -> list[int]:
    """The process and all that descend from it."""
    parents: dict[int, int] = {}
    for entry in Path("/proc").iterdir():
        with contextlib.suppress(OSError, ValueError):
            fields = (entry / "stat").read_text().rpartition(")")[2].split()
            parents[int(entry.name)] = int(fields[1])
    family = [ancestor]
    for member in family:  # grows while it is walked
        family += [process for process, parent in parents.items() if parent == member]
    return family


def proportional_set_size(process: int) -> int:
    """Octets of memory, shared pages divided by who shares them (proc(5), smaps_rollup)."""
    try:
        rollup = Path(f"/proc/{process}/smaps_rollup").read_text()
    except OSError as error:
        if os.path.exists(f"/proc/{process}"):  # noqa: PTH110 - Path.exists() would raise here
            raise BenchmarkError(f"memory of process {process}: {error.strerror}") from error
        return 0
    return 1024 * sum(
        int(line.split()[1]) for line in rollup.splitlines() if line.startswith("Pss:")
    )

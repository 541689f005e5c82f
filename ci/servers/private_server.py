"""What the private servers in this folder have in common: one command line, one life.

A script describes its server in a ``Server`` and calls ``main(server)``:

    SCRIPT
        print the path of a target file, serve until SIGTERM or Ctrl-C
    SCRIPT -- COMMAND ... {target}
        run COMMAND with {target} replaced by that path, stop the server, exit as COMMAND did;
        meanwhile a server that gives no greeting any more is started again

Everything a server writes lies in one temporary folder, removed at the end. Packages that cannot
be installed beside each other (Debian allows one IMAP server) are unpacked in a cache folder
instead, and laid over the system's in a mount namespace of the server's own.
"""

import argparse
import os
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

ADDRESS = "127.0.0.1"
START_SECONDS = 20
GREETING_SECONDS = 4
LOOK_SECONDS = 2  # a command runs so long before the server is looked at again
STOP_SECONDS = 10
ACCOUNTS = {  # role: (user, password)
    "primary": ("alice@example.test", "alicepw"),
    "second": ("bob@example.test", "bobpw"),
    "stranger": ("dave@example.test", "davepw"),
}


class StartError(Exception):
    """Something that keeps the server from starting; the text says what to do."""


@dataclass(frozen=True)
class Place:
    """Where one server is to live: a folder that holds certificate.pem and key.pem, free ports."""

    folder: Path
    port: int
    tls_port: int


@dataclass(frozen=True)
class Server:
    """A kind of server.

    ``install`` puts its programs in place. ``configure`` writes what the server reads, and returns
    the command that runs it in the foreground. ``profile``: of the suite, None where there is none.
    ``tls``: whether it has a listener with implicit TLS.
    """

    name: str
    description: str | None
    install: Callable[[], None]
    configure: Callable[[Place], Sequence[str]]
    profile: str | None = None
    tls: bool = True


def run(command: Sequence[str], environment: dict[str, str] | None = None, given: str = "") -> str:
    """Run a command that must succeed, with ``given`` on its standard input; what it printed."""
    result = subprocess.run(
        command, env=environment, input=given, capture_output=True, text=True, check=False
    )
    if result.returncode:
        raise StartError(f"{' '.join(command)} failed:\n{result.stdout}{result.stderr}")
    return result.stdout


def as_root(what: str) -> None:
    if os.geteuid() != 0:
        raise StartError(f"{what} must be run as root")


def cache(name: str) -> Path:
    """The folder that keeps a server's programs from one run to the next."""
    base = os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache"
    return Path(base) / "gximap-servers" / name


def unpack(name: str, packages: Sequence[str]) -> Path:
    """Debian's packages, unpacked (once) in a folder that is returned, not installed."""
    root = cache(name)
    if root.exists():
        return root
    root.parent.mkdir(parents=True, exist_ok=True)
    run(["apt-get", "update", "-q"])
    with tempfile.TemporaryDirectory(prefix=f"{name}-", dir=root.parent) as folder:
        archives = Path(folder) / "archives"
        archives.mkdir()
        run(["sh", "-c", 'cd "$0" && apt-get download -q "$@"', str(archives), *packages])
        unpacked = Path(folder) / "root"
        for archive in sorted(archives.iterdir()):
            run(["dpkg", "-x", str(archive), str(unpacked)])
        if (unpacked / "lib").is_dir():  # /lib is a link to /usr/lib
            shutil.copytree(unpacked / "lib", unpacked / "usr/lib", dirs_exist_ok=True)
        unpacked.rename(root)
    return root


def laid_over(root: Path, script: str) -> list[str]:
    """The command that runs a shell script where the unpacked packages look installed.

    /run is empty there, and nothing of it is seen outside.
    """
    mounts = [
        f'mount -t overlay overlay -o "lowerdir={root}/{name}:/{name}" /{name}'
        for name in ("etc", "usr")
    ]
    lines = ["set -e", *mounts, "mount -t tmpfs tmpfs /run", script]
    # A process namespace, too: with its first process end all, also those that left the group.
    command = ["unshare", "--mount", "--pid", "--fork", "--kill-child", "--mount-proc"]
    return [*command, "sh", "-c", "\n".join(lines)]


def free_port() -> int:
    with socket.socket() as listener:
        listener.bind((ADDRESS, 0))
        port: int = listener.getsockname()[1]
        return port


def make_certificate(folder: Path) -> None:
    names = f"subjectAltName=DNS:localhost,IP:{ADDRESS}"
    command = ["openssl", "req", "-x509", "-nodes", "-days", "30"]
    command += ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256"]
    command += ["-subj", "/CN=localhost", "-addext", names]
    command += ["-keyout", f"{folder}/key.pem", "-out", f"{folder}/certificate.pem"]
    run(command)


def write_target(server: Server, place: Place) -> Path:
    lines = [f'name = "{server.name}"', f'ca_file = "{place.folder}/certificate.pem"']
    if server.profile:
        lines.append(f'profile = "{server.profile}"')
    listeners = {"imap": place.port} | ({"imaps": place.tls_port} if server.tls else {})
    for name, number in listeners.items():
        lines += [f"[endpoint.{name}]", f'host = "{ADDRESS}"', f"port = {number}"]
    for role, (user, password) in ACCOUNTS.items():
        lines += ["[[account]]", f'role = "{role}"', f'user = "{user}"', f'password = "{password}"']
    target = place.folder / "target.toml"
    target.write_text("\n".join(lines) + "\n")
    return target


def answers(port: int) -> bool:
    """Whether an IMAP greeting comes from the port."""
    try:
        with socket.create_connection((ADDRESS, port), timeout=GREETING_SECONDS) as connection:
            return connection.recv(64).startswith(b"* ")
    except OSError:
        return False


def start(command: Sequence[str], log: Path) -> "subprocess.Popen[bytes]":
    # setpriv: should this script be killed outright, the server is told to end as well.
    with log.open("ab") as output:
        return subprocess.Popen(
            ["setpriv", "--pdeathsig", "TERM", *command],
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=output,
            start_new_session=True,
        )


def wait_until_ready(server: "subprocess.Popen[bytes]", log: Path, port: int) -> None:
    deadline = time.monotonic() + START_SECONDS
    while not answers(port):
        if server.poll() is not None or time.monotonic() > deadline:
            raise StartError("it did not start\n" + log.read_text(errors="replace"))
        time.sleep(0.05)


def stop(server: "subprocess.Popen[bytes]") -> None:
    """End the server and every process of its group, by force if need be."""
    for number in (signal.SIGTERM, signal.SIGKILL):
        deadline = time.monotonic() + STOP_SECONDS
        if signal_group(server, number):
            while signal_group(server, 0) and time.monotonic() < deadline:
                time.sleep(0.02)
    server.wait()


def signal_group(server: "subprocess.Popen[bytes]", number: int) -> bool:
    """Signal the server's process group; False when nobody is left in it."""
    server.poll()
    try:
        os.killpg(server.pid, number)
    except ProcessLookupError:
        return False
    return True


class Service:
    """A running server. One that gives no greeting any more is ended and started again."""

    def __init__(self, command: Sequence[str], place: Place) -> None:
        self.command = command
        self.place = place
        self.log = place.folder / "log"
        self.process = start(command, self.log)

    def wait_until_ready(self) -> None:
        wait_until_ready(self.process, self.log, self.place.port)

    def look_after(self) -> None:
        """Start the server again unless it greets, at the second attempt at the latest."""
        if answers(self.place.port) or answers(self.place.port):
            return
        print("the server gives no greeting: it is started again", file=sys.stderr, flush=True)
        stop(self.process)
        self.process = start(self.command, self.log)
        self.wait_until_ready()


def run_command(command: list[str], target: Path, service: Service) -> int:
    """Run the command; a shell's exit code for one that a signal ended or that does not exist."""
    arguments = [argument.replace("{target}", str(target)) for argument in command]
    try:
        child = subprocess.Popen(arguments)
    except OSError as error:
        print(f"{arguments[0]}: {error.strerror}", file=sys.stderr)
        return 127
    try:
        while (code := wait_for(child, LOOK_SECONDS)) is None:
            service.look_after()
    except BaseException:
        child.terminate()
        child.wait()
        raise
    return 128 - code if code < 0 else code


def wait_for(process: "subprocess.Popen[bytes]", seconds: float) -> int | None:
    try:
        return process.wait(seconds)
    except subprocess.TimeoutExpired:
        return None


def serve(server: Server, place: Place, command: list[str]) -> int:
    place.folder.chmod(0o755)  # the server's users must reach their parts of it
    make_certificate(place.folder)
    service = Service(server.configure(place), place)
    try:
        service.wait_until_ready()
        target = write_target(server, place)
        if command:
            return run_command(command, target, service)
        print(target, flush=True)
        service.process.wait()
        raise StartError("it ended by itself\n" + service.log.read_text(errors="replace"))
    finally:
        stop(service.process)


def interrupt(*_: object) -> None:
    raise KeyboardInterrupt


def main(server: Server) -> int:
    """What the script of a server does; returns its exit code."""
    own, command = sys.argv[1:], list[str]()
    if "--" in own:
        place = own.index("--")
        own, command = own[:place], own[place + 1 :]
    parser = argparse.ArgumentParser(
        description=server.description,
        formatter_class=argparse.RawDescriptionHelpFormatter,
        usage="%(prog)s [--port N] [--tls-port N] [--folder FOLDER] [-- COMMAND ... {target}]",
    )
    parser.add_argument("--port", type=int, help="of the plain listener (default: a free one)")
    parser.add_argument("--tls-port", type=int, help="of the TLS listener (default: a free one)")
    parser.add_argument("--folder", help="where the temporary folder is made (default: TMPDIR)")
    options = parser.parse_args(own)
    if "--" in sys.argv and not command:
        parser.error("a command is missing after --")
    signal.signal(signal.SIGTERM, interrupt)
    try:
        server.install()
        with tempfile.TemporaryDirectory(prefix=f"{server.name}-", dir=options.folder) as folder:
            ports = options.port or free_port(), options.tls_port or free_port()
            return serve(server, Place(Path(folder), *ports), command)
    except KeyboardInterrupt:
        return 130 if command else 0
    except StartError as error:
        print(f"{server.name}: {error}", file=sys.stderr)
        return 1

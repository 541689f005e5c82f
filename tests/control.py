"""A reference server that is driven as an operator drives one: the commands of [control].

``python -m tests.control FOLDER`` takes a whole configuration on stdin, restarts the server that
lives in FOLDER, and returns when it listens again.
"""

import json
import os
import select
import signal
import subprocess
import sys
from pathlib import Path

from tests.conftest import Certificate, ReferenceProcess

STOP_SECONDS = 30

TARGET = """
name = "controlled"
[endpoint.imap]
host = "{imap[0]}"
port = {imap[1]}
[endpoint.imaps]
host = "{imaps[0]}"
port = {imaps[1]}
[[account]]
role = "primary"
user = "alice@example.test"
password = "alicepw"
[[account]]
role = "second"
user = "bob@example.test"
password = "bobpw"
[[account]]
role = "shared"
user = "carol@example.test"
password = "carolpw"
[[account]]
role = "stranger"
user = "dave@example.test"
password = "davepw"
[settings]
{settings}
[control]
apply = {apply}
log = {log}
"""


class ControlledServer:
    """A reference server with the target file that describes it as one of an operator's."""

    def __init__(
        self,
        folder: Path,
        certificate: Certificate,
        program: tuple[str, ...] = (sys.executable, "-m", "reference_server"),
        **directives: str,
    ) -> None:
        self._folder = folder
        self._process = ReferenceProcess(folder, certificate, program, **directives)
        server = self._process
        (folder / "program.json").write_text(json.dumps(program))
        (folder / "pid").write_text(str(server.process.pid))
        places = {"imap_listen_port": server.imap[1], "imap_listen_tls_port": server.imaps[1]}
        lines = (folder / "imap.cfg").read_text().splitlines()
        settings = dict(line.split("=", 1) for line in lines) | places
        self.target = folder / "target.toml"
        self.target.write_text(
            TARGET.format(
                imap=server.imap,
                imaps=server.imaps,
                settings="\n".join(f"{key} = {json.dumps(str(settings[key]))}" for key in settings),
                apply=json.dumps([sys.executable, "-m", "tests.control", str(folder)]),
                log=json.dumps(["cat", str(folder / "log")]),
            )
        )

    def end(self) -> None:
        """End whichever process serves now."""
        _end(int((self._folder / "pid").read_text()))
        self._process.end()


def restart(folder: Path, configuration: bytes) -> None:
    """End the server of this folder, and start it with another configuration."""
    _end(int((folder / "pid").read_text()))
    (folder / "imap.cfg").write_bytes(configuration)
    program = json.loads((folder / "program.json").read_text())
    with (folder / "log").open("ab") as log:
        process = subprocess.Popen(
            [*program, "-c", str(folder / "imap.cfg")],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=log,
            start_new_session=True,
        )
    (folder / "pid").write_text(str(process.pid))
    ready = process.stdout.readline()
    if not ready.startswith(b"ready "):
        sys.exit(f"the server did not start; the end of its log:\n{_last_lines(folder / 'log')}")


def _last_lines(log: Path) -> str:
    return "\n".join(log.read_text(errors="replace").splitlines()[-5:])


def _end(pid: int) -> None:
    """End a process, if it is there, and wait until it is not."""
    try:
        descriptor = os.pidfd_open(pid)
    except ProcessLookupError:
        return
    try:
        signal.pidfd_send_signal(descriptor, signal.SIGTERM)
        if not select.select([descriptor], [], [], STOP_SECONDS)[0]:
            signal.pidfd_send_signal(descriptor, signal.SIGKILL)
            select.select([descriptor], [], [], STOP_SECONDS)
    except ProcessLookupError:
        pass
    finally:
        os.close(descriptor)


if __name__ == "__main__":
    restart(Path(sys.argv[1]), sys.stdin.buffer.read())

"""A reference server that is driven as an operator drives one: by the commands of [control]."""

import json
import sys
from pathlib import Path

from tests.conftest import Certificate, ReferenceProcess
from tests.restart import end_process

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
                apply=json.dumps([sys.executable, "-m", "tests.restart", str(folder)]),
                log=json.dumps(["cat", str(folder / "log")]),
            )
        )

    def end(self) -> None:
        """End whichever process serves now."""
        end_process(int((self._folder / "pid").read_text()))
        self._process.end()

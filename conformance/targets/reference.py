"""The reference server as a target: a process of its own, started as any server would be."""

import datetime
import ipaddress
import os
import re
import select
import subprocess
import sys
import time
from collections.abc import Mapping
from pathlib import Path
from types import MappingProxyType
from typing import BinaryIO

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from conformance.targets.description import (
    ROLES,
    Account,
    Address,
    Description,
    NotReadyError,
    UnreachableError,
)

PROGRAM = (sys.executable, "-m", "reference_server")
# Keeps the server and its folder as long as this process lives, however it ends.
KEEPER = (sys.executable, "-IS", str(Path(__file__).with_name("keeper.py")))
LOG = "server.log"
START_SECONDS = 60
LOG_LINES = 40
READY = re.compile(r"(imaps?)=(\S+):(\d+)")

# Failed logins are answered at once and never lead to a block: cases fail them on purpose.
SETTINGS = {
    "data_file_path": "",  # what is installed on this machine does not count
    "host_id": "reference.example.test",
    "imap_listen_addr": "127.0.0.1",
    "imap_listen_port": "0",
    "imap_listen_tls_port": "0",
    "imap_support_tls": "yes",
    "auth_fail_delay": "0",
    "imap_auth_times": "1M",
    "context_num": "1000",
    "running_identity": "",  # no other account may enter the temporary folder
}


class ReferenceServer:
    """One running reference server with its store, certificate and accounts in a folder.

    There are `sets` sets of accounts, each with one account of every role (see `accounts`).
    `settings` come on top of SETTINGS. Raises UnreachableError if the server does not say within
    START_SECONDS that it is ready.
    """

    def __init__(self, sets: int, settings: Mapping[str, str] = MappingProxyType({})) -> None:
        self._deadline = time.monotonic() + START_SECONDS
        self._log: BinaryIO | None = None
        self._keeper = subprocess.Popen(
            [*KEEPER, "gximap-", LOG, *PROGRAM, "-c", "{folder}/imap.cfg"],
            bufsize=0,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            process_group=0,  # Ctrl-C reaches the suite, which then stops the server
        )
        assert self._keeper.stdin is not None
        assert self._keeper.stdout is not None
        self._lifeline, self._output = self._keeper.stdin, self._keeper.stdout
        try:
            folder = Path(self._line())
            self.settings = _write_files(folder, sets, settings)
            self._log = (folder / LOG).open("rb")  # it can be read when the folder has gone, too
            self._lifeline.write(b"\n")  # the server may be started
            addresses = _addresses(self._line())
            os.set_blocking(self._output.fileno(), False)
        except BaseException:
            self.stop()
            raise
        self.description = Description(
            name="reference server",
            addresses=addresses,
            accounts=accounts(0),
            settings=dict(self.settings),
            ca_file=self.settings["imap_certificate_path"],
        )

    def _line(self) -> str:
        """The next line on the standard output of the server, or, before it, of its keeper."""
        line = b""
        while not line.endswith(b"\n"):
            remaining = self._deadline - time.monotonic()
            if remaining <= 0 or not select.select([self._output], [], [], remaining)[0]:
                raise NotReadyError(
                    f"the reference server was not ready after {START_SECONDS} s\n{self.log()}"
                )
            octets = self._output.read(4096)
            if not octets:
                code = self._keeper.wait()
                raise UnreachableError(f"the reference server ended with code {code}\n{self.log()}")
            line += octets
        return line.decode().removesuffix("\n")

    @property
    def is_running(self) -> bool:
        """Whether the server has its standard output open; it prints nothing after its ready line.

        The keeper ends a moment later, when it has removed the folder.
        """
        return not self._output.closed and self._output.read(1) is None

    def log(self) -> str:
        """The last lines that the server wrote to stderr."""
        return "\n".join(self.log_text().splitlines()[-LOG_LINES:])

    def log_text(self) -> str:
        """All that the server wrote to stderr."""
        if self._log is None:
            return ""
        self._log.seek(0)
        return self._log.read().decode("utf-8", "replace")

    def stop(self) -> None:
        """End the process and remove its folder; harmless when it has ended already."""
        self._lifeline.close()
        self._keeper.wait()
        self._output.close()
        if self._log is not None:
            self._log.close()


def _addresses(line: str) -> dict[str, Address]:
    """The addresses in the line that the server prints when it is ready; of a kind the first."""
    addresses = {
        kind: Address(kind, host.strip("[]"), int(port))
        for kind, host, port in reversed(READY.findall(line))
    }
    if not line.startswith("ready ") or not addresses:
        raise UnreachableError(f"the reference server printed {line!r}, not its ready line")
    return addresses


def _write_files(folder: Path, sets: int, settings: Mapping[str, str]) -> dict[str, str]:
    """Write what the server reads, and an empty log; the settings it gets."""
    certificate, key = folder / "certificate.pem", folder / "key.pem"
    write_certificate(certificate, key)
    accounts = folder / "accounts.toml"
    accounts.touch(mode=0o600)  # the server warns of one that others may read
    accounts.write_text(accounts_file(sets), encoding="utf-8")
    given = SETTINGS | {
        "imap_certificate_path": str(certificate),
        "imap_private_key_path": str(key),
        "reference_accounts": str(accounts),
        "reference_store": str(folder / "store"),
        **settings,
    }
    lines = "".join(f"{name}={value}\n" for name, value in given.items())
    (folder / "imap.cfg").write_text(lines, encoding="utf-8")
    (folder / LOG).touch()
    return given


def accounts(number: int) -> dict[str, Account]:
    """The accounts of set `number`, by role."""
    return {
        role: Account(role, f"{role}{number}@example.test", f"{role}{number}-secret")
        for role in ROLES
    }


def accounts_file(sets: int) -> str:
    """The accounts file (TOML) with `sets` sets; the primary account owns the shared one."""
    entries = []
    for number in range(sets):
        roles = accounts(number)
        for role, account in roles.items():
            owners = f'owners = ["{roles["primary"].user}"]\n' if role == "shared" else ""
            entries.append(
                f'[[account]]\naddress = "{account.user}"\n'
                f'password = "{account.password}"\n{owners}'
            )
    return "\n".join(entries)


def write_certificate(certificate: Path, key: Path) -> None:
    """Write a self-signed certificate for localhost, valid for a day, and its private key."""
    private = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "localhost")])
    now = datetime.datetime.now(datetime.UTC)
    signed = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(private.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - datetime.timedelta(hours=1))
        .not_valid_after(now + datetime.timedelta(days=1))
        .add_extension(
            x509.SubjectAlternativeName(
                [x509.DNSName("localhost"), x509.IPAddress(ipaddress.ip_address("127.0.0.1"))]
            ),
            critical=False,
        )
        .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
        .sign(private, hashes.SHA256())
    )
    certificate.write_bytes(signed.public_bytes(serialization.Encoding.PEM))
    key.touch(mode=0o600)
    key.write_bytes(
        private.private_bytes(
            serialization.Encoding.PEM,
            serialization.PrivateFormat.PKCS8,
            serialization.NoEncryption(),
        )
    )

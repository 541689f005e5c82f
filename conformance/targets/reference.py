"""The reference server as a target: a process of its own, started as any server would be."""

import datetime
import ipaddress
import re
import select
import subprocess
import sys
import tempfile
import time
from collections.abc import Mapping
from pathlib import Path
from types import MappingProxyType

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from conformance.targets.description import ROLES, Account, Address, Description, UnreachableError

PROGRAM = (sys.executable, "-m", "reference_server")
START_SECONDS = 30
STOP_SECONDS = 10
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
        self._folder = tempfile.TemporaryDirectory(prefix="gximap-")
        self._path = Path(self._folder.name)
        self._log_path = self._path / "server.log"
        certificate = self._path / "certificate.pem"
        key = self._path / "key.pem"
        write_certificate(certificate, key)
        accounts_path = self._path / "accounts.toml"
        accounts_path.touch(mode=0o600)  # the server warns of one that others may read
        accounts_path.write_text(accounts_file(sets), encoding="utf-8")
        self.settings = SETTINGS | {
            "imap_certificate_path": str(certificate),
            "imap_private_key_path": str(key),
            "reference_accounts": str(accounts_path),
            "reference_store": str(self._path / "store"),
            **settings,
        }
        configuration = self._path / "imap.cfg"
        configuration.write_text(
            "".join(f"{name}={value}\n" for name, value in self.settings.items()), encoding="utf-8"
        )
        with self._log_path.open("wb") as log:
            self._process = subprocess.Popen(
                [*PROGRAM, "-c", str(configuration)],
                stdin=subprocess.DEVNULL,
                stdout=subprocess.PIPE,
                stderr=log,
                process_group=0,  # Ctrl-C reaches the suite, which then stops the server
            )
        try:
            addresses = self._await_ready()
        except BaseException:
            self.stop()
            raise
        self.description = Description(
            name="reference server",
            addresses=addresses,
            accounts=accounts(0),
            settings=dict(self.settings),
            ca_file=str(certificate),
        )

    def _await_ready(self) -> dict[str, Address]:
        assert self._process.stdout is not None
        deadline = time.monotonic() + START_SECONDS
        line = b""
        while not line.endswith(b"\n"):
            remaining = deadline - time.monotonic()
            if remaining <= 0 or not select.select([self._process.stdout], [], [], remaining)[0]:
                raise UnreachableError(
                    f"the reference server was not ready after {START_SECONDS} s\n{self.log()}"
                )
            octets = self._process.stdout.read1(4096)  # type: ignore[attr-defined]
            if not octets:
                code = self._process.wait()
                raise UnreachableError(f"the reference server ended with code {code}\n{self.log()}")
            line += octets
        addresses = {
            kind: Address(kind, host.strip("[]"), int(port))
            for kind, host, port in reversed(READY.findall(line.decode()))  # of a kind the first
        }
        if not line.startswith(b"ready ") or not addresses:
            raise UnreachableError(f"the reference server printed {line!r}, not its ready line")
        return addresses

    @property
    def is_running(self) -> bool:
        return self._process.poll() is None

    def log(self) -> str:
        """The last lines that the server wrote to stderr."""
        return "\n".join(self.log_text().splitlines()[-LOG_LINES:])

    def log_text(self) -> str:
        """All that the server wrote to stderr."""
        return self._log_path.read_text(encoding="utf-8", errors="replace")

    def stop(self) -> None:
        """End the process and remove its folder; harmless when it has ended already."""
        if self.is_running:
            self._process.terminate()
            try:
                self._process.wait(STOP_SECONDS)
            except subprocess.TimeoutExpired:
                self._process.kill()
                self._process.wait()
        if self._process.stdout is not None:
            self._process.stdout.close()
        self._folder.cleanup()


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

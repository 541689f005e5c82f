"""``--dev``: everything a server needs, made in one folder. Only for a developer's machine."""

from __future__ import annotations

import datetime
import ipaddress
import os
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

from reference_server.config.private_files import (
    make_private_folder,
    open_private,
    write_private,
)
from reference_server.config.settings import Settings

FOLDER = Path("gximap-data")
ADDRESS = "127.0.0.1"
PORT = 10143
TLS_PORT = 10993
VALID = datetime.timedelta(days=365)

ACCOUNTS = """\
# The demo accounts. Change them as you like; the server reads this file when it starts.
[[account]]
address = "alice@example.test"
password = "alicepw"

[[account]]
address = "bob@example.test"
password = "bobpw"

[[account]]
address = "carol@example.test"
password = "carolpw"

# alice may open this one: log in as "alice@example.test!shared@example.test" with alice's password
[[account]]
address = "shared@example.test"
password = "sharedpw"
owners = ["alice@example.test"]
"""

GUIDE = """\
Demo accounts (user, password), kept in {accounts}:
  alice@example.test   alicepw
  bob@example.test     bobpw
  carol@example.test   carolpw
  shared@example.test  sharedpw   (alice has store ownership)

Log in, for example with
  openssl:      openssl s_client -quiet -crlf -CAfile {certificate} -connect {tls}
                a LOGIN alice@example.test alicepw
  curl:         curl --cacert {certificate} -u alice@example.test:alicepw imaps://{tls}/INBOX
  Thunderbird:  server and port {plain}, IMAP, STARTTLS, normal password;
                accept the certificate when asked
"""


def prepare(folder: Path) -> Settings:
    """Make accounts file and certificate in ``folder``; accounts that exist are kept.

    Only this account may read them: passwords are in there.

    Raises OSError.
    """
    make_private_folder(folder)
    accounts = folder / "accounts.toml"
    if accounts.exists():
        with suppress(OSError):  # a link, say: read as it is
            os.close(open_private(accounts, os.O_RDONLY))
    else:
        write_private(accounts, ACCOUNTS.encode())
    certificate, key = folder / "certificate.pem", folder / "key.pem"
    _make_certificate(certificate, key)
    return Settings(
        data_file_path=(),
        host_id="localhost",
        imap_listen_addr=ADDRESS,
        imap_listen_port=PORT,
        imap_listen_tls_port=TLS_PORT,
        imap_support_tls=True,
        imap_certificate_path=(certificate,),
        imap_private_key_path=(key,),
        reference_accounts=accounts,
        reference_store=folder,
        running_identity="",  # the folder is that of whoever started it
    )


def guide(settings: Settings, places: Mapping[str, str]) -> str:
    """How to log in; ``places`` has ADDR:PORT by "imap" and "imaps"."""
    return GUIDE.format(
        accounts=settings.reference_accounts,
        certificate=settings.imap_certificate_path[0],
        plain=places.get("imap", "(none)"),
        tls=places.get("imaps", "(none)"),
    )


def _make_certificate(certificate: Path, key: Path) -> None:
    """A self-signed certificate for localhost and the loopback addresses."""
    private_key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "localhost")])
    now = datetime.datetime.now(datetime.UTC)
    alternatives = [
        x509.DNSName("localhost"),
        x509.IPAddress(ipaddress.ip_address("127.0.0.1")),
        x509.IPAddress(ipaddress.ip_address("::1")),
    ]
    signed = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(private_key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - datetime.timedelta(hours=1))
        .not_valid_after(now + VALID)
        .add_extension(x509.SubjectAlternativeName(alternatives), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
        .add_extension(x509.ExtendedKeyUsage([ExtendedKeyUsageOID.SERVER_AUTH]), critical=False)
        .sign(private_key, hashes.SHA256())
    )
    write_private(certificate, signed.public_bytes(serialization.Encoding.PEM))
    write_private(
        key,
        private_key.private_bytes(
            serialization.Encoding.PEM,
            serialization.PrivateFormat.PKCS8,
            serialization.NoEncryption(),
        ),
    )

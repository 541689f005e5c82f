"""Where a server listens and how a client reaches it."""

from __future__ import annotations

import ssl
from dataclasses import dataclass
from functools import cache
from pathlib import Path


@dataclass(frozen=True, slots=True)
class Endpoint:
    """An address of the server under test.

    ``tls``: whether TLS begins at once (port 993). ``insecure``: any certificate is accepted.
    ``ca_file``: who is trusted to sign it, otherwise the system's authorities. ``deadline``:
    seconds for each thing that is waited for. ``tls_version``: the only version of TLS offered.
    """

    host: str
    port: int
    tls: bool = False
    insecure: bool = False
    ca_file: Path | None = None
    deadline: float = 10.0
    tls_version: ssl.TLSVersion | None = None

    def tls_context(self) -> ssl.SSLContext:
        """A client context that verifies the server unless ``insecure``; not to be changed."""
        return client_context(self.ca_file, self.insecure, self.tls_version)


@cache  # reading the authorities of a system takes longer than most commands
def client_context(
    ca_file: Path | None, insecure: bool, version: ssl.TLSVersion | None = None
) -> ssl.SSLContext:
    """What ``Endpoint`` says of TLS, as a context. Raises ``ssl.SSLError`` if the file is none."""
    context = ssl.create_default_context(cafile=ca_file)
    if insecure:
        context.check_hostname = False
        context.verify_mode = ssl.CERT_NONE
    if version is not None:
        context.minimum_version = context.maximum_version = version
        if version < ssl.TLSVersion.TLSv1_2:
            context.set_ciphers("DEFAULT:@SECLEVEL=0")  # OpenSSL does not offer it otherwise
    return context

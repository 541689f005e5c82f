"""The oldest version of TLS that is accepted: tls_min_proto.

The clients offer one version each, as far as the machine's OpenSSL has it.
"""

import ssl
from dataclasses import replace

import pytest

from conformance.requirements import configuration, requirement
from conformance.targets.description import lacking_address
from conformance.wire import TlsFailed

pytestmark = pytest.mark.filterwarnings("ignore:ssl.TLSVersion:DeprecationWarning")

VERSIONS = {
    "tls1.0": ssl.TLSVersion.TLSv1,
    "tls1.1": ssl.TLSVersion.TLSv1_1,
    "tls1.2": ssl.TLSVersion.TLSv1_2,
    "tls1.3": ssl.TLSVersion.TLSv1_3,
}
SHOWN = {"tls1.0": "TLSv1", "tls1.1": "TLSv1.1", "tls1.2": "TLSv1.2", "tls1.3": "TLSv1.3"}


def row(minimum, version):
    return pytest.param(
        version, id=f"{minimum}-{version}", marks=configuration(tls_min_proto=minimum)
    )


@pytest.fixture
def connect_with(connect, server):
    """connect_with(kind, version) connects as a client that has this version of TLS alone."""

    def connect_with(kind, version):
        address = server.address(kind)
        if address is None:
            pytest.skip(lacking_address(kind))
        endpoint = replace(server.endpoint(address), tls_version=VERSIONS[version])
        if not can_offer(endpoint):
            pytest.skip(f"OpenSSL has no {version} on this machine")
        return connect(endpoint=endpoint)

    return connect_with


def can_offer(endpoint):
    """Whether this machine's OpenSSL begins a handshake with the endpoint's version."""
    client = endpoint.tls_context().wrap_bio(
        ssl.MemoryBIO(), ssl.MemoryBIO(), server_hostname=endpoint.host
    )
    try:
        client.do_handshake()
    except ssl.SSLWantReadError:  # the ClientHello is out
        return True
    except ssl.SSLError:
        return False
    return True


@requirement("GROMOX-tls_min_proto-ACCEPTS")
@pytest.mark.parametrize(
    "version",
    [
        row("tls1.0", "tls1.3"),
        row("tls1.2", "tls1.2"),
        row("tls1.2", "tls1.3"),
        row("tls1.3", "tls1.3"),
    ],
)
def test_accepts(connect_with, account, version):
    """A client that has just the oldest version accepted, or a newer one, can log in."""
    connection = connect_with("imaps", version)
    assert connection.tls_version == SHOWN[version]
    connection.log_in(account)


@requirement("GROMOX-tls_min_proto-ACCEPTS", level="SHOULD")
@pytest.mark.parametrize("version", [row("tls1.0", "tls1.0"), row("tls1.1", "tls1.1")])
def test_accepts_what_is_out_of_use(connect_with, account, version):
    """A client that has just TLS 1.0 or 1.1 can log in, where tls_min_proto says so.

    The server's machine may have switched these versions off for all its programs.
    """
    connection = connect_with("imaps", version)
    assert connection.tls_version == SHOWN[version]
    connection.log_in(account)


REFUSED = [row("tls1.1", "tls1.0"), row("tls1.2", "tls1.1"), row("tls1.3", "tls1.2")]


@requirement("GROMOX-tls_min_proto-REFUSES")
@pytest.mark.parametrize("version", REFUSED)
def test_refuses_an_older_version(connect, connect_with, version):
    """On the port for implicit TLS an older version gets no greeting; other clients are served."""
    with pytest.raises(TlsFailed):
        connect_with("imaps", version)
    assert connect("imaps").command("NOOP").status == "OK"


@requirement("GROMOX-tls_min_proto-REFUSES")
@pytest.mark.parametrize("version", REFUSED)
def test_refuses_an_older_version_after_starttls(connect, connect_with, version):
    """After STARTTLS the handshake fails with an older version; other clients are served."""
    connection = connect_with("imap", version)
    with pytest.raises(TlsFailed):
        connection.start_tls()
    other = connect("imap")
    other.start_tls()
    assert other.command("NOOP").status == "OK"

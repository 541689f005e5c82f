"""tls_min_proto, each value with clients of each version."""

import ssl

import pytest

from reference_server.config.settings import load_settings
from reference_server.network.tls import tls_context
from tests.network.handshakes import shake_hands

pytestmark = [
    pytest.mark.directive("tls_min_proto"),
    pytest.mark.filterwarnings("ignore:ssl.TLSVersion:DeprecationWarning"),
]

# As they are configured; OpenSSL's names; whether this OpenSSL has them.
VERSIONS = {
    "tls1.0": (ssl.TLSVersion.TLSv1, "TLSv1", ssl.HAS_TLSv1),
    "tls1.1": (ssl.TLSVersion.TLSv1_1, "TLSv1.1", ssl.HAS_TLSv1_1),
    "tls1.2": (ssl.TLSVersion.TLSv1_2, "TLSv1.2", ssl.HAS_TLSv1_2),
    "tls1.3": (ssl.TLSVersion.TLSv1_3, "TLSv1.3", ssl.HAS_TLSv1_3),
}
ACCEPTED = {
    "tls1.0": {"tls1.0", "tls1.1", "tls1.2", "tls1.3"},
    "tls1.1": {"tls1.1", "tls1.2", "tls1.3"},
    "tls1.2": {"tls1.2", "tls1.3"},
    "tls1.3": {"tls1.3"},
    "": {"tls1.2", "tls1.3"},  # not configured
}


@pytest.mark.parametrize("offered", VERSIONS)
@pytest.mark.parametrize("minimum", ACCEPTED)
def test_each_version(tmp_path, certificate, minimum, offered):
    version, name, available = VERSIONS[offered]
    if not available:
        pytest.skip(f"OpenSSL has no {offered} on this machine")
    file = tmp_path / "imap.cfg"
    file.write_text(
        "imap_support_tls=yes\n"
        f"imap_certificate_path={certificate.chain}\nimap_private_key_path={certificate.key}\n"
        + f"tls_min_proto={minimum}\n"
        * bool(minimum)
    )
    settings, _ = load_settings([file])
    client = ssl.create_default_context(cafile=str(certificate.authority))
    client.set_ciphers("DEFAULT:@SECLEVEL=0")  # or OpenSSL does not offer the old versions
    client.minimum_version = client.maximum_version = version
    server = tls_context(settings)
    if offered in ACCEPTED[minimum]:
        assert shake_hands(server, client)[0] == name
    else:
        with pytest.raises(ssl.SSLError, match="PROTOCOL_VERSION"):  # the alert that says why
            shake_hands(server, client)


@pytest.mark.parametrize("minimum", ["tls1.0", "tls1.1"])
def test_old_versions_bring_no_cipher_without_a_certificate(tmp_path, certificate, minimum):
    """OpenSSL's lowest security level has ciphers that nobody signs, or that do not encrypt."""
    file = tmp_path / "imap.cfg"
    file.write_text(
        "imap_support_tls=yes\n"
        f"imap_certificate_path={certificate.chain}\nimap_private_key_path={certificate.key}\n"
        f"tls_min_proto={minimum}\n"
    )
    settings, _ = load_settings([file])
    for cipher in tls_context(settings).get_ciphers():
        assert cipher["auth"] in ("auth-any", "auth-rsa", "auth-ecdsa"), cipher["name"]
        assert cipher["alg_bits"] >= 128, cipher["name"]

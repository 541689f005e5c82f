"""Certificates and keys from the settings."""

import ssl
from pathlib import Path

import pytest
import trustme
from cryptography.hazmat.primitives import serialization

from reference_server.config.settings import ConfigurationError, Settings
from reference_server.network.tls import tls_context


@pytest.fixture
def settings(certificate):
    """Factory of settings with TLS on."""

    def make(**changes):
        values = {
            "imap_support_tls": True,
            "imap_certificate_path": (certificate.chain,),
            "imap_private_key_path": (certificate.key,),
        }
        return Settings(**(values | changes))

    return make


@pytest.fixture
def locked_key(certificate, tmp_path):
    key = serialization.load_pem_private_key(certificate.key.read_bytes(), None)
    file = tmp_path / "locked.pem"
    encryption = serialization.BestAvailableEncryption(b"open sesame")
    file.write_bytes(
        key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, encryption)
    )
    return file


def test_a_context(settings):
    context = tls_context(settings())
    assert context.minimum_version is ssl.TLSVersion.TLSv1_2


def test_the_oldest_version(settings):
    context = tls_context(settings(tls_min_proto=ssl.TLSVersion.TLSv1_3))
    assert context.minimum_version is ssl.TLSVersion.TLSv1_3


@pytest.mark.parametrize(
    "changes",
    [{"imap_support_tls": False}, {"imap_certificate_path": ()}, {"imap_private_key_path": ()}],
)
def test_off(settings, changes):
    assert tls_context(settings(**changes)) is None
    with pytest.raises(ConfigurationError, match="imap_force_tls needs"):
        tls_context(settings(imap_force_tls=True, **changes))


def test_a_locked_key(settings, locked_key):
    keys = {"imap_private_key_path": (locked_key,)}
    assert tls_context(settings(imap_certificate_passwd="open sesame", **keys)) is not None
    for password in ("", "wrong"):
        with pytest.raises(ConfigurationError, match=str(locked_key)):
            tls_context(settings(imap_certificate_passwd=password, **keys))


@pytest.mark.parametrize("key", ["imap_certificate_path", "imap_private_key_path"])
def test_a_missing_file(settings, key, tmp_path):
    with pytest.raises(ConfigurationError, match=f"{key}: .*absent.pem: No such file"):
        tls_context(settings(**{key: (tmp_path / "absent.pem",)}))


def test_a_file_that_is_no_certificate(settings, tmp_path):
    file = tmp_path / "text.pem"
    file.write_text("no certificate")
    with pytest.raises(ConfigurationError, match=r"certificate .*text\.pem"):
        tls_context(settings(imap_certificate_path=(file,)))


def test_a_certificate_and_another_ones_key(settings, tmp_path):
    other = tmp_path / "other.pem"
    trustme.CA().issue_cert("localhost").private_key_pem.write_to_path(str(other))
    with pytest.raises(ConfigurationError, match="the key is not that of the certificate"):
        tls_context(settings(imap_private_key_path=(other,)))


def test_as_many_keys_as_certificates(settings, certificate):
    two = (certificate.chain, certificate.chain)
    with pytest.raises(ConfigurationError, match="as many certificates as keys, got 2 and 1"):
        tls_context(settings(imap_certificate_path=two))


def test_a_folder_is_no_file(settings):
    with pytest.raises(ConfigurationError, match="Is a directory"):
        tls_context(settings(imap_certificate_path=(Path("/"),)))

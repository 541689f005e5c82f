"""Certificates and keys from the settings."""

import datetime
import os
import pty
import ssl
import subprocess
import sys
from pathlib import Path

import pytest
import trustme
from cryptography.hazmat.primitives import serialization

from reference_server.config.settings import ConfigurationError, Settings
from reference_server.network.tls import tls_context
from tests.network.handshakes import shake_hands

pytestmark = pytest.mark.directive(
    "imap_certificate_passwd", "imap_certificate_path", "imap_private_key_path"
)

DAY = datetime.timedelta(days=1)


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


@pytest.fixture(params=["PKCS8", "TraditionalOpenSSL"])
def locked_key(request, certificate, tmp_path):
    """The key of ``certificate``, encrypted, in both of the forms that PEM has for that."""
    key = serialization.load_pem_private_key(certificate.key.read_bytes(), None)
    file = tmp_path / "locked.pem"
    form = getattr(serialization.PrivateFormat, request.param)
    encryption = serialization.BestAvailableEncryption(b"open sesame")
    file.touch(mode=0o600)
    file.write_bytes(key.private_bytes(serialization.Encoding.PEM, form, encryption))
    return file


@pytest.fixture(scope="module")
def authority():
    return trustme.CA()


@pytest.fixture
def issue(authority, tmp_path):
    """Factory of certificates: the files of the chain and of the key."""

    def issue(signer=authority, **terms):
        issued = signer.issue_cert("localhost", **terms)
        number = len(list(tmp_path.glob("chain*")))
        chain, key = tmp_path / f"chain{number}.pem", tmp_path / f"key{number}.pem"
        chain.write_bytes(b"".join(blob.bytes() for blob in issued.cert_chain_pems))
        key.touch(mode=0o600)
        issued.private_key_pem.write_to_path(str(key))
        return chain, key

    return issue


def client(authority):
    context = ssl.create_default_context()
    authority.configure_trust(context)
    return context


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
    with pytest.raises(ConfigurationError, match="imap_force_tls: needs imap_support"):
        tls_context(settings(imap_force_tls=True, **changes))


def test_a_locked_key(settings, locked_key):
    keys = {"imap_private_key_path": (locked_key,)}
    assert tls_context(settings(imap_certificate_passwd="open sesame", **keys)) is not None
    for password, wrong in ("", "missing"), ("sesame", "wrong"):
        with pytest.raises(ConfigurationError, match=f"imap_certificate_passwd is {wrong}") as told:
            tls_context(settings(imap_certificate_passwd=password, **keys))
        assert str(locked_key) in str(told.value)
        assert "sesame" not in str(told.value)


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
    with pytest.raises(
        ConfigurationError, match="as many certificates as imap_private_key_path has keys, 1; "
    ):
        tls_context(settings(imap_certificate_path=two))


def test_a_folder_is_no_file(settings):
    with pytest.raises(ConfigurationError, match="Is a directory"):
        tls_context(settings(imap_certificate_path=(Path("/"),)))


def test_the_password_is_not_asked_for_on_the_terminal(locked_key, certificate, tmp_path):
    """Not even where there is one: the server ends with a message."""
    file = tmp_path / "imap.cfg"
    file.write_text(
        f"imap_support_tls=yes\nimap_certificate_path={certificate.chain}\n"
        f"imap_private_key_path={locked_key}\n"
    )
    asked, terminal = pty.openpty()
    # A process in a new session has the first terminal that it opens as /dev/tty.
    program = (
        "import os, sys; os.close(os.open(sys.argv[1], os.O_RDWR));"
        "from reference_server.cli import main; sys.exit(main(['-c', sys.argv[2]]))"
    )
    with subprocess.Popen(
        [sys.executable, "-c", program, os.ttyname(terminal), str(file)],
        stdin=terminal,
        stdout=terminal,
        stderr=terminal,
        start_new_session=True,
    ) as process:
        os.close(terminal)
        shown = b""
        try:
            while data := os.read(asked, 4096):
                shown += data
                if b"PEM pass phrase" in shown:
                    process.kill()
        except OSError:  # the end of what a terminal shows
            pass
        os.close(asked)
    assert process.returncode == 1, shown
    assert b"imap_certificate_passwd is missing" in shown


def test_a_chain_is_complete(issue, authority, settings):
    """A client that trusts only the root verifies, with the certificates between in the file."""
    chain, key = issue(authority.create_child_ca().create_child_ca())
    assert chain.read_text().count("BEGIN CERTIFICATE") == 3
    server = tls_context(settings(imap_certificate_path=(chain,), imap_private_key_path=(key,)))
    version, _ = shake_hands(server, client(authority))
    assert version == "TLSv1.3"


def test_a_chain_that_lacks_a_link_is_not_trusted(issue, authority, settings):
    """So the test above can fail."""
    chain, key = issue(authority.create_child_ca())
    chain.write_text(
        chain.read_text().partition("-----END CERTIFICATE-----")[0] + "-----END CERTIFICATE-----\n"
    )
    server = tls_context(settings(imap_certificate_path=(chain,), imap_private_key_path=(key,)))
    with pytest.raises(ssl.SSLCertVerificationError):
        shake_hands(server, client(authority))


@pytest.mark.parametrize(
    ("cipher", "kind"),
    [("ECDHE-RSA-AES128-GCM-SHA256", "RSA"), ("ECDHE-ECDSA-AES128-GCM-SHA256", "ECDSA")],
)
def test_several_certificates(issue, authority, settings, caplog, cipher, kind):
    """Each client gets the one whose kind of key it can use."""
    issued = {name: issue(key_type=trustme.KeyType[name]) for name in ("RSA", "ECDSA")}
    server = tls_context(
        settings(
            imap_certificate_path=tuple(chain for chain, _ in issued.values()),
            imap_private_key_path=tuple(key for _, key in issued.values()),
        )
    )
    context = client(authority)
    context.maximum_version = ssl.TLSVersion.TLSv1_2
    context.set_ciphers(cipher)
    _, certificate = shake_hands(server, context)
    assert certificate == ssl.PEM_cert_to_DER_cert(issued[kind][0].read_text())
    assert not caplog.records


def test_two_certificates_of_one_kind(issue, authority, settings, caplog):
    """OpenSSL keeps the last; that the first is not used stands in the log."""
    (first, first_key), (last, last_key) = issue(), issue()
    server = tls_context(
        settings(imap_certificate_path=(first, last), imap_private_key_path=(first_key, last_key))
    )
    _, certificate = shake_hands(server, client(authority))
    assert certificate == ssl.PEM_cert_to_DER_cert(last.read_text())
    assert f"certificate {first} is not used: {last} has the same kind of key" in caplog.text


@pytest.mark.parametrize(
    ("begin", "end", "told"), [(-2, -1, "expired on"), (1, 2, "is not valid before")]
)
def test_out_of_date(issue, authority, settings, caplog, begin, end, told):
    """The server starts, and its log says what clients will complain of."""
    now = datetime.datetime.now(datetime.UTC)
    chain, key = issue(not_before=now + begin * DAY, not_after=now + end * DAY)
    server = tls_context(settings(imap_certificate_path=(chain,), imap_private_key_path=(key,)))
    assert f"certificate {chain} " in caplog.text
    assert told in caplog.text
    assert [record.levelname for record in caplog.records] == ["WARNING"]
    with pytest.raises(ssl.SSLCertVerificationError):
        shake_hands(server, client(authority))


def test_a_certificate_in_date_is_no_news(settings, caplog):
    tls_context(settings())
    assert not caplog.records

"""The TLS context from the settings."""

from __future__ import annotations

import datetime
import logging
import ssl
from pathlib import Path

from cryptography import x509

from reference_server.config.private_files import exposure
from reference_server.config.settings import Settings

logger = logging.getLogger(__name__)

# TLS before 1.2 signs with SHA-1, which OpenSSL permits at this level only.
_OLD_CIPHERS = "DEFAULT:!PSK:!SRP:@SECLEVEL=0"


def tls_context(settings: Settings) -> ssl.SSLContext | None:
    """What TLS sessions are made from; None where TLS is off, or no certificate is named.

    Raises ConfigurationError for certificates and keys that cannot be used. A certificate that is
    only out of date is used, and the log says so.
    """
    certificates, keys = settings.imap_certificate_path, settings.imap_private_key_path
    available = settings.imap_support_tls and bool(certificates) and bool(keys)
    if settings.imap_force_tls and not available:
        needed = "imap_support_tls=yes, imap_certificate_path and imap_private_key_path"
        raise settings.fault("imap_force_tls", f"needs {needed}")
    if not available:
        return None
    if len(certificates) != len(keys):
        raise settings.fault(
            "imap_certificate_path",
            f"expected as many certificates as imap_private_key_path has keys, {len(keys)}; a chain"
            " is one file",
        )
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.minimum_version = settings.tls_min_proto
    # To OpenSSL an end without close_notify is fatal, and nothing can be sent any more. Here a
    # session whose receiving was interrupted has its BYE to send; no command is run half read.
    context.options |= ssl.OP_IGNORE_UNEXPECTED_EOF
    if settings.tls_min_proto < ssl.TLSVersion.TLSv1_2:
        context.set_ciphers(_OLD_CIPHERS)
    by_kind: dict[x509.ObjectIdentifier, Path] = {}
    passphrase = settings.lines.get("imap_certificate_passwd")
    if passphrase is not None and passphrase.value:
        _warn_if_exposed("imap_certificate_passwd", passphrase.file)
    for certificate, key in zip(certificates, keys, strict=True):
        _warn_if_exposed("imap_private_key_path", key)
        _load(context, certificate, key, settings)
        kind = _inspect(certificate, settings)
        if kind in by_kind:
            # OpenSSL has one place for each kind of key (RSA, elliptic curves, ...).
            logger.warning(
                "certificate %s is not used: %s has the same kind of key",
                by_kind[kind],
                certificate,
            )
        by_kind[kind] = certificate
    return context


def _warn_if_exposed(directive: str, file: Path) -> None:
    warning = exposure(file)
    if warning is not None:
        logger.warning("%s: %s", directive, warning)


def _load(context: ssl.SSLContext, certificate: Path, key: Path, settings: Settings) -> None:
    password = settings.imap_certificate_passwd
    for file, directive in (certificate, "imap_certificate_path"), (key, "imap_private_key_path"):
        try:
            file.open("rb").close()
        except OSError as error:
            raise settings.fault(directive, f"{file}: {error.strerror}") from error
    try:
        # With a callable OpenSSL never asks on the terminal.
        context.load_cert_chain(certificate, key, password=lambda: password)
    except (OSError, ValueError) as error:
        raise settings.fault(
            "imap_private_key_path",
            f"certificate {certificate} with key {key}: {_reason(error, key, password)}",
        ) from error


def _reason(error: Exception, key: Path, password: str) -> str:
    reason = getattr(error, "reason", None)
    if reason == "KEY_VALUES_MISMATCH":
        return "the key is not that of the certificate"
    if b"ENCRYPTED" in key.read_bytes():  # in both of the forms that such a PEM file has
        wrong = "is wrong" if password else "is missing"
        return f"the key is encrypted, and imap_certificate_passwd {wrong}"
    return str(reason or error)


def _inspect(chain: Path, settings: Settings) -> x509.ObjectIdentifier:
    """Say in the log what is out of date; the kind of the server's key."""
    try:
        certificates = x509.load_pem_x509_certificates(chain.read_bytes())
    except ValueError as error:
        raise settings.fault("imap_certificate_path", f"{chain}: {error}") from error
    now = datetime.datetime.now(datetime.UTC)
    for certificate in certificates:
        begin, end = certificate.not_valid_before_utc, certificate.not_valid_after_utc
        subject = certificate.subject.rfc4514_string()
        if end < now:
            logger.warning("certificate %s (%s) expired on %s", chain, subject, end)
        elif begin > now:
            logger.warning("certificate %s (%s) is not valid before %s", chain, subject, begin)
    return certificates[0].public_key_algorithm_oid

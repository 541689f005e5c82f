"""The TLS context from the settings."""

from __future__ import annotations

import ssl

from reference_server.config.settings import ConfigurationError, Settings


def tls_context(settings: Settings) -> ssl.SSLContext | None:
    """What TLS sessions are made from; None where TLS is off, or no certificate is named.

    Raises ConfigurationError for certificates and keys that cannot be used.
    """
    certificates, keys = settings.imap_certificate_path, settings.imap_private_key_path
    available = settings.imap_support_tls and bool(certificates) and bool(keys)
    if settings.imap_force_tls and not available:
        needed = "imap_support_tls=yes, imap_certificate_path and imap_private_key_path"
        raise ConfigurationError(f"imap_force_tls needs {needed}")
    if not available:
        return None
    if len(certificates) != len(keys):
        raise ConfigurationError(
            "imap_certificate_path and imap_private_key_path: expected as many certificates as"
            f" keys, got {len(certificates)} and {len(keys)}"
        )
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.minimum_version = settings.tls_min_proto
    # To OpenSSL an end without close_notify is fatal, and nothing can be sent any more. Here a
    # session whose receiving was interrupted has its BYE to send; no command is run half read.
    context.options |= ssl.OP_IGNORE_UNEXPECTED_EOF
    if settings.tls_min_proto < ssl.TLSVersion.TLSv1_2:
        context.set_ciphers("DEFAULT:@SECLEVEL=0")  # OpenSSL refuses those versions otherwise
    for certificate, key in zip(certificates, keys, strict=True):
        for file, key_name in (
            (certificate, "imap_certificate_path"),
            (key, "imap_private_key_path"),
        ):
            try:
                file.open("rb").close()
            except OSError as error:
                raise ConfigurationError(f"{key_name}: {file}: {error.strerror}") from error
        try:
            # With a callable OpenSSL never asks on the terminal.
            context.load_cert_chain(
                certificate, key, password=lambda: settings.imap_certificate_passwd
            )
        except (OSError, ValueError) as error:
            reason = getattr(error, "reason", None) or str(error)
            raise ConfigurationError(
                f"certificate {certificate} with key {key} (imap_certificate_path,"
                f" imap_private_key_path, imap_certificate_passwd): {reason}"
            ) from error
    return context

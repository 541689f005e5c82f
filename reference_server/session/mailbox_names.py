"""Mailbox names between the wire and storage (RFC 3501, 5.1)."""

from __future__ import annotations

from reference_server.protocol.mailbox_names import decode_modified_utf7, encode_modified_utf7
from reference_server.session.outcome import No


def from_wire(name: bytes) -> str:
    """The Unicode name. Raises No where the octets are not in modified UTF-7 (5.1.3)."""
    try:
        return decode_modified_utf7(name)
    except ValueError as error:
        raise No(f"not a mailbox name: {error}", "CANNOT") from error


def to_wire(name: str) -> bytes:
    """The name in modified UTF-7."""
    return encode_modified_utf7(name)

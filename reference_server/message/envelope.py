"""ENVELOPE (RFC 3501, 7.4.2)."""

from __future__ import annotations

from typing import NamedTuple

from reference_server.message.addresses import MAXIMUM_ADDRESSES, Address, parse_addresses
from reference_server.message.header import Header
from reference_server.protocol.encoder import encode_value


class Envelope(NamedTuple):
    """The fields in their order. ``None``: the field is absent; no address: absent or empty."""

    date: bytes | None
    subject: bytes | None
    from_: list[Address]
    sender: list[Address]
    reply_to: list[Address]
    to: list[Address]
    cc: list[Address]
    bcc: list[Address]
    in_reply_to: bytes | None
    message_id: bytes | None


def read_envelope(header: Header) -> Envelope:
    """The envelope of a header; Sender and Reply-To default to From."""
    left = MAXIMUM_ADDRESSES

    def addresses(name: bytes) -> list[Address]:
        nonlocal left
        # Several fields of one name count as one list (RFC 5322, 4.5.3).
        values = header.all(name)
        found = parse_addresses(b",".join(values), left) if values else []
        left -= len(found)
        return found

    from_ = addresses(b"from")
    return Envelope(
        header.first(b"date"),
        header.first(b"subject"),
        from_,
        addresses(b"sender") or from_,
        addresses(b"reply-to") or from_,
        addresses(b"to"),
        addresses(b"cc"),
        addresses(b"bcc"),
        header.first(b"in-reply-to"),
        header.first(b"message-id"),
    )


def encode_envelope(envelope: Envelope) -> bytes:
    """The envelope in wire format."""
    from_ = _encode_addresses(envelope.from_)
    fields = (
        encode_value(envelope.date),
        encode_value(envelope.subject),
        from_,
        from_ if envelope.sender is envelope.from_ else _encode_addresses(envelope.sender),
        from_ if envelope.reply_to is envelope.from_ else _encode_addresses(envelope.reply_to),
        _encode_addresses(envelope.to),
        _encode_addresses(envelope.cc),
        _encode_addresses(envelope.bcc),
        encode_value(envelope.in_reply_to),
        encode_value(envelope.message_id),
    )
    return b"(" + b" ".join(fields) + b")"


def _encode_addresses(addresses: list[Address]) -> bytes:
    # "(" 1*address ")": no space between the addresses.
    if not addresses:
        return b"NIL"
    inner = b")(".join([b" ".join(map(encode_value, address)) for address in addresses])
    return b"((" + inner + b"))"

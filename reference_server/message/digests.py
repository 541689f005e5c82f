"""Digests: the data computed once from a message, and kept."""

from __future__ import annotations

from typing import NamedTuple

from reference_server.message.addresses import Address
from reference_server.message.body_structure import describe, encode_bodies
from reference_server.message.dates import sent_day
from reference_server.message.decoding import decode_words, fold
from reference_server.message.envelope import encode_envelope, read_envelope
from reference_server.message.fields import ContentType
from reference_server.message.header import Header
from reference_server.message.parts import Description, Reader, dump_structure
from reference_server.protocol.commands import Octets

_SMALL = 1 << 20


class Digest(NamedTuple):
    """A message in what clients ask for again and again.

    ``envelope``, ``body`` and ``bodystructure`` are values in wire format. ``structure`` is
    for ``load_structure``. ``sent`` is the day of the Date: field as "YYYY-MM-DD", zone
    disregarded. The texts of the envelope that SEARCH looks into are decoded and folded
    (``fold``); ``None`` where the envelope has NIL, which contains no string, not even "".
    """

    envelope: bytes
    body: bytes
    bodystructure: bytes
    structure: bytes
    sent: str | None
    subject: str | None
    sender: str | None
    to: str | None
    cc: str | None
    bcc: str | None


def digest(message: Octets) -> Digest:
    """Read ``message``. Any octets are a message of some kind: this never fails.

    A large message is read in pieces, once and some of it twice.
    """
    if len(message) <= _SMALL:
        message = message[: len(message)]
    headers: list[Header] = []

    def describe_all(header: Header, content: ContentType, is_message: bool) -> Description:
        if not headers:  # the message's own comes first
            headers.append(header)
        return describe(header, content, is_message)

    entity = Reader(message, describe_all).read()
    envelope = read_envelope(headers[0])
    body, bodystructure = encode_bodies(entity)
    return Digest(
        envelope=encode_envelope(envelope),
        body=body,
        bodystructure=bodystructure,
        structure=dump_structure(entity.part),
        sent=None if envelope.date is None else sent_day(envelope.date),
        subject=None if envelope.subject is None else _folded(envelope.subject),
        sender=_search_text(envelope.from_),
        to=_search_text(envelope.to),
        cc=_search_text(envelope.cc),
        bcc=_search_text(envelope.bcc),
    )


def _folded(value: bytes) -> str:
    """Decoded and folded; a lone surrogate, which some charsets decode to, becomes "?"."""
    text = fold(decode_words(value))
    return text if text.isascii() else text.encode("utf-8", "replace").decode("utf-8")


def _search_text(addresses: list[Address]) -> str | None:
    """``name <mailbox@host>`` of each address, and the names of groups."""
    if not addresses:
        return None
    written = [_written(address) for address in addresses if address.mailbox is not None]
    return _folded(b", ".join(written))


def _written(address: Address) -> bytes:
    mailbox = address.mailbox or b""
    if address.host is None:
        return mailbox
    specification = mailbox + b"@" + address.host
    return b"%b <%b>" % (address.name, specification) if address.name else specification

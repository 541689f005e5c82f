"""Mailbox names between the wire and storage, where they are Unicode.

A client that enabled IMAP4rev2 writes and reads UTF-8 (RFC 9051, 5.1), any other one modified
UTF-7 (RFC 3501, 5.1.3). Both see the same mailboxes.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from reference_server.protocol.mailbox_names import decode_modified_utf7, encode_modified_utf7
from reference_server.protocol.responses import Utf8
from reference_server.session.outcome import No
from reference_server.session.texts import Text
from reference_server.storage import is_possible

if TYPE_CHECKING:
    from reference_server.session.session import Session


def from_wire(session: Session, name: bytes) -> str:
    """The Unicode name. Raises No where the octets are not in the session's encoding."""
    try:
        return name.decode("utf-8") if session.revision2 else decode_modified_utf7(name)
    except ValueError as error:
        encoding = "UTF-8" if session.revision2 else "modified UTF-7"
        raise No(f"not a mailbox name in {encoding}: {error}", "CANNOT") from error


def no_destination(name: str) -> No:
    """The refusal where a message cannot go to ``name`` (RFC 9051, 6.3.12, 6.4.7, 6.4.8).

    TRYCREATE tells the client to create the mailbox and try again.
    """
    return No(Text.MAILBOX_MISSING, "TRYCREATE" if is_possible(name) else "CANNOT")


def to_wire(session: Session, name: str) -> bytes:
    """The name in the session's encoding, of a kind that responses take as it is."""
    return Utf8(name.encode("utf-8")) if session.revision2 else encode_modified_utf7(name)

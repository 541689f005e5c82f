"""The mailbox international naming convention: modified UTF-7 (RFC 3501, 5.1.3)."""

from __future__ import annotations

import re
from binascii import Error as Base64Error
from binascii import a2b_base64, b2a_base64

_OTHER = re.compile(r"[^\x20-\x7e]+")
_SHIFTED = re.compile(rb"&([^-]*)-")
_WELL_FORMED = re.compile(rb"(?:[\x20-\x25\x27-\x7e]|&[A-Za-z0-9+,]*-)*")


def encode_modified_utf7(name: str) -> bytes:
    """``name`` as it stands on the wire. ``ValueError`` for a lone surrogate."""
    return _OTHER.sub(_shift, name.replace("&", "&-")).encode("ascii")


def decode_modified_utf7(octets: bytes) -> str:
    """The name that ``octets`` stand for.

    ``ValueError`` for anything but the one right encoding: 8-bit octets, an unfinished or
    superfluous shift, padding bits that are not zero, text that is not UTF-16.
    """
    if not _WELL_FORMED.fullmatch(octets):
        raise ValueError("not modified UTF-7")
    name = "".join(
        _unshift(piece) if shifted else piece.decode("ascii") for shifted, piece in _pieces(octets)
    )
    # Each name has one encoding only, so whatever is superfluous shows in the way back.
    if encode_modified_utf7(name) != octets:
        raise ValueError("not the canonical modified UTF-7 form")
    return name


def _pieces(octets: bytes) -> list[tuple[bool, bytes]]:
    """Text outside and inside of shifts, in turn."""
    pieces = _SHIFTED.split(octets)
    return [(bool(index % 2), piece) for index, piece in enumerate(pieces)]


def _shift(match: re.Match[str]) -> str:
    encoded = b2a_base64(match[0].encode("utf-16-be"), newline=False).rstrip(b"=")
    return "&" + encoded.replace(b"/", b",").decode("ascii") + "-"


def _unshift(encoded: bytes) -> str:
    if not encoded:
        return "&"
    padded = encoded.replace(b",", b"/") + b"=" * (-len(encoded) % 4)
    try:
        return a2b_base64(padded).decode("utf-16-be")
    except Base64Error:
        raise ValueError("not base64 inside a shift") from None

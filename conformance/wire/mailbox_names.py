"""Modified UTF-7, the encoding of international mailbox names (RFC 3501, section 5.1.3)."""

from __future__ import annotations

import binascii
import re

_SHIFTED = re.compile(rb"&([A-Za-z0-9+,]*)-")


def encode(name: str) -> bytes:
    """A name as it goes over the wire: printable US-ASCII as itself, ``&`` as ``&-``."""
    encoded = bytearray()
    for run in re.findall(r"[ -~]+|[^ -~]+", name):
        if " " <= run[0] <= "~":
            encoded += run.replace("&", "&-").encode("ascii")
        else:
            base64 = binascii.b2a_base64(run.encode("utf-16-be"), newline=False)
            encoded += b"&" + base64.rstrip(b"=").replace(b"/", b",") + b"-"
    return bytes(encoded)


def decode(octets: bytes) -> str:
    """The name behind ``octets``; ``ValueError`` unless it is the one proper encoding of it."""
    name = _SHIFTED.sub(_unshift, octets).decode("utf-8")
    if encode(name) != octets:
        raise ValueError(f"{octets!r} is not proper modified UTF-7")
    return name


def decode_leniently(octets: bytes) -> str:
    """As ``decode``; what is not proper modified UTF-7 is taken as UTF-8, bad octets escaped."""
    try:
        return decode(octets)
    except ValueError:
        return octets.decode("utf-8", "backslashreplace")


def _unshift(shifted: re.Match[bytes]) -> bytes:
    base64 = shifted[1].replace(b",", b"/")
    if not base64:
        return b"&"
    utf16 = binascii.a2b_base64(base64 + b"=" * (-len(base64) % 4))
    return utf16.decode("utf-16-be").encode("utf-8")

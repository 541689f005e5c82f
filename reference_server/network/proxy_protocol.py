"""The header of the PROXY protocol, version 2: octets in, the client's address out. No I/O.

Section 2.2 of the protocol's specification. Only TCP over IPv4 and IPv6 and UNIX streams name a
client here; every other combination of family and transport is skipped like UNSPEC. What follows
the addresses is skipped, a checksum included: verifying one is for receivers that know it (2.2.3).
"""

from __future__ import annotations

import ipaddress
from typing import NamedTuple
from urllib.parse import quote

SIGNATURE = b"\r\n\r\n\x00\r\nQUIT\n"
FIXED_SIZE = 16  # signature, version and command, family and transport, length of the rest
VERSION = 2
LOCAL, PROXY = 0, 1
# By the octet of family and transport: the sizes of source address and address block.
TCP4, TCP6, UNIX_STREAM = 0x11, 0x21, 0x31
SIZES = {TCP4: (4, 12), TCP6: (16, 36), UNIX_STREAM: (108, 216)}


class Source(NamedTuple):
    """Whom a proxy speaks for.

    A UNIX socket has its path as address, "@" and the name if it is an abstract one, nothing if
    it has no name; its port is 0.
    """

    address: str
    port: int


class ProxyHeaderError(ValueError):
    """These octets do not begin a connection as version 2 of the PROXY protocol demands."""


class ProxyHeader:
    """A header that comes in pieces. ``missing``: octets to come, as far as known; 0 at its end."""

    def __init__(self) -> None:
        self._octets = bytearray()
        self._size = FIXED_SIZE

    @property
    def missing(self) -> int:
        return self._size - len(self._octets)

    def feed(self, octets: bytes) -> None:
        """Take the next octets, at most ``missing``. Raises ProxyHeaderError as soon as may be."""
        self._octets += octets
        if not SIGNATURE.startswith(self._octets[: len(SIGNATURE)]):
            version1 = self._octets.startswith(b"PROXY ")
            raise ProxyHeaderError("it has version 1" if version1 else "no signature")
        if len(self._octets) == FIXED_SIZE:
            self._size += self._check_fixed_part()

    def _check_fixed_part(self) -> int:
        """The number of octets that follow."""
        version, command = divmod(self._octets[12], 16)
        length = int.from_bytes(self._octets[14:16], "big")
        if version != VERSION:
            raise ProxyHeaderError(f"version {version}")
        if command not in (LOCAL, PROXY):
            raise ProxyHeaderError(f"unknown command {command}")
        if command == PROXY and self._octets[13] in SIZES:
            needed = SIZES[self._octets[13]][1]
            if length < needed:
                raise ProxyHeaderError(f"{length} octets where the addresses take {needed}")
        return length

    def source(self) -> Source | None:
        """The client of a complete header; None where the peer's own address stays."""
        family = self._octets[13]
        if self._octets[12] % 16 == LOCAL or family not in SIZES:
            return None
        size, _ = SIZES[family]
        field = bytes(self._octets[FIXED_SIZE : FIXED_SIZE + size])
        if family == UNIX_STREAM:
            return Source(_socket_name(field), 0)
        port_at = FIXED_SIZE + 2 * size
        port = int.from_bytes(self._octets[port_at : port_at + 2], "big")
        address = ipaddress.ip_address(field)
        if isinstance(address, ipaddress.IPv6Address) and address.ipv4_mapped:
            address = address.ipv4_mapped
        return Source(str(address), port)


def _socket_name(field: bytes) -> str:
    """The name of a UNIX socket; percent-encoded where it could be taken for more of a log line."""
    if field.startswith(b"\0"):
        field = field.rstrip(b"\0").replace(b"\0", b"@", 1)
    return quote(field.split(b"\0")[0], safe="/@:+,=")

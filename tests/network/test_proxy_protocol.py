"""PROXY headers: octets made by hand from the specification, another sender's, and garbage."""

import random
import socket
from ipaddress import IPv4Address, IPv6Address

import pytest
from proxyprotocol.result import (
    ProxyResultIPv4,
    ProxyResultIPv6,
    ProxyResultLocal,
    ProxyResultUnix,
    ProxyResultUnknown,
)
from proxyprotocol.tlv import ProxyProtocolSSLTLV, ProxyProtocolTLV
from proxyprotocol.v1 import ProxyProtocolV1
from proxyprotocol.v2 import ProxyProtocolV2

from reference_server.network.proxy_protocol import (
    SIGNATURE,
    ProxyHeader,
    ProxyHeaderError,
    Source,
)

pytestmark = pytest.mark.directive("imap_accept_haproxy", "proxy")

TCP4 = bytes.fromhex(
    "0d0a0d0a000d0a515549540a"  # the signature
    "21"  # version 2, PROXY
    "11"  # TCP over IPv4
    "000c"  # 12 octets follow
    "c0000207"  # from 192.0.2.7
    "c6336401"  # to 198.51.100.1
    "dc04"  # from port 56324
    "008f"  # to port 143
)
TCP6 = bytes.fromhex(
    "0d0a0d0a000d0a515549540a 21 21 0024"
    "20010db8000000000000000000000007"
    "20010db8000000000000000000000001"
    "dc04 03e1"
)


def read(octets: bytes, piece: int | None = None) -> tuple[Source | None, bytes]:
    """What a header says, and the octets behind it; fed in pieces of so many octets at most."""
    header = ProxyHeader()
    position = 0
    while header.missing:
        size = min(header.missing, piece or header.missing)
        assert position + size <= len(octets), "the header goes on behind its end"
        header.feed(octets[position : position + size])
        position += size
    return header.source(), octets[position:]


def header(family: int, block: bytes, first: int = 0x21, length: int | None = None) -> bytes:
    size = len(block) if length is None else length
    return SIGNATURE + bytes([first, family]) + size.to_bytes(2, "big") + block


def test_tcp_over_ipv4():
    assert read(TCP4) == (Source("192.0.2.7", 56324), b"")


def test_tcp_over_ipv6():
    assert read(TCP6) == (Source("2001:db8::7", 56324), b"")


def test_an_ipv4_address_written_as_ipv6_is_an_ipv4_address():
    mapped = bytes(10) + b"\xff\xff" + bytes([192, 0, 2, 7])
    assert read(header(0x21, mapped * 2 + bytes(4)))[0] == Source("192.0.2.7", 0)


@pytest.mark.parametrize(
    ("field", "name"),
    [
        (b"/run/webmail.sock", "/run/webmail.sock"),
        (b"/run/x.sock\0old rest", "/run/x.sock"),
        (b"", ""),
        (b"\0webmail", "@webmail"),
        (b"/" + b"x" * 107, "/" + "x" * 107),
        (b"/a b]:1 user=root\n\xff", "/a%20b%5D:1%20user=root%0A%FF"),
    ],
    ids=["path", "rest behind the path", "unnamed", "abstract", "full field", "forged log line"],
)
def test_unix_sockets(field, name):
    block = field.ljust(108, b"\0") + b"/run/imap.sock".ljust(108, b"\0")
    assert read(header(0x31, block)) == (Source(name, 0), b"")


@pytest.mark.parametrize("octets", [TCP4, TCP6], ids=["TCP4", "TCP6"])
@pytest.mark.parametrize("piece", [1, 2, 7, 16])
def test_pieces_of_any_size(octets, piece):
    assert read(octets + b"\x16\x03\x01", piece) == (read(octets)[0], b"\x16\x03\x01")


@pytest.mark.parametrize("command", [b"a NOOP\r\n", TCP4], ids=["command", "second header"])
def test_nothing_behind_the_header_is_taken(command):
    assert read(TCP4 + command)[1] == command


@pytest.mark.parametrize("family", [0x00, 0x11, 0x21, 0x31, 0xFF])
@pytest.mark.parametrize("size", [0, 3, 12, 300, 65535])
def test_local_keeps_the_peer_whatever_follows(family, size):
    assert read(header(family, b"\xaa" * size, first=0x20) + b"rest") == (None, b"rest")


@pytest.mark.parametrize("family", [0x00, 0x01, 0x10, 0x12, 0x22, 0x32, 0x13, 0x41, 0xFF])
@pytest.mark.parametrize("size", [0, 12, 65535])
def test_families_it_does_not_know_keep_the_peer(family, size):
    assert read(header(family, b"\xaa" * size) + b"rest") == (None, b"rest")


@pytest.mark.parametrize("size", [1, 3, 200, 65535 - 12])
def test_what_follows_the_addresses_is_skipped(size):
    octets = header(0x11, TCP4[16:] + b"\xee" * size)
    assert read(octets + b"rest") == (Source("192.0.2.7", 56324), b"rest")


@pytest.mark.parametrize("position", range(12))
def test_a_wrong_octet_of_the_signature_is_refused_at_once(position):
    octets = bytearray(SIGNATURE)
    octets[position] ^= 0x20
    broken = ProxyHeader()
    broken.feed(bytes(octets[:position]))
    with pytest.raises(ProxyHeaderError, match="no signature"):
        broken.feed(bytes(octets[position : position + 1]))


@pytest.mark.parametrize("first", [0x01, 0x11, 0x31, 0xF1, 0x20 + 2, 0x2F])
def test_other_versions_and_commands_are_refused(first):
    with pytest.raises(ProxyHeaderError, match=r"version|command"):
        read(header(0x11, TCP4[16:], first=first))


@pytest.mark.parametrize(
    ("family", "length"), [(0x11, 0), (0x11, 11), (0x21, 12), (0x21, 35), (0x31, 36), (0x31, 215)]
)
def test_a_length_too_short_for_the_addresses_is_refused(family, length):
    with pytest.raises(ProxyHeaderError, match=f"^{length} octets where"):
        read(header(family, bytes(length)))


def test_version_1_is_named():
    octets = ProxyProtocolV1().pack(
        ProxyResultIPv4((IPv4Address("192.0.2.7"), 1), (IPv4Address("192.0.2.1"), 143))
    )
    with pytest.raises(ProxyHeaderError, match="version 1"):
        read(octets)


# Another sender: the package proxy-protocol

TLVS = ProxyProtocolTLV(
    alpn=b"imap",
    authority="mail.example.test",
    unique_id=b"\0\1\2",
    netns="blue",
    ssl=ProxyProtocolSSLTLV(
        has_ssl=True, has_cert_conn=False, has_cert_sess=False, version="TLSv1.3"
    ),
)
PLACES4 = (IPv4Address("203.0.113.9"), 40000), (IPv4Address("192.0.2.1"), 993)
PLACES6 = (IPv6Address("2001:db8::9"), 40000), (IPv6Address("2001:db8::1"), 993)
STREAM, DATAGRAM = socket.SOCK_STREAM, socket.SOCK_DGRAM


@pytest.mark.parametrize("tlv", [ProxyProtocolTLV(), TLVS], ids=["checksum alone", "many TLVs"])
@pytest.mark.parametrize(
    ("made", "source"),
    [
        (
            lambda tlv: ProxyResultIPv4(*PLACES4, protocol=STREAM, tlv=tlv),
            Source("203.0.113.9", 40000),
        ),
        (
            lambda tlv: ProxyResultIPv6(*PLACES6, protocol=STREAM, tlv=tlv),
            Source("2001:db8::9", 40000),
        ),
        (
            lambda tlv: ProxyResultUnix("/run/client", "/run/imap", protocol=STREAM, tlv=tlv),
            Source("/run/client", 0),
        ),
        (lambda tlv: ProxyResultIPv4(*PLACES4, protocol=DATAGRAM, tlv=tlv), None),
        (lambda tlv: ProxyResultLocal(tlv=tlv), None),
        (lambda _: ProxyResultUnknown(), None),
    ],
    ids=["TCP4", "TCP6", "UNIX", "UDP4", "LOCAL", "UNKNOWN"],
)
def test_headers_of_another_sender(made, source, tlv):
    result = made(tlv)
    assert read(ProxyProtocolV2().pack(result) + b"rest") == (source, b"rest")


# Garbage


def changed(choice: random.Random, octets: bytes) -> bytes:
    """The octets with one to four of them changed, cut off, doubled or put in."""
    changed = bytearray(octets)
    for _ in range(choice.randint(1, 4)):
        at = choice.randrange(len(changed)) if changed else 0
        match choice.randrange(4):
            case 0:
                changed[at : at + 1] = choice.randbytes(1)
            case 1:
                del changed[at:]
            case 2:
                changed[at:at] = changed[at : at + choice.randint(1, 16)]
            case 3:
                changed[at:at] = choice.randbytes(choice.randint(1, 16))
    return bytes(changed)


def test_garbage_is_refused_or_wanting_or_well_formed():
    """Nothing but a header refused, unfinished, or as long as its length says."""
    choice = random.Random(20)
    outcomes = set()
    for _ in range(3000):
        octets = changed(choice, choice.choice([TCP4, TCP6, header(0, b"", 0x20)]))
        header_, position = ProxyHeader(), 0
        try:
            while header_.missing and position < len(octets):
                piece = octets[position : position + header_.missing]
                header_.feed(piece)
                position += len(piece)
        except ProxyHeaderError:
            outcomes.add("refused")
            assert not octets.startswith((TCP4, TCP6))
            continue
        if header_.missing:
            outcomes.add("unfinished")
            continue
        outcomes.add("whole")
        assert octets[:12] == SIGNATURE
        assert octets[12] in (0x20, 0x21)
        assert position == 16 + int.from_bytes(octets[14:16], "big")
        source = header_.source()
        assert source is None or 0 <= source.port <= 65535
    assert outcomes == {"refused", "unfinished", "whole"}

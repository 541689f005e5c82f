"""Modified UTF-7 (RFC 3501, 5.1.3); encoded forms worked out by hand, or from the RFC."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reference_server.protocol.mailbox_names import decode_modified_utf7, encode_modified_utf7

PAIRS = [
    ("", b""),
    ("INBOX", b"INBOX"),
    ('a b~!%*"\\', b'a b~!%*"\\'),
    ("&", b"&-"),
    ("&&", b"&-&-"),
    ("R&D", b"R&-D"),
    ("a-b", b"a-b"),
    ("~peter/mail/台北/日本語", b"~peter/mail/&U,BTFw-/&ZeVnLIqe-"),  # the RFC's example
    ("☺!", b"&Jjo-!"),  # as the RFC has it, put right
    ("台北日本語", b"&U,BTF2XlZyyKng-"),  # the RFC's correct form
    ("é", b"&AOk-"),
    ("é-", b"&AOk--"),
    ("é&é", b"&AOk-&-&AOk-"),
    ("éa", b"&AOk-a"),
    ("Entwürfe", b"Entw&APw-rfe"),
    ("\n", b"&AAo-"),
    ("\x7f", b"&AH8-"),
    ("😀", b"&2D3eAA-"),
]


@pytest.mark.parametrize(("name", "octets"), PAIRS)
def test_both_ways(name, octets):
    assert encode_modified_utf7(name) == octets
    assert decode_modified_utf7(octets) == name


@pytest.mark.parametrize(
    "octets",
    [
        b"&Jjo!",  # no shift back to US-ASCII: the RFC's example
        b"&U,BTFw-&ZeVnLIqe-",  # superfluous shift: the RFC's example
        b"&",
        b"a&",
        b"&AOk",
        b"&AOk a-",
        b"&AGE-",  # "a", which represents itself
        b"&AOkAYQ-",  # "a" after another character
        b"&ACY-",  # "&", which has a form of its own
        b"&AOl-",  # padding bits that are not zero
        b"&AOkA-",  # an octet too many
        b"&AOk=-",
        b"&AO-",
        b"&A-",
        b"&AAAAA-",
        b"&AO/p-",  # "/" is "," here
        b"&AOk\xe9-",
        b"&2D0-",  # half a surrogate pair
        b"&3gDYPQ-",  # surrogates the wrong way round
        b"caf\xc3\xa9",
        b"\xff",
        b"a\x00b",
        b"a\nb",
        b"\x7f",
    ],
)
def test_ill_formed(octets):
    with pytest.raises(ValueError, match=r"UTF-7|utf-16|base64"):
        decode_modified_utf7(octets)


def test_a_lone_surrogate_has_no_encoding():
    with pytest.raises(ValueError, match="surrogate"):
        encode_modified_utf7("a\ud83d")


@given(st.text())
def test_round_trip(name):
    octets = encode_modified_utf7(name)
    assert all(0x20 <= octet <= 0x7E for octet in octets)
    assert decode_modified_utf7(octets) == name


@given(st.text(alphabet="&-,AOk=x ", max_size=12))
def test_each_name_has_one_form(text):
    octets = text.encode()
    try:
        name = decode_modified_utf7(octets)
    except ValueError:
        return
    assert encode_modified_utf7(name) == octets

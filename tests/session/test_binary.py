"""FETCH BINARY and APPEND of binary content (RFC 3516)."""

import base64

import pytest

MESSAGE = (
    b"MIME-Version: 1.0\r\nContent-Type: multipart/mixed; boundary=b\r\n\r\n"
    b"--b\r\nContent-Type: application/octet-stream\r\nContent-Transfer-Encoding: base64\r\n\r\n"
    b"AAEC\r\n"
    b"--b\r\nContent-Transfer-Encoding: quoted-printable\r\n\r\nhello=20=\r\nworld\r\n"
    b"--b\r\nContent-Type: message/rfc822\r\n\r\nSubject: inner\r\n\r\ninner\r\n"
    b"--b--\r\n"
)
STRANGE = b"Content-Transfer-Encoding: x-rot13\r\n\r\nuryyb\r\n"


@pytest.fixture
def selected(alice):
    alice.append(message=MESSAGE)
    alice.append(message=STRANGE)
    alice.ok("SELECT INBOX")
    return alice


def test_content(selected):
    assert selected.ok("FETCH 1 (BINARY.PEEK[1] BINARY.PEEK[2] BINARY.PEEK[3.1])") == [
        '* 1 FETCH (BINARY[1] ~{3}\r\n\0\x01\x02 BINARY[2] "hello world" BINARY[3.1] "inner")'
    ]


def test_partial_counts_in_the_decoded_content(selected):
    assert selected.ok(
        "FETCH 1 (BINARY.PEEK[1]<1.9> BINARY.PEEK[2]<4.3> BINARY.PEEK[2]<20.1>)"
    ) == ['* 1 FETCH (BINARY[1]<1> "\x01\x02" BINARY[2]<4> "o w" BINARY[2]<20> "")']


def test_size(selected):
    assert selected.ok("FETCH 1 (BINARY.SIZE[1] BINARY.SIZE[2] BINARY.SIZE[9])") == [
        "* 1 FETCH (BINARY.SIZE[1] 3 BINARY.SIZE[2] 11 BINARY.SIZE[9] 0)"
    ]
    assert selected.ok("FETCH 1 BINARY.SIZE[]") == [f"* 1 FETCH (BINARY.SIZE[] {len(MESSAGE)})"]


def test_no_such_part(selected):
    assert selected.ok("FETCH 1 BINARY.PEEK[9]") == ["* 1 FETCH (BINARY[9] NIL)"]


def test_seen(selected):
    assert selected.ok("FETCH 1 BINARY.SIZE[2]") == ["* 1 FETCH (BINARY.SIZE[2] 11)"]
    assert selected.ok("FETCH 1 BINARY[2]") == [
        '* 1 FETCH (BINARY[2] "hello world" FLAGS (\\Seen \\Recent))'
    ]


def test_what_cannot_be_decoded(selected):
    responses = selected("a FETCH 1:2 BINARY[1]")
    assert responses[0].startswith("* 1 FETCH (BINARY[1] ~{3}")
    assert responses[1].startswith("a NO [UNKNOWN-CTE] ")
    assert len(responses) == 2
    assert selected("b FETCH 2 BINARY.SIZE[1]")[0].startswith("b NO [UNKNOWN-CTE] ")
    assert selected("c FETCH 1 BINARY[3]")[0].startswith("c NO ")
    assert selected.ok("FETCH 2 FLAGS") == ["* 2 FETCH (FLAGS (\\Recent))"]


def test_long_content_is_sent_in_pieces(selected):
    octets = bytes(range(256)) * 8192
    message = b"Content-Transfer-Encoding: base64\r\n\r\n" + base64.encodebytes(octets)
    selected.append(message=message)
    selected.channel.feed(b"a FETCH 3 BINARY.PEEK[1]<1.2000000>\r\n")
    sent = raw(selected)
    head = b"* 3 FETCH (BINARY[1]<1> ~{2000000}\r\n"
    assert sent[: len(head)] == head
    assert sent[len(head) : len(head) + 2000003] == octets[1:2000001] + b")\r\n"


def raw(client):
    with client.channel.changed:
        assert client.channel.changed.wait_for(client.channel.is_at_rest, timeout=60)
        sent, client.channel.sent = client.channel.sent, b""
    return sent


def append(client, message):
    return client.send(b"t APPEND INBOX ~{%d+}\r\n%b\r\n" % (len(message), message))[-1]


def test_append_of_binary_content(alice):
    alice.ok("SELECT INBOX")
    message = (
        b"MIME-Version: 1.0\r\nContent-Type: image/png\r\nContent-Transfer-Encoding: binary\r\n\r\n"
        b"\0\r\n\0"
    )
    assert append(alice, message).startswith("t OK [APPENDUID ")
    assert alice.ok("FETCH 1 (BINARY.PEEK[1] BODY.PEEK[TEXT] BODY)") == [
        "* 1 FETCH (BINARY[1] ~{4}\r\n\0\r\n\0 BODY[TEXT] {10}\r\nAA0KAA==\r\n BODY "
        '("IMAGE" "PNG" NIL NIL NIL "BASE64" 10))'
    ]


def test_append_without_nul_changes_nothing(alice):
    alice.ok("SELECT INBOX")
    message = b"Content-Transfer-Encoding: binary\r\n\r\nplain\r\n"
    assert append(alice, message).startswith("t OK [APPENDUID ")
    assert alice.ok("FETCH 1 RFC822.SIZE") == [f"* 1 FETCH (RFC822.SIZE {len(message)})"]


def test_append_of_nul_where_it_cannot_be_kept(alice):
    assert append(alice, b"Subject: x\r\n\r\n\0").startswith("t NO [UNKNOWN-CTE] ")
    assert "* 0 EXISTS" in alice.ok("SELECT INBOX")


def test_a_literal8_is_for_messages_only(alice):
    assert alice.send(b"a SELECT ~{5+}\r\nINBOX\r\n")[0].startswith("a BAD ")


@pytest.mark.parametrize(
    "item",
    ["BINARY", "BINARY.SIZE", "BINARY[TEXT]", "BINARY[1.MIME]", "BINARY.SIZE[1]<0.1>", "BINARY[0]",
     "BINARY.PEEK", "BINARY[1]<0.0>", "BINARY.SIZE.PEEK[1]"],
)  # fmt: skip
def test_malformed_items(selected, item):
    assert selected(f"a FETCH 1 {item}")[0].startswith("a BAD ")

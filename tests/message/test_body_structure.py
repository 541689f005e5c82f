"""BODY and BODYSTRUCTURE: RFC 3501, 7.4.2; octets and lines counted by hand."""

from reference_server.message import digest


def crlf(text):
    return text.replace("\n", "\r\n").encode("latin-1")


def test_the_default_is_plain_us_ascii_text():
    """RFC 2045, 5.2."""
    found = digest(b"Subject: x\r\n\r\none\r\ntwo\r\n")
    assert found.body == b'("TEXT" "PLAIN" ("CHARSET" "US-ASCII") NIL NIL "7BIT" 10 2)'
    assert found.bodystructure == (
        b'("TEXT" "PLAIN" ("CHARSET" "US-ASCII") NIL NIL "7BIT" 10 2 NIL NIL NIL NIL)'
    )


def test_an_empty_message():
    assert digest(b"").body == b'("TEXT" "PLAIN" ("CHARSET" "US-ASCII") NIL NIL "7BIT" 0 0)'


def test_every_field():
    message = crlf(
        "Content-Type: image/gif; name=x.gif\n"
        "Content-ID: <id@x>\n"
        "Content-Description: a\n picture\n"
        "Content-Transfer-Encoding: base64\n"
        "Content-MD5: Q2hlY2sgSW50ZWdyaXR5IQ==\n"
        'Content-Disposition: attachment; filename="x y.gif"\n'
        "Content-Language: de, en\n"
        "Content-Location: http://x/y.gif\n"
        "\n"
        "R0lGODlh\n"
    )
    basic = (
        b'"IMAGE" "GIF" ("NAME" "x.gif") "<id@x>" "a picture" "BASE64" 10'
    )  # fmt: skip
    assert digest(message).body == b"(%b)" % basic
    assert digest(message).bodystructure == (
        b'(%b "Q2hlY2sgSW50ZWdyaXR5IQ==" ("ATTACHMENT" ("FILENAME" "x y.gif")) ("de" "en")'
        b' "http://x/y.gif")' % basic
    )


def test_a_disposition_without_parameters_and_an_empty_language():
    message = b"Content-Disposition: inline\r\nContent-Language:\r\n\r\n"
    assert digest(message).bodystructure.endswith(b' 0 0 NIL ("INLINE" NIL) NIL NIL)')


def test_multipart():
    message = crlf(
        "Content-Type: multipart/alternative; boundary=b\nContent-Language: en\n\n"
        "--b\n\none\n--b\nContent-Type: text/html\n\n<p>two\n\n--b--\n"
    )
    found = digest(message)
    assert found.body == (
        b'(("TEXT" "PLAIN" ("CHARSET" "US-ASCII") NIL NIL "7BIT" 3 0)'
        b'("TEXT" "HTML" NIL NIL NIL "7BIT" 8 1) "ALTERNATIVE")'
    )
    assert found.bodystructure == (
        b'(("TEXT" "PLAIN" ("CHARSET" "US-ASCII") NIL NIL "7BIT" 3 0 NIL NIL NIL NIL)'
        b'("TEXT" "HTML" NIL NIL NIL "7BIT" 8 1 NIL NIL NIL NIL) "ALTERNATIVE"'
        b' ("BOUNDARY" "b") NIL ("en") NIL)'
    )


def test_a_message_inside_has_envelope_body_and_lines():
    message = crlf(
        "Content-Type: multipart/mixed; boundary=b\n\n"
        "--b\nContent-Type: message/rfc822\n\n"
        "Subject: inside\n\nhello\n\n--b--\n"
    )
    # The message inside is 17 + 2 + 7 octets in three lines, its body 7 octets in one.
    assert digest(message).body == (
        b'(("MESSAGE" "RFC822" NIL NIL NIL "7BIT" 26'
        b' (NIL "inside" NIL NIL NIL NIL NIL NIL NIL NIL)'
        b' ("TEXT" "PLAIN" ("CHARSET" "US-ASCII") NIL NIL "7BIT" 7 1) 3) "MIXED")'
    )


def test_other_message_types_are_basic():
    """Only MESSAGE/RFC822 has the additional fields."""
    message = b"Content-Type: message/delivery-status\r\n\r\na: b\r\n"
    assert digest(message).body == b'("MESSAGE" "DELIVERY-STATUS" NIL NIL NIL "7BIT" 6)'


def test_continued_parameters_are_put_together():
    message = b"Content-Type: image/gif; name*0*=utf-8''%C3; name*1*=%BCx\r\n\r\n"
    assert b'("NAME*" {3}\r\n\xc3\xbcx)' in digest(message).body

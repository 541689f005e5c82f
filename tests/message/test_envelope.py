"""ENVELOPE: RFC 3501, 7.4.2 and the message of section 8."""

import pytest

from reference_server.message import digest

GRAY = b'(("Terry Gray" NIL "gray" "cac.washington.edu"))'


def crlf(text):
    return text.replace("\n", "\r\n").encode("latin-1")


def envelope(header):
    return digest(crlf(header + "\n\nbody\n")).envelope


def test_the_example_of_section_8():
    header = (
        "Date: Wed, 17 Jul 1996 02:23:25 -0700 (PDT)\n"
        "From: Terry Gray <gray@cac.washington.edu>\n"
        "Subject: IMAP4rev1 WG mtg summary and minutes\n"
        "To: imap@cac.washington.edu\n"
        "cc: minutes@CNRI.Reston.VA.US, John Klensin <KLENSIN@MIT.EDU>\n"
        "Message-Id: <B27397-0100000@cac.washington.edu>\n"
        "MIME-Version: 1.0\n"
        "Content-Type: TEXT/PLAIN; CHARSET=US-ASCII"
    )
    assert len(crlf(header + "\n\n")) == 342  # as the example announces
    assert envelope(header) == (
        b'("Wed, 17 Jul 1996 02:23:25 -0700 (PDT)" "IMAP4rev1 WG mtg summary and minutes" '
        + b" ".join([GRAY] * 3)
        + b' ((NIL NIL "imap" "cac.washington.edu")) ((NIL NIL "minutes" "CNRI.Reston.VA.US")'
        b'("John Klensin" NIL "KLENSIN" "MIT.EDU")) NIL NIL "<B27397-0100000@cac.washington.edu>")'
    )


def test_absent_fields_are_nil():
    assert envelope("X: y") == b"(NIL NIL NIL NIL NIL NIL NIL NIL NIL NIL)"


def test_empty_fields_are_empty_strings_and_address_lists_nil():
    assert (
        envelope("Date:\nSubject: \nFrom:\nTo: \nCc:\nBcc: ,\nIn-Reply-To:\nMessage-Id:")
        == b'("" "" NIL NIL NIL NIL NIL NIL "" "")'
    )


@pytest.mark.parametrize("empty", ["", "\nSender:", "\nReply-To: \nSender:\n "])
def test_sender_and_reply_to_default_to_from(empty):
    one = b'((NIL NIL "a" "b"))'
    assert envelope("From: a@b" + empty) == b"(NIL NIL %b NIL NIL NIL NIL NIL)" % b" ".join(
        [one] * 3
    )


def test_each_address_field_has_its_place():
    header = "".join(
        f"{name}: {name}@x\n"
        for name in ("bcc", "cc", "to", "reply-to", "sender", "from", "in-reply-to", "message-id")
    )
    assert envelope(header.rstrip("\n")) == (
        b'(NIL NIL ((NIL NIL "from" "x")) ((NIL NIL "sender" "x")) ((NIL NIL "reply-to" "x"))'
        b' ((NIL NIL "to" "x")) ((NIL NIL "cc" "x")) ((NIL NIL "bcc" "x"))'
        b' "in-reply-to@x" "message-id@x")'
    )


def test_several_to_fields_are_one_list():
    """RFC 5322, 4.5.3."""
    assert b'((NIL NIL "a" "x")(NIL NIL "b" "x"))' in envelope("To: a@x\nTo: b@x")


def test_a_group():
    assert envelope("To: undisclosed-recipients:;") == (
        b"(NIL NIL NIL NIL NIL"
        b' ((NIL NIL "undisclosed-recipients" NIL)(NIL NIL NIL NIL)) NIL NIL NIL NIL)'
    )


def test_strings_are_unfolded_and_left_encoded():
    assert envelope("Subject: =?utf-8?q?a?=\n  =?utf-8?q?b?=").startswith(
        b'(NIL "=?utf-8?q?a?=  =?utf-8?q?b?=" '
    )


def test_quotes_are_escaped_and_8_bit_is_a_literal():
    assert envelope('Subject: a "b" \\c').startswith(b'(NIL "a \\"b\\" \\\\c" ')
    assert envelope("Subject: caf\xe9").startswith(b"(NIL {4}\r\ncaf\xe9 ")

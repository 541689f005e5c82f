"""FETCH of ENVELOPE (RFC 3501 6.4.5 and 7.4.2)."""

import pytest

from conformance.cases.selected._fetched import envelope_list
from conformance.requirements import requirement

ABSENT = requirement("RFC3501-7.4.2-ABSENT", "RFC3501-7.4.2-NOADDRESS", "RFC3501-7.4.2-SENDER")


def fetch_envelope(connection, message):
    connection.append(message.octets)
    return connection.ok("FETCH", "1", "ENVELOPE").fetch(1).envelope


@requirement("RFC3501-6.4.5-ENVELOPE", "RFC3501-7.4.2-ENVELOPE", "RFC3501-7.4.2-ADDRESS")
@pytest.mark.parametrize(
    "name",
    [
        "rfc3501-8",
        pytest.param("addresses", marks=requirement("RFC3501-7.4.2-GROUP")),
        "encoded-words",
        "folded",
        "folded-at-colon",
        "mime-comments",
        pytest.param("no-subject", marks=ABSENT),
        pytest.param(
            "empty-fields", marks=requirement("RFC3501-7.4.2-EMPTY", "RFC3501-7.4.2-NOADDRESS")
        ),
    ],
)
def test_envelope_of(selected, messages, name):
    """ENVELOPE has the ten fields of the header, unfolded, in order and otherwise as they are."""
    message = messages[name]
    envelope = fetch_envelope(selected, message)
    assert message.envelope_difference(envelope_list(envelope)) is None


@requirement("RFC3501-7.4.2-SENDER")
@pytest.mark.parametrize("fields", [b"", b"Sender:\r\nReply-To: \r\n"], ids=["absent", "empty"])
def test_sender_and_reply_to_default_to_from(selected, fields):
    """Sender and Reply-To that the header lacks, or has empty, are told as From."""
    selected.append(
        b"Date: Mon, 5 Feb 2001 10:11:12 +0000\r\nFrom: One <1@example.test>, 2@example.test\r\n"
        + fields
        + b"\r\ntext\r\n"
    )
    envelope = selected.ok("FETCH", "1", "ENVELOPE").fetch(1).envelope
    assert [one.mailbox for one in envelope.sent_from or ()] == [b"1", b"2"]
    assert envelope.sender == envelope.sent_from
    assert envelope.reply_to == envelope.sent_from


@requirement("RFC3501-7.4.2-MESSAGE", "RFC3501-7.4.2-ENVELOPE")
def test_envelope_is_the_outermost_message(selected, messages):
    """ENVELOPE is that of the message, not that of a message in it."""
    envelope = fetch_envelope(selected, messages["rfc822-alone"])
    assert envelope.subject == b"envelope around a message"


@requirement("RFC3501-6.4.5-ENVELOPE")
def test_envelope_of_a_message_without_header(selected):
    """A message that has no header fields has an ENVELOPE all the same."""
    selected.append(b"\r\nonly a body\r\nSubject: in the body\r\n")
    envelope = selected.ok("FETCH", "1", "ENVELOPE").fetch(1).envelope
    assert envelope.subject is None
    assert envelope.message_id is None
    assert envelope.to is None

"""FETCH as a mail client uses it: message lists, structure, downloads (RFC 3501 6.4.5, 6.4.8)."""

import re
from datetime import UTC, datetime
from email import message_from_bytes, policy

import pytest
from imapclient.response_types import Envelope

from conformance.requirements import requirement

# What a mail client asks about every message of a folder, to show the list of messages.
LIST_FIELDS = (
    "From To Cc Bcc Subject Date Message-ID Priority X-Priority References Newsgroups In-Reply-To "
    "Content-Type Reply-To"
)
LIST_ITEMS = ["RFC822.SIZE", "FLAGS", f"BODY.PEEK[HEADER.FIELDS ({LIST_FIELDS})]"]

# Name of a fixture message -> the sender's address, the sender's name, the subject, read off it.
SHOWN = {
    "plain": ("foobar@Blurdybloop.example", "Fred Foobar", "afternoon meeting"),
    "encoded-words": (
        "moore@cs.utk.test",
        "Keith Moore",
        "If you can read this you understand the example.",
    ),
    "folded": ("a@example.test", "A very long name", "a subject that is folded once and again"),
    "rfc822-nested": ("a@example.test", "", "outermost"),
    "no-subject": ("nobody@example.test", "", None),
}


@pytest.fixture
def folder(selected, imap_client, messages):
    """The messages of SHOWN in a folder that the client has selected: their UIDs by name."""
    uids = {name: selected.append(messages[name].octets) for name in SHOWN}
    imap_client.select_folder(selected.mailbox)
    return uids


def fetch_one(client, uid, *items):
    """The values of these items of a message, in order; each of them must have come."""
    found = client.fetch(uid, items)
    assert uid in found, f"no data of the message with UID {uid} came"
    # IMAPClient leaves the field names of a section as the server has them: in any case, quoted
    # or not (header-fld-name = astring).
    data = {key.upper().replace(b'"', b""): value for key, value in found[uid].items()}
    values = []
    for item in items:
        key = re.sub(r"<(\d+)\.\d+>", r"<\1>", item.replace(".PEEK", "")).upper().encode()
        assert key in data, f"{item} was asked for, {sorted(data)} came"
        values.append(data[key])
    return values


def lowered(word):
    """A media type in lower case; anything else, such as NIL, as it is."""
    return word.lower() if isinstance(word, bytes) else word


@requirement("RFC3501-6.4.5-FIELDS", "RFC3501-6.4.5-BLANK", "RFC3501-6.4.8-1")
def test_message_list(folder, imap_client):
    """A list of all messages can be shown: subject, sender and flags of each."""
    assert sorted(imap_client.fetch(imap_client.search(), LIST_ITEMS)) == sorted(folder.values())
    for name, (address, person, subject) in SHOWN.items():
        _, flags, octets = fetch_one(imap_client, folder[name], *LIST_ITEMS)
        assert octets, f"the list lacks the header of {name}"
        header = message_from_bytes(octets, policy=policy.default)
        assert header["From"] is not None, f"the list lacks the sender of {name}"
        senders = [(one.addr_spec, one.display_name) for one in header["From"].addresses]
        assert senders == [(address, person)]
        shown = header["Subject"]
        assert (None if shown is None else " ".join(shown.split())) == subject
        assert b"\\Seen" not in flags


@requirement("RFC3501-6.4.5-FIELDS", "RFC3501-6.4.5-MATCHING", "RFC3501-6.4.8-1")
def test_message_list_on_the_wire(selected, messages):
    """The header fields of a message list are those named, octet for octet, and no others."""
    uids = {name: selected.append(messages[name].octets) for name in SHOWN}
    section = f"HEADER.FIELDS ({LIST_FIELDS})"
    answer = selected.ok("UID FETCH", "1:*", f"(UID RFC822.SIZE FLAGS BODY.PEEK[{section}])")
    for name, uid in uids.items():
        expected = chosen_fields(messages[name].sections["HEADER"], LIST_FIELDS.lower().split())
        fetched = answer.fetch(uid=uid)
        assert fetched.section(section) == expected, name
        assert fetched.size == messages[name].size
        assert fetched.flags <= {r"\Recent"}


def chosen_fields(header, names):
    """The fields with these names, as they stand in the header, and its blank line."""
    fields = re.split(rb"(?<=\r\n)(?![ \t])", header)
    chosen = [field for field in fields if field.partition(b":")[0].decode().lower() in names]
    return b"".join([*chosen, b"\r\n"])


@requirement("RFC3501-6.4.5-ENVELOPE", "RFC3501-6.4.5-RFC822SIZE", "RFC3501-6.4.5-INTERNALDATE")
def test_envelopes(selected, imap_client, messages):
    """A client sees date, sender, subject, size and arrival of a message."""
    uid = selected.append(messages["plain"].octets, date="17-Jul-1996 02:44:25 -0700")
    imap_client.select_folder(selected.mailbox)
    imap_client.normalise_times = False
    envelope, size, arrival = fetch_one(imap_client, uid, "ENVELOPE", "RFC822.SIZE", "INTERNALDATE")
    assert isinstance(envelope, Envelope)
    assert envelope.subject == b"afternoon meeting"
    assert envelope.from_
    assert envelope.date
    assert str(envelope.from_[0]) == "Fred Foobar <foobar@Blurdybloop.example>"
    assert envelope.date.astimezone(UTC) == datetime(2003, 4, 1, 10, tzinfo=UTC)
    assert size == messages["plain"].size
    assert isinstance(arrival, datetime)
    assert arrival.astimezone(UTC) == datetime(1996, 7, 17, 9, 44, 25, tzinfo=UTC)


@requirement("RFC3501-6.4.5-BODYSTRUCTURE", "RFC3501-6.4.5-PARTS")
def test_attachment(selected, imap_client, messages):
    """A client finds an attachment in BODYSTRUCTURE and fetches it by its part number."""
    message = messages["attachments"]
    uid = selected.append(message.octets)
    imap_client.select_folder(selected.mailbox)
    (structure,) = fetch_one(imap_client, uid, "BODYSTRUCTURE")
    assert getattr(structure, "is_multipart", False)
    types = [tuple(lowered(word) for word in part[:2]) for part in structure[0]]
    assert types == [(b"text", b"plain"), (b"application", b"pdf"), (b"image", b"png")]
    part, header = fetch_one(imap_client, uid, "BODY.PEEK[2]", "BODY.PEEK[2.MIME]")
    assert part == message.sections["2"]
    assert header == message.sections["2.MIME"]


@requirement("RFC3501-6.4.5-PARTIAL", "RFC3501-6.4.5-SEEN")
def test_download_in_chunks(selected, imap_client, messages):
    """A client downloads a message in chunks, and the message is seen afterwards."""
    message = messages["huge-header"]
    uid = selected.append(message.octets)
    imap_client.select_folder(selected.mailbox)
    chunks = []
    for first in range(0, message.size, 20000):
        chunks += fetch_one(imap_client, uid, f"BODY[]<{first}.20000>")
    assert b"".join(chunk or b"" for chunk in chunks) == message.octets
    (flags,) = fetch_one(imap_client, uid, "FLAGS")
    assert b"\\Seen" in (flags or ())

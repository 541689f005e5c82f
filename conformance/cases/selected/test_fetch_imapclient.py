"""FETCH as a mail client uses it: message lists, structure, downloads (RFC 3501 6.4.5, 6.4.8)."""

import re
from datetime import UTC, datetime
from email import message_from_bytes, policy

import pytest

from conformance.requirements import requirement

# What a mail client asks about every message of a folder, to show the list of messages.
LIST_FIELDS = (
    "From To Cc Bcc Subject Date Message-ID Priority X-Priority References Newsgroups In-Reply-To "
    "Content-Type Reply-To"
)
LIST_ITEMS = ["RFC822.SIZE", "FLAGS", f"BODY.PEEK[HEADER.FIELDS ({LIST_FIELDS})]"]
LIST_KEY = f"BODY[HEADER.FIELDS ({LIST_FIELDS})]".upper().encode()

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
    "no-subject": (None, None, None),
}


@pytest.fixture
def folder(selected, imap_client, messages):
    """The messages of SHOWN in a folder that the client has selected: their UIDs by name."""
    uids = {name: selected.append(messages[name].octets) for name in SHOWN}
    imap_client.select_folder(selected.mailbox)
    return uids


def by_upper_case_key(data):
    """The items of one message; IMAPClient leaves the names in HEADER.FIELDS as the server has."""
    return {key.upper(): value for key, value in data.items()}


@requirement("RFC3501-6.4.5-FIELDS", "RFC3501-6.4.5-BLANK", "RFC3501-6.4.8-1")
def test_message_list(folder, imap_client):
    """A list of all messages can be shown: subject, sender, size and flags of each."""
    found = imap_client.fetch(imap_client.search(), LIST_ITEMS)
    assert sorted(found) == sorted(folder.values())
    for name, (address, person, subject) in SHOWN.items():
        data = by_upper_case_key(found[folder[name]])
        assert LIST_KEY in data, f"no header fields of {name}, but {sorted(data)}"
        header = message_from_bytes(data[LIST_KEY], policy=policy.default)
        if subject is None:
            assert header["Subject"] is None
            continue
        (sender,) = header["From"].addresses
        assert (sender.addr_spec, sender.display_name) == (address, person)
        assert " ".join(header["Subject"].split()) == subject
        assert b"\\Seen" not in data[b"FLAGS"]


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
    data = imap_client.fetch(uid, ["ENVELOPE", "RFC822.SIZE", "INTERNALDATE"])[uid]
    envelope = data[b"ENVELOPE"]
    assert envelope.subject == b"afternoon meeting"
    assert str(envelope.from_[0]) == "Fred Foobar <foobar@Blurdybloop.example>"
    assert envelope.date.astimezone(UTC) == datetime(2003, 4, 1, 10, tzinfo=UTC)
    assert data[b"RFC822.SIZE"] == messages["plain"].size
    arrival = data[b"INTERNALDATE"].astimezone(UTC)
    assert arrival == datetime(1996, 7, 17, 9, 44, 25, tzinfo=UTC)


@requirement("RFC3501-6.4.5-BODYSTRUCTURE", "RFC3501-6.4.5-PARTS")
def test_attachment(selected, imap_client, messages):
    """A client finds an attachment in BODYSTRUCTURE and fetches it by its part number."""
    message = messages["attachments"]
    uid = selected.append(message.octets)
    imap_client.select_folder(selected.mailbox)
    structure = imap_client.fetch(uid, "BODYSTRUCTURE")[uid][b"BODYSTRUCTURE"]
    assert structure.is_multipart
    types = [(part[0].lower(), part[1].lower()) for part in structure[0]]
    assert types == [(b"text", b"plain"), (b"application", b"pdf"), (b"image", b"png")]
    data = imap_client.fetch(uid, ["BODY.PEEK[2]", "BODY.PEEK[2.MIME]"])[uid]
    assert data[b"BODY[2]"] == message.sections["2"]
    assert data[b"BODY[2.MIME]"] == message.sections["2.MIME"]


@requirement("RFC3501-6.4.5-PARTIAL", "RFC3501-6.4.5-SEEN")
def test_download_in_chunks(selected, imap_client, messages):
    """A client downloads a message in chunks, and the message is seen afterwards."""
    message = messages["huge-header"]
    uid = selected.append(message.octets)
    imap_client.select_folder(selected.mailbox)
    chunks = []
    for first in range(0, message.size, 20000):
        data = imap_client.fetch(uid, f"BODY[]<{first}.20000>")[uid]
        chunks.append(data[f"BODY[]<{first}>".encode()])
    assert b"".join(chunks) == message.octets
    assert b"\\Seen" in imap_client.get_flags(uid)[uid]

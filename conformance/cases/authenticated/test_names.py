"""Mailbox names: RFC 3501 sections 5.1 to 5.1.3."""

import pytest

from conformance.requirements import requirement
from conformance.wire import Literal, Mailbox, Quoted

# The name, and its end in modified UTF-7; worked out by hand.
INTERNATIONAL = [
    pytest.param("-台北", b"-&U,BTFw-", id="chinese"),
    pytest.param("-日本語", b"-&ZeVnLIqe-", id="japanese"),
    pytest.param("-Entwürfe", b"-Entw&APw-rfe", id="in-the-middle"),
    pytest.param("-R&D", b"-R&-D", id="ampersand"),
    pytest.param("-&&", b"-&-&-", id="ampersands"),
    pytest.param("-☺!", b"-&Jjo-!", id="shift-before-ascii"),
    pytest.param("-\N{E-MAIL SYMBOL}", b"-&2D3c5w-", id="surrogate-pair"),
]


@pytest.mark.xdist_group("inbox")
@requirement("RFC3501-5.1-INBOX", "RFC3501-7.5-14", "RFC9051-9-14")
@pytest.mark.parametrize("name", ["inbox", "iNbOx", '"Inbox"'])
def test_inbox_is_not_case_sensitive(authenticated, name):
    """INBOX is the same mailbox in any case."""
    expected = authenticated.ok("EXAMINE", "INBOX").number("UIDVALIDITY")
    assert authenticated.ok("EXAMINE", name).number("UIDVALIDITY") == expected
    # Whether the pattern of LIST matches in other letters is left open: 6.3.8 speaks of the
    # uppercase string INBOX.
    entries = authenticated.ok("LIST", '""', name).list()
    assert [entry.mailbox for entry in entries] in ([], ["INBOX"])


@requirement("RFC3501-5.1-SPECIALS")
def test_can_be_atom_quoted_or_literal(authenticated, mailbox):
    """A name is the same mailbox as an atom, a quoted string and a literal."""
    name = mailbox.encode("ascii")
    told = [
        authenticated.ok("EXAMINE", argument).number("UIDVALIDITY")
        for argument in (name, Quoted(name), Literal(name))
    ]
    assert len(set(told)) == 1


@requirement("RFC3501-5.1-SPECIALS")
@pytest.mark.parametrize(
    "suffix",
    [
        pytest.param("-a b", id="space"),
        pytest.param('-a"b', id="quote"),
        pytest.param("-a\\b", id="backslash"),
        pytest.param("-(a)", id="parentheses"),
        pytest.param("-{1}", id="braces"),
        pytest.param("-]a", id="bracket"),
    ],
)
def test_can_hold_special_characters(authenticated, scratch, suffix):
    """A name with atom-specials, given quoted, is selected as a literal and listed alike."""
    name = scratch.name(suffix)
    if authenticated.command("CREATE", Quoted(name)).status == "NO":
        pytest.skip("the server permits no such name")
    assert authenticated.command("SELECT", Literal(name.encode("ascii"))).status == "OK"
    entries = authenticated.ok("LIST", '""', Quoted(name)).list()
    assert [entry.mailbox for entry in entries] == [name]


@requirement("RFC3501-5.1.3-ASCII", "RFC3501-5.1.3-BASE64", "RFC3501-5.1.3-3", "RFC9051-A.1-3")
@pytest.mark.parametrize(("suffix", "encoded"), INTERNATIONAL)
def test_in_modified_utf_7_come_back_as_they_were_sent(authenticated, scratch, suffix, encoded):
    """A name in modified UTF-7 can be created and selected, and LIST returns the same octets."""
    name = scratch.name(suffix)
    octets = name.removesuffix(suffix).encode("ascii") + encoded
    if authenticated.command("CREATE", Quoted(octets)).expect("OK", "NO").status == "NO":
        pytest.skip("the server permits no such name")
    assert authenticated.command("SELECT", Quoted(octets)).status == "OK"
    entries = authenticated.ok("LIST", '""', Quoted(octets)).list()
    assert [entry.raw_name for entry in entries] == [octets]


@requirement("RFC3501-5.1.3-3", "RFC3501-5.1-4", "RFC9051-A.1-3")
def test_in_modified_base64_are_case_sensitive(authenticated, scratch):
    """Two names whose modified BASE64 differs in case only are two mailboxes."""
    stem = scratch.name("-台北").removesuffix("台北").encode("ascii")
    for encoded in (b"&U,BTFw-", b"&u,BTFw-"):
        assert authenticated.command("CREATE", Quoted(stem + encoded)).status == "OK"
        entries = authenticated.ok("LIST", '""', Quoted(stem + encoded)).list()
        assert [entry.raw_name for entry in entries] == [stem + encoded]
    authenticated.command("DELETE", Quoted(stem + b"&u,BTFw-"))


@requirement("RFC3501-5.1.3-BASE64")
def test_percent_and_star_match_encoded_characters(authenticated, scratch):
    """Wildcards of LIST match names in modified UTF-7."""
    name = scratch.name("-Entwürfe")
    authenticated.create(name)
    for wildcard in ("%", "*"):
        pattern = Quoted(name.removesuffix("ürfe") + wildcard)
        entries = authenticated.ok("LIST", '""', pattern).list()
        assert [entry.mailbox for entry in entries] == [name]


@requirement("RFC3501-5.1.3-4", "RFC9051-A.1-4")
@pytest.mark.parametrize(
    "encoded",
    [
        pytest.param(b"&Jjo!", id="no-shift-back-before-ascii"),
        pytest.param(b"&U,BTFw", id="no-shift-back-at-the-end"),
        pytest.param(b"&U,BTFw-&ZeVnLIqe-", id="superfluous-shift"),
        pytest.param(b"&AGE-", id="encoded-letter"),
        pytest.param(b"&U/BTFw-", id="slash-in-base64"),
        pytest.param(b"&2D0-", id="half-a-surrogate-pair"),
        pytest.param(b"&U-", id="too-few-bits"),
        pytest.param(b"&", id="ampersand-alone"),
    ],
)
def test_create_refuses_ill_formed_modified_utf_7(authenticated, scratch, encoded):
    """CREATE of a name whose "&" does not begin proper modified UTF-7 is refused."""
    name = scratch.name("-").encode("ascii") + encoded
    assert authenticated.command("CREATE", Quoted(name)).status != "OK"


@requirement("RFC3501-5.1-2")
def test_create_refuses_8_bit_names(authenticated, scratch):
    """CREATE of a name with 8-bit characters is refused."""
    name = scratch.name("-").encode("ascii") + "Entwürfe".encode()
    assert authenticated.command("CREATE", Literal(name)).status != "OK"


@requirement("RFC3501-5.1.3-BASE64", "RFC3501-5.1.3-ASCII")
def test_are_decoded_by_a_client(imap_client, authenticated, scratch):
    """A client library creates an international name and finds it in its list."""
    name = scratch.name("-Entwürfe & 台北")
    imap_client.create_folder(name)
    assert [found for _, _, found in imap_client.list_folders("", name)] == [name]
    assert authenticated.command("SELECT", Mailbox(name)).status == "OK"

"""Names in UTF-8 and in modified UTF-7 side by side: RFC 9051 section 5.1 and appendix A.

Two sessions of one account see the same mailboxes: `old` did not enable IMAP4rev2, `new` did.
"""

import unicodedata

import pytest

from conformance.requirements import needs, requirement, revision
from conformance.wire import Literal, Mailbox, Quoted

both = needs("IMAP4rev1", "IMAP4rev2")

# The end of a name, and what it is in modified UTF-7; worked out by hand.
ENDS = [
    pytest.param("Entwürfe", b"Entw&APw-rfe", id="latin"),
    pytest.param("台北", b"&U,BTFw-", id="chinese"),
    pytest.param("R&D", b"R&-D", id="ampersand"),
    pytest.param("&AOk-", b"&-AOk-", id="looks-encoded"),
    pytest.param("é è", b"&AOk- &AOg-", id="space"),
    pytest.param('"é\\', b'"&AOk-\\', id="quote-and-backslash"),
    pytest.param("\N{E-MAIL SYMBOL}", b"&2D3c5w-", id="beyond-the-first-plane"),
    pytest.param("q\N{COMBINING TILDE}", b"q&AwM-", id="combining"),
    pytest.param("\N{HEBREW LETTER ALEF}b", b"&BdA-b", id="right-to-left"),
]


@pytest.fixture
def old(login):
    """A session that did not enable IMAP4rev2."""
    return login()


@pytest.fixture
def new(login):
    """A session that enabled IMAP4rev2."""
    connection = login()
    connection.enable("IMAP4rev2")
    return connection


def quoted(octets):
    """A quoted string that may hold UTF-8."""
    return b'"' + octets.replace(b"\\", b"\\\\").replace(b'"', b'\\"') + b'"'


def raw_names(connection, pattern):
    """The octets of the names that LIST returns."""
    return [entry.raw_name for entry in connection.ok("LIST", '""', quoted(pattern)).list()]


@both
@requirement("RFC9051-A.1-6", "RFC9051-5.1-UTF8", "RFC3501-5.1.3-3")
@pytest.mark.parametrize(("end", "encoded"), ENDS)
def test_a_name_in_modified_utf_7_is_seen_in_utf_8(old, new, scratch, end, encoded):
    """What was created in modified UTF-7 is listed, selected and counted under its UTF-8 name."""
    name = scratch.name("-" + end)
    stem = name.removesuffix(end).encode("ascii")
    old.ok("CREATE", quoted(stem + encoded))
    octets = name.encode("utf-8")
    assert raw_names(new, octets) == [octets]
    assert new.ok("STATUS", quoted(octets), "(MESSAGES)").status_data().raw_name == octets
    expected = old.ok("SELECT", quoted(stem + encoded)).number("UIDVALIDITY")
    assert new.ok("SELECT", quoted(octets)).number("UIDVALIDITY") == expected


@both
@requirement("RFC9051-A.1-6", "RFC9051-A-2", "RFC9051-A-3")
@pytest.mark.parametrize(("end", "encoded"), ENDS)
def test_a_name_in_utf_8_is_seen_in_modified_utf_7(old, new, scratch, end, encoded):
    """What was created in UTF-8 is listed, selected and counted in modified UTF-7."""
    name = scratch.name("-" + end)
    octets = name.removesuffix(end).encode("ascii") + encoded
    new.ok("CREATE", quoted(name.encode("utf-8")))
    assert raw_names(old, octets) == [octets]
    assert old.ok("STATUS", quoted(octets), "(MESSAGES)").status_data().raw_name == octets
    expected = new.ok("SELECT", quoted(name.encode("utf-8"))).number("UIDVALIDITY")
    assert old.ok("SELECT", quoted(octets)).number("UIDVALIDITY") == expected


@both
@requirement("RFC9051-A-2", "RFC9051-5.1-UTF8")
def test_enable_changes_the_names_of_a_session(login, scratch):
    """A session creates a name in modified UTF-7, enables IMAP4rev2, and reads it in UTF-8."""
    connection = login()
    name = scratch.name("-Entwürfe")
    octets = name.encode("utf-8")
    connection.create(name)
    connection.enable("IMAP4rev2")
    assert raw_names(connection, octets) == [octets]
    assert connection.command("SELECT", quoted(octets)).status == "OK"


@both
@requirement("RFC9051-6.3.6-RENAME", "RFC9051-A.1-6")
def test_rename_in_one_session_shows_in_the_other(old, new, scratch):
    """A mailbox renamed under either encoding has its new name under both."""
    first, second, third = (scratch.name(end) for end in ("-é", "-台北", "-R&D ü"))
    old.create(first)
    new.ok("RENAME", Mailbox(first), Mailbox(second))
    entries = old.ok("LIST", '""', Mailbox(second)).list()
    assert [entry.mailbox for entry in entries] == [second]
    assert old.ok("LIST", '""', Mailbox(first)).list() == []
    old.ok("RENAME", Mailbox(second), Mailbox(third))
    assert raw_names(new, third.encode("utf-8")) == [third.encode("utf-8")]
    assert raw_names(new, second.encode("utf-8")) == []


@both
@needs("LIST-EXTENDED")
@requirement("RFC9051-6.3.9.1-1", "RFC9051-5.1-UTF8")
def test_subscriptions_are_the_same(old, new, scratch):
    """A subscription made under one encoding shows under the other."""
    names = [scratch.name("-Entwürfe"), scratch.name("-台北")]
    for connection, name in zip((old, new), names, strict=True):
        connection.create(name)
        connection.ok("SUBSCRIBE", Mailbox(name))
    for connection in (old, new):
        for name in names:
            entries = connection.ok("LIST", "(SUBSCRIBED)", '""', Mailbox(name)).list()
            assert [entry.mailbox for entry in entries] == [name]
    new.ok("UNSUBSCRIBE", Mailbox(names[0]))
    assert old.ok("LIST", "(SUBSCRIBED)", '""', Mailbox(names[0])).list() == []


@both
@requirement("RFC9051-A-2", "RFC3501-4.3-QUOTED")
def test_names_have_no_8_bit_octets_without_imap4rev2(old, new, scratch):
    """A session that did not enable IMAP4rev2 is never sent a name in UTF-8."""
    stem = scratch.name()
    for end in ("é", "台北", "\N{E-MAIL SYMBOL}"):
        new.ok("CREATE", Mailbox(stem + end))
    octets = raw_names(old, stem.encode("ascii") + b"*")
    assert len(octets) == 3
    assert all(name.isascii() for name in octets)


@both
@requirement("RFC9051-5.1-UTF8", "RFC9051-6.3.12-APPEND")
def test_messages_go_to_names_in_utf_8(new, old, scratch):
    """APPEND and COPY take names in UTF-8."""
    source, target = scratch.name("-é"), scratch.name("-台北")
    for name in (source, target):
        new.create(name)
    new.ok("APPEND", Mailbox(source), Literal(b"Subject: UTF-8\r\n\r\ntext\r\n"))
    new.select(source)
    new.ok("COPY", "1", Mailbox(target))
    for name in (source, target):
        data = old.ok("STATUS", Mailbox(name), "(MESSAGES)").status_data()
        assert (data.mailbox, data.items) == (name, {"MESSAGES": 1})


@revision("IMAP4rev2")
@requirement("RFC9051-4.3-UTF8")
def test_can_be_quoted_or_literal(authenticated, scratch):
    """A name in UTF-8 is the same mailbox as a quoted string and as a literal."""
    octets = scratch.name("-Entwürfe").encode("utf-8")
    authenticated.ok("CREATE", Literal(octets))
    told = [
        authenticated.ok("EXAMINE", name).number("UIDVALIDITY")
        for name in (quoted(octets), Literal(octets))
    ]
    assert len(set(told)) == 1


@revision("IMAP4rev2")
@requirement("RFC9051-6.3.9-3", "RFC9051-6.3.9-WILDCARDS")
@pytest.mark.parametrize(
    ("pattern", "expected"),
    [
        pytest.param("é%", {"é", "éa"}, id="percent"),
        pytest.param("%é", {"é", "台é"}, id="percent-before"),
        pytest.param("é*", {"é", "éa", "é/台北"}, id="star"),
        pytest.param("%/台%", {"é/台北"}, id="two-levels"),
        pytest.param("台", set(), id="beginning-only"),
        pytest.param("É", set(), id="other-letter"),
    ],
)
def test_patterns_match_names_in_utf_8(tree, pattern, expected):
    """Patterns of LIST are in UTF-8, and wildcards match whole characters."""
    tree.create("é", "éa", "é/台北", "台é")
    name = quoted(tree.name(pattern).encode("utf-8"))
    entries = tree.entries(tree.connection.ok("LIST", '""', name))
    assert entries.keys() == expected


@revision("IMAP4rev2")
@requirement("RFC9051-6.3.2-LIST", "RFC9051-5.1-UTF8")
def test_select_tells_the_name_in_utf_8(authenticated, scratch):
    """The LIST response of SELECT has the name in UTF-8."""
    name = scratch.name("-Entwürfe")
    authenticated.create(name)
    entries = authenticated.ok("SELECT", Mailbox(name)).list()
    assert [entry.raw_name for entry in entries] == [name.encode("utf-8")]


@revision("IMAP4rev2")
@requirement("RFC9051-5.1-2", "RFC9051-6.3.4-2")
@pytest.mark.parametrize(
    "end",
    [
        pytest.param(b"\xff", id="no-utf-8"),
        pytest.param(b"\xc3", id="unfinished"),
        pytest.param(b"\xc0\xaf", id="overlong"),
        pytest.param(b"\xed\xa0\xbd\xed\xb3\xa7", id="surrogates"),
    ],
)
def test_create_refuses_what_is_no_utf_8(authenticated, scratch, end):
    """CREATE of a name that is not UTF-8 is refused."""
    stem = scratch.name("-").encode("ascii")
    assert authenticated.command("CREATE", Literal(stem + end)).status != "OK"
    assert authenticated.ok("LIST", '""', Quoted(stem + b"*")).list() == []


@revision("IMAP4rev2")
@requirement("RFC9051-5.1-2", "RFC9051-5.1-4", "RFC9051-6.3.4-2")
def test_a_denormalized_name_is_refused_or_normalized(authenticated, scratch):
    """CREATE of a name that is not in NFC is refused, or makes the name that is, for both."""
    stem = scratch.name("-")
    decomposed = stem + "e\N{COMBINING ACUTE ACCENT}"
    answer = authenticated.command("CREATE", Mailbox(decomposed))
    names = [entry.mailbox for entry in authenticated.ok("LIST", '""', Quoted(stem + "*")).list()]
    if answer.status == "OK":
        assert names == [unicodedata.normalize("NFC", decomposed)]
        assert authenticated.command("SELECT", Mailbox(decomposed)).status == "OK"
    else:
        assert names == []


@revision("IMAP4rev2")
@requirement("RFC9051-5.1-INBOX")
@pytest.mark.parametrize("name", ["inbox", '"iNbOx"'])
def test_inbox_is_not_case_sensitive(authenticated, name):
    """INBOX is the same mailbox in any case in a session that enabled IMAP4rev2, too."""
    expected = authenticated.ok("STATUS", "INBOX", "(UIDVALIDITY)").status_data()
    assert authenticated.ok("STATUS", name, "(UIDVALIDITY)").status_data().items == expected.items

"""Mailbox names, and what a new mailbox has."""

import pytest

from conformance.requirements import configuration, requirement
from conformance.wire import Mailbox
from conformance.wire.grammar import Namespace

FOLDERS = {
    "\\Drafts": "Drafts",
    "\\Sent": "Sent Items",
    "\\Trash": "Deleted Items",
    "\\Junk": "Junk Email",
}
EVERY_USE = pytest.mark.parametrize("use", FOLDERS, ids=["drafts", "sent", "trash", "junk"])


@pytest.fixture
def new(authenticated):
    """A session in a mailbox that is new, as far as can be seen: nothing ever came into it."""
    for entry in listed(authenticated):
        status = authenticated.ok("STATUS", Mailbox(entry.mailbox), "(UIDNEXT)").status_data()
        if status.items.get("UIDNEXT") != 1:
            pytest.skip(f"the mailbox of this account is not new: {entry.mailbox} has been used")
    return authenticated


@pytest.fixture
def newest(server, authenticated):
    """A session in a mailbox that this server, configured as it is now, has made."""
    if not server.is_reference:
        pytest.skip("when the target made its mailboxes, and in which language, is not known")
    return authenticated


def listed(connection):
    """All mailboxes with their special uses, but for those of the suite itself."""
    return others(connection.ok("LIST", '""', "*", "RETURN (SPECIAL-USE)").list())


def others(entries):
    """Those that are not of the suite itself."""
    return [entry for entry in entries if not entry.mailbox.startswith("gximap-")]


def with_use(connection, use):
    """The names of the mailboxes with a special use."""
    return [entry.mailbox for entry in listed(connection) if use in entry.attributes]


@requirement("GROMOX-folders-DELIMITER")
def test_the_delimiter_is_a_slash(authenticated):
    """LIST with an empty name tells the hierarchy delimiter, a slash."""
    entries = authenticated.ok("LIST", '""', '""').list()
    assert [entry.delimiter for entry in entries] == ["/"]


@requirement("GROMOX-folders-NAMESPACE")
def test_there_is_one_personal_namespace(authenticated):
    """NAMESPACE tells one personal namespace without a prefix, and no other one."""
    namespace = authenticated.ok("NAMESPACE").namespace()
    assert namespace.personal == (Namespace(b"", "/"),)
    assert not namespace.other_users
    assert not namespace.shared


@requirement("GROMOX-folders-NEW")
@EVERY_USE
def test_a_new_mailbox_has_the_folder(new, use):
    """A new mailbox has one folder for this use, of the name that the manual gives."""
    assert with_use(new, use) == [FOLDERS[use]]
    new.ok("EXAMINE", Mailbox(FOLDERS[use]))


@requirement("GROMOX-folders-NEW")
def test_a_new_mailbox_has_nothing_else(new):
    """A new mailbox has INBOX and the four folders."""
    assert sorted(entry.mailbox for entry in listed(new)) == sorted(["INBOX", *FOLDERS.values()])


@requirement("GROMOX-folders-SUBSCRIBED")
def test_only_inbox_is_subscribed(new):
    """In a new mailbox only INBOX is subscribed."""
    subscribed = others(new.ok("LSUB", '""', "*").list("LSUB"))
    assert [entry.mailbox for entry in subscribed] == ["INBOX"]


@requirement("GROMOX-folders-PERMANENTFLAGS")
def test_the_permanent_flags(authenticated, mailbox):
    """Of a mailbox without messages, all flags of the manual can be changed."""
    code = authenticated.ok("SELECT", Mailbox(mailbox)).code("PERMANENTFLAGS")
    assert code is not None, "no PERMANENTFLAGS"
    wanted = {"\\Answered", "\\Flagged", "\\Deleted", "\\Seen", "\\Draft", "$Forwarded", "\\*"}
    assert wanted <= set(code.value)


@configuration(default_lang="de")
@requirement("GROMOX-default_lang-NAMES")
@EVERY_USE
def test_folders_in_the_default_language(newest, use):
    """Where default_lang is de a new mailbox has a folder for this use, not named in English."""
    names = with_use(newest, use)
    assert len(names) == 1, f"{len(names)} folders for {use}"
    assert names[0] != FOLDERS[use]


@configuration(default_lang="ja", imap_rfc9051=True)
@requirement("GROMOX-default_lang-NAMES")
def test_names_beyond_ascii(newest, login):
    """Where default_lang is ja the names are not ASCII, and the same in either encoding."""
    names = {use: with_use(newest, use) for use in FOLDERS}
    assert all(len(found) == 1 and not found[0].isascii() for found in names.values()), names
    utf8 = login()
    utf8.enable("IMAP4rev2")
    assert {use: with_use(utf8, use) for use in FOLDERS} == names
    for (name,) in names.values():
        newest.ok("EXAMINE", Mailbox(name))
        utf8.ok("EXAMINE", Mailbox(name))

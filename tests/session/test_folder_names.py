"""The folders of a new mailbox, and folder_lang.txt."""

import re

import pytest

from reference_server.accounts import Account, Directory
from reference_server.accounts.passwords import Plain
from reference_server.config.data_files import SHIPPED
from reference_server.config.syntax import ConfigurationError
from reference_server.session.folder_names import (
    FILE_NAME,
    SPECIAL_USES,
    parse_folder_names,
    read_folder_names,
)
from reference_server.storage import NewFolder

pytestmark = pytest.mark.directive("data_file_path", "default_lang")

ENGLISH = ("Drafts", "Sent Items", "Deleted Items", "Junk Email")
GERMAN = ("Entwürfe", "Gesendete Elemente", "Gelöschte Elemente", "Junk-E-Mail")


@pytest.fixture
def write(tmp_path):
    """Write a folder_lang.txt; its path."""

    def write(text):
        file = tmp_path / FILE_NAME
        file.write_text(text, encoding="utf-8")
        return file

    return write


def named(names, language):
    return tuple(folder.name for folder in names.folders(language))


def test_the_shipped_languages():
    languages = parse_folder_names(SHIPPED / FILE_NAME)
    assert languages.keys() == {"en", "de", "fr", "ja", "zh_cn", "zh_tw"}
    assert languages["en"] == ENGLISH
    assert languages["de"] == GERMAN
    assert len(set(languages.values())) == len(languages)


def test_every_folder_has_its_special_use():
    names, warnings = read_folder_names()
    assert warnings == []
    assert names.folders("fr") == (
        NewFolder("Brouillons", ("\\Drafts",)),
        NewFolder("Éléments envoyés", ("\\Sent",)),
        NewFolder("Éléments supprimés", ("\\Trash",)),
        NewFolder("Courrier indésirable", ("\\Junk",)),
    )


@pytest.mark.parametrize(
    ("language", "default", "expected"),
    [
        ("de", "en", "Entwürfe"),
        ("DE", "en", "Entwürfe"),
        ("de-AT", "en", "Entwürfe"),
        ("de_AT_1996", "en", "Entwürfe"),
        ("zh_TW", "en", "草稿"),
        ("zh-tw", "en", "草稿"),
        ("zh", "fr", "Brouillons"),
        ("is", "ja", "下書き"),
        ("is", "de_CH", "Entwürfe"),
        ("is", "is", "Drafts"),
        (None, "de", "Entwürfe"),
        (None, "en", "Drafts"),
        (None, "is", "Drafts"),
    ],
)
def test_which_language_holds(language, default, expected):
    names, _ = read_folder_names((), default)
    assert named(names, language)[0] == expected


def test_a_default_without_names_is_reported():
    _, warnings = read_folder_names((), "is")
    assert warnings == ["default_lang: folder_lang.txt has no names for is: those for en hold"]


def test_the_operators_lines_come_first(write):
    file = write("# ours\n\nis | Drög|Send|Eytt |Rusl\nde|A|B|C|D\nde|E|F|G|H\n")
    names, warnings = read_folder_names([file.parent], "is")
    assert warnings == []
    assert named(names, None) == ("Drög", "Send", "Eytt", "Rusl")
    assert named(names, "de") == ("E", "F", "G", "H")
    assert named(names, "en") == ENGLISH


def test_names_are_normalized(write):
    file = write("is|Dro\N{COMBINING DIAERESIS}g|Send|Eytt|Rusl\n")
    assert parse_folder_names(file)["is"][0] == "Drög"


@pytest.mark.parametrize(
    "line",
    [
        "is",
        "is|a|b|c",
        "is|a|b|c|d|e",
        "is|a|b|c|",
        "is|a|b|c|C",
        "is|a|b|c|inbox",
        "is|a|b|c/d|e",
        "is|a|b|c\u2028c|e",
        "|a|b|c|d",
        "íslenska|a|b|c|d",
        "is IS|a|b|c|d",
    ],
    ids=str,
)
def test_a_line_that_cannot_be(write, line):
    file = write(f"en|1|2|3|4\n{line}\n")
    with pytest.raises(ConfigurationError, match=rf"{re.escape(str(file))}:[23]: .*expected lang"):
        parse_folder_names(file)


def account(name, lang, **options):
    return Account(f"{name}@x.test", Plain.of("secret"), lang=lang, **options)


@pytest.fixture
def accounts(connect):
    """A server of Germans; carol prefers Japanese, and lets alice into her mailbox."""
    names, _ = read_folder_names((), "de")
    directory = Directory(
        [account("alice", None), account("carol", "ja", owners=frozenset({"alice@x.test"}))]
    )

    def log_in(user, *enabled):
        client = connect(folder_names=names, directory=directory)
        client.ok(f"LOGIN {user} secret")
        for capability in enabled:
            client.ok(f"ENABLE {capability}")
        return client

    return log_in


def special(client):
    """The names by special use, as they are on the wire."""
    lines = client.ok('LIST "" "*" RETURN (SPECIAL-USE)')
    found = [re.fullmatch(r'\* LIST \((.*)\) "/" (.*)', line).groups() for line in lines]
    return {
        use: name.strip('"')
        for use in SPECIAL_USES
        for attributes, name in found
        if use in attributes.split()
    }


def test_names_go_out_in_the_sessions_encoding(accounts):
    assert special(accounts("alice@x.test")) == {
        "\\Drafts": "Entw&APw-rfe",
        "\\Sent": "Gesendete Elemente",
        "\\Trash": "Gel&APY-schte Elemente",
        "\\Junk": "Junk-E-Mail",
    }
    client = accounts("alice@x.test", "IMAP4rev2")
    assert list(special(client).values()) == list(GERMAN)
    client.ok('SELECT "Entwürfe"')


def test_only_inbox_is_subscribed(accounts):
    assert accounts("alice@x.test").ok('LSUB "" "*"') == ['* LSUB () "/" "INBOX"']


def test_another_mailbox_has_its_own_language(accounts):
    client = accounts("alice@x.test!carol@x.test", "IMAP4rev2")
    assert special(client)["\\Drafts"] == "下書き"


def test_a_mailbox_keeps_its_names(connect, accounts):
    accounts("alice@x.test").ok('DELETE "Junk-E-Mail"')
    english, _ = read_folder_names((), "en")
    client = connect(folder_names=english, directory=Directory([account("alice", "fr")]))
    client.ok("LOGIN alice@x.test secret")
    client.ok("ENABLE IMAP4rev2")
    assert list(special(client).values()) == list(GERMAN[:3])

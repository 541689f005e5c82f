"""Directives that name hosts, languages and folders, and the files that are searched."""

from pathlib import Path

import pytest

from reference_server.config import directives
from reference_server.config.data_files import find_accounts_file
from reference_server.config.directives import HOST, LANGUAGE, Settings
from reference_server.config.settings import load_settings
from reference_server.config.syntax import ConfigurationError


@pytest.mark.directive("host_id")
@pytest.mark.parametrize(
    "text", ["mail", "mail.example.test", "MAIL-1.example.test", "mx_1", "192.0.2.1", "2001:db8::1"]
)
def test_a_host(text):
    assert HOST.parse(text) == text


@pytest.mark.directive("host_id")
@pytest.mark.parametrize(
    "text",
    [
        "my host",
        "a\tb",
        "m\N{LATIN SMALL LETTER A WITH DIAERESIS}il",
        "[192.0.2.1]",
        "-a",
        "a" * 256,
    ],
    ids=["space", "tab", "not-ascii", "bracket", "hyphen", "long"],
)
def test_no_host(tmp_path, text):
    file = tmp_path / "imap.cfg"
    file.write_text(f"host_id={text}\n", encoding="utf-8")
    with pytest.raises(ConfigurationError, match=r':1: host_id = ".*": expected a host name of'):
        load_settings([file])


@pytest.mark.directive("host_id")
@pytest.mark.parametrize(
    ("machine", "expected"), [("mx1", "mx1"), ("", "localhost"), ("my machine", "localhost")]
)
def test_without_a_name_it_is_the_machines(monkeypatch, machine, expected):
    monkeypatch.setattr(directives.platform, "node", lambda: machine)
    assert HOST.parse("") == expected


@pytest.mark.directive("default_lang")
@pytest.mark.parametrize("text", ["en", "de_AT", "zh-TW", "sr_Latn_RS"])
def test_a_language(text):
    assert LANGUAGE.parse(text) == text


@pytest.mark.directive("default_lang")
@pytest.mark.parametrize("text", ["", "e", "de AT", "de.UTF-8", "language_"])
def test_no_language(tmp_path, text):
    file = tmp_path / "imap.cfg"
    file.write_text(f"default_lang={text}\n", encoding="utf-8")
    with pytest.raises(ConfigurationError, match=r':1: default_lang = ".*": expected a language'):
        load_settings([file])


@pytest.mark.directive("config_file_path", "data_file_path")
def test_folders(tmp_path):
    file = tmp_path / "imap.cfg"
    file.write_text("config_file_path=/etc/a:b::\ndata_file_path=\n")
    settings, _ = load_settings([file])
    assert settings.data_file_path == ()
    assert settings.config_file_path == (Path("/etc/a"), Path("b"))
    assert Settings().config_file_path == (Path("/etc/gromox/imap"), Path("/etc/gromox"))
    assert Settings().data_file_path == (Path("/usr/share/gromox/imap"),)


@pytest.mark.directive("config_file_path")
def test_where_a_configuration_file_is(tmp_path, monkeypatch):
    here, first, second = (tmp_path / name for name in ("here", "first", "second"))
    for folder in (here, first, second):
        folder.mkdir()
    monkeypatch.chdir(here)
    name = Path("accounts.toml")

    def find(folders, file):
        return find_accounts_file(Settings(config_file_path=folders, reference_accounts=file))

    with pytest.raises(ConfigurationError) as refused:
        find((first, second), name)
    assert (
        str(refused.value)
        == f"reference_accounts: accounts.toml: neither in {first}, {second} nor here"
    )
    for folder in (here, second, first):
        (folder / name).touch()
        found = find((first, second), name)
        assert found.resolve() == folder / name
    assert find((first,), here / name) == here / name
    assert find((first,), Path("sub/accounts.toml")) == Path("sub/accounts.toml")

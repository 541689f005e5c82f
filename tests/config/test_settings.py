"""From files to settings: the later line, minimums, aliases, warnings, errors."""

import ssl
from pathlib import Path

import pytest

from reference_server.config import settings as settings_module
from reference_server.config.directives import DIRECTIVES, Settings
from reference_server.config.settings import ConfigurationError, load_settings, system_files

pytestmark = pytest.mark.directive("configuration")


@pytest.fixture
def load(tmp_path):
    def load_text(text: str, **options):
        file = tmp_path / "test.cfg"
        file.write_text(text, encoding="utf-8")
        return load_settings([file], **options)

    return load_text


def test_defaults_are_those_of_the_manual():
    settings = Settings()
    assert settings.imap_listen_addr == "::"
    assert settings.imap_listen_port == 143
    assert settings.imap_listen_tls_port is None
    assert settings.imap_support_tls is False
    assert settings.imap_force_tls is False
    assert settings.tls_min_proto is ssl.TLSVersion.TLSv1_2
    assert settings.auth_fail_delay == 1.0
    assert settings.imap_conn_timeout == 180
    assert settings.imap_autologout_time == 1800
    assert settings.context_num == 200
    assert settings.imap_log_file == "-"
    assert settings.imap_log_level == 4
    assert settings.host_id


def test_every_default_and_minimum_is_of_its_kind():
    for directive in DIRECTIVES:
        directive.kind.parse(directive.default)
        if directive.minimum is not None:
            directive.kind.parse(directive.minimum)


def test_no_two_directives_share_a_name():
    names = [name for directive in DIRECTIVES for name in (directive.key, *directive.aliases)]
    assert len(names) == len(set(names))


def test_values_of_every_kind(load):
    settings, warnings = load(
        "host_id = mail.example.test\n"
        "imap_listen_port=\n"
        "imap_listen_tls_port=0\n"
        "imap_support_tls=yes\n"
        "tls_min_proto=tls1.3\n"
        "auth_fail_delay=20ms\n"
        "imap_conn_timeout=1.5min\n"
        "context_num=1k\n"
        "imap_certificate_path=/a.pem:/b.pem\n"
        "reference_store=:memory:\n"
    )
    assert warnings == []
    assert settings.host_id == "mail.example.test"
    assert settings.imap_listen_port is None
    assert settings.imap_listen_tls_port == 0
    assert settings.imap_support_tls is True
    assert settings.tls_min_proto is ssl.TLSVersion.TLSv1_3
    assert settings.auth_fail_delay == 0.02
    assert settings.imap_conn_timeout == 90
    assert settings.context_num == 1024
    assert settings.imap_certificate_path == (Path("/a.pem"), Path("/b.pem"))
    assert settings.reference_store is None


def test_the_later_line_wins_and_the_later_file_too(tmp_path):
    first, second = tmp_path / "first.cfg", tmp_path / "second.cfg"
    first.write_text("host_id=one\nhost_id=two\ncontext_num=7\n")
    second.write_text("host_id=three\n")
    assert load_settings([first])[0].host_id == "two"
    both, _ = load_settings([first, second])
    assert (both.host_id, both.context_num) == ("three", 7)


@pytest.mark.parametrize(
    ("alias", "key", "text", "value"),
    [
        ("imap_force_starttls", "imap_force_tls", "yes", True),
        ("imap_support_starttls", "imap_support_tls", "yes", True),
        ("listen_port", "imap_listen_port", "1143", 1143),
        ("listen_ssl_port", "imap_listen_tls_port", "1993", 1993),
    ],
)
def test_aliases(load, alias, key, text, value):
    settings, warnings = load(f"{alias}={text}\n")
    assert getattr(settings, key) == value
    assert warnings == []


def test_whole_second_spans_are_cut_off(load):
    assert load("imap_conn_timeout=1.5s\n")[0].imap_conn_timeout == 1


@pytest.mark.parametrize(
    ("key", "text", "value"),
    [
        ("imap_conn_timeout", "200ms", 1),
        ("imap_autologout_time", "-5min", 1),
        ("context_num", "0", 1),
        ("auth_fail_delay", "-1s", 0),
    ],
)
def test_a_value_under_the_minimum_is_raised_with_a_warning(load, key, text, value):
    settings, warnings = load(f"\n{key}={text}\n")
    assert getattr(settings, key) == value
    assert len(warnings) == 1
    assert f'test.cfg:2: {key} = "{text}": raised to the minimum' in warnings[0]


def test_unknown_keys_are_warned_about(load):
    settings, warnings = load("imap_colour=green\n")
    assert settings == Settings()
    assert [warning.rpartition("/")[2] for warning in warnings] == [
        "test.cfg:1: unknown key imap_colour"
    ]


@pytest.mark.parametrize(
    ("line", "accepted"),
    [
        ("imap_listen_port=imap", "a port from 0 to 65535"),
        ("imap_listen_port=65536", "a port from 0 to 65535"),
        ("imap_listen_port=-1", "a port from 0 to 65535"),
        ("imap_conn_timeout=3 parsecs", "a time span such as"),
        ("auth_fail_delay=5", "a time span such as"),
        ("context_num=many", "a quantity such as"),
        ("tls_min_proto=ssl3", r"tls1\.0, tls1\.1, tls1\.2 or tls1\.3"),
        ("imap_log_level=7", "a number from 1 to 6"),
        ("reference_accounts=", "a path"),
        ("reference_store=", "a folder, or :memory:"),
    ],
)
def test_errors_name_file_line_key_value_and_form(load, line, accepted):
    key, _, value = line.partition("=")
    with pytest.raises(
        ConfigurationError, match=rf'test\.cfg:2: {key} = "{value}": expected {accepted}'
    ):
        load(f"# first\n{line}\n")


def test_a_base_gives_what_no_file_names(load):
    base = Settings(host_id="base", context_num=3)
    settings, _ = load("context_num=4\n", base=base)
    assert (settings.host_id, settings.context_num) == ("base", 4)


def test_system_files_hold_their_own_directives_only(tmp_path, monkeypatch):
    monkeypatch.setattr(settings_module, "SYSTEM_FOLDER", tmp_path)
    assert system_files() == []
    (tmp_path / "imap.cfg").write_text("host_id=mail\nauth_fail_delay=5s\n")
    assert system_files() == [tmp_path / "imap.cfg"]
    (tmp_path / "gromox.cfg").write_text("auth_fail_delay=3s\nhost_id=other\n")
    settings, warnings = load_settings(system_files(), by_file=True)
    assert (settings.host_id, settings.auth_fail_delay) == ("mail", 3.0)
    assert [warning.rpartition("/")[2] for warning in warnings] == [
        "gromox.cfg:2: host_id belongs in imap.cfg",
        "imap.cfg:2: auth_fail_delay belongs in gromox.cfg",
    ]

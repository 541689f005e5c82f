"""The table of directives against the manual's, written out here by hand."""

import dataclasses
import threading
from typing import NamedTuple

import pytest

from reference_server import cli
from reference_server.config.directives import DIRECTIVES, Settings
from reference_server.config.settings import load_settings


class Row(NamedTuple):
    """A directive as the manual has it; the minimum as it is written there, if there is one."""

    key: str
    kind: str
    default: str
    minimum: str | None = None
    aliases: tuple[str, ...] = ()


# In gromox.cfg
GROMOX = [
    Row("auth_fail_delay", "time span", "1s"),
    Row("imap_accept_haproxy", "number", "0"),
    Row("imap_fd_limit", "quantity", "0", aliases=("daemons_fd_limit",)),
    Row("imap_listen", "addresses", "[::]:143"),
    Row("imap_listen_tls", "addresses", "[::]:993"),
    Row("userfilter_icase", "boolean", "true"),
    Row("userfilter_maxbans", "quantity", "1000"),
    Row("userfilter_maxusers", "quantity", "0"),
    Row("userfilter_rl_maxtries", "quantity", "10"),
    Row("userfilter_rl_window", "time span", "60s"),
]

# In imap.cfg
IMAP = [
    Row("block_interval_auths", "time span", "1min", "1s"),
    Row("config_file_path", "folders", "/etc/gromox/imap:/etc/gromox"),
    Row("context_average_mem", "quantity", "128K"),
    Row("context_average_mitem", "quantity", "64K", "1"),
    Row("context_max_mem", "quantity", "2M"),
    Row("context_num", "quantity", "200"),
    Row("data_file_path", "folders", "/usr/share/gromox/imap"),
    Row("default_lang", "language", "en"),
    Row("enable_rfc2971_commands", "boolean", "no"),
    Row("host_id", "host name", ""),
    Row("imap_auth_times", "quantity", "10", "1"),
    Row("imap_autologout_time", "time span", "30min", "1s"),
    Row("imap_certificate_passwd", "text", ""),
    Row("imap_certificate_path", "files", ""),
    Row("imap_cmd_debug", "number", "0"),
    Row("imap_conn_timeout", "time span", "3min", "1s"),
    Row("imap_expunge_on_delete", "boolean", "no"),
    Row("imap_force_tls", "boolean", "no", aliases=("imap_force_starttls",)),
    Row("imap_listen_addr", "address", "::"),
    Row("imap_listen_port", "port", "143", aliases=("listen_port",)),
    Row("imap_listen_tls_port", "port", "", aliases=("listen_ssl_port",)),
    Row("imap_log_file", "text", "-"),
    Row("imap_log_level", "log level", "4"),
    Row("imap_private_key_path", "files", ""),
    Row("imap_rfc9051", "boolean", "yes"),
    Row("imap_support_tls", "boolean", "no", aliases=("imap_support_starttls",)),
    Row("imap_thread_charge_num", "quantity", "40", "4", ("thread_charge_num",)),
    Row("imap_thread_init_num", "quantity", "5", aliases=("thread_init_num",)),
    Row("running_identity", "text", "gromox"),
    Row("tls_min_proto", "TLS version", "tls1.2"),
]

MANUAL = [("gromox.cfg", row) for row in GROMOX] + [("imap.cfg", row) for row in IMAP]
OWN = {"reference_accounts", "reference_store"}  # which the manual does not have
# Nothing stands for these defaults: whether they hold depends on the older directives
# (tests/network/test_listeners.py).
DEFAULT_ELSEWHERE = {"imap_listen", "imap_listen_tls"}

TABLE = {directive.key: directive for directive in DIRECTIVES}

pytestmark = pytest.mark.directive("configuration")

every_row = pytest.mark.parametrize(
    ("file", "row"), MANUAL, ids=lambda part: getattr(part, "key", "")
)


def test_no_directive_is_missing_and_none_is_invented():
    assert TABLE.keys() == {row.key for _, row in MANUAL} | OWN


@every_row
def test_the_row_is_that_of_the_manual(file, row):
    directive = TABLE[row.key]
    assert directive.file == file
    assert directive.kind.name == row.kind
    assert directive.aliases == row.aliases
    # The manual names no minimum where a count cannot be negative anyway.
    assert directive.minimum == row.minimum or (row.minimum is None and directive.minimum in "01")
    if row.key not in DEFAULT_ELSEWHERE:
        parse = directive.kind.parse
        assert parse(directive.default) == parse(row.default)


@pytest.fixture
def load(tmp_path):
    """load(text) gives the settings and the warnings of a file with that text."""

    def load(text):
        file = tmp_path / "test.cfg"
        file.write_text(text, encoding="utf-8")
        return load_settings([file])

    return load


# A value that is not the default of any directive of the kind, and what it is read as.
GOOD = {
    "address": ("mail.example.test", "mail.example.test"),
    "addresses": ("[::1]:10143", (("::1", 10143),)),
    "files": ("/a.pem:/b.pem", ("/a.pem", "/b.pem")),
    "folders": ("/a:/b", ("/a", "/b")),
    "host name": ("mail.example.test", "mail.example.test"),
    "language": ("de", "de"),
    "log level": ("6", 6),
    "number": ("2", 2),
    "port": ("1143", 1143),
    "quantity": ("3k", 3072),
    "text": ("other", "other"),
    "time span": ("1h 30min", 5400),
    "TLS version": ("tls1.3", 0x0304),
}


def comparable(value):
    return (
        tuple(map(str, value))
        if isinstance(value, tuple) and not isinstance(value[0], tuple)
        else value
    )


@every_row
def test_a_value_under_each_name(load, file, row):  # noqa: ARG001
    if row.kind == "boolean":
        value = not getattr(Settings(), row.key)
        text = "yes" if value else "no"
    else:
        text, value = GOOD[row.kind]
    for name in (row.key, *row.aliases):
        settings, warnings = load(f"{name}={text}\n")
        assert comparable(getattr(settings, row.key)) == value
        assert warnings == []
        untouched = {row.key: getattr(Settings(), row.key)}
        assert dataclasses.replace(settings, **untouched) == Settings()


# What is no value of the kind. Of text, booleans and paths everything is.
BAD = {
    "address": ["", "[::1]", "999.1.1.1", "127.0.0.1:143", "mail..test", f"{'a' * 64}.test", "a b"],
    "addresses": ["143", "::1:143", "[::]:65536", "[mail..test]:143", "[1::2::3]:143"],
    "host name": ["mail example", "mail\x07"],
    "language": ["e n", "../en"],
    "log level": ["0", "7", "4.0", "warn", ""],
    "number": ["3", "-1", "no", ""],
    "port": ["65536", "-1", "imap"],
    "quantity": ["many", "", "4kk", "1 000", "0x10"],
    "time span": ["5", "", "5 parsecs", "soon", "1min 5"],
    "TLS version": ["ssl3", "1.2", ""],
}
REFUSED = [
    (name, row, bad)
    for _, row in MANUAL
    for name in (row.key, *row.aliases)
    for bad in BAD.get(row.kind, ())
]


@pytest.mark.parametrize(
    ("name", "row", "bad"), REFUSED, ids=lambda part: part if isinstance(part, str) else ""
)
def test_a_bad_value_prevents_the_start(tmp_path, capsys, name, row, bad):
    file = tmp_path / "test.cfg"
    file.write_text(f"# the first line\n{name} = {bad}\n", encoding="utf-8")
    status = []
    # In a thread of its own, whose signal mask nobody else has.
    thread = threading.Thread(target=lambda: status.append(cli.main(["-c", str(file)])))
    thread.start()
    thread.join()
    accepted = TABLE[row.key].kind.accepted
    assert status == [1]
    assert capsys.readouterr().err == (
        f'gximap-server: {file}:2: {name} = "{bad}": expected {accepted}\n'
    )


# For each directive with a minimum what is just under it, or far; the minimum as it is read.
UNDER = {
    "block_interval_auths": (["999ms", "0", "-1min"], 1),
    "context_average_mitem": (["0", "-4k"], 1),
    "imap_auth_times": (["0", "-1"], 1),
    "imap_autologout_time": (["0.99s", "0", "-30min"], 1),
    "imap_conn_timeout": (["999999µs", "0", "-3min"], 1),
    "imap_thread_charge_num": (["3", "0", "-4"], 4),
}


def test_each_minimum_of_the_manual_is_tried():
    assert {row.key for _, row in MANUAL if row.minimum is not None} == UNDER.keys()


@pytest.mark.parametrize(
    ("key", "text", "minimum"),
    [(key, text, minimum) for key, (texts, minimum) in UNDER.items() for text in texts],
)
def test_a_value_under_the_minimum_is_raised(load, key, text, minimum):
    settings, (warning,) = load(f"{key}={text}\n")
    assert getattr(settings, key) == minimum
    assert f'test.cfg:1: {key} = "{text}": raised to the minimum, {TABLE[key].minimum}' in warning


@pytest.mark.parametrize("key", UNDER)
def test_the_minimum_itself_is_taken(load, key):
    settings, warnings = load(f"{key}={TABLE[key].minimum}\n")
    assert getattr(settings, key) == UNDER[key][1]
    assert warnings == []


@pytest.mark.parametrize("row", [row for _, row in MANUAL if row.kind in ("quantity", "time span")])
def test_no_count_and_no_time_is_negative(load, row):
    settings, (warning,) = load(f"{row.key}=-1{'s' * (row.kind == 'time span')}\n")
    assert getattr(settings, row.key) >= 0
    assert "raised to the minimum" in warning


@pytest.mark.parametrize("row", [row for _, row in MANUAL if row.kind == "time span"])
def test_a_time_without_end_is_one_that_can_be_waited(load, row):
    settings, _ = load(f"{row.key}={'9' * 900}years\n")
    assert 10**8 < getattr(settings, row.key) < threading.TIMEOUT_MAX


def test_the_later_of_two_names_wins(load):
    assert load("listen_port=1\nimap_listen_port=2\n")[0].imap_listen_port == 2
    assert load("imap_listen_port=2\nlisten_port=1\n")[0].imap_listen_port == 1

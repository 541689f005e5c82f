"""The directives that size memory and threads: their values, and the one that has an effect."""

import socket

import pytest

from reference_server.config.directives import Settings
from reference_server.config.settings import ConfigurationError, load_settings

pytestmark = pytest.mark.directive(
    "context_average_mem",
    "context_average_mitem",
    "context_max_mem",
    "imap_thread_charge_num",
    "imap_thread_init_num",
)

KEYS = {
    "context_average_mem": 128 * 1024,
    "context_average_mitem": 64 * 1024,
    "context_max_mem": 2 * 1024 * 1024,
    "imap_thread_charge_num": 40,
    "imap_thread_init_num": 5,
}


@pytest.fixture
def load(tmp_path):
    def load_text(text):
        file = tmp_path / "imap.cfg"
        file.write_text(text)
        return load_settings([file])

    return load_text


@pytest.mark.parametrize("key", KEYS)
def test_defaults_and_values(load, key):
    assert getattr(Settings(), key) == KEYS[key]
    settings, warnings = load(f"{key}=1.5k\n")
    assert (getattr(settings, key), warnings) == (1536, [])


@pytest.mark.parametrize("key", KEYS)
@pytest.mark.parametrize("value", ["", "many", "5 threads", "1kk"])
def test_a_value_that_is_no_quantity(load, key, value):
    with pytest.raises(ConfigurationError, match=f"imap.cfg:1: {key} .*a quantity such as"):
        load(f"{key}={value}\n")


@pytest.mark.parametrize(
    ("key", "value", "minimum"),
    [("context_average_mitem", "0", 1), ("imap_thread_charge_num", "3", 4)],
)
def test_minimums(load, key, value, minimum):
    settings, warnings = load(f"{key}={value}\n")
    assert getattr(settings, key) == minimum
    assert "raised to the minimum" in warnings[0]


@pytest.mark.parametrize("name", ["charge", "init"])
def test_the_older_names(load, name):
    settings, warnings = load(f"thread_{name}_num=9\n")
    assert (getattr(settings, f"imap_thread_{name}_num"), warnings) == (9, [])


def test_context_max_mem_limits_a_command(start_reference):
    """A quarter of it is for the line; a message goes to a file instead."""
    server = start_reference(context_max_mem="64k")
    with socket.create_connection(server.imap, timeout=60) as client, client.makefile("rb") as file:
        client.sendall(b"a LOGIN alice@example.test alicepw\r\n")
        client.sendall(b"b NOOP" + b" " * 17000 + b"\r\n")
        client.sendall(b"c LIST (" + b"x" * 16000 + b"\r\n")
        client.sendall(b"d APPEND INBOX {200000+}\r\n" + b"m" * 200000 + b"\r\n")
        answers = {}
        while b"d" not in answers:
            tag, _, answer = file.readline().partition(b" ")
            answers[tag] = answer
    assert answers[b"a"].startswith(b"OK")
    assert answers[b"b"] == b"BAD line too long: no more than 16384 octets are taken\r\n"
    assert answers[b"c"].startswith(b"BAD")
    assert b"too long" not in answers[b"c"]
    assert answers[b"d"].startswith(b"OK [APPENDUID")

"""imap_listen and imap_listen_tls: how they are written, what they replace, where it listens."""

import re
import socket

import pytest

from reference_server.config.directives import PLACES, Settings
from reference_server.config.settings import load_settings
from reference_server.network.server import plain_places, tls_places

pytestmark = pytest.mark.directive(
    "imap_listen",
    "imap_listen_tls",
    "imap_listen_addr",
    "imap_listen_port",
    "imap_listen_tls_port",
)


@pytest.mark.parametrize(
    ("text", "places"),
    [
        ("[::]:143", (("::", 143),)),
        ("[::1]:143 [192.0.2.1]:10143", (("::1", 143), ("192.0.2.1", 10143))),
        ("127.0.0.1:0\t localhost:65535", (("127.0.0.1", 0), ("localhost", 65535))),
        ("", ()),
    ],
)
def test_addresses_and_ports(text, places):
    assert PLACES.parse(text) == places


@pytest.mark.parametrize(
    "text",
    [
        *("143", "::1", "::1:143", "[::1]", "[::1]143", "[::1]:", "[]:143", ":143", "[[::]]:1"),
        *("[::]:65536", "[::]:-1", "[::]:imap", "[::]:1٣", "[::]:143,[::1]:144", "[::]:143 x"),
    ],
)
def test_what_is_no_address_with_a_port(text):
    with pytest.raises(ValueError, match=re.escape(text.split()[-1])):
        PLACES.parse(text)


LISTEN = PLACES.parse("[::1]:1")


@pytest.mark.parametrize(
    ("given", "plain", "tls"),
    [
        ({}, "[::]:143", "[::]:993"),
        ({"imap_listen_tls_port": 5}, "[::]:143", "[::]:5"),
        ({"imap_listen_tls": LISTEN}, "[::]:143", "[::1]:1"),
        ({"imap_listen_tls": LISTEN, "imap_listen_tls_port": 5}, "[::]:143", "[::1]:1"),
        ({"imap_listen_addr": "::2"}, "[::2]:143", ""),
        ({"imap_listen_port": 5}, "[::]:5", ""),
        ({"imap_listen_port": None, "imap_listen_tls_port": 5}, "", "[::]:5"),
        ({"imap_listen": LISTEN}, "[::1]:1", ""),
        ({"imap_listen": LISTEN, "imap_listen_addr": "::2"}, "[::1]:1", ""),
        ({"imap_listen": LISTEN, "imap_listen_tls_port": 5}, "[::1]:1", "[::]:5"),
        (
            {"imap_listen": LISTEN, "imap_listen_tls": PLACES.parse("[::]:993")},
            "[::1]:1",
            "[::]:993",
        ),
        ({"imap_listen_tls": ()}, "[::]:143", ""),
        ({"imap_listen": (), "imap_listen_tls_port": 5}, "", "[::]:5"),
        ({"imap_listen": PLACES.parse("[::]:143"), "imap_listen_port": 5}, "[::]:143", "[::]:993"),
        ({"imap_listen": LISTEN * 2, "imap_listen_tls": LISTEN}, "[::1]:1 [::1]:1", "[::1]:1"),
    ],
    ids=repr,
)
def test_the_newer_form_goes_before_the_older(given, plain, tls):
    settings = Settings(**given)
    assert tuple(plain_places(settings)) == PLACES.parse(plain)
    assert tuple(tls_places(settings)) == PLACES.parse(tls)


@pytest.mark.parametrize(
    ("text", "plain", "tls"),
    [
        ("imap_rfc9051=no\n", "[::]:143", "[::]:993"),
        ("imap_listen=[::1]:1\nimap_listen_tls=[::]:993\n", "[::1]:1", "[::]:993"),
        ("imap_listen=[::]:143\nlisten_port=5\nlisten_ssl_port=6\n", "[::]:143", "[::]:6"),
        ("imap_listen_tls=\nlisten_ssl_port=6\n", "[::]:143", ""),
    ],
)
def test_in_a_file_even_a_default_goes_before_the_older_form(tmp_path, text, plain, tls):
    file = tmp_path / "gromox.cfg"
    file.write_text(text)
    settings, warnings = load_settings([file])
    assert not warnings
    assert tuple(plain_places(settings)) == PLACES.parse(plain)
    assert tuple(tls_places(settings)) == PLACES.parse(tls)


def test_several_listeners_of_a_kind(start_reference):
    server = start_reference(
        imap_listen="[127.0.0.1]:0 127.0.0.2:0",
        imap_listen_tls="127.0.0.3:0 [::1]:0",
        imap_listen_addr="192.0.2.1",  # of another machine: nothing listens there
    )
    kinds = [place.partition("=")[0] for place in server.places]
    assert kinds == ["imap", "imap", "imaps", "imaps"]
    hosts = []
    for place in server.places:
        kind, _, where = place.partition("=")
        host, _, port = where.rpartition(":")
        hosts.append(host)
        with socket.create_connection((host.strip("[]"), int(port)), 10) as client:
            if kind == "imaps":
                client = server.client_tls.wrap_socket(client, server_hostname="localhost")
            assert client.recv(100).startswith(b"* OK ")
            client.close()
    assert hosts == ["127.0.0.1", "127.0.0.2", "127.0.0.3", "[::1]"]
    assert server.imap[0] == "127.0.0.1"
    assert server.imaps[0] == "127.0.0.3"

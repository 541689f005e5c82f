"""Real proxies in front of a real server: haproxy with PROXY version 2, nginx with version 1."""

import contextlib
import imaplib
import os
import re
import signal
import socket
import ssl
import subprocess
import time

import pytest

pytestmark = pytest.mark.directive("imap_accept_haproxy", "proxy")

CLIENT = "127.0.0.7"  # neither the proxy's address nor the server's
PATIENCE = 60  # seconds


class Proxy:
    """Listening sockets that a proxy is given when it starts: ports are known and never taken."""

    def __init__(self, folder):
        self.folder = folder
        self.sockets = {}
        self.process = None

    def listen(self, name, host="127.0.0.1"):
        """A listener by this name; its file descriptor, for the configuration."""
        family = socket.AF_INET6 if ":" in host else socket.AF_INET
        self.sockets[name] = socket.create_server((host, 0), family=family)
        return self.sockets[name].fileno()

    def place(self, name):
        return self.sockets[name].getsockname()[:2]

    def start(self, *command, **environment):
        with (self.folder / "proxy.log").open("wb") as log:
            self.process = subprocess.Popen(
                command,
                pass_fds=[each.fileno() for each in self.sockets.values()],
                stdout=log,
                stderr=log,
                env=os.environ | environment,
            )

    def end(self):
        for each in self.sockets.values():
            each.close()
        if self.process is not None:
            assert self.process.poll() is None, (self.folder / "proxy.log").read_text()
            self.process.send_signal(signal.SIGTERM)
            self.process.wait(PATIENCE)


@pytest.fixture
def proxies(tmp_path):
    """Factory of proxies, ended with the test."""
    made = []

    def make():
        folder = tmp_path / f"proxy-{len(made)}"
        folder.mkdir()
        made.append(Proxy(folder))
        return made[-1]

    yield make
    for proxy in made:
        proxy.end()


@pytest.fixture
def haproxy(required_tool, proxies):
    """Factory: haproxy with one listener; ``server``: the options behind the server's address."""
    program = required_tool("haproxy", "haproxy")

    def start(target, server, *, bind="", host="127.0.0.1", check=False):
        proxy = proxies()
        descriptor = proxy.listen("imap", host)
        configuration = proxy.folder / "haproxy.cfg"
        configuration.write_text(
            "defaults\n"
            "  mode tcp\n"
            f"  timeout connect {PATIENCE}s\n"
            f"  timeout client {PATIENCE}s\n"
            f"  timeout server {PATIENCE}s\n"
            f"{'  option tcp-check' * check}\n"
            "listen imap\n"
            f"  bind fd@{descriptor} {bind}\n"
            f"  server imap {target[0]}:{target[1]} {server}\n"
        )
        proxy.start(program, "-db", "-f", str(configuration))
        return proxy.place("imap")

    return start


@pytest.fixture
def nginx(required_tool, proxies):
    """Factory: nginx's stream proxy with ``proxy_protocol on`` before a target."""
    program = required_tool("nginx", "nginx, libnginx-mod-stream")

    def start(target):
        proxy = proxies()
        descriptor = proxy.listen("imap")
        host, port = proxy.place("imap")
        configuration = proxy.folder / "nginx.conf"
        configuration.write_text(
            "load_module /usr/lib/nginx/modules/ngx_stream_module.so;\n"
            "daemon off;\n"
            f"pid {proxy.folder}/nginx.pid;\nerror_log stderr;\n"
            "events {}\n"
            "stream {\n"
            f"  server {{ listen {host}:{port}; proxy_pass {target[0]}:{target[1]};\n"
            "    proxy_protocol on; }\n"
            "}\n"
        )
        proxy.start(
            *(program, "-p", str(proxy.folder), "-e", "stderr", "-c", str(configuration)),
            NGINX=f"{descriptor};",  # how nginx is told of sockets that it inherits
        )
        return host, port

    return start


@pytest.fixture
def server(start_reference):
    return start_reference(imap_accept_haproxy="2")


def logged_in(server, place, *, source=CLIENT, tls=None):
    """Log in through a proxy, have a dialogue, and find the client's address in the log."""
    with contextlib.ExitStack() as stack:
        connection = stack.enter_context(
            socket.create_connection(place, PATIENCE, source_address=(source, 0))
        )
        port = connection.getsockname()[1]
        client = Client(connection, tls)
        assert client.login(server.user, server.password)[0] == "OK"
        assert client.select("INBOX")[0] == "OK"
        assert client.logout()[0] == "BYE"
    lines = server.log.splitlines()
    assert any(f"[{source}]:{port} " in line and f"user={server.user}" in line for line in lines), (
        server.log
    )
    assert any(f"rhost=[{source}]" in line for line in lines), server.log


class Client(imaplib.IMAP4):
    """imaplib's client on a connection that is there already."""

    def __init__(self, connection, tls):
        if tls is not None:
            connection = tls.wrap_socket(connection, server_hostname="localhost")
        self._connection = connection
        super().__init__("localhost")

    def _create_socket(self, timeout):  # noqa: ARG002 - imaplib's signature
        return self._connection


def refused(place):
    """The connection through a proxy ends without a word."""
    with socket.create_connection(place, PATIENCE) as connection:
        return connection.recv(100) == b""


def test_version_2_over_ipv4(server, haproxy):
    logged_in(server, haproxy(server.imap, "send-proxy-v2"))


def test_version_2_over_ipv6(server, haproxy):
    logged_in(server, haproxy(server.imap, "send-proxy-v2", host="::1"), source="::1")


def test_starttls_through_the_proxy(server, haproxy):
    place = haproxy(server.imap, "send-proxy-v2")
    with socket.create_connection(place, PATIENCE, source_address=(CLIENT, 0)) as connection:
        client = Client(connection, None)
        assert client.starttls(server.client_tls)[0] == "OK"
        assert client.login(server.user, server.password)[0] == "OK"
        client.logout()
    assert f"rhost=[{CLIENT}]" in server.log


def test_tls_passed_through_to_the_tls_port(server, haproxy):
    place = haproxy(server.imaps, "send-proxy-v2")
    logged_in(server, place, tls=server.client_tls)


@pytest.mark.parametrize(
    "options",
    [
        "send-proxy-v2-ssl",
        "send-proxy-v2-ssl-cn",
        "send-proxy-v2 proxy-v2-options ssl,cert-cn,ssl-cipher,cert-sig,cert-key,authority,crc32c,"
        "unique-id",
    ],
    ids=["ssl", "ssl-cn", "every option"],
)
def test_tls_ended_by_the_proxy(server, haproxy, certificate, options):
    """The header carries TLVs about the client's TLS."""
    both = server.folder / "both.pem"
    both.write_bytes(certificate.chain.read_bytes() + certificate.key.read_bytes())
    place = haproxy(server.imap, options, bind=f"ssl crt {both}")
    logged_in(server, place, tls=server.client_tls)


def test_the_proxys_health_checks_are_local(server, haproxy):
    """They get their greeting, for haproxy's own address; and haproxy finds the server well."""
    options = "send-proxy-v2 check check-send-proxy inter 50ms fall 1"
    place = haproxy(server.imap, f"{options}\n  tcp-check expect string OK", check=True)
    checked = re.compile(r"\[127\.0\.0\.1\]:\d+ connected")
    deadline = time.monotonic() + PATIENCE
    while len(checked.findall(server.log)) < 3:
        assert time.monotonic() < deadline, server.log
        time.sleep(0.05)
    logged_in(server, place)


def test_a_proxy_without_a_header_is_refused(start_reference, haproxy):
    """The server waits for a header, in vain."""
    server = start_reference(imap_accept_haproxy="2", imap_conn_timeout="1s")
    assert refused(haproxy(server.imap, ""))


def test_version_1_is_refused(server, haproxy):
    assert refused(haproxy(server.imap, "send-proxy"))


def test_nginx_sends_version_1_which_is_refused(server, nginx):
    """Its stream proxy has no other; a release that learns version 2 needs another test."""
    assert refused(nginx(server.imap))


def test_version_1_of_nginx_made_version_2_by_haproxy(server, nginx, haproxy):
    logged_in(server, nginx(haproxy(server.imap, "send-proxy-v2", bind="accept-proxy")))


def test_no_header_is_expected_by_default(start_reference, haproxy):
    server = start_reference()
    place = haproxy(server.imap, "")
    with socket.create_connection(place, PATIENCE) as connection:
        assert Client(connection, None).login(server.user, server.password)[0] == "OK"


def test_a_client_of_the_tls_port_that_sends_no_header(server):
    """A client that begins with TLS instead gets no handshake."""
    with (
        socket.create_connection(server.imaps, PATIENCE) as connection,
        pytest.raises((ssl.SSLError, ConnectionError)),
    ):
        server.client_tls.wrap_socket(connection, server_hostname="localhost")

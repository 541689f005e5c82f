"""PROXY protocol, version 2."""

import threading

from reference_server.network import channel, proxy_protocol
from reference_server.network.channel import SocketChannel
from reference_server.network.connections import Connections
from reference_server.network.proxy_protocol import LOCAL, ProxyHeader, ProxyHeaderError
from reference_server.session.channel import Disconnected
from tests.planted.defects import found_by

PROXY = "gromox/proxy"
MALFORMED = "gromox/proxy_malformed/closed_without_a_greeting"
STALL = "gromox/proxy_stall"


@found_by(
    f"{PROXY}/the_address_of_the_header_is_the_clients[TCP4]",
    f"{PROXY}/the_path_of_a_unix_socket_is_the_clients",
    f"{PROXY}/each_connection_has_its_own_client",
    f"{PROXY}/the_header_comes_before_implicit_tls",
)
def the_log_names_the_proxy():
    """The header is read, and its address forgotten."""
    ProxyHeader.source = lambda _: None


@found_by(
    f"{PROXY}/the_address_of_the_header_is_the_clients[TCP4]",
    f"{PROXY}/the_address_of_the_header_is_the_clients[TCP6]",
)
def the_destination_is_taken_for_the_client():
    """The second address of the block is used."""
    original = ProxyHeader.source

    def source(header):
        size = proxy_protocol.SIZES.get(header._octets[13], (0, 0))[0]
        header._octets[16 : 16 + size] = header._octets[16 + size : 16 + 2 * size]
        return original(header)

    ProxyHeader.source = source


@found_by(
    f"{PROXY}/starttls_comes_behind_the_header",
    f"{PROXY}/the_header_comes_before_implicit_tls",
)
def tls_forgets_the_client():
    """Under TLS the client's address is that of the socket, as without a header."""
    original = SocketChannel.start_tls

    def start_tls(channel):
        original(channel)
        channel.peer = channel._socket.getpeername()[0].removeprefix("::ffff:")

    SocketChannel.start_tls = start_tls


@found_by(f"{PROXY}/local_keeps_the_peers_address[addresses]")
def addresses_of_local_are_believed():
    """The command LOCAL is taken for PROXY where addresses follow it."""
    original = ProxyHeader.source

    def source(header):
        header._octets[12] |= 1
        return original(header)

    ProxyHeader.source = source


@found_by(
    f"{PROXY}/a_session_behind_a_header[UNIX]",
    f"{PROXY}/an_unknown_family_keeps_the_peers_address[UNSPEC]",
    f"{PROXY}/an_unknown_family_keeps_the_peers_address[family 4]",
)
def all_but_tcp_is_refused():
    """A header that names no TCP client closes the connection."""
    original = ProxyHeader.source

    def source(header):
        found = original(header)
        if (found is None or not found.port) and header._octets[12] % 16 != LOCAL:
            raise Disconnected("no TCP")
        return found

    ProxyHeader.source = source


@found_by(
    f"{PROXY}/vectors_behind_the_addresses_are_skipped[the client's TLS]",
    f"{PROXY}/a_handshake_in_the_same_packet",
)
def vectors_are_left_in_the_stream():
    """Only the addresses are read; what follows them is taken for IMAP."""
    original = ProxyHeader._check_fixed_part

    def check(header):
        length = original(header)
        return min(length, proxy_protocol.SIZES.get(header._octets[13], (0, length))[1])

    ProxyHeader._check_fixed_part = check


@found_by(f"{PROXY}/a_command_in_the_same_packet")
def what_comes_with_the_header_is_lost():
    """The header is read into a large buffer, and what lies behind it there is dropped."""
    original = ProxyHeader.feed

    def feed(header, octets):
        while octets and header.missing:
            piece, octets = octets[: header.original_missing], octets[header.original_missing :]
            original(header, piece)

    original_missing = ProxyHeader.missing.fget
    ProxyHeader.original_missing = property(original_missing)
    ProxyHeader.missing = property(lambda header: original_missing(header) and 65536)
    ProxyHeader.feed = feed


@found_by(
    f"{MALFORMED}[commands]",
    f"{MALFORMED}[version 1]",
    f"{MALFORMED}[signature, first octet]",
    f"{MALFORMED}[signature, last octet]",
    f"{STALL}/a_client_that_leaves_within_its_header",
)
def a_header_is_optional():
    """What does not begin with the signature, or ends too early, is served without a header."""
    reasons = ("no signature", "has version 1", "ended before its PROXY header")
    original = SocketChannel.read_proxy_header

    def read(channel):
        try:
            return original(channel)
        except (Disconnected, ProxyHeaderError) as error:
            if any(reason in str(error) for reason in reasons):
                return None
            raise

    SocketChannel.read_proxy_header = read


@found_by(
    f"{MALFORMED}[ClientHello]",
    "gromox/proxy_malformed/no_handshake_without_a_header[bad signature]",
    "gromox/proxy_malformed/no_handshake_without_a_header[version 1]",
)
def a_bad_header_is_answered():
    """The connection is closed with a BYE, in plain text, also where TLS comes first."""
    original = SocketChannel.read_proxy_header

    def read(channel):
        try:
            return original(channel)
        except ProxyHeaderError:
            channel.send(b"* BYE no PROXY header\r\n")
            raise

    SocketChannel.read_proxy_header = read


def refuse_no(words):
    """Forgive what is refused with these words; the rest of the header is read as announced."""
    original = ProxyHeader._check_fixed_part

    def check(header):
        try:
            return original(header)
        except ProxyHeaderError as error:
            if words not in str(error):
                raise
            header._octets[12] = 0x20
            return int.from_bytes(header._octets[14:16], "big")

    ProxyHeader._check_fixed_part = check


@found_by(
    f"{MALFORMED}[version nibble 1]",
    f"{MALFORMED}[version nibble 3]",
    f"{MALFORMED}[version nibble 3, LOCAL]",
)
def any_version_will_do():
    """The version in the header is not looked at."""
    refuse_no("version ")


@found_by(
    "gromox/proxy_malformed/commands_that_do_not_exist[2]",
    "gromox/proxy_malformed/commands_that_do_not_exist[15]",
)
def any_command_will_do():
    """Commands that do not exist are taken for LOCAL."""
    refuse_no("unknown command")


@found_by(
    f"{MALFORMED}[TCP4 of 11 octets]",
    f"{MALFORMED}[TCP4 of no octets]",
    f"{MALFORMED}[TCP6 of 12 octets]",
    f"{MALFORMED}[UNIX of 12 octets]",
)
def short_addresses_are_skipped():
    """A length that is too short for the addresses is taken as it is."""
    refuse_no("where the addresses take")


@found_by(f"{STALL}/a_header_that_stalls", f"{STALL}/a_header_that_stalls_before_tls")
def a_header_has_all_the_time_there_is():
    """The time-out begins only with the session."""
    original = SocketChannel.read_proxy_header

    def read(self):
        await_ = self._await
        self._await = lambda events, _: await_(events, channel.time.monotonic() + 60)
        try:
            return original(self)
        finally:
            del self._await

    SocketChannel.read_proxy_header = read


@found_by(f"{STALL}/others_do_not_wait_for_it")
def headers_are_read_one_after_the_other():
    """A header that stalls keeps all other connections waiting."""
    lock = threading.Lock()
    original = Connections._learn_client

    def learn(connections, client):
        with lock:
            original(connections, client)

    Connections._learn_client = learn


@found_by(f"{PROXY}/a_header_in_single_octets", f"{PROXY}/a_header_with_breaks")
def a_header_has_to_come_at_once():
    """A header of which not all has come when the server looks is refused."""
    original = ProxyHeader.feed

    def feed(header, octets):
        if len(octets) < header.missing:
            raise ProxyHeaderError("partial header")
        original(header, octets)

    ProxyHeader.feed = feed


@found_by("gromox/proxy_off/a_header_is_no_header", f"{PROXY}/a_connection_has_one_header")
def a_header_is_always_welcome():
    """A client that sends a header although none is expected chooses its own address."""
    original = Connections._converse

    def converse(connections, client):
        start = connections._start

        def begin(talking):
            session = start(talking)
            receive = talking.receive

            def receive_without_header():
                octets = receive()
                if octets.startswith(proxy_protocol.SIGNATURE):
                    header = ProxyHeader()
                    while header.missing:
                        size = header.missing
                        header.feed(octets[:size])
                        octets = octets[size:]
                    talking.peer = header.source().address
                return octets or receive()

            talking.receive = receive_without_header
            return session

        connections._start = begin
        try:
            original(connections, client)
        finally:
            connections._start = start

    Connections._converse = converse

"""The ways to stall, each a function that `_stalls.stall` registers."""

import contextlib
import socket
import time

from conformance.case_connection import CaseConnection
from conformance.cases.gromox._stalls import (
    AUTOLOGOUT_TIME,
    CONN_TIMEOUT,
    LATE,
    OPEN,
    WAYS,
    Client,
    Ending,
    keep_awake,
    stall,
    stay,
    wait,
    wait_below_imap,
)

__all__ = ["WAYS"]

RECEIVE_BUFFER = 32 * 1024  # octets, of a client that does not read
A_LITTLE = 4 * RECEIVE_BUFFER  # so much that the client's system lets the server know of it
FETCHES = 12  # of that message: more than all buffers between server and client hold
ENDLESS = 100  # octets, at one each PAUSE

# The beginning of a ClientHello in a record of 200 octets.
CLIENT_HELLO = bytes.fromhex("16030100c8010000c40303") + bytes(range(32))


# Before login


@stall("silence")
def _silence(client: Client) -> Ending:
    began = time.monotonic()
    return wait(client.connect(), began)


@stall("half a command")
def _half_a_command(client: Client) -> Ending:
    began = time.monotonic()
    connection = client.connect()
    connection.send(b"a1 LOG")
    return wait(connection, began)


@stall("an octet now and then")
def _an_octet_now_and_then(client: Client) -> Ending:
    began = time.monotonic()
    connection = client.connect()
    return wait(connection, began, lambda: connection.send(b"a"))


@stall("a literal that never comes")
def _a_literal_that_never_comes(client: Client) -> Ending:
    began = time.monotonic()
    connection = client.connect()
    connection.send(b"a1 LOGIN {20}\r\n")
    connection.expect_continuation()
    return wait(connection, began)


@stall("a literal that comes octet by octet")
def _a_literal_that_comes_octet_by_octet(client: Client) -> Ending:
    began = time.monotonic()
    connection = client.connect()
    connection.send(b"a1 LOGIN {200}\r\n")
    connection.expect_continuation()
    return wait(connection, began, lambda: connection.send(b"a"))


@stall("AUTHENTICATE without an answer")
def _authenticate_without_an_answer(client: Client) -> Ending:
    began = time.monotonic()
    connection = client.connect()
    mechanism = b"LOGIN" if "AUTH=LOGIN" in client.server.initial_capabilities else b"PLAIN"
    connection.send(b"a1 AUTHENTICATE " + mechanism + b"\r\n")
    connection.expect_continuation()
    return wait(connection, began)


@stall("silence over TLS", needs="imaps")
def _silence_over_tls(client: Client) -> Ending:
    connection = client.connect("imaps")
    began = time.monotonic()
    connection.ok("NOOP")
    return wait(connection, began)


@stall("silence after STARTTLS", needs="STARTTLS")
def _silence_after_starttls(client: Client) -> Ending:
    connection = client.connect("imap")
    connection.start_tls()
    began = time.monotonic()
    connection.ok("NOOP")
    return wait(connection, began)


@stall("commands with pauses")
def _commands_with_pauses(client: Client) -> Ending:
    return keep_awake(client.connect(), CONN_TIMEOUT)


# The TLS handshake


@stall("no handshake", needs="imaps")
def _no_handshake(client: Client) -> Ending:
    began = time.monotonic()
    return wait_below_imap(client.channel("imaps"), began)


@stall("half a ClientHello", needs="imaps")
def _half_a_client_hello(client: Client) -> Ending:
    began = time.monotonic()
    channel = client.channel("imaps")
    channel.write(CLIENT_HELLO)
    return wait_below_imap(channel, began)


@stall("a ClientHello octet by octet", needs="imaps")
def _a_client_hello_octet_by_octet(client: Client) -> Ending:
    began = time.monotonic()
    return wait_below_imap(client.channel("imaps"), began, CLIENT_HELLO)


@stall("no handshake after STARTTLS", needs="STARTTLS")
def _no_handshake_after_starttls(client: Client) -> Ending:
    channel = client.channel("imap")
    channel.read(OPEN)
    began = time.monotonic()
    channel.write(b"a1 STARTTLS\r\n")
    while not channel.read(OPEN).startswith(b"a1 "):
        pass
    return wait_below_imap(channel, began)


# After login


@stall("silence after login")
def _silence_after_login(client: Client) -> Ending:
    connection = client.log_in()
    began = time.monotonic()
    connection.ok("NOOP")
    return wait(connection, began)


@stall("silence in a mailbox, over TLS", needs="imaps")
def _silence_in_a_mailbox(client: Client) -> Ending:
    connection = client.log_in("imaps", select=True)
    began = time.monotonic()
    connection.ok("NOOP")
    return wait(connection, began)


@stall("half a command after login")
def _half_a_command_after_login(client: Client) -> Ending:
    began = time.monotonic()
    connection = client.log_in()
    connection.send(b"a9 SEL")
    return wait(connection, began)


@stall("an APPEND that never comes")
def _an_append_that_never_comes(client: Client) -> Ending:
    began = time.monotonic()
    connection = client.log_in()
    connection.send(f'a9 APPEND "{client.mailbox}" {{2000}}\r\n'.encode())
    connection.expect_continuation()
    return wait(connection, began)


@stall("half an APPEND")
def _half_an_append(client: Client) -> Ending:
    began = time.monotonic()
    connection = client.log_in()
    connection.send(f'a9 APPEND "{client.mailbox}" {{2000}}\r\n'.encode())
    connection.expect_continuation()
    connection.send(b"Subject: half\r\n\r\n")
    return wait(connection, began)


@stall("IDLE")
def _idle(client: Client) -> Ending:
    connection = client.log_in()
    began = time.monotonic()
    connection.send_command("IDLE")
    connection.expect_continuation()
    return wait(connection, began)


@stall("IDLE in a busy mailbox")
def _idle_in_a_busy_mailbox(client: Client) -> Ending:
    connection = client.log_in(select=True)
    busy = client.log_in(select=True)
    flags = iter(["+FLAGS", "-FLAGS"] * ENDLESS)
    began = time.monotonic()
    connection.send_command("IDLE")
    connection.expect_continuation()
    return wait(connection, began, lambda: busy.ok("STORE", "1", next(flags), r"(\Flagged)"))


@stall("commands with pauses after login")
def _commands_with_pauses_after_login(client: Client) -> Ending:
    return keep_awake(client.log_in(), AUTOLOGOUT_TIME)


@stall("IDLE again and again")
def _idle_again_and_again(client: Client) -> Ending:
    connection = client.log_in()
    began = time.monotonic()
    for _ in range(2):
        with connection.idle():
            stay(connection, 0.6 * AUTOLOGOUT_TIME)
    connection.ok("NOOP")
    return Ending(began, time.monotonic())


# Sending to a client


def _ask_for_much(connection: CaseConnection) -> str:
    """Have the server send more than can be on its way; the tag of a NOOP behind all that."""
    connection.channel.socket.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, RECEIVE_BUFFER)
    for _ in range(FETCHES):
        connection.send_command("FETCH", "1", "BODY.PEEK[]")
    return connection.send_command("NOOP")


def _stop_reading(connection: CaseConnection) -> Ending:
    """`octets` is what comes when the client reads again, after the time allowed."""
    began = time.monotonic()
    tag = _ask_for_much(connection).encode()
    ending = Ending(began, time.monotonic())
    time.sleep(CONN_TIMEOUT + LATE)
    raw = connection.channel.socket
    raw.settimeout(OPEN)
    connection.channel.readable = False  # by the oracle: it gets a part of a response
    with contextlib.suppress(OSError):
        while came := raw.recv(65536):
            ending.octets = (ending.octets + came)[-200:]
            if tag + b" OK" in ending.octets:
                return ending
    ending.ended = time.monotonic()
    return ending


@stall("a client that stops reading")
def _a_client_that_stops_reading(client: Client) -> Ending:
    return _stop_reading(client.log_in(select=True))


@stall("a client that stops reading, over TLS", needs="imaps")
def _a_client_that_stops_reading_over_tls(client: Client) -> Ending:
    return _stop_reading(client.log_in("imaps", select=True))


@stall("a client that reads slowly")
def _a_client_that_reads_slowly(client: Client) -> Ending:
    """It takes a little after each pause, and all that is left in the end."""
    connection = client.log_in(select=True)
    began = time.monotonic()
    tag = _ask_for_much(connection)
    channel = connection.channel
    channel.socket.settimeout(OPEN)
    for _ in range(6):
        time.sleep(0.4 * CONN_TIMEOUT)
        taken = 0
        while taken < A_LITTLE:
            taken += len(octets := channel.socket.recv(RECEIVE_BUFFER))
            if not octets:
                break
            channel.framer.feed(octets)
    ending = Ending(began, time.monotonic())
    connection.finish(tag).expect("OK")
    return ending

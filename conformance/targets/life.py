"""Whether the server under test still answers, and what is done where it does not."""

import time

from conformance.targets.client import LOCAL
from conformance.targets.server import Server
from conformance.wire import Deviation
from conformance.wire.channel import Channel

RETURN_SECONDS = 10.0  # a supervisor has so long to start the server again
PAUSE = 0.25  # between two attempts to connect
MOST_LINES = 1000  # a server may send before it answers a command


def trouble(server: Server) -> str | None:
    """Why a new connection gets no answer to CAPABILITY; None if it gets one, or a BYE."""
    address = server.address()
    assert address is not None, "every target has a main address"
    endpoint = server.endpoint(address)
    try:
        channel = Channel.open(endpoint)
    except OSError as error:
        return f"a new connection is not taken: {error.strerror or error}"
    try:
        if server.settings.get("imap_accept_haproxy") == "2":
            channel.write(LOCAL)
        if endpoint.tls:
            channel.start_tls("implicit TLS")
        greeting = channel.read(endpoint.deadline)
        if b"BYE" in greeting.upper():
            return None
        channel.write(b"x CAPABILITY\r\n")
        end = time.monotonic() + endpoint.deadline
        for _ in range(MOST_LINES):
            if channel.read(max(0, end - time.monotonic())).lower().startswith(b"x "):
                return None
    except TimeoutError:
        return f"a new connection gets no answer within {endpoint.deadline:.3g} s"
    except EOFError:
        return "a new connection is closed before anything is answered"
    except (OSError, Deviation) as error:
        return f"a new connection fails: {error}"
    finally:
        channel.close()
    return f"a new connection gets {MOST_LINES} responses but no answer"


def await_return(server: Server) -> float | None:
    """How many seconds it took until the server answered again; None if it did not."""
    begin = time.monotonic()
    while True:
        if trouble(server) is None:
            return time.monotonic() - begin
        if time.monotonic() - begin > RETURN_SECONDS:
            return None
        time.sleep(PAUSE)

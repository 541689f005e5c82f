"""A client's connection over a socket: TLS, deadlines, waiting, interruption."""

from __future__ import annotations

import array
import contextlib
import fcntl
import select
import socket
import ssl
import termios
import threading
import time
from dataclasses import dataclass
from typing import Literal

from reference_server.network.proxy_protocol import ProxyHeader, Source
from reference_server.session.channel import Disconnected, Timeout, Wakeup

RECEIVE_SIZE = 65536
PARTING_SECONDS = 0.8  # for what is being sent when the server shuts down
LINGER_SECONDS = 1.0  # for the last words to be sent, and for the client to take them
LINGER_OCTETS = 1 << 20
GLANCE_SECONDS = 0.5  # so often a client that takes nothing is looked at
SIGN_SECONDS = 0.5  # so often a client that sends no more is asked whether it is still there
LONGEST_POLL = 2**31 - 1  # milliseconds, a C int; a span longer than 24 days ends there
QUICK_ACKNOWLEDGEMENT: int | None = getattr(socket, "TCP_QUICKACK", None)  # Linux alone has it

# Elsewhere than on Linux a hang-up may be the end of one direction only.
_HALF_CLOSED: int = getattr(select, "POLLRDHUP", select.POLLHUP)
_GONE = select.POLLERR | (select.POLLHUP if hasattr(select, "POLLRDHUP") else 0)


@dataclass(frozen=True, slots=True)
class Patience:
    """How long a client may keep the server waiting, in seconds.

    Before login only what the server calls activity counts (``renew``: a whole command), so that
    nobody holds a place by sending an octet now and then; after it every octet does.
    """

    before_login: float
    after_login: float
    sending: float  # until the client takes any octets at all


class SocketChannel:
    """``session.channel.Channel`` over a socket.

    Used by one thread, which may be blocked in it; ``interrupt`` and ``abort`` are for others.
    The socket never blocks: all waiting is in ``_await``, with its deadline.
    """

    def __init__(
        self, connection: socket.socket, peer: str, tls: ssl.SSLContext | None, patience: Patience
    ) -> None:
        connection.setblocking(False)
        with contextlib.suppress(OSError):  # reset already: receive will tell
            connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self.peer = peer
        self.secure = False
        self.authenticated = False
        self.in_command = False
        self._socket = connection
        self._readable = select.poll()  # TLS keeps the descriptor
        self._readable.register(connection, select.POLLIN)
        self._tls = tls
        self._patience = patience
        self._deadline: float | None = None  # of the present silence (monotonic)
        self._timed_out = False
        self._interrupted = False
        self._parting: float | None = None  # the end of sending after ``interrupt`` (monotonic)
        self._next_sign = 0.0
        self._unsent = b""  # the rest of a sign, which goes before anything else
        self._ahead = b""  # received by ``wait``, for the next ``receive``
        # Held while the socket is replaced or closed: ``interrupt`` must not hit a descriptor
        # that belongs to another client by then.
        self._lock = threading.Lock()

    def read_proxy_header(self) -> Source | None:
        """Read the PROXY header that begins the connection, and not one octet more.

        None where it names no client. All of it has to come within the time that a silent client
        has. Raises Disconnected, and ProxyHeaderError where something else comes.
        """
        deadline = time.monotonic() + self._silence_allowed()
        header = ProxyHeader()
        while header.missing:
            if not self._await(select.POLLIN, deadline):
                raise Disconnected("PROXY header stalled")
            try:
                octets = self._socket.recv(header.missing)
            except OSError as error:
                raise Disconnected(str(error)) from error
            if not octets:
                raise Disconnected("ended before its PROXY header")
            header.feed(octets)
        return header.source()

    def receive(self) -> bytes:
        """The next octets; ``b""`` at the end, also after ``interrupt``. Raises Timeout."""
        data = self._receive()
        if self.authenticated:
            self.renew()
        return data

    def renew(self) -> None:
        """The client was active: the silence that is allowed begins with the next waiting."""
        self._deadline = None

    def _receive(self) -> bytes:
        if self._ahead and not self._interrupted:
            data, self._ahead = self._ahead, b""
            return data
        if self.in_command:
            self._acknowledge()
        deadline = self._end_of_silence()
        while not self._interrupted:
            # Who sends without a pause is never waited for, but has no more time than others.
            late = time.monotonic() >= deadline
            if late or not (self._pending() or self._await(select.POLLIN, deadline)):
                self._timed_out = True
                raise Timeout
            try:
                return self._socket.recv(RECEIVE_SIZE)
            except (BlockingIOError, ssl.SSLWantReadError):
                continue
            except ssl.SSLWantWriteError:
                self._await(select.POLLOUT, deadline)
            except OSError:  # the client is gone
                break
        return b""

    def _acknowledge(self) -> None:
        """Acknowledge at once what has come, not 40 ms later as the system would (tcp(7)).

        A client that sends a literal and the line end behind it in two writes, without
        TCP_NODELAY, holds the second one back until the first is acknowledged. The system forgets
        the option soon, so it is set before each waiting.
        """
        if QUICK_ACKNOWLEDGEMENT is not None:
            with contextlib.suppress(OSError):  # reset already: recv will report it
                self._socket.setsockopt(socket.IPPROTO_TCP, QUICK_ACKNOWLEDGEMENT, 1)

    def send(self, data: bytes) -> None:
        """Send all of ``data``. Raises Disconnected, also when the client stops reading.

        After ``interrupt`` a client has PARTING_SECONDS to take what there is.
        """
        # Who was silent for too long is not waited for once more to take the BYE.
        patience = LINGER_SECONDS if self._timed_out else self._patience.sending
        rest, self._unsent = memoryview(self._unsent + data), b""
        while rest:
            try:
                rest = rest[self._socket.send(rest) :]
                continue
            except (BlockingIOError, ssl.SSLWantWriteError):
                awaited = select.POLLOUT
            except ssl.SSLWantReadError:
                awaited = select.POLLIN
            except OSError as error:
                raise Disconnected(str(error)) from error
            if self._parting is not None:
                if time.monotonic() >= self._parting:
                    raise Disconnected("cut off: the client reads too slowly")
                self._await(awaited, self._parting)
            elif not self._await_taking(awaited, patience):
                raise Disconnected("the client stopped reading")

    def is_gone(self, sign: bytes) -> bool:
        """Whether the client has left for sure; see ``session.channel.Channel``."""
        if not _look(self._socket, _HALF_CLOSED) & (_HALF_CLOSED | _GONE):
            return False  # as nearly always
        events = _look(self._socket, _HALF_CLOSED | select.POLLOUT)
        if events & _GONE:
            return True
        now = time.monotonic()
        # A sign that waits to be delivered counts as well.
        if sign and events & select.POLLOUT and now >= self._next_sign:
            self._next_sign = now + SIGN_SECONDS
            self._unsent += sign
            try:
                self._unsent = self._unsent[self._socket.send(self._unsent) :]
            except (BlockingIOError, ssl.SSLWantReadError, ssl.SSLWantWriteError):
                pass
            except OSError:
                return True
        return False

    def _await_taking(self, events: int, patience: float) -> bool:
        """Wait until more can be sent; False when the client takes nothing for so many seconds.

        The system holds much for a client, and takes more only when a good part of that is
        delivered: a slow client is seen reading long before.
        """
        waiting = self._undelivered()
        deadline = time.monotonic() + patience
        while not self._await(events, min(deadline, time.monotonic() + GLANCE_SECONDS)):
            if self._parting is not None:  # ``interrupt`` was called meanwhile
                return self._await(events, self._parting)
            before, waiting = waiting, self._undelivered()
            if waiting != before:
                deadline = time.monotonic() + patience
            elif time.monotonic() >= deadline:
                return False
        return True

    def _undelivered(self) -> int:
        """How many octets were sent and have not reached the client; 0 where nobody can tell."""
        count = array.array("i", [0])
        with contextlib.suppress(OSError):
            fcntl.ioctl(self._socket, termios.TIOCOUTQ, count)
        return count[0]

    def start_tls(self) -> None:
        """Do the handshake as the server: all of it within the time that a silent client has.

        Raises Disconnected if it fails.
        """
        if self._tls is None:
            raise Disconnected("TLS is off")
        self.renew()
        self._ahead = b""
        deadline = self._end_of_silence()
        with self._lock:
            try:
                secured = self._tls.wrap_socket(
                    self._socket, server_side=True, do_handshake_on_connect=False
                )
            except (OSError, ValueError) as error:
                raise Disconnected(f"TLS handshake failed: {error}") from error
            self._socket = secured
        while not self._interrupted:
            try:
                secured.do_handshake()
            except ssl.SSLWantReadError:
                awaited = select.POLLIN
            except ssl.SSLWantWriteError:
                awaited = select.POLLOUT
            except OSError as error:
                raise Disconnected(f"TLS handshake failed: {_reason(error)}") from error
            else:
                self.secure = True
                self.renew()
                return
            if not self._await(awaited, deadline):
                raise Disconnected("TLS handshake stalled")
        raise Disconnected("interrupted")

    def wait(self, wakeup: Wakeup) -> Literal["data", "wakeup", "timeout"]:
        """Wait until ``receive`` would not block or ``wakeup`` is set; data goes first.

        Being roused is nothing that the client did: its silence goes on.
        """
        poll = select.poll()
        poll.register(self._socket, select.POLLIN)
        poll.register(wakeup, select.POLLIN)
        while not (self._interrupted or self._ahead or self._pending()):
            remaining = self._end_of_silence() - time.monotonic()
            ready = {descriptor for descriptor, _ in poll.poll(_milliseconds(remaining))}
            if self._socket.fileno() in ready and self._look_ahead():
                break
            if remaining <= 0 or not ready:
                self._timed_out = True
                return "timeout"
            if wakeup.fileno() in ready:
                return "wakeup"
        return "data"

    def _look_ahead(self) -> bool:
        """Whether ``receive`` has something to tell: TLS may need octets that say nothing."""
        try:
            self._ahead = self._socket.recv(RECEIVE_SIZE)
        except (BlockingIOError, ssl.SSLWantReadError):
            return False
        except OSError:  # ``receive`` meets it again
            pass
        return True

    def interrupt(self) -> None:
        """Make a ``receive`` that waits in another thread, and every later one, return ``b""``.

        From now on ``send`` waits PARTING_SECONDS at most.
        """
        self._parting = time.monotonic() + PARTING_SECONDS
        self._interrupted = True
        self._shut(socket.SHUT_RD)

    def abort(self) -> None:
        """Cut the connection, from another thread: whatever waits in it ends at once."""
        self._interrupted = True
        self._shut(socket.SHUT_RDWR)

    def close(self) -> None:
        """End the connection in order: what was sent arrives, also at a client still sending.

        Closing a socket with octets unread would reset the connection and take back a BYE that
        the client has not read, so the rest is read over for a short time.
        """
        if self._socket.fileno() < 0:
            return
        if isinstance(self._socket, ssl.SSLSocket):
            with contextlib.suppress(OSError, ValueError):
                self._socket.unwrap()  # sends close_notify; raises as the answer is not there yet
        self._shut(socket.SHUT_WR)
        self._linger()
        with self._lock:
            self._socket.close()

    def _linger(self) -> None:
        deadline = time.monotonic() + LINGER_SECONDS
        octets = 0
        with contextlib.suppress(OSError):
            while octets < LINGER_OCTETS and self._await(select.POLLIN, deadline):
                data = socket.socket.recv(self._socket, RECEIVE_SIZE)
                octets += len(data)
                if not data:
                    break

    def _shut(self, how: int) -> None:
        """Shut the socket below TLS, which is not to be touched from another thread."""
        with self._lock, contextlib.suppress(OSError):
            socket.socket.shutdown(self._socket, how)

    def _end_of_silence(self) -> float:
        """When the present silence will have been too long (monotonic); it may begin now."""
        if self._deadline is None:
            self._deadline = time.monotonic() + self._silence_allowed()
        return self._deadline

    def _silence_allowed(self) -> float:
        patience = self._patience
        return patience.after_login if self.authenticated else patience.before_login

    def _pending(self) -> bool:
        """Whether octets lie decrypted in the TLS layer, where poll does not see them."""
        return isinstance(self._socket, ssl.SSLSocket) and self._socket.pending() > 0

    def _await(self, events: int, deadline: float) -> bool:
        """Wait for the socket; False when ``deadline`` (monotonic) passes first."""
        if events == select.POLLIN:
            poll = self._readable
        else:
            poll = select.poll()
            poll.register(self._socket, events)
        return bool(poll.poll(_milliseconds(deadline - time.monotonic())))


def _look(connection: socket.socket, events: int) -> int:
    """The result of poll for a socket at this moment."""
    poll = select.poll()
    poll.register(connection, events)
    return sum(found for _, found in poll.poll(0))


def _milliseconds(seconds: float) -> float:
    return min(max(seconds, 0) * 1000, LONGEST_POLL)


def _reason(error: OSError) -> str:
    """What went wrong, without OpenSSL's file and line."""
    if isinstance(error, ssl.SSLError) and error.reason:
        return error.reason.replace("_", " ").lower()
    return error.strerror or type(error).__name__

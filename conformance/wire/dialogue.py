"""What goes over a connection: octets out, responses in, seen by transcript and oracle."""

from __future__ import annotations

import contextlib
import time
from collections.abc import Iterable
from typing import Protocol

from conformance.wire.channel import Channel
from conformance.wire.commands import CommandTracker, SentCommand
from conformance.wire.dialect import Dialect
from conformance.wire.endpoint import Endpoint
from conformance.wire.errors import (
    ConnectionEnded,
    DeadlineExpired,
    Deviation,
    Flooded,
    ServerClosed,
)
from conformance.wire.grammar import (
    Condition,
    Continuation,
    GrammarError,
    Response,
    parse_greeting,
    parse_response,
)
from conformance.wire.transcript import Transcript


class Checker(Protocol):
    """Sees everything on a connection; ``conformance.oracle.Checker`` is the one there is.

    ``dialect`` is that of the connection, which sets it.
    """

    dialect: Dialect

    def sent(self, tracker: CommandTracker) -> None:
        """The client has sent octets."""

    def received(
        self, response: Response, tracker: CommandTracker, completed: SentCommand | None
    ) -> None:
        """A response has come; ``completed`` is the command that it completes."""

    def continuation(self, response: Continuation, expected: bool) -> None:
        """A continuation request has come, ``expected`` or not."""

    def malformed(self, error: GrammarError) -> None:
        """Octets have come that the grammar rejects."""

    def tls_started(self) -> None:
        """TLS has begun by STARTTLS."""

    def closed(self) -> None:
        """The server has closed the connection."""


class Dialogue:
    """One connection, below the level of commands and their answers.

    ``offered``: the capabilities of the server as far as known (see ``Dialect``).
    """

    def __init__(
        self,
        endpoint: Endpoint,
        channel: Channel,
        *,
        name: str = "A",
        checker: Checker | None = None,
        transcript: Transcript | None = None,
        offered: Iterable[str] | None = None,
    ) -> None:
        self.endpoint = endpoint
        self.name = name
        self.checker = checker
        self.transcript = Transcript() if transcript is None else transcript
        self.channel = channel
        self.greeting: Condition | None = None
        self.bye: Condition | None = None
        self.closed_by_server = False
        self._ended = False
        self.tracker = CommandTracker()
        self.dialect = Dialect(offered)
        if checker:
            checker.dialect = self.dialect
        self._gathered: list[Response] = []

    @property
    def enabled(self) -> frozenset[str]:
        """What ENABLE has put into use, in upper case."""
        return self.dialect.enabled

    @property
    def revision2(self) -> bool:
        """Whether IMAP4rev2 is in use; mailbox names are in UTF-8 then."""
        return self.dialect.revision2

    # Octets

    def send(self, octets: bytes, *, piece_size: int | None = None) -> None:
        """Send octets as they are; in pieces of ``piece_size`` octets, each a write of its own."""
        size = piece_size or max(1, len(octets))
        self.send_pieces(*(octets[at : at + size] for at in range(0, len(octets), size)))

    def send_pieces(self, *pieces: bytes) -> None:
        """Send octets cut where the case wants it, each piece a write of its own."""
        for piece in pieces:
            self.transcript.record("C", self.name, self.tracker.sent(piece))
            if self.checker:
                self.checker.sent(self.tracker)
            self._before_write()
            try:
                self.channel.write(piece)
            except TimeoutError:
                awaited = f"the server to take {len(piece)} octets"
                raise DeadlineExpired(awaited, self.endpoint.deadline) from None
            except OSError:
                self._read_to_the_end()
                raise self._server_closed("that octets be taken") from None

    def _before_write(self) -> None:
        """Called when the tracker has seen octets that have not gone out yet. May raise."""

    def send_line(self, line: bytes | str) -> None:
        """Send octets and CRLF."""
        self.send((line.encode("utf-8") if isinstance(line, str) else line) + b"\r\n")

    def end_sending(self) -> None:
        """Close this side's direction only, as a client that hangs up but still listens."""
        self.transcript.note(self.name, "client ends its direction", "C")
        self._ended = True
        try:
            self.channel.end_sending()
        except OSError:
            self._read_to_the_end()
            raise self._server_closed("that the client end its direction") from None

    def read_greeting(self, *, timeout: float | None = None) -> Condition:
        """Read the greeting: an untagged OK, PREAUTH or BYE."""
        greeting = self._receive("the greeting", timeout, greeting=True)
        assert isinstance(greeting, Condition)
        self.greeting = greeting
        return greeting

    def _gather(self, response: Response) -> None:
        """Keep a response that nobody waits for now."""
        self._gathered.append(response)

    @property
    def received_so_far(self) -> bytes:
        """The octets of a response that has begun but is not complete."""
        return self.channel.framer.pending

    @property
    def tls_version(self) -> str | None:
        """The version of TLS in use, e.g. ``"TLSv1.3"``; ``None`` in plain text."""
        return self.channel.tls_version

    def _wrap(self, how: str) -> None:
        self.channel.start_tls(how)
        self.transcript.note(self.name, f"{how}: {self.tls_version}")

    # Reading

    def _receive(self, awaited: str, timeout: float | None, *, greeting: bool = False) -> Response:
        """The next response, seen by the transcript, the tracker and the checker."""
        seconds = self.endpoint.deadline if timeout is None else timeout
        try:
            octets = self.channel.read(seconds)
        except TimeoutError:
            raise self._deadline_expired(awaited, seconds) from None
        except ConnectionEnded:
            raise self._server_closed(awaited) from None
        except Flooded as error:
            raise Flooded(f"{error}; awaited: {awaited}") from None
        begin = time.monotonic()
        try:
            return self._read(octets, greeting)
        finally:
            self.channel.allowance.spend(time.monotonic() - begin, self.endpoint.deadline)

    def _read(self, octets: bytes, greeting: bool) -> Response:
        self.transcript.record("S", self.name, octets)
        try:
            parse = parse_greeting if greeting else parse_response
            response = parse(octets, self.dialect.grammar)
        except GrammarError as error:
            if self.checker:
                self.checker.malformed(error)
            raise
        self._notice(response)
        return response

    def _notice(self, response: Response) -> None:
        self.dialect.notice(response)
        if isinstance(response, Continuation):
            expected = self.tracker.continued()
            if self.checker:
                self.checker.continuation(response, expected)
            return
        completed = None
        if isinstance(response, Condition):
            if response.kind == "BYE":
                self.bye = response
            if response.tag is not None:
                completed = self.tracker.answered(response.tag)
            elif response.kind == "BAD":
                self.tracker.refused()
        if self.checker:
            self.checker.received(response, self.tracker, completed)
        self._heard(response, completed)

    def _heard(self, response: Response, completed: SentCommand | None) -> None:
        """Called with each response and the command that it completes. May raise a Deviation."""

    def _deadline_expired(self, awaited: str, seconds: float) -> DeadlineExpired:
        came = [_in_short(response) for response in self._gathered[-5:]]
        pending = self.channel.framer.pending[-200:]
        received = ", ".join(came + ([f"unfinished {pending!r}"] if pending else []))
        return DeadlineExpired(awaited, seconds, received)

    def _server_closed(self, awaited: str) -> ServerClosed:
        partial = self.channel.framer.discard()
        self.transcript.record("S", self.name, partial)
        if not self.closed_by_server:
            self.closed_by_server = True
            self.transcript.note(self.name, "server closed the connection")
            self.transcript.cut |= self.bye is None
            # After the client has gone the server may leave without a word (3.4).
            if self.checker and not self._ended:
                self.checker.closed()
        bye = None if self.bye is None else self.bye.text
        return ServerClosed(awaited, self.tracker.last, bye, partial)

    def _read_to_the_end(self) -> None:
        """Take in what the server said before it closed, its BYE above all."""
        with contextlib.suppress(Deviation):
            while True:
                self._gather(self._receive("the end of the connection", None))


def _in_short(response: Response) -> str:
    if isinstance(response, Condition):
        return f"{response.tag or '*'} {response.kind}"
    return type(response).__name__

"""A raw IMAP client: it sends what it is told to, and reads strictly."""

from __future__ import annotations

import contextlib
import itertools
from collections.abc import Iterable, Iterator
from types import TracebackType
from typing import Protocol, Self, TypeVar

from conformance.wire.answer import Answer
from conformance.wire.arguments import Argument, encode_command, word
from conformance.wire.channel import Channel
from conformance.wire.commands import CommandTracker, SentCommand
from conformance.wire.dialect import Dialect
from conformance.wire.endpoint import Endpoint
from conformance.wire.errors import (
    DeadlineExpired,
    Deviation,
    ServerClosed,
    UnexpectedResponse,
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

Tag = str
Kind = TypeVar("Kind")

_MOST_RESPONSES = 1_000_000  # that may come before a command is completed


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


class Connection:
    """A connection to a server, made by ``Connection.open``.

    Every wait has a deadline (the endpoint's, unless ``timeout`` says otherwise), restarted with
    each response that comes.
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
        self._tags = (f"{name.lower()}{number}" for number in itertools.count(1))
        self._gathered: list[Response] = []
        self._answers: dict[Tag, Answer] = {}
        self._sent: dict[Tag, str] = {}

    @classmethod
    def open(
        cls,
        endpoint: Endpoint,
        *,
        name: str = "A",
        checker: Checker | None = None,
        transcript: Transcript | None = None,
        preamble: bytes = b"",
        greeting: bool = True,
        offered: Iterable[str] | None = None,
    ) -> Connection:
        """Connect and read the greeting.

        ``preamble`` goes out before everything, TLS included (a PROXY header). With
        ``greeting=False`` the greeting is left to the case (``read_greeting``). ``offered``: the
        capabilities of the server as far as known (see ``Dialect``). Raises ``OSError`` where
        nobody listens.
        """
        channel = Channel.open(endpoint)
        connection = cls(
            endpoint, channel, name=name, checker=checker, transcript=transcript, offered=offered
        )
        try:
            if preamble:
                channel.write(preamble)
                connection.transcript.note(name, f"{len(preamble)} octets before IMAP", "C")
            if endpoint.tls:
                connection._wrap("implicit TLS")
            if greeting:
                connection.read_greeting()
        except BaseException:
            connection.close()
            raise
        return connection

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self.close()

    def close(self) -> None:
        """Close the connection from this side, without LOGOUT.

        What the server has said until now is still read, for the checker to see.
        """
        if self.greeting is not None and self.channel.readable:
            with contextlib.suppress(DeadlineExpired, ServerClosed):
                for _ in range(_MOST_RESPONSES):
                    with contextlib.suppress(GrammarError):
                        self._receive("what is there already", 0)
        self.transcript.record("S", self.name, self.channel.framer.discard())
        self.channel.close()

    @property
    def enabled(self) -> frozenset[str]:
        """What ENABLE has put into use, in upper case."""
        return self.dialect.enabled

    @property
    def revision2(self) -> bool:
        """Whether IMAP4rev2 is in use; mailbox names are in UTF-8 then."""
        return self.dialect.revision2

    # Commands

    def command(self, name: str, *arguments: Argument, timeout: float | None = None) -> Answer:
        """Send a command and read until its tagged response, whatever that says."""
        return self.finish(self.send_command(name, *arguments, timeout=timeout), timeout=timeout)

    def ok(self, name: str, *arguments: Argument, timeout: float | None = None) -> Answer:
        """As ``command``; the case has failed if the answer is not OK."""
        return self.command(name, *arguments, timeout=timeout).expect("OK")

    def send_command(self, name: str, *arguments: Argument, timeout: float | None = None) -> Tag:
        """Send a command without waiting for its completion; ``finish`` reads its answer.

        For a ``Literal`` the continuation request is awaited. If the command is refused instead,
        the rest of it is not sent.
        """
        tag = next(self._tags)
        pieces = encode_command(tag, name, arguments, utf8=self.revision2)
        first, *others = pieces
        self._sent[tag] = name
        self.send(first)
        self._sent[tag] = self._shown_command(tag, name)
        for piece in others:
            if not self._continued(tag, timeout):
                break
            self.send(piece)
        return tag

    def finish(self, tag: Tag, *, timeout: float | None = None) -> Answer:
        """The answer to a command sent before: by ``send_command``, or raw with this tag."""
        for _ in range(_MOST_RESPONSES):
            if tag in self._answers:
                return self._answers.pop(tag)
            self._gather(self._receive(f"the tagged response to {self._described(tag)}", timeout))
        raise UnexpectedResponse(
            f"{_MOST_RESPONSES} responses without the tagged one to {self._described(tag)}"
        )

    def _continued(self, tag: Tag, timeout: float | None) -> bool:
        """Wait for a continuation request; false if the command was completed instead."""
        awaited = f"a continuation request for a literal of {self._described(tag)}"
        for _ in range(_MOST_RESPONSES):
            response = self._receive(awaited, timeout)
            if isinstance(response, Continuation):
                return True
            self._gather(response)
            if tag in self._answers:
                return False
        raise UnexpectedResponse(f"{_MOST_RESPONSES} responses without {awaited}")

    def _gather(self, response: Response) -> None:
        """Keep an untagged response for the next answer; make the answer of a tagged one."""
        if isinstance(response, Condition) and response.tag is not None:
            command = self._sent.pop(response.tag, "a command sent as raw octets")
            self._answers[response.tag] = Answer(command, response, self._gathered)
            self._gathered = []
        elif isinstance(response, Continuation):
            raise UnexpectedResponse(
                f"a continuation request ({response.text!r}) that nothing asked for, after "
                f"{self.tracker.last!r}"
            )
        else:
            self._gathered.append(response)

    def _shown_command(self, tag: Tag, name: str) -> str:
        """A command as messages show it: without its tag, with secrets masked."""
        last = self.tracker.current
        return last.removeprefix(f"{tag} ") if last.startswith(f"{tag} ") else name

    def _described(self, tag: Tag) -> str:
        return f"{tag} {self._sent[tag]!r}" if tag in self._sent else f"the command tagged {tag}"

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
            try:
                self.channel.write(piece)
            except TimeoutError:
                awaited = f"the server to take {len(piece)} octets"
                raise DeadlineExpired(awaited, self.endpoint.deadline) from None
            except OSError:
                self._read_to_the_end()
                raise self._server_closed("that octets be taken") from None

    def send_line(self, line: bytes | str) -> None:
        """Send octets and CRLF."""
        self.send((line.encode("utf-8") if isinstance(line, str) else line) + b"\r\n")

    def end_sending(self) -> None:
        """Close this side's direction only, as a client that hangs up but still listens."""
        self.transcript.note(self.name, "client ends its direction", "C")
        self._ended = True
        self.channel.end_sending()

    # Responses

    def read_greeting(self, *, timeout: float | None = None) -> Condition:
        """Read the greeting: an untagged OK, PREAUTH or BYE."""
        greeting = self._receive("the greeting", timeout, greeting=True)
        assert isinstance(greeting, Condition)
        self.greeting = greeting
        return greeting

    def read_response(
        self, *, awaited: str = "a response", timeout: float | None = None
    ) -> Response:
        """Read one response of any kind. Those read here are not part of any ``Answer``."""
        return self._receive(awaited, timeout)

    def expect_continuation(self, *, timeout: float | None = None) -> Continuation:
        """Read a continuation request; untagged data before it goes to the next answer."""
        awaited = f"a continuation request after {self.tracker.last!r}"
        for _ in range(_MOST_RESPONSES):
            response = self._receive(awaited, timeout)
            if isinstance(response, Continuation):
                return response
            if isinstance(response, Condition) and response.tag is not None:
                self._gather(response)
                raise UnexpectedResponse(
                    f"expected {awaited}; the server answered {response.kind} {response.text!r}"
                )
            self._gather(response)
        raise UnexpectedResponse(f"{_MOST_RESPONSES} responses without {awaited}")

    def expect_untagged(self, kind: type[Kind], *, timeout: float | None = None) -> Kind:
        """Read until an untagged response of a class comes, e.g. ``Exists``.

        What comes before it goes to the next answer; a tagged response fails the case.
        """
        awaited = f"an untagged {kind.__name__.removesuffix('Data').upper()}"
        for _ in range(_MOST_RESPONSES):
            response = self._receive(awaited, timeout)
            if isinstance(response, kind):
                return response
            self._gather(response)
            if isinstance(response, Condition) and response.tag is not None:
                raise UnexpectedResponse(
                    f"expected {awaited}; the server answered {response.kind} {response.text!r}"
                )
        raise UnexpectedResponse(f"{_MOST_RESPONSES} responses without {awaited}")

    def expect_close(self, *, timeout: float | None = None) -> list[Response]:
        """Read until the server closes the connection; returns what it still said."""
        responses: list[Response] = []
        while not self.closed_by_server:
            try:
                responses.append(self._receive("the end of the connection", timeout))
            except ServerClosed as closed:
                if closed.partial:
                    raise
        return responses

    def is_closed_by_server(self, *, timeout: float | None = None) -> bool:
        """Whether the server closes the connection before the deadline."""
        try:
            self.expect_close(timeout=timeout)
        except DeadlineExpired:
            return False
        return True

    @property
    def received_so_far(self) -> bytes:
        """The octets of a response that has begun but is not complete."""
        return self.channel.framer.pending

    # Commands with a form of their own

    @contextlib.contextmanager
    def idle(self, *, timeout: float | None = None) -> Iterator[Tag]:
        """IDLE (RFC 2177) while the block runs; then DONE, which must be answered OK.

        Inside, ``expect_untagged`` and ``read_response`` read what the server tells.
        """
        tag = self.send_command("IDLE")
        self.expect_continuation(timeout=timeout)
        yield tag
        self.send_line(b"DONE")
        self.finish(tag, timeout=timeout).expect("OK")

    def authenticate(self, mechanism: str, *answers: bytes, timeout: float | None = None) -> Answer:
        """AUTHENTICATE: each of ``answers`` (base64 already) follows a continuation request."""
        tag = self.send_command("AUTHENTICATE", mechanism)
        for answer in answers:
            if not self._continued(tag, timeout):
                break
            self.send_line(answer)
        return self.finish(tag, timeout=timeout)

    def login(self, user: str, password: str) -> Answer:
        """LOGIN, which must be answered OK; both as literals where they cannot be quoted."""
        return self.ok("LOGIN", word(user), word(password))

    def start_tls(self, *, behind: bytes = b"", timeout: float | None = None) -> Answer:
        """STARTTLS, which must be answered OK, and the handshake.

        ``behind`` is sent in plain text in the same write as the command; no server may execute
        it, so an answer to it has no command that it belongs to.
        """
        tag = next(self._tags)
        self._sent[tag] = "STARTTLS"
        self.send(f"{tag} STARTTLS\r\n".encode("ascii") + behind)
        answer = self.finish(tag, timeout=timeout).expect("OK")
        self.tracker.forget()
        plain = self.channel.framer.discard()
        if plain:
            raise UnexpectedResponse(
                f"after the OK to STARTTLS the server sent more in plain text: {plain[:200]!r}"
            )
        self._wrap("TLS after STARTTLS")
        if self.checker:
            self.checker.tls_started()
        return answer

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
        except EOFError:
            raise self._server_closed(awaited) from None
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

    def _deadline_expired(self, awaited: str, seconds: float) -> DeadlineExpired:
        came = [type(response).__name__ for response in self._gathered[-5:]]
        pending = self.channel.framer.pending[-200:]
        received = ", ".join(came + ([f"unfinished {pending!r}"] if pending else []))
        return DeadlineExpired(awaited, seconds, received)

    def _server_closed(self, awaited: str) -> ServerClosed:
        partial = self.channel.framer.discard()
        self.transcript.record("S", self.name, partial)
        if not self.closed_by_server:
            self.closed_by_server = True
            self.transcript.note(self.name, "server closed the connection")
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

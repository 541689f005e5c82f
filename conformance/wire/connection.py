"""A raw IMAP client: it sends what it is told to, and reads strictly."""

from __future__ import annotations

import contextlib
import itertools
import time
from collections.abc import Iterable, Iterator
from types import TracebackType
from typing import Self, TypeVar

from conformance.wire.allowance import Allowance
from conformance.wire.answer import Answer
from conformance.wire.arguments import Argument, encode_command, word
from conformance.wire.channel import Channel
from conformance.wire.dialogue import Checker, Dialogue
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
)
from conformance.wire.transcript import Transcript

Tag = str
Kind = TypeVar("Kind")

_MOST_RESPONSES = 100_000  # that may come before a command is completed
# Deadlines that may pass until what is waited for has come, whatever else comes; a slow line, on
# which so many octets come in a second, gets more of them. The cases' own time limit is twice that.
_WAITS, _MOST_WAITS = 4, 15
_SLOWEST = 1000


class Connection(Dialogue):
    """A connection to a server, made by ``Connection.open``.

    Every wait has a deadline (the endpoint's, unless ``timeout`` says otherwise), restarted with
    each response that comes, but not for ever.
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
        super().__init__(
            endpoint, channel, name=name, checker=checker, transcript=transcript, offered=offered
        )
        self._tags = (f"{name.lower()}{number}" for number in itertools.count(1))
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
        allowance: Allowance | None = None,
    ) -> Self:
        """Connect and read the greeting.

        ``preamble`` goes out before everything, TLS included (a PROXY header). With
        ``greeting=False`` the greeting is left to the case (``read_greeting``). ``offered``: the
        capabilities of the server as far as known (see ``Dialect``). ``allowance``: what the server
        may send, shared with other connections. Raises ``OSError`` where nobody listens.
        """
        channel = Channel.open(endpoint, allowance)
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
            # What is read here nobody waits for: only the checker says what is wrong with it.
            with contextlib.suppress(Deviation):
                for _ in range(_MOST_RESPONSES):
                    with contextlib.suppress(GrammarError):
                        self._receive("what is there already", 0)
        self.transcript.record("S", self.name, self.channel.framer.discard())
        self.channel.close()

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
        responses = self._responses(f"the tagged response to {self._described(tag)}", timeout)
        while tag not in self._answers:
            self._gather(next(responses))
        return self._answers.pop(tag)

    def _continued(self, tag: Tag, timeout: float | None) -> bool:
        """Wait for a continuation request; false if the command was completed instead."""
        awaited = f"a continuation request for a literal of {self._described(tag)}"
        for response in self._responses(awaited, timeout):
            if isinstance(response, Continuation):
                return True
            self._gather(response)
            if tag in self._answers:
                break
        return False

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
            super()._gather(response)

    def _shown_command(self, tag: Tag, name: str) -> str:
        """A command as messages show it: without its tag, with secrets masked."""
        last = self.tracker.current
        return last.removeprefix(f"{tag} ") if last.startswith(f"{tag} ") else name

    def name_sent(self, tag: Tag) -> str | None:
        """The name of the command that awaits its answer with this tag; None for raw octets."""
        words = self._sent.get(tag, "").split(" ")
        return " ".join(words[: 2 if words[0] == "UID" else 1]) or None

    def _described(self, tag: Tag) -> str:
        return f"{tag} {self._sent[tag]!r}" if tag in self._sent else f"the command tagged {tag}"

    # Responses

    def _responses(self, awaited: str, timeout: float | None) -> Iterator[Response]:
        """The responses as they come; a Deviation when it is time that what is awaited had come."""
        deadline = max(self.endpoint.deadline, timeout or 0)
        begin, received = time.monotonic(), self.channel.received
        for _ in range(_MOST_RESPONSES):
            yield self._receive(awaited, timeout)
            seconds = time.monotonic() - begin
            progress = (self.channel.received - received) / _SLOWEST
            if seconds > min(_WAITS * deadline + progress, _MOST_WAITS * deadline):
                raise self._deadline_expired(awaited, seconds)
        raise UnexpectedResponse(f"{_MOST_RESPONSES} responses came, but not {awaited}")

    def read_response(
        self, *, awaited: str = "a response", timeout: float | None = None
    ) -> Response:
        """Read one response of any kind. Those read here are not part of any ``Answer``."""
        return self._receive(awaited, timeout)

    def expect_continuation(self, *, timeout: float | None = None) -> Continuation:
        """Read a continuation request; untagged data before it goes to the next answer."""
        awaited = f"a continuation request after {self.tracker.last!r}"
        responses = self._responses(awaited, timeout)
        while True:
            response = next(responses)
            if isinstance(response, Continuation):
                return response
            if isinstance(response, Condition) and response.tag is not None:
                self._gather(response)
                raise UnexpectedResponse(
                    f"expected {awaited}; the server answered {response.kind} {response.text!r}"
                )
            self._gather(response)

    def expect_untagged(self, kind: type[Kind], *, timeout: float | None = None) -> Kind:
        """Read until an untagged response of a class comes, e.g. ``Exists``.

        What comes before it goes to the next answer; a tagged response fails the case.
        """
        awaited = f"an untagged {kind.__name__.removesuffix('Data').upper()}"
        responses = self._responses(awaited, timeout)
        while True:
            response = next(responses)
            if isinstance(response, kind):
                return response
            self._gather(response)
            if isinstance(response, Condition) and response.tag is not None:
                raise UnexpectedResponse(
                    f"expected {awaited}; the server answered {response.kind} {response.text!r}"
                )

    def expect_close(self, *, timeout: float | None = None) -> list[Response]:
        """Read until the server closes the connection; returns what it still said."""
        said: list[Response] = []
        responses = self._responses("the end of the connection", timeout)
        while not self.closed_by_server:
            try:
                said.append(next(responses))
            except ServerClosed as closed:
                if closed.partial:
                    raise
        return said

    def is_closed_by_server(self, *, timeout: float | None = None) -> bool:
        """Whether the server closes the connection before the deadline."""
        try:
            self.expect_close(timeout=timeout)
        except DeadlineExpired:
            return False
        return True

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

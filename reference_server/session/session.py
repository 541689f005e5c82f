"""One IMAP session: from the greeting to the end of the connection."""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace

from reference_server.accounts import Identity
from reference_server.checkpoint import checked_by, checkpoint
from reference_server.protocol.commands import Command
from reference_server.protocol.encoder import encode
from reference_server.protocol.framing import Frame, FrameError, Framer, NeedContinuation
from reference_server.protocol.parser import parse_command
from reference_server.protocol.responses import (
    Code,
    Condition,
    Continuation,
    FetchData,
    Response,
)
from reference_server.session import command_log
from reference_server.session.capabilities import capabilities
from reference_server.session.channel import (
    Channel,
    Disconnected,
    Ending,
    ShuttingDown,
    Timeout,
    Wakeup,
)
from reference_server.session.dispatch import State, execute
from reference_server.session.outcome import Bad
from reference_server.session.service import Service
from reference_server.session.texts import Text
from reference_server.session.view import View
from reference_server.session.work import LOOK_SECONDS, Work
from reference_server.storage import AccountStore, StorageFailure

logger = logging.getLogger(__name__)

_SEND_ABOVE = 64 * 1024  # octets; responses are gathered up to here
_BAD_BEFORE_LOGIN = 20  # so many bad commands in a row, not logged in, end the connection


class Session:
    """A client and what the server knows of it. ``run`` does everything, in one thread."""

    def __init__(self, channel: Channel, service: Service) -> None:
        self.channel = channel
        self.service = service
        self.offers_revision2 = service.revision2  # what a client was told stays true
        self.identity: Identity | None = None
        self.view: View | None = None
        self.enabled: frozenset[str] = frozenset()  # capabilities in use by ENABLE, upper case
        self.ended = False
        self._account: AccountStore | None = None
        self._stopping = threading.Event()
        self._work = Work(channel, self._stopping, service.settings.imap_autologout_time)
        limits = service.limits
        # Whoever is not logged in has nothing to append.
        self._framer = Framer(replace(limits, append=limits.literal), service.open_spool)
        self._output: list[bytes] = []
        self._output_octets = 0
        self._bad_commands = 0
        self._answered = False  # a command, since the last waiting for octets

    # What the server calls

    def run(self) -> None:
        """Serve the client until the connection ends. Never raises for what a client does."""
        try:
            self._greet()
            with checked_by(self._work.check):
                while not self.ended:
                    self._serve_next()
            self.flush()
        except Timeout:
            self._say_bye(Text.BYE_TIMEOUT)
        except ShuttingDown:
            self._say_bye(Text.BYE_SHUTDOWN)
        except Disconnected as reason:
            if isinstance(reason.__cause__, StorageFailure):
                self.service.failures.report(reason.__cause__, "reading a message to its end")
            if reason.args:
                logger.info("%s", reason)
        except Exception:
            logger.exception("session of %s: internal error", self.channel.peer)
            self._say_bye(Text.INTERNAL_ERROR)
        finally:
            self.close_mailbox()

    def shut_down(self) -> None:
        """End the session soon, with BYE. Called from another thread."""
        self._stopping.set()
        self.channel.interrupt()

    def turn_away(self) -> None:
        """Say BYE instead of a greeting: there is no place for this session."""
        self._say_bye(Text.BYE_FULL)

    # What handlers use

    def text(self, text: str) -> str:
        """A text as the operator wants it (imap_code.txt)."""
        return self.service.texts.get(text, text)

    def bye(self, reason: str, code: Code | None = None) -> Condition:
        """The BYE that ends the connection."""
        return Condition("BYE", f"{self.service.host_id} {self.text(reason)}", code)

    @property
    def state(self) -> State:
        if self.identity is None:
            return State.NOT_AUTHENTICATED
        return State.AUTHENTICATED if self.view is None else State.SELECTED

    @property
    def revision2(self) -> bool:
        """Whether the client enabled IMAP4rev2 (RFC 9051): its rules hold from then on."""
        return "IMAP4REV2" in self.enabled

    @property
    def account(self) -> AccountStore:
        """The mailboxes of whoever logged in."""
        assert self._account is not None, "the table of states allows no other case"
        return self._account

    @property
    def selected(self) -> View:
        """The view, in the selected state."""
        assert self.view is not None, "the table of states allows no other case"
        return self.view

    def log_in(self, identity: Identity) -> None:
        """Enter the authenticated state."""
        mailbox = identity.mailbox
        folders = self.service.folder_names.folders(mailbox.lang)
        self._account = self.service.store.account(mailbox.address, folders)
        self.identity = identity
        self.channel.authenticated = True
        self._framer.limits = self.service.limits

    def close_mailbox(self) -> None:
        """Leave the selected state, if that is the state."""
        view, self.view = self.view, None
        if view is not None:
            view.leave()

    def end(self, reason: str, code: Code | None = None) -> None:
        """Say BYE; no further command is carried out."""
        self.respond(self.bye(reason, code))
        self.ended = True

    def pause(self, seconds: float) -> None:
        """Do nothing for a time; it ends early if the server shuts down or the client leaves."""
        end = time.monotonic() + seconds
        while (left := end - time.monotonic()) > 0:
            if self._stopping.wait(min(left, LOOK_SECONDS)):
                break
            self._work.look_for_client()

    def start_tls(self) -> None:
        """Switch to TLS; what the client sent before does not count (6.2.1)."""
        self.flush()
        self._framer.discard()
        self.channel.start_tls()

    @contextmanager
    def rousing(self) -> Iterator[Wakeup]:
        """While it lasts, news for the view rouse ``read_line``."""
        wakeup = Wakeup()
        if self.view is not None:
            self.view.rouse = wakeup.set
        try:
            yield wakeup
        finally:
            if self.view is not None:
                self.view.rouse = None
            wakeup.close()

    def read_line(self, wakeup: Wakeup | None = None) -> bytes | None:
        """A line that is no command (a SASL answer, DONE); None when roused before it came."""
        while True:
            line = self._framer.take_line()
            if isinstance(line, FrameError):
                if line.fatal:
                    self.end(line.text)
                raise Bad(line.text)
            if line is not None:
                self.channel.renew()
                return line
            self.flush()
            if wakeup is not None:
                match self.channel.wait(wakeup):
                    case "wakeup":
                        return None
                    case "timeout":
                        raise Timeout
                    case "data":
                        pass
            self._receive()

    # From octets to octets

    def _greet(self) -> None:
        code = Code("CAPABILITY", capabilities(self))
        text = f"{self.service.host_id} {self.text(Text.GREETING)}"
        self.respond(Condition("OK", text, code))

    def _serve_next(self) -> None:
        match self._framer.next():
            case None:
                self.flush()
                if self._answered:  # only whole commands count, and after their answers are sent
                    self.channel.renew()
                    self._answered = False
                self._receive()
            case NeedContinuation():
                self.respond(Continuation("go ahead"))
            case FrameError() as error:
                self._refuse(error)
                self._answered = True
            case frame:
                if self._stopping.is_set():
                    raise ShuttingDown
                self.channel.renew()
                self._work.renew()
                checkpoint()  # a client may have left behind thousands of short commands
                self._serve(frame)
                self._answered = True

    def _serve(self, frame: Frame) -> None:
        report = command_log.begin(self, frame)
        result: Condition | None = None
        try:
            command = parse_command(frame, revision2=self.revision2, absent=self.service.absent)
            for response in self._carry_out(command):
                result = response if isinstance(response, Condition) else None
        finally:
            report(result)
        self._count(result is not None and result.kind == "BAD")

    def _carry_out(self, command: Command) -> Iterator[Response]:
        """Give each response after it was put into the output."""
        steps = execute(self, command)
        response = next(steps, None)
        while response is not None:
            try:
                self.respond(response)
                if not isinstance(response, Condition):  # an outcome is sent in any case
                    checkpoint()
            except Ending:
                raise
            except Exception as fault:
                # Values may be worked out only now (rows of a FetchTable): the handler's fault.
                response = steps.throw(fault)
            else:
                yield response
                response = next(steps, None)

    def _refuse(self, error: FrameError) -> None:
        code = Code(error.code) if error.code else None
        command_log.begin(self, None)(Condition(error.kind, error.text, code))
        if error.fatal:
            if error.tag is not None:
                self.respond(Condition(error.kind, error.text, code, error.tag))
            self.end(error.text, code)
        else:
            self.respond(Condition(error.kind, error.text, code, error.tag))
            self._count(True)

    def _count(self, bad: bool) -> None:
        self._bad_commands = self._bad_commands + 1 if bad else 0
        if self._bad_commands >= _BAD_BEFORE_LOGIN and self.identity is None and not self.ended:
            self.end(Text.BYE_BAD_COMMANDS)

    def _receive(self) -> None:
        self.channel.in_command = self._framer.in_command
        data = self.channel.receive()
        if data:
            self._framer.feed(data)
            return
        raise ShuttingDown if self._stopping.is_set() else Disconnected

    def respond(self, response: Response) -> None:
        """Put a response into the output; it is sent when enough has gathered, or by ``flush``."""
        if isinstance(response, Condition):
            text = self.text(response.text)
            if text is not response.text:
                response = replace(response, text=text)
        self._work.in_response = isinstance(response, FetchData)
        is_partly_sent = False
        for piece in encode(response):
            self._output.append(piece)
            self._output_octets += len(piece)
            if self._output_octets >= _SEND_ABOVE:
                self.flush()
                is_partly_sent = self._work.in_response
                checkpoint()
        if is_partly_sent:  # what a look for the client sends comes after the whole of it
            self.flush()
        self._work.in_response = False

    def flush(self) -> None:
        """Send the output."""
        if self._output:
            data = b"".join(self._output)
            self._output.clear()
            self._output_octets = 0
            self.channel.send(data)
            self._work.renew()

    def _say_bye(self, reason: str) -> None:
        try:
            self.respond(self.bye(reason))
            self.flush()
        except Ending:
            pass

"""The connections that cases are given: the raw client, and what makes cases short."""

from collections.abc import Sequence
from datetime import datetime

from conformance.obstacles import Obstacles
from conformance.targets.client import LIMIT, SessionsExceededError
from conformance.targets.description import Account
from conformance.targets.guard import Watch
from conformance.wire import (
    Answer,
    Connection,
    DeadlineExpired,
    Deviation,
    Literal,
    Mailbox,
    NonSync,
    Tag,
    UnexpectedResponse,
)
from conformance.wire.arguments import Argument
from conformance.wire.commands import SentCommand
from conformance.wire.grammar import Response

# A server tells of a new message with the APPEND or with one of the next commands; it is asked
# so often before it counts as silent about it.
POLLS = 10
UID_PURPOSE = "the UID of a new message could not be got"
LITERAL_MINUS = 4096  # octets of a non-synchronizing literal that LITERAL- permits


class CaseConnection(Connection):
    """A connection that knows its account and the mailbox that the fixtures selected on it.

    `obstacles` counts what the server does not do, for all cases of a process.
    """

    account: Account | None = None
    mailbox: str = ""
    obstacles = Obstacles()
    watch: Watch | None = None  # on a target whose mailboxes are not all the suite's
    _checked: Sequence[SentCommand] = ()  # outstanding commands that the watch has seen

    @property
    def is_open(self) -> bool:
        """Whether neither side has ended it, as far as is known."""
        return self.channel.readable and self.bye is None and not self.closed_by_server

    def send_command(self, name: str, *arguments: Argument, timeout: float | None = None) -> Tag:
        """As the raw client; skips the case where such commands have not been answered."""
        for need in self._answers_to(name):
            self.obstacles.check(need)
        try:
            return super().send_command(name, *arguments, timeout=timeout)
        except DeadlineExpired as error:
            self._not_answered(name, error)
            raise

    def _before_write(self) -> None:
        if self.watch is None:
            return
        outstanding = tuple(self.tracker.outstanding)
        for position, command in enumerate(outstanding):
            if command not in self._checked:
                self.watch.sending(command, outstanding[:position])
        self._checked = outstanding

    def _heard(self, response: Response, completed: SentCommand | None) -> None:
        if self.watch is not None:
            self.watch.heard(response, completed)

    def finish(self, tag: Tag, *, timeout: float | None = None) -> Answer:
        """As the raw client; SessionsExceededError where a login is refused for want of a place."""
        name = self.name_sent(tag)
        try:
            answer = super().finish(tag, timeout=timeout)
        except DeadlineExpired as error:
            if name and timeout is None:  # who sets a time may not expect an answer
                self._not_answered(name, error)
            raise
        for need in self._answers_to(name) if name else ():
            self.obstacles.met(need)
        code = answer.tagged.code
        login = answer.command.partition(" ")[0] in ("LOGIN", "AUTHENTICATE")
        if login and answer.status == "NO" and code is not None and code.name == LIMIT:
            self._ended = True  # nothing is said any more: the server need not say BYE
            raise SessionsExceededError(
                f"the server refuses a further session of the account: {answer.text}"
            )
        return answer

    def _answers_to(self, name: str) -> tuple[str, str]:
        """The need for an answer to a command, as obstacles name it."""
        state = "before login" if self.account is None else "once logged in"
        return f"an answer to {name}", f"an answer to any command {state}"

    def _not_answered(self, name: str, error: DeadlineExpired) -> None:
        for need in self._answers_to(name):
            self.obstacles.failed(need, error)

    def require(self, purpose: str, name: str, *arguments: Argument) -> Answer:
        """Send a command that the case needs to succeed; Deviation says what it was for."""
        answer = self.command(name, *arguments)
        if answer.status != "OK":
            raise Deviation(f"{purpose}: {name} was answered {answer.status} {answer.text}")
        return answer

    def log_in(self, account: Account) -> None:
        """LOGIN with this account; a Deviation if it is refused."""
        with self.obstacles.need(f"a login as {account.role}"):
            try:
                self.login(account.user, account.password)
            except UnexpectedResponse as error:
                raise Deviation(f"the account {account.user} could not log in: {error}") from error
        self.account = account

    def enable(self, *capabilities: str) -> None:
        """ENABLE these capabilities; a Deviation unless all of them are in use then."""
        with self.obstacles.need(f"ENABLE {' '.join(capabilities)}"):
            self.require("what the case needs could not be enabled", "ENABLE", *capabilities)
            missing = {name.upper() for name in capabilities} - self.enabled
            if missing:
                raise Deviation(f"offered, but not enabled by ENABLE: {', '.join(sorted(missing))}")

    def create(self, mailbox: str) -> None:
        """CREATE the mailbox; a Deviation if that is refused."""
        with self.obstacles.need("CREATE of a mailbox for the case"):
            self.require("a mailbox for the case could not be created", "CREATE", Mailbox(mailbox))

    def select(self, mailbox: str) -> Answer:
        """SELECT the mailbox, which is `mailbox` from then on; a Deviation if that is refused."""
        with self.obstacles.need("SELECT of the mailbox of the case"):
            answer = self.require(
                "the mailbox of the case could not be selected", "SELECT", Mailbox(mailbox)
            )
        self.mailbox = mailbox
        return answer

    def append(
        self,
        message: bytes,
        flags: Sequence[str] = (),
        date: datetime | str | None = None,
    ) -> int:
        """APPEND a message to the selected `mailbox`, wait until EXISTS tells of it; its UID.

        `date` is the internal date: a datetime with a zone, or the text of a date-time as in
        `17-Jul-1996 02:44:25 -0700`. The message must be the only new one.
        """
        return self._append(message, flags, date)[1]

    def append_all(self, messages: Sequence[bytes], flags: Sequence[str] = ()) -> list[int]:
        """As `append` for each message, in few round trips where the server permits it."""
        first, *others = messages
        if not all(isinstance(self._literal(message), NonSync) for message in others):
            return [self.append(message, flags) for message in messages]
        number, uid = self._append(first, flags)
        if not others:
            return [uid]
        tags = [
            self.send_command("APPEND", *self._append_arguments(each, flags)) for each in others
        ]
        told = [self.finish(tag).expect("OK").exists for tag in tags]
        last = number + len(others)
        self._await_exists(max((exists for exists in told if exists), default=0), last)
        answer = self.require(UID_PURPOSE, "FETCH", f"{number + 1}:{last}", "UID")
        return [uid] + [answer.fetch(each).uid for each in range(number + 1, last + 1)]

    def _append(
        self, message: bytes, flags: Sequence[str], date: datetime | str | None = None
    ) -> tuple[int, int]:
        """Message sequence number and UID of a message appended."""
        arguments = self._append_arguments(message, flags, date)
        answer = self.require("a message could not be appended", "APPEND", *arguments)
        with self.obstacles.need("the UID of an appended message"):
            self._await_exists(answer.exists or 0, 1)
            answer = self.require(UID_PURPOSE, "FETCH", "*", "UID")
            return answer.fetch().number, answer.fetch().uid

    def _append_arguments(
        self, message: bytes, flags: Sequence[str], date: datetime | str | None = None
    ) -> list[Argument]:
        arguments: list[Argument] = [Mailbox(self.mailbox)]
        if flags:
            arguments.append(tuple(flags))
        if date is not None:
            text = date if isinstance(date, str) else date_time(date)
            arguments.append(f'"{text}"')
        return [*arguments, self._literal(message)]

    def _await_exists(self, told: int, wanted: int) -> None:
        """Ask until EXISTS has told of so many messages."""
        for _ in range(POLLS):
            if told >= wanted:
                return
            answer = self.require("new messages could not be asked for", "NOOP")
            told = answer.exists or told
        raise Deviation(f"no EXISTS told of an appended message, {POLLS} NOOPs later")

    def _literal(self, octets: bytes) -> Literal | NonSync:
        """The form that takes the fewest round trips (RFC 7888), of those the server offers."""
        offered = self.dialect.offered or frozenset()
        if len(octets) <= LITERAL_MINUS and offered & {"LITERAL+", "LITERAL-"}:
            return NonSync(octets)
        return Literal(octets)


MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")


def date_time(date: datetime) -> str:
    """The date-time of RFC 3501 section 9 without its quotes, day padded with a space."""
    if date.tzinfo is None:
        raise ValueError("an internal date needs a time zone")
    return f"{date.day:2}-{MONTHS[date.month - 1]}-{date:%Y %H:%M:%S %z}"

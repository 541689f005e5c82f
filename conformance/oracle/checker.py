"""Watches one connection and records every invariant that the server breaks."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable

from conformance.oracle import rules
from conformance.oracle.capabilities import Capabilities
from conformance.oracle.enabling import CONDSTORE, not_asked_for, what_is_missing
from conformance.oracle.record import MailboxRecord, Record
from conformance.oracle.rules import Rule, Violation
from conformance.oracle.searches import Searches
from conformance.oracle.view import SYSTEM_FLAGS, Finding, View
from conformance.wire.commands import CommandTracker, SentCommand
from conformance.wire.dialect import Dialect
from conformance.wire.grammar import (
    AppendUid,
    CapabilityData,
    Code,
    Condition,
    Continuation,
    CopyUid,
    EnabledData,
    ESearchData,
    Exists,
    Expunge,
    FetchData,
    FlagsData,
    GrammarError,
    Recent,
    Response,
    SearchData,
    StatusData,
    UidSet,
    VanishedData,
)

MOST_OF_A_RULE = 20  # violations that are kept
LONGEST = 2000  # characters of one
_SELECTING = {"SELECT", "EXAMINE"}
_SILENT_ABOUT_EXPUNGE = {"FETCH", "STORE", "SEARCH"}


class Checker:
    """The invariants of one connection.

    ``record`` is shared by all connections of a run. ``account`` says whose mailboxes these are;
    LOGIN sets it, after AUTHENTICATE it has to be given for connections to be compared.
    ``violations`` is what was found so far: they are recorded, not raised, so that a case can
    finish its own sentence.
    """

    def __init__(
        self, record: Record | None = None, *, account: str | None = None, name: str = "A"
    ) -> None:
        self.name = name
        self.account = account
        self.violations: list[Violation] = []
        self.record = Record() if record is None else record
        self.view: View | None = None
        self._opening: View | None = None
        self._opened_by: SentCommand | None = None
        self._sent_at: dict[SentCommand, int] = {}
        self._doubtful: set[SentCommand] = set()
        self._capabilities = Capabilities()
        self._greeted = False
        self._bye = False
        self.dialect = Dialect()
        self._searches = Searches()
        self._broken: Counter[Rule] = Counter()

    # What the connection tells

    def sent(self, tracker: CommandTracker) -> None:
        """The client has sent octets: complete commands get the time of their sending."""
        for command in tracker.outstanding:
            if command not in self._sent_at:
                self._sent_at[command] = self.record.now()

    def received(
        self, response: Response, tracker: CommandTracker, completed: SentCommand | None
    ) -> None:
        """A response has come; ``completed`` is the command that it completes."""
        current = completed or tracker.oldest
        self._watch_selection(current)
        match response:
            case Condition():
                self._condition(response, tracker, completed)
            case CapabilityData(capabilities):
                self._found(self._capabilities.listed(capabilities, tracker, whole=True))
            case EnabledData(capabilities):
                self._found(not_asked_for(capabilities, current))
            case ESearchData():
                self._found(self._searches.told(response, tracker, self.dialect.revision2))
                if not response.uid and response.all:
                    self._numbers(response.all.ranges, current)
            case VanishedData(uids, earlier):
                self._vanished(uids, earlier, tracker)
            case Exists(number):
                view = self._current_view()
                if view:
                    self._found(view.exists(number))
            case Recent(number):
                if self.dialect.revision2:
                    self._violated(rules.RECENT_REV2, f"RECENT {number} came")
            case Expunge(number):
                self._expunge(number, tracker)
            case FetchData():
                self._fetch(response, tracker)
            case SearchData(numbers) if current and current.name == "SEARCH":
                self._numbers([(number, number) for number in numbers], current)
            case FlagsData(flags):
                if self.dialect.revision2 and "\\Recent" in flags:
                    self._violated(rules.RECENT_REV2, "FLAGS lists \\Recent")
                self._flags(flags)
            case StatusData():
                self._status(response, current)
            case _:
                pass
        self._greeted = True

    def continuation(self, response: Continuation, expected: bool) -> None:
        """A continuation request has come, ``expected`` or not."""
        if not expected:
            self._violated(rules.CONTINUATION, f"{response.text!r} came where nothing was awaited")

    def malformed(self, error: GrammarError) -> None:
        """Octets have come that the grammar rejects."""
        self._violated(rules.GRAMMAR, str(error))

    def tls_started(self) -> None:
        """TLS has begun by STARTTLS."""
        self._capabilities.forget()

    def closed(self) -> None:
        """The server has closed the connection."""
        if self._greeted and not self._bye:
            self._violated(rules.BYE, "it closed the connection without")

    # Conditions

    def _condition(
        self, response: Condition, tracker: CommandTracker, completed: SentCommand | None
    ) -> None:
        if response.kind == "BYE":
            self._bye = True
        if response.tag is None:
            if response.kind == "BAD":
                # It may answer any of them, so none is sure to be in progress any more.
                self._doubtful.update(tracker.outstanding)
            if response.code:
                self._code(response.code, tracker, tracker.oldest)
            return
        if completed is None:
            if tracker.malformed:
                # A server that makes sense of it is lenient, which 2.2.2 only advises against.
                tracker.malformed -= 1
            elif not tracker.uncertain:
                self._violated(rules.TAG, f"no command waits for {response.tag!r}")
            return
        if response.kind == "OK":
            self._capabilities.completed(completed)
        if response.code:
            self._code(response.code, tracker, completed)
        succeeded = response.kind == "OK"
        self._found(self._searches.completed(completed, succeeded, self.dialect.revision2))
        self._completed(completed, response)
        self._sent_at.pop(completed, None)
        self._doubtful.discard(completed)

    def _completed(self, command: SentCommand, response: Condition) -> None:
        succeeded = response.kind == "OK"
        if command.name in _SELECTING:
            if succeeded and command is not self._opened_by:
                self._violated(rules.CLOSED, f"it did not come in answer to {command.text!r}")
                self._open(command)
            # A refused SELECT leaves no mailbox selected (6.3.1); after BAD nothing is sure.
            self.view = self._opening if succeeded else None
            if response.kind == "BAD":
                self.view = View("", self.record.now())
            elif self.view:
                self._selected(self.view, self._sent_at.get(command, 0))
            self._opening = self._opened_by = None
        elif command.name in {"CLOSE", "UNSELECT"} and succeeded:
            self.view = None
        elif command.name == "LOGIN" and succeeded:
            user = command.astring(0)
            self.account = None if user is None else user.decode("utf-8", "backslashreplace")

    def _code(self, code: Code, tracker: CommandTracker, command: SentCommand | None) -> None:
        view = self._current_view()
        match code:
            case Code("CAPABILITY", tuple() as capabilities):
                self._found(self._capabilities.listed(capabilities, tracker, whole=False))
            case Code("PERMANENTFLAGS", tuple() as flags) if view:
                view.permanent = frozenset(flag.lower() for flag in flags)
            case Code("UIDVALIDITY", int() as number) if view:
                view.uid_validity = number
            case Code("UIDNEXT", int() as number) if view and view is self._opening:
                view.uid_next = number
            case Code("HIGHESTMODSEQ", int() as number) if view and view is self._opening:
                view.highest_modseq = number
            case Code("NOMODSEQ") if view:
                view.has_modseqs = False
            case Code("CLOSED") if command and command.name in _SELECTING:
                self._open(command)
            case Code("APPENDUID", AppendUid(uid_validity, uids)) if command:
                self._new_uids(command, command.astring(0), uid_validity, uids)
            case Code("COPYUID", CopyUid(uid_validity, _, uids)) if command:
                self._new_uids(command, command.astring(1), uid_validity, uids)
            case _:
                pass

    # The selected mailbox

    def _watch_selection(self, current: SentCommand | None) -> None:
        """From the first response to SELECT or EXAMINE on, a new view is being built."""
        if current is None or current.name not in _SELECTING or current is self._opened_by:
            return
        if not self._closes(current):
            self._open(current)

    def _open(self, command: SentCommand) -> None:
        name = self._mailbox(command.astring(0))
        self._opening = View(name or "", self._sent_at.get(command, self.record.now()))
        self._opened_by = command

    def _closes(self, command: SentCommand) -> bool:
        """Whether CLOSED has to tell where the responses about the old mailbox end.

        With IMAP4rev2 (RFC 9051, 6.3.2), and on a server that offers CONDSTORE or QRESYNC where
        the new mailbox is another one (RFC 7162, 3.2.11).
        """
        if self.view is None or not self.view.name:
            return False  # nothing is selected, or after a BAD nobody knows what
        if self.dialect.revision2:
            return True
        other = self._mailbox(command.astring(0)) not in (None, self.view.name)
        return other and not CONDSTORE.isdisjoint(self.dialect.offered or ())

    def _current_view(self) -> View | None:
        return self._opening or self.view

    def _selected(self, view: View, sent_at: int) -> None:
        view.initial = view.count
        if view.uid_validity is None:
            return
        account = self._account()
        view.record = self.record.mailbox(account, view.name, view.uid_validity)
        if view.uid_next is not None:
            self._uid_next(view.name, view.uid_validity, view.uid_next, sent_at)
        if view.highest_modseq is not None:
            self._highest_modseq(view.record, view.name, view.highest_modseq, sent_at)

    def _expunge(self, number: int, tracker: CommandTracker) -> None:
        view = self._current_view()
        self._expunge_time(f"EXPUNGE {number}", tracker)
        if "QRESYNC" in self.dialect.enabled and view and view.has_modseqs:
            self._violated(rules.VANISHED, f"EXPUNGE {number} came")
        if view:
            self._found(view.expunge(number, self.record.now()))
        else:
            self._violated(rules.EXPUNGE_RANGE, f"EXPUNGE {number} came with no mailbox selected")

    def _expunge_time(self, shown: str, tracker: CommandTracker) -> None:
        current = tracker.oldest
        if tracker.uncertain:
            return
        if current is None:
            self._violated(rules.EXPUNGE_TIME, f"{shown} came with no command")
        elif current.name in _SILENT_ABOUT_EXPUNGE and current not in self._doubtful:
            self._violated(rules.EXPUNGE_TIME, f"{shown} came in {current.text!r}")

    def _vanished(self, uids: UidSet, earlier: bool, tracker: CommandTracker) -> None:
        if "QRESYNC" not in self.dialect.enabled:
            self._violated(rules.VANISHED, "VANISHED came, and QRESYNC was not enabled")
        if earlier:
            return
        self._expunge_time("VANISHED", tracker)
        view = self._current_view()
        if view:
            self._found(view.vanished(uids, self.record.now()))
        else:
            self._violated(rules.VANISHED, "it came with no mailbox selected")

    def _fetch(self, response: FetchData, tracker: CommandTracker) -> None:
        names = {command.name for command in tracker.outstanding}
        self._found(what_is_missing(response, names, self.dialect, self._current_view()))
        if self.dialect.revision2 and "\\Recent" in (response.flags if "FLAGS" in response else ()):
            self._violated(rules.RECENT_REV2, f"message {response.number} shows \\Recent")
        if self._opening:
            return  # Of the old mailbox or the new one: nobody can tell.
        if self.view:
            self._found(self.view.fetched(response, self.record.now()))
        else:
            found = f"FETCH {response.number} came with no mailbox selected"
            self._violated(rules.FETCH_RANGE, found)

    def _numbers(self, ranges: Iterable[tuple[int, int]], current: SentCommand | None) -> None:
        """A SEARCH has found messages with these numbers, given as ranges."""
        view = self._current_view()
        if view is None or not view.known or current is None:
            return
        beyond = [last for _, last in ranges if last > view.count]
        if beyond:
            found = f"SEARCH found {beyond[:5]} among {view.count} messages"
            self._violated(rules.FETCH_RANGE, found)

    def _flags(self, flags: tuple[str, ...]) -> None:
        view = self._current_view()
        if view:
            view.flags = frozenset(flag.lower() for flag in flags)
        missing = [flag for flag in SYSTEM_FLAGS if flag not in flags]
        if missing:
            self._violated(rules.FLAGS_MINIMUM, f"missing: {' '.join(missing)}")

    # UIDs

    def _status(self, response: StatusData, current: SentCommand | None) -> None:
        uid_next = response.items.get("UIDNEXT")
        uid_validity = response.items.get("UIDVALIDITY")
        if self.view and response.mailbox == self.view.name:
            # STATUS is no check for new messages in the selected mailbox (6.3.10): a server may
            # answer from what this session has been told.
            known = max((uid for uid in self.view.uids if uid is not None), default=0)
            if uid_next is not None and uid_next <= known:
                self._violated(rules.UID_NEXT, f"UIDNEXT is {uid_next}, but UID {known} is in use")
            return
        if not uid_validity:
            return
        sent_at = self._sent_at.get(current, 0) if current else 0
        if uid_next:
            self._uid_next(response.mailbox, uid_validity, uid_next, sent_at)
        highest = response.items.get("HIGHESTMODSEQ")
        if highest:
            record = self.record.mailbox(self._account(), response.mailbox, uid_validity)
            self._highest_modseq(record, response.mailbox, highest, sent_at)

    def _highest_modseq(
        self, record: MailboxRecord, mailbox: str, highest: int, sent_at: int
    ) -> None:
        """Without QRESYNC it may fall when the message that had it is expunged."""
        offered = self.dialect.offered
        floor = record.modseq.at(sent_at)
        if highest < floor and (offered is None or "QRESYNC" in offered):
            found = f"of {mailbox!r} it is {highest}, but {floor} was seen"
            self._violated(rules.HIGHEST_MODSEQ, found)
        record.modseq.lift(highest, self.record.now())

    def _uid_next(self, mailbox: str, uid_validity: int, uid_next: int, sent_at: int) -> None:
        record = self.record.mailbox(self._account(), mailbox, uid_validity)
        floor = record.uid_next.at(sent_at)
        if uid_next < floor:
            found = f"UIDNEXT of {mailbox!r} is {uid_next}, it was at least {floor} before"
            self._violated(rules.UID_NEXT, found)
        record.uid_next.lift(uid_next, self.record.now())

    def _new_uids(
        self, command: SentCommand, mailbox: bytes | None, uid_validity: int, uids: UidSet
    ) -> None:
        name = self._mailbox(mailbox)
        if name is None:
            return
        record = self.record.mailbox(self._account(), name, uid_validity)
        floor = record.uid_next.at(self._sent_at.get(command, 0))
        if uids.lowest < floor:
            found = (
                f"{command.text!r} gave UID {uids.lowest} in {name!r}, all below {floor} are taken"
            )
            self._violated(rules.UID_REUSED, found)
        record.uid_next.lift(uids.highest + 1, self.record.now())

    def _account(self) -> str:
        """Whose mailboxes these are; a connection that is not known to be anyone's is alone."""
        return self.account if self.account is not None else f"unknown {id(self)}"

    def _mailbox(self, argument: bytes | None) -> str | None:
        """The name of the mailbox that a command names, in the encoding of the session."""
        return None if argument is None else self.dialect.mailbox_name(argument)

    def _found(self, findings: Iterable[Finding]) -> None:
        for rule, found in findings:
            self._violated(rule, found)

    def _violated(self, rule: Rule, found: str) -> None:
        """Keep a violation; of a rule that is broken again and again the first ones."""
        self._broken[rule] += 1
        if self._broken[rule] <= MOST_OF_A_RULE:
            shown = found if len(found) <= LONGEST else f"{found[:LONGEST]} [...]"
            self.violations.append(Violation(rule, self.name, shown))

"""Keeps what was on a foreign target before the run from harm, also by a server that is broken.

A server may answer OK to CREATE and SELECT and yet have another mailbox selected. Hence every
connection of a case is watched: a mailbox that the run has created must show no more messages than
the run has put there, and no mailbox but those may be selected when a command that changes messages
goes out.
"""

import contextlib
from collections import Counter
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from imapclient import IMAPClient

from conformance.targets.inventory import Counts, Inventory
from conformance.wire import Deviation
from conformance.wire.commands import SentCommand
from conformance.wire.dialect import Dialect
from conformance.wire.grammar import Code, Condition, Exists, Response

STOPPED = "the run was stopped, so that no mail is lost: "
SELECTING = ("SELECT", "EXAMINE")
ON_MESSAGES = {"STORE", "EXPUNGE", "CLOSE", "MOVE", "UID STORE", "UID EXPUNGE", "UID MOVE"}
ON_MAILBOXES = {
    "APPEND", "COPY", "UID COPY", "CREATE", "DELETE", "RENAME", "SUBSCRIBE", "UNSUBSCRIBE",
}  # fmt: skip
ENDLESS = 1 << 62  # more messages than any mailbox has


class UnsafeError(Deviation):
    """The server may have mixed up a mailbox of the run with one that was there before."""


class ForeignMailboxError(Exception):
    """A case was about to change messages of a mailbox that is not its own."""


class Guard:
    """The knowledge of one worker about the mailboxes that it has made below the name `root`.

    `flag` is a file that all workers share: once it exists none of them changes anything.
    """

    def __init__(self, before: Inventory, root: str, delimiter: str, flag: Path) -> None:
        self._before = before
        self._root = root
        self._below = root + (delimiter or "-")
        self._flag = flag
        self._most: dict[str, int] = {}  # messages that a mailbox may have; 0 if not mentioned
        self.selected: set[str] = set()  # mailboxes of ours that have been seen as they must be
        self._renamed: set[str] = set()  # names of ours under which RENAME may have brought others

    @property
    def stopped(self) -> str | None:
        """Why the run must not change anything any more."""
        with contextlib.suppress(OSError):
            return self._flag.read_text(encoding="utf-8", errors="replace")
        return None

    def stop(self, reason: str) -> UnsafeError:
        """Stop the run, in all workers. Returns the exception to raise."""
        if self.stopped is None:
            with contextlib.suppress(OSError):
                self._flag.write_text(reason, encoding="utf-8", errors="replace")
        return UnsafeError(STOPPED + reason)

    def check_running(self) -> None:
        """UnsafeError if the run has been stopped: nothing may be changed any more."""
        reason = self.stopped
        if reason is not None:
            raise UnsafeError(STOPPED + reason)

    def owns(self, name: str) -> bool:
        """Whether the run has made up this name."""
        return name == self._root or name.startswith(self._below)

    def most(self, name: str) -> int:
        """The most messages that the mailbox may have."""
        return self._most.get(name, 0)

    def put(self, name: str, messages: int) -> None:
        """So many messages are about to be put into this mailbox."""
        self._most[name] = self._most.get(name, 0) + messages

    def renamed(self, old: str, new: str) -> None:
        """RENAME is about to go out."""
        for name, most in list(self._most.items()):
            if name.startswith(old):
                self.put(new + name[len(old) :], most)
        if not self.owns(old):
            self.put(new, ENDLESS)  # of INBOX: only with --allow inbox
        self._renamed.add(new)

    def renamed_to(self, names: Sequence[str]) -> list[str]:
        """Those of the names that may have become another mailbox's by RENAME."""
        return sorted(self._renamed.intersection(names))

    def look(self, name: str, counts: Counts) -> None:
        """See that these are the counts of a mailbox of the run, or raise UnsafeError."""
        doubt = self.doubt(name, counts, strict=True)
        if doubt is not None:
            raise self.stop(doubt)

    def look_for(self, user: str, earlier: Sequence[str] | None, now: Sequence[str] | None) -> None:
        """See that a removal took no mailbox that was there before the run: UnsafeError if so.

        `earlier` and `now`: what LIST named right before and after it. A mailbox that had gone
        earlier may have been removed by its owner in another client; nobody removes INBOX.
        """
        if earlier is None or now is None:
            return
        kept = self._before.kept(user)
        inbox = {name for name in kept if name.upper() == "INBOX"}
        gone = sorted((inbox | kept.intersection(earlier)).difference(now))
        if gone:
            raise self.stop(f"{gone[0]!r} of {user} was there before the run and is not any more")

    def doubt(self, name: str, counts: Counts, strict: bool = False) -> str | None:
        """Why what is shown under a name of the run may be somebody's mailbox, or hold their mail.

        A server that only counts wrong is no reason to stop, but where `strict`.
        """
        exists, uid_next, uid_validity = counts.messages, counts.uid_next, counts.uid_validity
        most = self.most(name)
        if not self.owns(name) or most >= ENDLESS:
            return None
        alike = self._before.alike(uid_validity) if uid_validity is not None else []
        shows = f"{name!r} shows {exists} message{'s' * (exists != 1)}"
        if exists is not None and exists > most:
            if most == 0:
                return f"{shows}, though the run has just created it and put none there"
            if alike or uid_validity is None or strict:
                same = f", and has the UIDVALIDITY of {alike[0][0]!r}" if alike else ""
                return f"{shows}, though the run has put at most {most} there{same}"
        # Where UIDs begin is for the server to choose, so this counts only with a twin; not with
        # several, for a server may count the UIDs of all mailboxes together.
        if uid_next is not None and uid_next > most + 1:
            shared = Counter(there.uid_next for _, there in alike)
            for twin, there in alike:
                if there.uid_next is None or shared[there.uid_next] > 1:
                    continue
                if 0 <= uid_next - there.uid_next <= most:
                    return (
                        f"{name!r} has the UIDVALIDITY {uid_validity} and the UIDNEXT of {twin!r}, "
                        "which was there before the run"
                    )
        return None


class Watch:
    """One connection, as far as the guard has to know what is selected on it."""

    def __init__(self, guard: Guard, dialect: Dialect) -> None:
        self._guard = guard
        self._dialect = dialect
        self._selected: str | None = None  # a mailbox of the run
        self._foreign: str | None = None  # another one that was opened, and may still be
        self._exists: int | None = None
        self._uid_validity: int | None = None
        self._uid_next: int | None = None

    def sending(self, command: SentCommand, outstanding: Sequence[SentCommand]) -> None:
        """The last octets of a command are about to go out, behind these others.

        UnsafeError if that could do harm through the server's fault, ForeignMailboxError if
        through the case's.
        """
        name = command.name
        if name in ON_MESSAGES or name in ON_MAILBOXES:
            self._guard.check_running()
        if name in SELECTING:
            self._exists = self._uid_validity = self._uid_next = None
        elif name in ON_MESSAGES:
            self._before_change(command, outstanding)
        if name == "APPEND":
            self._put(command, 0, max(1, command.octets.count(b"}\r\n")))
        elif name in ("COPY", "UID COPY", "MOVE", "UID MOVE"):
            shown = max(self._exists or 0, self._guard.most(self._selected or ""))
            self._put(command, 1, shown * (1 + command.octets.count(b",")))
        elif name == "RENAME":
            old, new = (self._name(command, index) for index in (0, 1))
            if old is not None and new is not None:
                self._guard.renamed(old, new)

    def _before_change(self, command: SentCommand, outstanding: Sequence[SentCommand]) -> None:
        """See that what the command changes is the run's, as far as the server shows it."""
        opening = [self._name(one, 0) for one in outstanding if one.name in SELECTING]
        unseen = next((name for name in opening if name not in self._guard.selected), None)
        if unseen is not None or (self._selected is None and self._foreign is not None):
            raise ForeignMailboxError(
                f"{command.text!r} was not sent: {unseen or self._foreign!r} may be selected"
            )
        self._check()
        shown = self._exists
        if self._selected is None:
            doubt = shown is not None and f"EXISTS {shown} came with no mailbox selected"
        elif shown is None:
            doubt = f"{self._selected!r} was selected without an EXISTS"
        else:
            most = self._guard.most(self._selected)
            doubt = shown > most and (
                f"{self._selected!r} shows {shown} messages, though at most {most} were put there"
            )
        if doubt:
            raise UnsafeError(f"{command.text!r} was not sent, so that no mail is lost: {doubt}")

    def heard(self, response: Response, completed: SentCommand | None) -> None:
        """A response has come. UnsafeError if it shows somebody's mailbox as one of the run."""
        match response:
            case Exists(number):
                self._exists = number
            case Condition():
                self._code(response.code)
                if completed is None:
                    return
                if completed.name in SELECTING:
                    self._selection(completed, response.kind == "OK")
                elif completed.name in ("CLOSE", "UNSELECT") and response.kind == "OK":
                    self._selected = self._exists = None

    def _code(self, code: Code | None) -> None:
        match code:
            case Code("UIDVALIDITY", int() as number):
                self._uid_validity = number
            case Code("UIDNEXT", int() as number):
                self._uid_next = number

    def _selection(self, command: SentCommand, succeeded: bool) -> None:
        name = self._name(command, 0)
        self._selected = None
        if not succeeded:
            self._exists = None
            return  # nothing is selected, or what was before by a server that forgets that
        if name is not None and self._guard.owns(name):
            self._selected = name
            self._check()
            if self._exists is not None:
                self._foreign = None
                self._guard.selected.add(name)
        else:
            self._foreign = name or command.text

    def _check(self) -> None:
        if self._selected is None:
            return
        shown = Counts(self._exists, self._uid_next, self._uid_validity)
        doubt = self._guard.doubt(self._selected, shown)
        if doubt is not None:
            raise self._guard.stop(f"{doubt}; another mailbox may be selected in its place")

    def _put(self, command: SentCommand, index: int, messages: int) -> None:
        name = self._name(command, index)
        if name is not None:
            self._guard.put(name, min(messages, ENDLESS))

    def _name(self, command: SentCommand, index: int) -> str | None:
        octets = command.astring(index)
        return None if octets is None else self._dialect.mailbox_name(octets)


def watch_client(client: IMAPClient, guard: Guard) -> None:
    """Let the guard see the `append` and `select_folder` of a client that a case gets."""
    append, select = client.append, client.select_folder

    def counted(folder: str, *arguments: Any, **options: Any) -> Any:
        guard.check_running()
        guard.put(folder, 1)
        return append(folder, *arguments, **options)

    def looked_at(folder: str, *arguments: Any, **options: Any) -> Any:
        answer = select(folder, *arguments, **options)
        shown = (answer.get(name) for name in (b"EXISTS", b"UIDNEXT", b"UIDVALIDITY"))
        guard.look(folder, Counts(*shown))
        return answer

    client.append, client.select_folder = counted, looked_at

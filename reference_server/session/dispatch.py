"""The table of commands, and what happens to each of them (RFC 3501, 3 and 6)."""

from __future__ import annotations

import logging
from collections.abc import Callable, Generator
from dataclasses import dataclass
from enum import Enum
from typing import TYPE_CHECKING, Any

from reference_server.protocol import commands
from reference_server.protocol.commands import Command, Malformed
from reference_server.protocol.responses import Code, Condition, Response
from reference_server.session.channel import Ending
from reference_server.session.commands import (
    append,
    authenticate,
    capability,
    close,
    copy,
    create,
    delete,
    enable,
    expunge,
    fetch,
    id_,
    idle,
    list_,
    login,
    logout,
    namespace,
    noop,
    rename,
    search,
    select,
    starttls,
    status,
    store,
    subscribe,
)
from reference_server.session.outcome import Bad, Done, No, Refused, Steps
from reference_server.session.revision2 import refuse_what_was_removed
from reference_server.session.texts import Text
from reference_server.storage import (
    InboxRefused,
    InvalidName,
    KeywordLimit,
    MailboxError,
    MailboxExists,
    MailboxHasInferiors,
    MailboxMissing,
    NameTooLong,
    StorageFailure,
)

if TYPE_CHECKING:
    from reference_server.session.session import Session

logger = logging.getLogger(__name__)


class State(Enum):
    """RFC 3501, section 3. The logout state needs no value: nothing is executed in it."""

    NOT_AUTHENTICATED = "not authenticated"
    AUTHENTICATED = "authenticated"
    SELECTED = "selected"


ANY = frozenset(State)
BEFORE_LOGIN = frozenset({State.NOT_AUTHENTICATED})
AUTHENTICATED = frozenset({State.AUTHENTICATED})
LOGGED_IN = frozenset({State.AUTHENTICATED, State.SELECTED})
SELECTED = frozenset({State.SELECTED})

Handler = Callable[..., Steps | Done | None]


def _always(_command: Any) -> bool:
    return True


def _in_uid_form(command: commands.Fetch | commands.Store) -> bool:
    return command.uid


@dataclass(frozen=True, slots=True)
class Entry:
    """A command: its name, the states it is valid in, and its handler.

    A handler takes the session and the command. It returns the outcome (None: OK) or raises
    Refused; a generator yields untagged responses before that. ``expunges`` says whether the
    client may be told of removals at the end of the command (7.4.1).
    """

    name: str
    states: frozenset[State]
    handler: Handler
    expunges: Callable[[Any], bool] = _always


TABLE: dict[type[Command], Entry] = {
    commands.Capability: Entry("CAPABILITY", ANY, capability.capability),
    commands.Noop: Entry("NOOP", ANY, noop.noop),
    commands.Id: Entry("ID", ANY, id_.id_),
    commands.Logout: Entry("LOGOUT", ANY, logout.logout),
    commands.StartTls: Entry("STARTTLS", BEFORE_LOGIN, starttls.starttls),
    commands.Authenticate: Entry("AUTHENTICATE", BEFORE_LOGIN, authenticate.authenticate),
    commands.Login: Entry("LOGIN", BEFORE_LOGIN, login.login),
    commands.Enable: Entry("ENABLE", AUTHENTICATED, enable.enable),
    commands.Select: Entry("SELECT", LOGGED_IN, select.select),
    commands.Create: Entry("CREATE", LOGGED_IN, create.create),
    commands.Delete: Entry("DELETE", LOGGED_IN, delete.delete),
    commands.Rename: Entry("RENAME", LOGGED_IN, rename.rename),
    commands.Subscribe: Entry("SUBSCRIBE", LOGGED_IN, subscribe.subscribe),
    commands.Unsubscribe: Entry("UNSUBSCRIBE", LOGGED_IN, subscribe.unsubscribe),
    commands.List: Entry("LIST", LOGGED_IN, list_.list_),
    commands.Lsub: Entry("LSUB", LOGGED_IN, list_.lsub),
    commands.Xlist: Entry("XLIST", LOGGED_IN, list_.xlist),
    commands.Namespace: Entry("NAMESPACE", LOGGED_IN, namespace.namespace),
    commands.Status: Entry("STATUS", LOGGED_IN, status.status),
    commands.Append: Entry("APPEND", LOGGED_IN, append.append),
    commands.Idle: Entry("IDLE", LOGGED_IN, idle.idle),
    commands.Check: Entry("CHECK", SELECTED, noop.noop),
    commands.Close: Entry("CLOSE", SELECTED, close.close),
    commands.Unselect: Entry("UNSELECT", SELECTED, close.unselect),
    commands.Expunge: Entry("EXPUNGE", SELECTED, expunge.expunge),
    commands.Search: Entry("SEARCH", SELECTED, search.search, search.has_only_uids),
    commands.Fetch: Entry("FETCH", SELECTED, fetch.fetch, _in_uid_form),
    commands.Store: Entry("STORE", SELECTED, store.store, _in_uid_form),
    commands.Copy: Entry("COPY", SELECTED, copy.copy),
    commands.Move: Entry("MOVE", SELECTED, copy.move),
}

# What can still be done when the selected mailbox was deleted by another session.
_WITHOUT_MAILBOX = (commands.Close, commands.Unselect)

# RFC 5530
_CODES: dict[type[MailboxError], Code] = {
    MailboxMissing: Code("NONEXISTENT"),
    MailboxExists: Code("ALREADYEXISTS"),
    InvalidName: Code("CANNOT"),
    NameTooLong: Code("LIMIT"),
    InboxRefused: Code("CANNOT"),
    MailboxHasInferiors: Code("HASCHILDREN"),
}


def execute(session: Session, command: Command) -> Generator[Response, None, None]:
    """Carry out one command: its untagged responses, pending changes, the tagged condition.

    What SELECT and EXAMINE answer is the mailbox at one moment: changes since then are pending
    until the next command.

    Raises only what ends the connection. A fault in encoding a response may be thrown in; it
    counts as the handler's.
    """
    if isinstance(command, Malformed):
        tag = None if command.tag == b"*" else command.tag
        yield Condition("BAD", command.reason, tag=tag)
        return
    entry = TABLE[type(command)]
    after: Callable[[], None] | None = None
    view = session.view
    try:
        if session.revision2:
            refuse_what_was_removed(command)
        _check_state(session, command, entry)
        result = entry.handler(session, command)
        done = (result if isinstance(result, Done | None) else (yield from result)) or Done()
        text = done.text or f"{entry.name} {session.text(Text.COMPLETED)}"
        condition = Condition("OK", text, done.code, command.tag)
        after = done.after
    except Refused as refused:
        condition = Condition(refused.kind, refused.text, refused.code, command.tag)
        after = refused.after
    except MailboxError as error:
        code = _CODES.get(type(error))
        condition = Condition("NO", error.explanation, code, command.tag)
    except KeywordLimit as error:
        condition = Condition("NO", str(error), Code("LIMIT"), command.tag)
    except Ending:
        raise
    except (StorageFailure, OSError) as error:
        session.service.failures.report(error, f"{entry.name}{_by_whom(session)}")
        condition = Condition("NO", Text.STORE_FAILED, Code("UNAVAILABLE"), command.tag)
    except Exception:
        logger.exception("%s of %s: internal error", entry.name, session.channel.peer)
        condition = Condition("NO", Text.INTERNAL_ERROR, Code("SERVERBUG"), command.tag)
    if view is not None and session.view is view and not session.ended:
        yield from view.tell(expunges=entry.expunges(command))
    yield condition
    if after is not None:
        after()


def _by_whom(session: Session) -> str:
    identity = session.identity
    return "" if identity is None else f" of {identity.mailbox.address}"


def _check_state(session: Session, command: Command, entry: Entry) -> None:
    state = session.state
    if state not in entry.states:
        raise Bad(f"{entry.name} is not valid in the {state.value} state")
    view = session.view
    if view is None or entry.states is not SELECTED or isinstance(command, _WITHOUT_MAILBOX):
        return
    view.refresh()
    if view.gone:
        raise No(Text.MAILBOX_DELETED, "NONEXISTENT")

"""A reference server that mixes up mailboxes: ``python -m tests.safety.broken_server HOW -c FILE``.

Only names that the suite has made up are mixed up: about others it answers the truth.
"""

import sys
from dataclasses import replace

from reference_server.cli import main
from reference_server.protocol import commands
from reference_server.protocol.responses import Numbered
from reference_server.session import dispatch
from reference_server.session.mailbox_names import from_wire
from reference_server.session.view import View
from reference_server.storage.account import AccountStore

INBOX = "INBOX"


def ours(name: str) -> bool:
    return name.startswith("gximap-")


def is_case(name: str) -> bool:
    """Whether a case has made it up: the server passes the trial that comes before them."""
    return ours(name) and "/" in name and not name.endswith("-trial")


def inbox_instead(method, of):
    """A method of AccountStore takes INBOX for the first name that it is given."""
    original = getattr(AccountStore, method)

    def mixed_up(self, name, *arguments):
        return original(self, INBOX if of(name) else name, *arguments)

    setattr(AccountStore, method, mixed_up)


def handle(command, handler):
    dispatch.TABLE[command] = replace(dispatch.TABLE[command], handler=handler)


def select_opens_inbox():
    """SELECT of a mailbox just created opens INBOX, and shows it."""
    inbox_instead("mailbox", is_case)


def everything_is_inbox():
    """CREATE does nothing, and every name of the suite's is INBOX, also for DELETE."""
    delete = AccountStore.delete
    AccountStore.create = lambda *_: None
    for method in ("mailbox", "append", "status"):
        inbox_instead(method, ours)

    def empty_inbox(self, name):
        if not ours(name):
            return delete(self, name)
        return AccountStore.rename(self, INBOX, f"Lost {name}")

    AccountStore.delete = empty_inbox


def select_opens_inbox_unseen():
    """As `select_opens_inbox`, but SELECT is answered with OK alone."""
    inbox_instead("mailbox", is_case)
    select = dispatch.TABLE[commands.Select].handler

    def unseen(session, command):
        steps = select(session, command)
        if not is_case(from_wire(session, command.mailbox)):
            return (yield from steps)
        while True:
            try:
                next(steps)
            except StopIteration as end:
                return end.value

    handle(commands.Select, unseen)


def append_selects_inbox():
    """APPEND selects INBOX, as EXISTS shows."""
    append = dispatch.TABLE[commands.Append].handler

    def and_select(session, command):
        done = append(session, command)
        if session.view is not None:
            session.view = View(
                session.account.mailbox(INBOX),
                read_only=False,
                revision2=session.revision2,
                condstore="CONDSTORE" in session.enabled,
                qresync="QRESYNC" in session.enabled,
            )
            yield Numbered(len(session.view.uids), "EXISTS")
        return done

    handle(commands.Append, and_select)


def rename_takes_inbox():
    """RENAME moves the messages of INBOX to the new name, not the mailbox that was named."""
    inbox_instead("rename", is_case)


def rename_goes_elsewhere():
    """RENAME puts the mailbox below one of the user's."""
    rename = AccountStore.rename
    AccountStore.rename = lambda self, old, new: rename(self, old, f"Archive/{new}")


def delete_takes_another():
    """DELETE takes another mailbox along."""
    delete = AccountStore.delete

    def one_more(self, name):
        if ours(name):
            others = [each.name for each in self.mailboxes() if each.name.startswith("Victim")]
            delete(self, others[0])
        delete(self, name)

    AccountStore.delete = one_more


def uidvalidity_is_always_1():
    """Every mailbox has the UIDVALIDITY 1, which nothing forbids."""
    AccountStore._next_uid_validity = lambda *_: 1


if __name__ == "__main__":
    globals()[sys.argv[1]]()
    sys.exit(main(sys.argv[2:]))

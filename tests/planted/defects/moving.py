"""MOVE and UID MOVE."""

import threading
from dataclasses import replace

from reference_server.protocol import commands
from reference_server.protocol.responses import Condition
from reference_server.session import dispatch
from reference_server.session.commands import copy, expunge
from reference_server.session.mailbox_names import from_wire
from reference_server.session.outcome import Done, No
from reference_server.session.view import View
from reference_server.storage import Expunged, MailboxMissing, MessageMissing
from reference_server.storage.mailbox import Mailbox
from tests.planted.defects import found_by

MOVE = "extensions/move"
FAILURES = "extensions/move_failures"
SESSIONS = "extensions/move_sessions"


def handle(handler):
    """Let another handler carry out MOVE."""
    dispatch.TABLE[commands.Move] = replace(dispatch.TABLE[commands.Move], handler=handler)


@found_by(
    f"{MOVE}/copy_uid_comes_first[move]",
    f"{MOVE}/copy_uid_must_come_first[move]",
    f"{MOVE}/copy_uid_must_come_first[uid-move]",
)
def copy_uid_comes_last():
    """COPYUID of MOVE is in the tagged OK, as that of COPY is."""

    def move(session, command):
        told = [one for one in copy.move(session, command) or () if isinstance(one, Condition)]
        yield from session.selected.tell(expunges=True)
        return Done(code=told[0].code if told else None)

    handle(move)


@found_by(
    f"{MOVE}/removes_only_what_it_moved[move]", f"{MOVE}/removes_only_what_it_moved[uid-move]"
)
def all_that_is_deleted_goes():
    r"""MOVE is COPY, STORE \Deleted and EXPUNGE, which removes all deleted messages."""

    def move(session, command):
        yield from copy.move(session, command)
        expunge.expunge(session, commands.Expunge(command.tag))

    handle(move)


@found_by(
    f"{MOVE}/marks_nothing_as_deleted[move]",
    f"{MOVE}/keeps_flags_and_internal_date",
)
def moved_messages_are_deleted():
    r"""The moved messages bear \Deleted in the destination, and no other flag."""
    storage_move = Mailbox.move
    arrived = []

    def moved(self, *arguments, **options):
        copied = storage_move(self, *arguments, **options)
        arrived[:] = copied.targets
        return copied

    def move(session, command):
        yield from copy.move(session, command)
        target = session.account.mailbox(from_wire(session, command.mailbox))
        target.store_flags(arrived, "set", frozenset({"\\Deleted"}), None)

    Mailbox.move = moved
    handle(move)


@found_by(f"{FAILURES}/read_only_mailbox[move]", f"{FAILURES}/read_only_mailbox[uid-move]")
def read_only_is_no_obstacle():
    """MOVE removes messages from a mailbox opened by EXAMINE."""

    def move(session, command):
        view = session.selected
        read_only, view.read_only = view.read_only, False
        try:
            return (yield from copy.move(session, command))
        finally:
            view.read_only = read_only

    handle(move)


@found_by(
    f"{FAILURES}/missing_destination_is_not_created[move]",
    f"{FAILURES}/missing_destination_is_not_created[uid-move]",
    f"{FAILURES}/no_uid_that_exists_and_no_destination",
)
def the_destination_is_created():
    """MOVE to a mailbox that does not exist creates it."""

    def move(session, command):
        name = from_wire(session, command.mailbox)
        try:
            session.account.mailbox(name)
        except MailboxMissing:
            session.account.create(name)
        return (yield from copy.move(session, command))

    handle(move)


@found_by(
    f"{FAILURES}/missing_destination[move]",
    f"{FAILURES}/missing_destination[uid-move]",
    "responses/codes_revision2/trycreate[COPY]",
)
def trycreate_is_not_told():
    """Where the destination is missing, the answer is NONEXISTENT."""
    copy.no_destination = lambda _name: No("no such mailbox", "NONEXISTENT")


@found_by(f"{FAILURES}/missing_destination_is_not_created[move]")
def messages_leave_before_they_arrive():
    """MOVE to a mailbox that does not exist loses the messages."""
    move = Mailbox.move

    def moved(self, uids, destination, origin=None):
        try:
            return move(self, uids, destination, origin)
        except MailboxMissing:
            self.store_flags(uids, "add", frozenset({"\\Deleted"}), None)
            self.expunge(uids, None)
            raise

    Mailbox.move = moved


@found_by(f"{MOVE}/into_the_same_mailbox[move]", f"{MOVE}/into_the_same_mailbox[uid-move]")
def the_same_mailbox_is_left_alone():
    """MOVE into the selected mailbox does nothing."""

    def move(session, command):
        if from_wire(session, command.mailbox) == session.selected.mailbox.name:
            return None
        return (yield from copy.move(session, command))

    handle(move)


@found_by(f"{MOVE}/copy_uid_pairs[move]", f"{MOVE}/copy_uid_pairs[uid-move]")
def copy_uid_pairs_are_mixed_up():
    """The second set of COPYUID begins with the last message."""
    uid_set = copy.uid_set
    move = copy.move

    def mixed(session, command):
        calls = iter((uid_set, lambda uids: uid_set(uids[::-1])))
        copy.uid_set = lambda uids: next(calls)(uids)
        return (yield from move(session, command))

    handle(mixed)


@found_by(f"{MOVE}/uids_that_do_not_exist", f"{MOVE}/no_uid_that_exists")
def every_uid_has_to_exist():
    """UID MOVE is refused where a UID of the set does not exist."""

    def move(session, command):
        view = session.selected
        if command.uid:
            for low, high in command.messages.ranges:
                if {low, high} - {None} - set(view.uids):
                    raise No("no such message")
        return (yield from copy.move(session, command))

    handle(move)


@found_by(
    f"{SESSIONS}/idle_tells_of_messages_that_leave",
    f"{SESSIONS}/noop_tells_the_others",
)
def other_sessions_are_not_told():
    """Only the session that moves learns that messages left."""
    moving = threading.local()
    move = Mailbox.move
    changed = View.mailbox_changed

    def moved(self, *arguments, **options):
        moving.now = True
        try:
            return move(self, *arguments, **options)
        finally:
            moving.now = False

    def told(self, change):
        others = isinstance(change, Expunged) and change.origin is not self
        if not (others and getattr(moving, "now", False)):
            changed(self, change)

    Mailbox.move = moved
    View.mailbox_changed = told


@found_by(f"{SESSIONS}/of_a_message_that_is_gone[move]")
def a_move_that_fails_leaves_copies():
    """Where one of the messages is gone, the others are in both mailboxes then."""
    move = Mailbox.move

    def moved(self, uids, destination, origin=None):
        try:
            return move(self, uids, destination, origin)
        except MessageMissing as missing:
            self.copy([uid for uid in uids if uid not in missing.uids], destination)
            raise

    Mailbox.move = moved

"""What sessions on one mailbox tell their clients of each other's changes."""

from dataclasses import replace

from reference_server.protocol.responses import Numbered
from reference_server.session import dispatch
from reference_server.session.changes import ChangeQueue
from reference_server.session.view import View
from reference_server.storage import values
from reference_server.storage.mailbox import Mailbox
from reference_server.storage.rows import Reading
from tests.planted.defects import found_by


@found_by(
    "multi_session/expunged/not_told_during_fetch_store_and_search[fetch]",
    "multi_session/expunged/not_told_during_fetch_store_and_search[store]",
    "multi_session/expunged/not_told_during_fetch_store_and_search[search]",
    "multi_session/pipelining/numbers_hold_in_a_row_of_commands",
)
def expunge_comes_in_every_answer():
    """FETCH, STORE and SEARCH tell of removals, too."""
    for kind, entry in dispatch.TABLE.items():
        dispatch.TABLE[kind] = replace(entry, expunges=dispatch._always)


@found_by(
    "multi_session/expunged/told_at_noop[(2, 3)]",
    "multi_session/expunged/told_at_noop[(1, 2, 3, 4)]",
    "multi_session/expunged/told_when_another_closes",
)
def expunge_numbers_do_not_move():
    """Each EXPUNGE of several has the number from before all of them."""

    def all_at_once(self):
        for number, uid in enumerate(self.uids, 1):
            if uid in self.vanished:
                yield Numbered(number, "EXPUNGE")
        self.uids = [uid for uid in self.uids if uid not in self.vanished]
        self._forget(self.vanished)
        self.vanished = set()

    View._tell_expunged = all_at_once


@found_by(
    "multi_session/expunged/numbers_hold_until_expunge_is_told",
    "multi_session/expunged/fetch_of_an_expunged_message[BODY.PEEK[]]",
    "multi_session/expunged/store_on_an_expunged_message[+FLAGS]",
    "multi_session/interplay/sessions_agree_in_the_end[3501]",
    "multi_session/interplay/sessions_agree_in_the_end[2180]",
)
def numbers_move_before_they_are_told():
    """A removal takes its message out of the sequence numbers at once."""
    expunge = View._expunge

    def at_once(self, uids, modseq):
        expunge(self, uids, modseq)
        self.uids = [uid for uid in self.uids if uid not in self.vanished]

    View._expunge = at_once


@found_by(
    "multi_session/flags/change_is_told[set]",
    "multi_session/flags/change_is_told[silently]",
    "multi_session/flags/seen_by_fetch_is_told",
    "multi_session/flags/examine_follows_what_others_do",
)
def flags_of_others_are_not_told():
    """A session sees new flags only if it asks."""
    change_flags = View._change_flags
    View._change_flags = lambda self, *changed, **_: change_flags(self, *changed, own=True)


@found_by(
    "multi_session/flags/fetch_shows_the_change[set]",
    "multi_session/flags/additions_of_two_sessions_both_stay",
    "multi_session/flags/stores_of_two_sessions_at_once",
)
def flags_are_read_once():
    """A session goes on showing the flags that a message had when it first saw it."""

    def not_taken_in(self, flags, _modseq, *, own):
        if own:
            self.flags.update(flags)

    View._change_flags = not_taken_in


@found_by(
    "multi_session/flags/additions_of_two_sessions_both_stay",
    "multi_session/interplay/sessions_agree_in_the_end[3501]",
)
def store_works_on_what_the_session_knows():
    """+FLAGS writes the flags that the session was told of, and the new ones."""
    store_flags = Mailbox.store_flags

    def stale(self, uids, operation, flags, origin=None, condition=None):
        if operation == "add" and origin is not None and len(uids) == 1:
            flags = getattr(origin, "flags_once", origin.flags)[uids[0]] | flags
            operation = "set"
        return store_flags(self, uids, operation, flags, origin, condition)

    tell = View.tell

    def remembering(self, *, expunges):
        yield from tell(self, expunges=expunges)
        self.flags_once = dict(self.flags)

    Mailbox.store_flags = stale
    View.tell = remembering


@found_by(
    "multi_session/new_messages/recent_is_told_to_one_session_only",
)
def recent_for_everybody():
    """A new message is \\Recent in every session that watches."""
    values.Added.recent_for = lambda *_: True


@found_by(
    "multi_session/new_messages/every_session_is_told_of_a_new_message[NOOP]",
    "multi_session/new_messages/every_session_is_told_of_a_new_message[CHECK]",
    "multi_session/expunged/expunged_and_new_at_once",
)
def new_messages_are_told_to_the_first_session():
    """Of those that watch a mailbox, one is told of new messages."""
    add = View._add

    def first_only(self, change):
        if change.claimed_by is self:
            add(self, change)

    View._add = first_only


@found_by(
    "multi_session/deleted_mailbox/new_mailbox_of_that_name_is_another",
)
def deleted_mailbox_comes_back():
    """A session finds its mailbox by name each time, also the new one of a deleted one's name."""
    check = dispatch._check_state

    def by_name(session, command, entry):
        view = session.view
        if view is not None:
            view.refresh()
            if view.gone:
                names = [info.name for info in session.account.mailboxes() if info.name != "INBOX"]
                for name in names:
                    new = View(session.account.mailbox(name), read_only=view.read_only)
                    if new.uids:
                        session.view = new
        check(session, command, entry)

    dispatch._check_state = by_name


@found_by(
    "multi_session/expunged/both_expunge_at_once",
    "multi_session/expunged/told_at_noop[(1, 3)]",
    "gromox/expunge_on_delete/another_session_is_told",
)
def expunge_tells_only_its_own_session():
    """Other sessions never learn that messages are gone."""
    take = ChangeQueue.take

    def forgetful(self):
        return [
            change
            for change in take(self)
            if getattr(change, "origin", self._owner) is self._owner or not hasattr(change, "uids")
        ]

    ChangeQueue.take = forgetful


@found_by(
    "multi_session/expunged/fetch_of_an_expunged_message[BODY.PEEK[]]",
    "multi_session/expunged/fetch_of_an_expunged_message[ENVELOPE]",
    "multi_session/expunged/fetch_of_an_expunged_message[RFC822.HEADER]",
    "multi_session/expunged/fetch_of_several_with_an_expunged_one",
)
def a_gone_message_is_answered_with_the_next():
    """FETCH of a message that another session removed brings the content of one that is there."""

    def next_one(self, uids):
        with self._database.read() as connection:
            for uid in uids:
                found = connection.execute(
                    "SELECT message FROM placement WHERE mailbox = ? ORDER BY uid <= ?, uid",
                    (self._mailbox, uid),
                ).fetchone()
                yield connection.execute(self._ghost_query, (uid, *found)).fetchone()

    Reading._ghost_rows = next_one


@found_by(
    "multi_session/expunged/store_on_several_with_an_expunged_one[FLAGS]",
    "multi_session/expunged/store_on_several_with_an_expunged_one[+FLAGS.SILENT]",
)
def store_stops_at_a_gone_message():
    """STORE changes the messages of a range up to one that is gone, and no more."""
    store_flags = Mailbox.store_flags

    def stopping(self, uids, *arguments):
        there = self.modseqs()
        gone = next((at for at, uid in enumerate(uids) if uid not in there), len(uids))
        return store_flags(self, uids[: gone + 1], *arguments)

    Mailbox.store_flags = stopping

"""STORE, EXPUNGE, CLOSE and COPY, and the states that they are valid in."""

from contextlib import suppress
from dataclasses import replace

from reference_server.protocol import commands, lexer, parser
from reference_server.protocol.responses import FetchTable, Numbered
from reference_server.session import dispatch
from reference_server.session.commands import copy, expunge, store
from reference_server.session.outcome import Bad, Done, No
from reference_server.session.view import View
from reference_server.storage import MailboxExists, MessageMissing, mailbox
from reference_server.storage.flags import FlagTable
from tests.planted.defects import found_by


def handle(command, handler):
    """Let another handler carry out a command."""
    dispatch.TABLE[command] = replace(dispatch.TABLE[command], handler=handler)


@found_by("selected/store/flags[replace]", "selected/store/flags[replace-by-none]")
def store_flags_adds():
    """STORE FLAGS keeps the flags that were set."""
    apply = mailbox.apply
    mailbox.apply = lambda operation, before, operand: apply(
        "add" if operation == "set" else operation, before, operand
    )


@found_by("selected/store/silent_returns_nothing[+FLAGS]")
def silent_is_not_silent():
    """STORE +FLAGS.SILENT brings FETCH responses."""
    parser.STORE_ITEMS[b"+FLAGS.SILENT"] = ("add", False)


@found_by("selected/store/returns_the_new_flags[remove]")
def removing_flags_is_silent():
    """STORE -FLAGS brings no FETCH response."""
    parser.STORE_ITEMS[b"-FLAGS"] = ("remove", True)


@found_by(
    "selected/store/silent_hides_no_change_of_others", "extensions/idle/tells_of_changed_flags"
)
def changes_of_others_are_not_told():
    """The flags that another session changes are not told."""
    change = View._change_flags
    View._change_flags = lambda self, flags, *, own: change(self, flags, own=True)  # noqa: ARG005


@found_by("selected/store/recent_cannot_be_altered[replace-recent]")
def recent_is_cleared():
    r"""A STORE takes \Recent away."""

    def handler(session, command):
        session.selected.recent.clear()
        return (yield from store.store(session, command))

    handle(commands.Store, handler)


@found_by("selected/store/keyword_in_another_letter_case")
def keywords_differ_in_case():
    """A keyword in another letter case is another keyword."""
    FlagTable.spell = lambda _self, flags, _fresh: flags


@found_by("selected/uid_store/response_has_the_uid")
def uid_store_leaves_the_uid_out():
    """The FETCH responses of UID STORE have no UID."""

    def handler(session, command):
        responses = store.store(session, command)
        while True:
            try:
                response = next(responses)
            except StopIteration as stop:
                return stop.value
            if isinstance(response, FetchTable) and response.names[0] == b"UID":
                rows = [(number, *values[1:]) for number, *values in response.rows]
                response = FetchTable(response.names[1:], rows)
            yield response

    handle(commands.Store, handler)


@found_by(
    "selected/uid_store/range_above_the_last_uid",
    "selected/copy/uid_copy_of_a_range_above_the_last",
    "extensions/uidplus/uid_expunge_of_the_last",
)
def range_above_the_last_uid_is_empty():
    """A UID range from above the last UID to * holds nothing."""
    span = View._span_of_uids

    def _span_of_uids(self, low, high):
        above = high is None and low is not None and self.uids and low > self.uids[-1]
        return (0, 0) if above else span(self, low, high)

    View._span_of_uids = _span_of_uids


@found_by("selected/expunge/numbers_fall_with_each_response")
def expunge_numbers_do_not_fall():
    """Each EXPUNGE response has the number that the message had before the command."""

    def _tell_expunged(self):
        gone = sorted(self.vanished)
        responses = [Numbered(self.uids.index(uid) + 1, "EXPUNGE") for uid in gone]
        self.uids = [uid for uid in self.uids if uid not in self.vanished]
        self._forget(self.vanished)
        self.vanished = set()
        return responses

    View._tell_expunged = _tell_expunged


@found_by(
    "selected/expunge/is_not_told_during[store]", "selected/expunge/is_not_told_during[fetch]"
)
def expunge_comes_in_store_and_fetch():
    """EXPUNGE is told at the end of STORE and FETCH."""
    for command in (commands.Store, commands.Fetch):
        dispatch.TABLE[command] = replace(dispatch.TABLE[command], expunges=lambda _: True)


@found_by("selected/expunge/takes_no_arguments", "selected/check/takes_no_arguments")
def superfluous_arguments_are_ignored():
    """What follows the name of a command without arguments does not matter."""
    lexer.Cursor.end = lambda _self: None


@found_by("selected/close/sends_no_expunge")
def close_sends_expunge():
    """CLOSE tells of each message that it removes."""

    def handler(session, _command):
        session.selected.mailbox.expunge(None, session.selected)
        yield from session.selected.tell(expunges=True)
        session.close_mailbox()

    handle(commands.Close, handler)


@found_by("selected/close/of_a_read_only_mailbox_removes_nothing")
def close_removes_from_a_read_only_mailbox():
    """CLOSE removes messages after EXAMINE, too."""

    def handler(session, _command):
        session.selected.mailbox.expunge(None, session.selected)
        session.close_mailbox()

    handle(commands.Close, handler)


@found_by("selected/close/returns_to_the_authenticated_state")
def close_leaves_the_mailbox_selected():
    """CLOSE removes messages, but the mailbox stays selected."""

    def handler(session, _command):
        session.selected.mailbox.expunge(None, session.selected)

    handle(commands.Close, handler)


@found_by("selected/copy/missing_destination[copy]", "selected/copy/missing_destination[uid-copy]")
def trycreate_is_missing():
    """COPY to a mailbox that does not exist says NO, and no more."""

    def handler(session, command):
        try:
            return copy.copy(session, command)
        except No as refused:
            raise No(refused.text) from None

    handle(commands.Copy, handler)


@found_by("selected/copy/missing_destination_is_not_created")
def copy_creates_the_destination():
    """COPY to a mailbox that does not exist creates it."""

    def handler(session, command):
        with suppress(MailboxExists):
            session.account.create(command.mailbox.decode("ascii"))
        return copy.copy(session, command)

    handle(commands.Copy, handler)


@found_by("selected/copy/keeps_flags_and_internal_date", "selected/copy/keeps_keywords")
def copies_have_no_flags():
    """The flags of a message are not copied."""
    contained = mailbox.Mailbox.contained

    def without_flags(self, connection, uids):
        return [(message, frozenset()) for message, _ in contained(self, connection, uids)]

    mailbox.Mailbox.contained = without_flags


@found_by("selected/copy/is_undone_when_a_message_is_gone")
def copy_stops_half_way():
    """COPY copies message by message until one is missing, and leaves the copies before it."""

    def handler(session, command):
        view = session.selected
        try:
            for position in view.positions(command.messages, uid=command.uid):
                view.mailbox.copy([view.uids[position]], command.mailbox.decode("ascii"))
        except MessageMissing:
            raise No("a message is no longer there") from None
        return Done()

    handle(commands.Copy, handler)


@found_by(
    "selected/wrong_state/with_no_mailbox_selected[CHECK]",
    "selected/wrong_state/before_login[CHECK]",
)
def check_is_valid_in_any_state():
    """CHECK is answered OK where no mailbox is selected."""
    dispatch.TABLE[commands.Check] = replace(dispatch.TABLE[commands.Check], states=dispatch.ANY)


@found_by(
    "selected/store/of_a_read_only_mailbox_is_no_error_of_the_client[store]",
    "selected/store/of_a_read_only_mailbox_is_no_error_of_the_client[uid-store]",
)
def store_of_a_read_only_mailbox_is_bad():
    """STORE in a mailbox opened by EXAMINE is answered BAD."""
    store.No = Bad


@found_by(
    "selected/expunge/of_a_read_only_mailbox_is_answered_no",
    "extensions/uidplus/uid_expunge_of_a_read_only_mailbox_is_answered_no",
)
def expunge_of_a_read_only_mailbox_is_bad():
    """EXPUNGE in a mailbox opened by EXAMINE is answered BAD."""
    expunge.No = Bad

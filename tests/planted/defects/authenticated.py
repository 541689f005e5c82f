"""The commands of the authenticated state."""

import dataclasses
from datetime import UTC
from operator import attrgetter

from reference_server.protocol import commands
from reference_server.protocol import mailbox_names as modified_utf7
from reference_server.protocol.lexer import Cursor
from reference_server.session import dispatch, mailbox_names
from reference_server.session.commands import append, list_, select, status
from reference_server.session.patterns import Patterns
from reference_server.storage import MailboxMissing, NewMessage, account, registry
from reference_server.storage.account import AccountStore
from reference_server.storage.mailbox import Mailbox
from tests.planted.defects import found_by


def _rewrite_patterns(wildcard, other):
    """LIST and LSUB take one wildcard for the other."""
    compile_patterns = Patterns.__init__

    def rewritten(self, patterns, longest):
        compile_patterns(self, [one.replace(wildcard, other) for one in patterns], longest)

    Patterns.__init__ = rewritten


@found_by(
    "authenticated/uids/are_new_in_a_created_again_mailbox",
    "authenticated/uids/are_new_under_the_old_name_of_a_renamed_mailbox",
    "authenticated/uids/of_a_mailbox_renamed_to_a_deleted_one_are_no_others",
)
def uidvalidity_is_always_1():
    """Every mailbox has the UIDVALIDITY 1 and begins with the UID 1."""
    AccountStore._next_uid_validity = lambda *_: 1


@found_by("authenticated/delete/keeps_inferior_names")
def delete_removes_inferiors():
    """DELETE removes the names below the mailbox, too."""
    delete = AccountStore.delete

    def with_inferiors(self, name):
        for mailbox in reversed(self.mailboxes()):
            if mailbox.name.startswith(f"{name}/"):
                delete(self, mailbox.name)
        delete(self, name)

    AccountStore.delete = with_inferiors


@found_by("authenticated/subscribe/outlives_the_mailbox")
def delete_unsubscribes():
    """DELETE takes the name from the subscriptions."""
    delete = AccountStore.delete

    def and_unsubscribe(self, name):
        delete(self, name)
        self.unsubscribe(name)

    AccountStore.delete = and_unsubscribe


@found_by("authenticated/rename/leaves_names_that_only_begin_alike")
def rename_takes_names_that_begin_alike():
    """RENAME treats every name with the same beginning as an inferior."""

    def inferiors(self, connection, name):
        return connection.execute(
            "SELECT id, name FROM mailbox WHERE account = ? AND name != ? AND name LIKE ?",
            (self._id, name, f"{name}%"),
        ).fetchall()

    AccountStore._inferiors = inferiors


@found_by(
    "authenticated/rename/renames_inferior_names",
    "authenticated/rename/of_a_noselect_name_renames_its_inferiors",
)
def rename_leaves_inferiors():
    """RENAME changes the one name only."""
    AccountStore._inferiors = lambda *_: []


@found_by("authenticated/rename/of_inbox_moves_its_messages")
def rename_inbox_moves_nothing():
    """RENAME INBOX creates the new mailbox and leaves the messages where they are."""
    AccountStore._move_messages = lambda *_: None


@found_by("authenticated/list/returns_the_names_that_match[star]")
def star_stops_at_the_delimiter():
    """LIST takes * for %."""
    _rewrite_patterns(b"*", b"%")


@found_by(
    "authenticated/list/returns_the_names_that_match[percent]",
    "authenticated/lsub/matches_as_list_does[percent-stops]",
)
def percent_crosses_the_delimiter():
    """LIST and LSUB take % for *."""
    _rewrite_patterns(b"%", b"*")


@found_by("authenticated/lsub/percent_returns_an_unsubscribed_superior_with_noselect")
def lsub_leaves_out_unsubscribed_superiors():
    """LSUB with % returns nothing for foo/bar where foo is not subscribed."""
    list_._inferiors = lambda _names: {}


@found_by("authenticated/select/that_fails_deselects")
def failed_select_keeps_the_old_mailbox():
    """SELECT looks whether the mailbox exists before it deselects."""
    entry = dispatch.TABLE[commands.Select]

    def handler(session, command):
        session.account.mailbox(mailbox_names.from_wire(session, command.mailbox))
        return select.select(session, command)

    dispatch.TABLE[commands.Select] = dataclasses.replace(entry, handler=handler)


@found_by("authenticated/examine/keeps_messages_recent")
def examine_takes_recent_away():
    """EXAMINE claims the recent messages, as SELECT does."""
    opened = Mailbox.open

    def claiming(self, observer, claim_recent, **options):  # noqa: ARG001
        return opened(self, observer, claim_recent=True, **options)

    Mailbox.open = claiming


@found_by("authenticated/status/unseen_counts_the_messages_without_seen")
def status_unseen_counts_everything():
    """STATUS tells as UNSEEN how many messages there are."""
    status.ITEMS["UNSEEN"] = attrgetter("messages")


@found_by(
    "authenticated/append/to_a_missing_mailbox_says_trycreate",
    "authenticated/append/with_a_non_synchronizing_literal_says_trycreate",
)
def append_creates_the_mailbox():
    """APPEND to a missing mailbox creates it."""
    appended = AccountStore.append

    def append_to_new(self, name, messages):
        try:
            return appended(self, name, messages)
        except MailboxMissing:
            self.create(name)
            return appended(self, name, messages)

    AccountStore.append = append_to_new


@found_by(
    "authenticated/append_data/sets_the_internal_date[west]",
    "authenticated/append_data/sets_the_internal_date[east]",
)
def append_disregards_the_zone():
    """APPEND takes the date-time as if it were UTC."""

    def new_message(internal_date, **fields):
        return NewMessage(internal_date=internal_date.replace(tzinfo=UTC), **fields)

    append.NewMessage = new_message


@found_by("authenticated/append_data/sets_the_flags[all]")
def append_disregards_flags():
    """APPEND stores every message without flags."""

    def new_message(**fields):
        return NewMessage(**{**fields, "flags": frozenset()})

    append.NewMessage = new_message


@found_by("authenticated/append/keeps_every_octet[no-final-crlf]")
def append_completes_the_last_line():
    """APPEND adds CRLF to a message that does not end with one."""

    def new_message(octets, **fields):
        octets = bytes(octets[:])
        octets += b"" if octets.endswith(b"\r\n") else b"\r\n"
        return NewMessage(octets=octets, **fields)

    append.NewMessage = new_message


@found_by("authenticated/names/create_refuses_ill_formed_modified_utf_7[encoded-letter]")
def modified_utf7_is_not_checked():
    """CREATE takes any name in modified UTF-7, whether that is its one proper form or not."""

    def decode(octets):
        return "".join(
            modified_utf7._unshift(piece) if shifted else piece.decode("ascii")
            for shifted, piece in modified_utf7._pieces(octets)
        )

    mailbox_names.decode_modified_utf7 = decode


@found_by("authenticated/names/inbox_is_not_case_sensitive[iNbOx]")
def inbox_is_case_sensitive():
    """Only INBOX in capital letters is INBOX."""
    Cursor.mailbox = Cursor.astring
    for module in (account, registry):
        module.canonical = lambda name: name

"""Status responses, response codes and mailbox sizes."""

from reference_server.protocol.responses import Atom, Condition
from reference_server.session import dispatch
from reference_server.session import session as session_module
from reference_server.session.commands import select
from reference_server.session.flags import SYSTEM_FLAGS, flag_list
from reference_server.session.view import View
from reference_server.storage.mailbox import Mailbox
from tests.planted.defects import found_by

_code = select._code


@found_by("responses/codes/unseen_is_the_number_of_the_first_unseen_message[SELECT]")
def unseen_is_a_count():
    """The code UNSEEN tells how many messages are unseen."""

    def count(view):
        return sum("\\Seen" not in view.flags[uid] for uid in view.uids) or None

    View.first_unseen = count


@found_by("responses/codes/permanentflags_are_none_for_examine")
def examine_has_permanent_flags():
    """PERMANENTFLAGS is the same for EXAMINE as for SELECT."""
    select._permanent_flags = lambda _view: (*flag_list(SYSTEM_FLAGS), Atom(b"\\*"))


@found_by("responses/codes/permanentflags_are_known_flags")
def recent_is_a_permanent_flag():
    """PERMANENTFLAGS holds \\Recent."""
    select._permanent_flags = lambda _view: flag_list((*SYSTEM_FLAGS, "\\Recent"))


@found_by(
    "responses/codes/uidnext_is_greater_than_all_uids",
    "authenticated/uids/uidnext_is_at_most_the_next_uid",
)
def uidnext_is_the_last_uid():
    """The code UIDNEXT tells the UID of the last message."""

    def code(name, value, text):
        return _code(name, max(1, value - 1) if name == "UIDNEXT" else value, text)

    select._code = code


@found_by("responses/codes/permanentflags_can_be_changed_permanently")
def draft_is_not_stored():
    """STORE drops \\Draft, which PERMANENTFLAGS promises."""
    store_flags = Mailbox.store_flags

    def store(self, uids, operation, flags, origin=None):
        return store_flags(self, uids, operation, flags - {"\\Draft"}, origin)

    Mailbox.store_flags = store


@found_by(
    "responses/sizes/recent_is_for_the_first_session",
    "responses/sizes/recent_counts_the_messages_with_the_flag",
)
def recent_counts_everything():
    """RECENT tells how many messages there are."""
    View.count_recent = lambda self: len(self.uids)


@found_by("responses/sizes/flags_hold_the_keywords_in_use")
def flags_leave_keywords_out():
    """FLAGS lists the system flags only."""
    View.known_flags = lambda _self: flag_list(SYSTEM_FLAGS)


@found_by(
    "responses/sizes/exists_comes_when_messages_arrive",
    "responses/sizes/recent_comes_when_messages_arrive",
)
def news_are_not_told():
    """The session never tells of messages that arrive."""
    View.tell = lambda _self, **_: iter(())


@found_by(
    "responses/conditions/no_tells_of_a_command_that_could_not_be_done",
    "authenticated/delete/of_a_missing_mailbox_is_refused",
)
def refusals_are_bad():
    """What cannot be done is answered BAD instead of NO."""

    def condition(kind, *arguments, **more):
        return Condition("BAD" if kind == "NO" else kind, *arguments, **more)

    dispatch.Condition = condition


@found_by("responses/conditions/bad_is_untagged_where_there_is_no_tag[star]")
def star_is_a_tag():
    """A line with * for a tag is passed over in silence."""
    execute = dispatch.execute

    def silent(session, command):
        return iter(()) if command.tag == b"*" else execute(session, command)

    session_module.execute = silent

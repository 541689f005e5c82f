"""LIST-EXTENDED, LIST-STATUS, SPECIAL-USE, XLIST, STATUS=SIZE, APPENDLIMIT and UTF-8 names."""

import unicodedata
from collections import defaultdict
from dataclasses import replace
from operator import attrgetter

from reference_server.protocol import commands, framing, mailbox_arguments
from reference_server.protocol.responses import Utf8
from reference_server.session import dispatch, mailbox_names
from reference_server.session.commands import create, list_, status
from reference_server.storage import names
from reference_server.storage.account import AccountStore
from tests.planted.defects import found_by

LIST = "extensions/list_extended"
SUBSCRIBED = "extensions/list_subscribed"
RECURSIVE = "extensions/list_recursivematch"


def handle(command, change):
    """Let LIST, or another command, be carried out as if the client had sent something else."""
    entry = dispatch.TABLE[command]
    dispatch.TABLE[command] = replace(
        entry, handler=lambda session, sent: entry.handler(session, change(sent))
    )


@found_by(f"{LIST}/an_empty_pattern_is_ignored[return-options]")
def an_empty_pattern_asks_for_the_delimiter():
    """LIST "" "" RETURN () is answered as LIST "" "" is."""
    handle(commands.List, lambda sent: replace(sent, extended=False))


@found_by(f"{LIST}/several_patterns", f"{LIST}/an_empty_pattern_among_others_is_ignored")
def only_the_first_pattern_counts():
    """Of several patterns LIST looks at the first."""
    handle(commands.List, lambda sent: replace(sent, patterns=sent.patterns[:1]))


@found_by(
    f"{LIST}/unknown_options_are_bad[selection]",
    f"{LIST}/unknown_options_are_bad[selection-among-others]",
    f"{LIST}/unknown_options_are_bad[return-option-as-selection]",
)
def unknown_selection_options_are_ignored():
    """LIST takes any selection option."""
    mailbox_arguments._selection_option = lambda cursor: cursor.name("an option").decode("ascii")


@found_by(f"{RECURSIVE}/child_info_is_told_only_when_asked_for")
def childinfo_comes_unasked():
    """Every extended LIST tells CHILDINFO."""
    entries = list_._entries

    def with_childinfo(session, command):
        for entry in entries(session, command):
            name = entry.values[:3]
            yield replace(entry, values=(*name, list_.CHILDINFO)) if command.extended else entry

    list_._entries = with_childinfo


@found_by(
    f"{SUBSCRIBED}/selects_subscribed_names_that_are_gone",
    f"{SUBSCRIBED}/selects_what_lsub_returns",
    f"{SUBSCRIBED}/with_imap4rev2",
)
def subscriptions_without_mailbox_are_hidden():
    """LIST (SUBSCRIBED) returns only mailboxes that exist."""
    select = list_._select
    list_._select = lambda selection, mailboxes, subscribed: [
        name for name in select(selection, mailboxes, subscribed) if name in mailboxes
    ]


@found_by(
    f"{SUBSCRIBED}/return_option_adds_no_names",
    "extensions/special_use/return_option_adds_no_names",
)
def return_options_select():
    """RETURN (SUBSCRIBED) and RETURN (SPECIAL-USE) are taken for selection options."""
    handle(
        commands.List,
        lambda sent: replace(sent, selection=sent.selection | (sent.returned - {"CHILDREN"})),
    )


@found_by(f"{SUBSCRIBED}/selection_implies_the_attribute")
def selection_implies_nothing():
    """LIST (SUBSCRIBED) shows \\Subscribed only where RETURN asks for it."""
    attributes = list_._attributes
    list_._attributes = lambda mailbox, shown, name, _: attributes(mailbox, shown, name, ())


@found_by(
    f"{SUBSCRIBED}/selects_subscribed_names_that_are_gone",
    f"{RECURSIVE}/of_a_superior_that_never_was",
)
def what_is_gone_is_noselect():
    """\\Noselect stands for \\NonExistent."""
    attributes = list_._attributes

    def noselect(mailbox, shown, name, subscribed):
        for attribute in attributes(mailbox, shown, name, subscribed):
            yield "\\Noselect" if attribute == "\\NonExistent" else attribute

    list_._attributes = noselect


@found_by(
    "extensions/list_children/children_need_not_match_the_pattern",
    "extensions/list_children/returns_who_has_children",
)
def nobody_has_children():
    """Every mailbox has \\HasNoChildren."""
    mailboxes = AccountStore.mailboxes
    AccountStore.mailboxes = lambda self: [
        replace(mailbox, has_children=False) for mailbox in mailboxes(self)
    ]


@found_by(f"{RECURSIVE}/counts_descendants_of_any_depth")
def only_children_count_for_childinfo():
    """RECURSIVEMATCH looks one level down."""

    def parents(names):
        inferiors = defaultdict(set)
        for name in names:
            parent, _, child = name.rpartition("/")
            if child and parent:
                inferiors[parent].add(name)
        return inferiors

    list_._inferiors = parents


@found_by(f"{RECURSIVE}/redundant_child_info_is_suppressed")
def redundant_childinfo_is_told():
    """A superior is returned though all its children that match are returned, too."""
    inferiors = list_._inferiors
    list_._inferiors = lambda names: {
        name: below | {None} for name, below in inferiors(names).items()
    }


@found_by(
    f"{RECURSIVE}/alone_is_bad[RECURSIVEMATCH]", f"{RECURSIVE}/alone_is_bad[REMOTE RECURSIVEMATCH]"
)
def recursivematch_is_taken_alone():
    """LIST (RECURSIVEMATCH) is answered OK."""
    mailbox_arguments._BASE_OPTIONS = frozenset({"RECURSIVEMATCH"})


@found_by("extensions/list_status/not_of_a_name_returned_for_its_children")
def status_of_superiors_is_told():
    """STATUS comes also for a name that is returned for its children only."""
    entries = list_._entries

    def with_status(session, command):
        for entry in entries(session, command):
            yield entry
            if command.status and entry.name == "LIST" and len(entry.values) > 3:
                yield status.status_data(session, entry.values[2].decode(), command.status)

    list_._entries = with_status


@found_by("extensions/list_status/status_follows_list")
def status_comes_before_list():
    """All STATUS responses come before the LIST responses."""
    entries = list_._entries
    list_._entries = lambda session, command: sorted(
        entries(session, command), key=lambda entry: entry.name == "LIST"
    )


@found_by(
    "extensions/status_size/size_is_at_least_the_sum_of_all_sizes",
    "extensions/status_size/size_follows_arrivals",
    "extensions/list_status/with_size",
)
def size_is_in_kibibytes():
    """SIZE is told in units of 1024 octets."""
    status.ITEMS["SIZE"] = lambda counts: counts.size // 1024


@found_by("extensions/status_size/deleted_counts_the_flag", "extensions/list_status/with_imap4rev2")
def deleted_counts_what_was_seen():
    """DELETED counts all messages."""
    status.ITEMS["DELETED"] = attrgetter("messages")


@found_by(
    "extensions/special_use/create_gives_a_use",
    "extensions/special_use/create_gives_several_uses",
)
def create_forgets_the_use():
    """CREATE with USE makes an ordinary mailbox."""
    made = AccountStore.create
    AccountStore.create = lambda self, name, _uses: made(self, name)


@found_by("extensions/special_use/create_refuses_an_unsupported_use[beside-another]")
def create_looks_at_the_first_use_only():
    """CREATE with a use that is not supported behind one that is succeeds."""
    handle(commands.Create, lambda sent: replace(sent, uses=sent.uses[:1]))


@found_by(
    "extensions/special_use/create_refuses_an_unsupported_use[alone]",
    "extensions/special_use/create_refuses_an_unsupported_use[beside-another]",
)
def create_makes_the_mailbox_before_it_refuses():
    """CREATE with a use that is not supported is answered NO, and the mailbox is there."""
    made = create.create
    entry = dispatch.TABLE[commands.Create]

    def handler(session, command):
        made(session, replace(command, uses=()))
        made(session, command)

    dispatch.TABLE[commands.Create] = replace(
        entry, handler=lambda session, sent: (handler if sent.uses else made)(session, sent)
    )


@found_by("extensions/xlist/shows_special_uses")
def xlist_is_plain_list():
    """XLIST shows no special uses."""
    entry = dispatch.TABLE[commands.Xlist]

    def handler(session, command):
        for response in list_.xlist(session, command):
            yield replace(response, values=((), *response.values[1:]))

    dispatch.TABLE[commands.Xlist] = replace(entry, handler=handler)


def _xlist_without(*attributes):
    """XLIST never shows these."""
    entry = dispatch.TABLE[commands.Xlist]

    def handler(session, command):
        for response in list_.xlist(session, command):
            shown = tuple(one for one in response.values[0] if one not in attributes)
            yield replace(response, values=(shown, *response.values[1:]))

    dispatch.TABLE[commands.Xlist] = replace(entry, handler=handler)


@found_by("extensions/xlist/marks_the_inbox")
def xlist_without_inbox():
    """XLIST shows INBOX like any other name."""
    _xlist_without(b"\\Inbox")


@found_by("extensions/xlist/shows_children")
def xlist_without_children():
    """XLIST shows \\HasChildren, and nothing where there are none."""
    _xlist_without(b"\\HasNoChildren")


@found_by("extensions/appendlimit/a_larger_message_is_refused_before_it_is_sent")
def a_large_message_is_refused_without_the_code():
    """APPEND above the limit is answered NO without TOOBIG."""
    refuse = framing.Framer._refuse
    framing.Framer._refuse = lambda self, text, line=b"", *, kind="BAD", **_: refuse(
        self, text, line, kind=kind
    )


@found_by("extensions/appendlimit/a_message_of_the_limit_may_be_sent")
def the_limit_itself_is_too_large():
    """A message of just the limit is refused."""
    prepare = framing.Framer._prepare_literal

    def refuse_the_limit(self, text, size):
        prepare(self, text, size + (size == self.limits.append))

    framing.Framer._prepare_literal = refuse_the_limit


@found_by("extensions/utf8_names/a_denormalized_name_is_refused_or_normalized")
def names_are_not_normalized():
    """Names that are not in NFC are created as they are."""
    is_valid = names.is_valid
    names.is_valid = lambda name: is_valid(unicodedata.normalize("NFC", name))


@found_by(
    "extensions/utf8_names/a_name_in_modified_utf_7_is_seen_in_utf_8[latin]",
    "extensions/utf8_names/a_name_in_utf_8_is_seen_in_modified_utf_7[chinese]",
    "extensions/utf8_names/enable_changes_the_names_of_a_session",
    "extensions/utf8_names/subscriptions_are_the_same",
)
def names_are_the_octets_of_the_wire():
    """Each encoding has mailboxes of its own: names are not decoded."""
    mailbox_names.decode_modified_utf7 = lambda octets: octets.decode("ascii")
    mailbox_names.encode_modified_utf7 = lambda name: name.encode("utf-8")


@found_by(
    "extensions/utf8_names/names_have_no_8_bit_octets_without_imap4rev2",
    "extensions/utf8_names/a_name_in_utf_8_is_seen_in_modified_utf_7[latin]",
    "gromox/folders/names_beyond_ascii",
    fresh=True,
)
def every_session_is_sent_utf_8():
    """Names are listed in UTF-8 whether IMAP4rev2 is enabled or not."""
    list_.to_wire = lambda _session, name: Utf8(name.encode("utf-8"))

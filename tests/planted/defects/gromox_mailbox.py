"""ID, host_id, capabilities, the folders of a new mailbox, imap_expunge_on_delete."""

from dataclasses import replace

from reference_server.protocol import commands
from reference_server.protocol.responses import Condition, Data
from reference_server.session import capabilities, dispatch
from reference_server.session.commands import list_, store
from reference_server.session.folder_names import LAST_RESORT, FolderNames
from reference_server.session.outcome import Bad
from reference_server.session.service import Service
from reference_server.session.session import Session
from reference_server.storage import Mailbox, NewFolder, Store, flags
from tests.planted.defects import found_by
from tests.planted.defects.revision2 import change_responses, handle

ID = "gromox/id"
FOLDERS = "gromox/folders"
EXPUNGE = "gromox/expunge_on_delete"


# ID, host_id, capabilities


@found_by(f"{ID}/is_unknown_where_it_is_off[authenticated]")
def id_is_answered_though_it_is_off():
    """ID is answered whether it is on or not; the capability is listed only where it is on."""

    def handler(_original, _session, _sent):
        yield Data("ID", (None,))

    Service.absent = ()
    handle(commands.Id, handler)


@found_by(f"{ID}/tells_the_version")
def id_keeps_the_version_secret():
    """ID tells what the server is called, and not which version it is."""
    change_responses(commands.Id, lambda *_: [Data("ID", ((b"name", b"server"),))])


@found_by(f"{ID}/takes_thirty_pairs", f"{ID}/takes_the_longest_fields_and_values[literal]")
def id_takes_little():
    """ID with more than 255 octets in all is refused."""

    def handler(original, session, sent):
        if sum(len(name) + len(value or b"") for name, value in sent.fields or ()) > 255:
            raise Bad("too much")
        return (yield from original(session, sent))

    handle(commands.Id, handler)


@found_by(
    "gromox/host_id/the_greeting_names_the_host[imap]",
    "gromox/host_id/the_greeting_names_the_host[imaps]",
)
def the_greeting_names_the_machine():
    """The greeting has another host name than that of host_id."""
    original = Session.respond

    def respond(session, response):
        if isinstance(response, Condition):
            text = response.text.replace(session.service.host_id, "machine-7")
            response = replace(response, text=text)
        original(session, response)

    Session.respond = respond


@found_by("gromox/capabilities/is_offered[XLIST]", "gromox/capabilities/is_offered[ENABLE]")
def some_capabilities_are_offered_only_after_login():
    """XLIST and ENABLE are not listed before login, though the client may ask then."""
    capabilities._TABLE = tuple(
        (name, (lambda of: of.identity is not None) if name in (b"XLIST", b"ENABLE") else offered)
        for name, offered in capabilities._TABLE
    )


@found_by(
    "gromox/capabilities/a_mechanism_that_everyone_knows",
    "gromox/capabilities/revision_two_is_offered",
    f"{ID}/is_answered_where_it_is_on[selected]",
)
def the_capabilities_are_always_the_same():
    """CAPABILITY lists what is offered in every state, and however the server is configured."""
    capabilities._TABLE = tuple(
        row for row in capabilities._TABLE if row[1] is capabilities._always
    )


@found_by("gromox/capabilities/revision_two_is_not_offered")
def revision_two_is_always_offered():
    """imap_rfc9051 has no effect."""
    original = Session.__init__

    def init(session, channel, service):
        original(session, channel, service)
        session.offers_revision2 = True

    Session.__init__ = init


# Folders


def change_folders(change):
    original = FolderNames.folders
    FolderNames.folders = lambda *words: tuple(map(change, original(*words)))


@found_by(f"{FOLDERS}/a_new_mailbox_has_the_folder[sent]")
def the_folder_for_sent_messages_is_called_sent():
    """It has the right special use."""
    change_folders(lambda folder: replace(folder, name=folder.name.removesuffix(" Items")))


@found_by(f"{FOLDERS}/a_new_mailbox_has_the_folder[junk]")
def the_folder_for_junk_has_no_special_use():
    """It has the right name."""
    change_folders(lambda one: NewFolder(one.name) if "\\Junk" in one.special_use else one)


@found_by(f"{FOLDERS}/a_new_mailbox_has_nothing_else", f"{FOLDERS}/only_inbox_is_subscribed")
def a_new_mailbox_has_an_archive():
    """A folder that the manual does not know, and it is subscribed, too."""
    original = Store.account

    def account(store, address, folders=()):
        made = original(store, address, (*folders, NewFolder("Archive", ("\\Archive",))))
        made.subscribe("Archive")
        return made

    Store.account = account


@found_by(f"{FOLDERS}/folders_in_the_default_language[sent]", fresh=True)
def every_new_mailbox_is_english():
    """default_lang has no effect."""
    original = FolderNames.__init__
    FolderNames.__init__ = lambda self, names, _default: original(self, names, LAST_RESORT)


@found_by(f"{FOLDERS}/the_delimiter_is_a_slash")
def list_tells_another_delimiter():
    """LIST tells a delimiter at which names have no levels."""
    list_.DELIMITER = "."


@found_by(f"{FOLDERS}/the_permanent_flags")
def forwarded_is_unknown():
    """$Forwarded comes up only when it was used."""
    flags.KEYWORDS = ()


# imap_expunge_on_delete


@found_by(
    f"{EXPUNGE}/what_is_marked_is_removed[STORE-FLAGS]",
    f"{EXPUNGE}/what_is_marked_is_removed[UID STORE-FLAGS.SILENT]",
)
def flags_that_are_replaced_expunge_nothing():
    """FLAGS (\\Deleted) leaves the message; +FLAGS removes it."""
    store._deletes = lambda sent: sent.operation == "add" and "\\Deleted" in sent.flags


@found_by(f"{EXPUNGE}/with_other_flags_and_in_small_letters")
def deleted_among_other_flags_expunges_nothing():
    """STORE removes the messages only where it sets \\Deleted alone."""
    store._deletes = lambda sent: sent.operation != "remove" and sent.flags == ("\\Deleted",)


@found_by(
    f"{EXPUNGE}/what_store_does_not_mark_stays[adds-another]",
    f"{EXPUNGE}/other_marked_messages_stay",
)
def every_store_expunges_what_is_marked():
    """STORE removes all messages that carry \\Deleted after it, whatever it stored."""
    store._deletes = lambda _sent: True
    original = Mailbox.expunge
    Mailbox.expunge = lambda mailbox, _uids, view: original(mailbox, None, view)


@found_by(f"{EXPUNGE}/what_is_marked_is_removed[STORE-+FLAGS]", f"{EXPUNGE}/several_messages")
def removals_are_told_during_store():
    """STORE by sequence number tells EXPUNGE itself, and the client's numbers are wrong."""
    entry = dispatch.TABLE[commands.Store]
    dispatch.TABLE[commands.Store] = replace(entry, expunges=lambda _sent: True)


@found_by(f"{EXPUNGE}/nothing_is_removed_from_a_read_only_mailbox[STORE]")
def a_read_only_mailbox_is_expunged():
    """STORE in a read-only mailbox is refused, after it has removed what it names."""

    def handler(original, session, sent):
        view = session.selected
        if view.read_only:
            uids = [view.uids[position] for position in view.positions(sent.messages, uid=False)]
            view.mailbox.store_flags(uids, "add", frozenset(sent.flags), view)
            view.mailbox.expunge(uids, view)
        return (yield from original(session, sent))

    handle(commands.Store, handler)


@found_by(f"{EXPUNGE}/what_fails_the_condition_stays")
def the_condition_does_not_protect():
    """What a conditional STORE leaves alone is removed all the same."""
    original = Mailbox.store_flags

    def store_flags(mailbox, uids, *words):
        result = original(mailbox, uids, *words)
        original(mailbox, result.failed, *words[:3])
        mailbox.expunge(uids, words[2])
        return result

    Mailbox.store_flags = store_flags

"""CONDSTORE and QRESYNC."""

from dataclasses import replace

from reference_server.protocol import commands
from reference_server.protocol.responses import Code, Condition
from reference_server.session import condstore, dispatch, searching
from reference_server.session.commands import close, expunge, fetch, search, select, store
from reference_server.session.outcome import Done
from reference_server.session.view import View
from reference_server.storage import Mailbox
from reference_server.storage.flag_index import FlagIndex
from tests.planted.defects import found_by


def handle(command, handler):
    """Let another handler carry out a command."""
    dispatch.TABLE[command] = replace(dispatch.TABLE[command], handler=handler)


@found_by(
    "extensions/condstore_enabling/enabling_command[fetch-modseq]",
    "extensions/condstore_enabling/enabling_command[changedsince]",
)
def first_fetch_tells_no_highest_modseq():
    """FETCH MODSEQ enables CONDSTORE and does not tell HIGHESTMODSEQ."""

    def start(session):
        for _ in condstore.start_condstore(session):
            pass
        return ()

    fetch.start_condstore = start


@found_by(
    "extensions/condstore_enabling/enabling_command[search]",
    "extensions/condstore_enabling/parameter[SELECT]",
    "extensions/condstore_store/plain_store_tells_the_modseq[STORE]",
)
def unsolicited_fetch_has_no_modseq():
    """What the client did not ask for comes without MODSEQ."""
    flag_table = View.flag_table

    def without_modseq(self, uids, **options):
        modseqs, self.modseqs = self.modseqs, None
        table = flag_table(self, uids, **options)
        self.modseqs = modseqs
        return table

    View.flag_table = without_modseq


@found_by(
    "extensions/condstore_fetch/changedsince[FETCH]",
    "extensions/condstore_fetch/changedsince_within_the_set",
    "extensions/condstore_fetch/changedsince_of_texts",
)
def changedsince_includes_the_value():
    """CHANGEDSINCE returns messages with that very mod-sequence."""
    fetch.changed_since = lambda view, uids, modseq: condstore.changed_since(view, uids, modseq - 1)


@found_by(
    "extensions/condstore_fetch/change_raises[FLAGS ()]",
    "extensions/condstore_fetch/each_store_gives_another",
    "extensions/condstore_store/modified[FLAGS-STORE]",
)
def store_leaves_the_modseq():
    """A change of flags does not raise the mod-sequence of the message."""
    write_flags = FlagIndex.write

    def write(self, connection, changed, _modseq):
        write_flags(self, connection, changed, 1)

    FlagIndex.write = write
    change_flags = View._change_flags
    View._change_flags = lambda self, flags, _modseq, *, own: change_flags(self, flags, 1, own=own)


@found_by(
    "extensions/condstore_store/modified[+FLAGS-STORE]",
    "extensions/condstore_store/zero[replace]",
    "extensions/condstore_store/known_changes_count_too",
)
def unchangedsince_is_ignored():
    """STORE UNCHANGEDSINCE stores whatever the mod-sequence is."""
    FlagIndex.failing = lambda *_: set()


@found_by(
    "extensions/condstore_store/another_flag_is_no_obstacle[+FLAGS]",
    "extensions/condstore_store/another_flag_is_no_obstacle[-FLAGS.SILENT]",
)
def any_change_is_a_modification():
    """+FLAGS fails for a message of which another flag changed."""
    View.known_at = lambda *_: {}


@found_by(
    "extensions/condstore_store/performed[STORE-.SILENT]",
    "extensions/condstore_store/nothing_to_change_is_told",
)
def silent_conditional_store_is_silent():
    """STORE UNCHANGEDSINCE with .SILENT tells nothing."""
    table = store._table
    store._table = lambda view, command, result: (
        None if command.silent else table(view, command, result)
    )


@found_by("extensions/condstore_store/modified[FLAGS-STORE]")
def modified_has_uids():
    """MODIFIED names UIDs, also in answer to STORE."""
    modified = store._modified
    store._modified = lambda view, command, failed: modified(
        view, replace(command, uid=True), failed
    )


@found_by("extensions/condstore_store/modified_is_shown")
def modified_messages_are_not_shown():
    """Messages that failed the test stay unknown to the client."""
    tell = View.tell

    def tell_less(self, *, expunges):
        self.refresh()
        self._changed.clear()
        return tell(self, expunges=expunges)

    View.tell = tell_less


@found_by(
    "extensions/condstore_search/equal_or_greater",
    "extensions/condstore_search/within_other_keys",
)
def search_modseq_has_to_be_greater():
    """SEARCH MODSEQ leaves out messages with that very mod-sequence."""
    searching.changed_since = lambda view, uids, modseq: condstore.changed_since(
        view, uids, modseq + 1
    )


@found_by(
    "extensions/condstore_search/within_other_keys",
    "extensions/condstore_search/esearch[min]",
    "extensions/condstore_search/esearch[min-max]",
)
def search_tells_the_modseq_of_the_mailbox():
    """The mod-sequence in a result of SEARCH is the highest of the mailbox."""
    search._highest_modseq = lambda view, _uids: view.highest_modseq


@found_by(
    "extensions/qresync_select/another_uid_validity[SELECT]",
    "extensions/qresync_select/another_uid_validity[EXAMINE]",
)
def uid_validity_is_not_compared():
    """SELECT QRESYNC tells changes whatever UIDVALIDITY the client knew."""
    select.resynchronize = lambda view, known: condstore.resynchronize(
        view, replace(known, uid_validity=view.uid_validity)
    )


@found_by("extensions/qresync_select/known_uids")
def known_uids_are_ignored():
    """SELECT QRESYNC tells of all messages."""
    select.resynchronize = lambda view, known: condstore.resynchronize(
        view, replace(known, uids=None)
    )


@found_by("extensions/qresync_select/match_data_that_does_not_match")
def numbers_always_match():
    """Match data are believed without a look at the mailbox."""
    condstore._greatest_match = lambda _view, known: max(
        (high for _, high in known.matches[1].ranges), default=0
    ) if known.matches else 0  # fmt: skip


@found_by(
    "extensions/qresync_select/changes[SELECT]",
    "extensions/qresync_select/all_removed",
    "extensions/qresync_select/every_removal_is_remembered[CLOSE]",
    "extensions/qresync_vanished/uid_fetch",
)
def removals_are_forgotten():
    """What was removed is not remembered."""
    Mailbox.expunged_since = lambda _self, _modseq: []


@found_by("extensions/qresync_vanished/uid_fetch_since_then")
def all_removals_are_told():
    """VANISHED tells all removals, however long ago."""
    expunged_since = Mailbox.expunged_since
    Mailbox.expunged_since = lambda self, _modseq: expunged_since(self, 0)


@found_by(
    "extensions/qresync_select/without_enable[SELECT]",
    "extensions/qresync_vanished/modifier_without_enable",
)
def qresync_needs_no_enable():
    """QRESYNC and VANISHED are accepted from any client."""
    select.require_qresync = fetch.require_qresync = lambda _session: None


@found_by("extensions/qresync_vanished/expunge", "extensions/qresync_vanished/uid_expunge")
def expunge_tells_no_modseq():
    """EXPUNGE is answered without HIGHESTMODSEQ."""

    def handler(session, command):
        expunge.expunge(session, command)

    handle(commands.Expunge, handler)


@found_by("extensions/qresync_vanished/close")
def close_tells_the_modseq():
    """CLOSE is answered with HIGHESTMODSEQ."""

    def handler(session, command):
        view = session.selected
        close.close(session, command)
        return Done(code=condstore.highest_modseq(view))

    handle(commands.Close, handler)


@found_by(
    "extensions/qresync_vanished/expunge",
    "extensions/qresync_vanished/removed_by_another_session[NOOP]",
    "extensions/qresync_vanished/idle",
    "gromox/expunge_on_delete/a_client_with_qresync_is_told_vanished",
)
def expunge_goes_on():
    """ENABLE QRESYNC changes nothing about EXPUNGE."""
    tell_expunged = View._tell_expunged

    def tell(self):
        self._qresync = False
        return tell_expunged(self)

    View._tell_expunged = tell


@found_by(
    "extensions/qresync_vanished/delayed[FETCH]", "extensions/qresync_vanished/delayed[STORE]"
)
def delayed_removals_are_counted_as_told():
    """HIGHESTMODSEQ covers removals that the client was not told of."""

    def modseq(self):
        code = Code("HIGHESTMODSEQ", (self.highest_modseq,))
        return Condition("OK", "", code)

    View._safe_modseq = modseq

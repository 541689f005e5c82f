"""ESEARCH, SEARCHRES and BINARY."""

from dataclasses import replace

from reference_server.message import binary
from reference_server.protocol import encoder
from reference_server.protocol.commands import Search
from reference_server.protocol.responses import Atom, Binary, Condition
from reference_server.session import dispatch, fetching, fetching_binary
from reference_server.session.commands import append, fetch, search
from reference_server.session.outcome import Bad, Refused
from reference_server.session.view import View
from tests.planted.defects import found_by

_result_items = search._result_items
_result_options = search._result_options
_returned = search._returned
_positions = View.positions
_search = search.search


@found_by(
    "extensions/esearch/nothing_found[min-search]", "extensions/esearch/nothing_found[all-search]"
)
def esearch_does_not_come_where_nothing_matches():
    """A SEARCH with result options that finds nothing has no ESEARCH response."""
    data = search.Data
    search.Data = lambda name, values: (
        Condition("OK", "nothing found")
        if name == "ESEARCH" and len(values) < 3
        else data(name, values)
    )


@found_by("extensions/esearch/count_of_nothing[search]", "extensions/esearch/empty_mailbox")
def count_is_left_out_where_it_is_0():
    """COUNT is told only if something matches."""
    search._result_items = lambda numbers, options: (
        _result_items(numbers, options) if numbers else ()
    )


@found_by("extensions/esearch/min[uid]", "extensions/esearch/max[uid]")
def min_and_max_are_numbers_in_uid_search():
    """UID SEARCH tells MIN and MAX as message sequence numbers."""

    def searching(session, command):
        number = session.selected.number
        search._result_items = lambda uids, options: _result_items(list(map(number, uids)), options)
        return (yield from _search(session, command))

    _plant(searching)


@found_by("extensions/esearch/all[search]", "extensions/esearch/uid_sets_are_complete")
def all_is_one_range():
    """ALL runs from the first to the last match, whatever lies between."""
    search.uid_set = lambda numbers: Atom(b"%d:%d" % (numbers[0], numbers[-1]))


@found_by("extensions/esearch/empty_list_of_options[search]")
def an_empty_list_of_options_is_none():
    """SEARCH RETURN () is answered with SEARCH."""
    search._result_options = lambda session, command: (
        command.options if command.options == frozenset() else _result_options(session, command)
    )


@found_by("extensions/esearch_revision2/search_is_answered_with_esearch")
def imap4rev2_keeps_search():
    """SEARCH without options is answered with SEARCH in a session with IMAP4rev2, too."""
    search._result_options = lambda _session, command: command.options or frozenset()


@found_by("extensions/searchres/combination[SAVE MIN-marker0]")
def min_saves_everything():
    """SAVE with MIN saves all messages that match."""
    search._returned = lambda found, options: (
        found if "SAVE" in options else _returned(found, options)
    )


@found_by("extensions/searchres/combination[SAVE MIN COUNT-marker5]")
def min_with_count_saves_one_message():
    """SAVE with MIN saves one message, even if COUNT asks for all of them."""
    search._returned = lambda found, options: _returned(found, options - {"ALL", "COUNT"})


@found_by(
    "extensions/searchres_changes/failed_search_with_save[text]",
)
def a_failed_search_keeps_the_variable():
    """The search result variable outlives a SEARCH with SAVE that is answered NO."""

    def failing(session, command):
        saved = session.selected.saved
        try:
            return (yield from _search(session, command))
        except Refused:
            session.selected.saved = saved
            raise

    _plant(failing)


@found_by("extensions/searchres_changes/failed_search_without_save")
def any_failed_search_empties_the_variable():
    """A SEARCH that is answered NO empties the variable, though it was not to be saved."""

    def failing(session, command):
        try:
            return (yield from _search(session, command))
        except Refused:
            session.selected.saved = ()
            raise

    _plant(failing)


@found_by("extensions/searchres_changes/search_without_save[RETURN (ALL COUNT) ]")
def every_search_saves():
    """The variable holds the result of the last SEARCH, saved or not."""
    _plant(
        lambda session, command: _search(
            session,
            replace(command, options=command.options and command.options | {"SAVE"}),
        )
    )


@found_by(
    "extensions/searchres_changes/reset[SELECT]", "extensions/searchres_changes/reset[EXAMINE]"
)
def select_keeps_the_variable():
    """The search result variable outlives SELECT of the same mailbox."""
    saved = {}
    View.saved = property(
        lambda view: saved.get(view.mailbox.uid_validity, ()),
        lambda view, uids: uids != () and saved.update({view.mailbox.uid_validity: uids}),
    )


@found_by(
    "extensions/searchres_changes/expunge[search]", "extensions/searchres_changes/expunge[uid]"
)
def the_variable_holds_positions():
    """The variable holds message numbers, and EXPUNGE does not change them."""

    def positions(self, messages, *, uid):
        if not messages.saved:
            return _positions(self, messages, uid=uid)
        return [place for place in self.places if place < len(self.uids)]

    def saving(session, command):
        done = yield from _search(session, command)
        view = session.selected
        view.places = [view.number(uid) - 1 for uid in view.saved]
        return done

    View.positions = positions
    _plant(saving)


@found_by("extensions/searchres/empty[FETCH $ FLAGS]", "extensions/searchres/empty_mailbox")
def an_empty_variable_is_an_error():
    """A command on an empty search result variable is answered BAD."""

    def positions(self, messages, *, uid):
        if messages.saved and not self.saved:
            raise Bad("no messages")
        return _positions(self, messages, uid=uid)

    View.positions = positions


@found_by("extensions/binary/base64", "extensions/binary_append/content_with_nul")
def nul_is_replaced_in_decoded_content():
    """BINARY tells another octet instead of NUL."""
    encoder._VALUE_ENCODERS[Binary] = encoder.encode_string


@found_by("extensions/binary/partial[middle]")
def partial_content_counts_in_base64():
    """The first octet of a partial BINARY is counted in base64."""
    window = fetching_binary._window
    fetching_binary._window = lambda chunks, partial: window(
        chunks, partial and (partial[0] * 3 // 4, partial[1])
    )


@found_by("extensions/binary/size[1]", "extensions/binary/size[3.1]")
def size_is_that_of_the_encoded_part():
    """BINARY.SIZE is the size of the part as it is stored."""
    fetching.binary_size = lambda content: fetching_binary.binary_size(content) * 4 // 3


@found_by("extensions/binary/unknown_encoding[BINARY.PEEK[1]]")
def unknown_encodings_are_not_decoded():
    """A part in an unknown encoding is told as it is."""
    binary._ENCODINGS = (*binary._ENCODINGS, "X-NO-SUCH-ENCODING")


@found_by("extensions/binary/quoted_printable", "extensions/binary/size[2]")
def quoted_printable_is_told_as_it_is():
    """BINARY decodes base64 only."""
    decode = binary.transfer_decoded
    binary.transfer_decoded = lambda part, message: decode(
        replace(part, encoding=part.encoding.replace("QUOTED-PRINTABLE", "8BIT")), message
    )


@found_by("extensions/binary/leaves_seen[BINARY.PEEK[1]]")
def peek_sets_seen():
    r"""BINARY.PEEK sets \Seen, as BINARY does."""
    texts = fetching.fetch_texts
    fetch.fetch_texts = lambda view, uids, items, *others: texts(
        view, uids, [replace(item, peek=False) for item in items], *others
    )


@found_by("extensions/binary_append/content_with_nul")
def appended_nul_is_lost():
    """APPEND of a literal8 drops every NUL."""
    append._without_nul = lambda _session, message: bytes(message[:]).replace(b"\0", b"")


@found_by("extensions/binary_append/body_and_structure_agree")
def binary_content_is_kept_in_a_binary_part():
    """APPEND of a literal8 stores it as it is; BODY shows another octet instead of NUL."""
    append._without_nul = lambda _session, message: message


def _plant(handler):
    dispatch.TABLE[Search] = replace(dispatch.TABLE[Search], handler=handler)

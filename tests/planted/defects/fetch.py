"""FETCH and UID FETCH but for header fields."""

from bisect import bisect_left, bisect_right
from dataclasses import replace

from reference_server.message import Extent
from reference_server.message.header import Header
from reference_server.protocol.commands import FetchItem, Section
from reference_server.session import fetching
from reference_server.session.commands import fetch
from reference_server.session.view import View
from tests.planted.defects import found_by

_find_section = fetching.find_section
_fetch_texts = fetching.fetch_texts
_text = fetching._Message._text


@found_by(
    "selected/fetch_sections/header_and_text_of_a_message_in_the_message[rfc3501-6.4.5]",
    "selected/fetch_header_fields/header_fields_of[rfc822-nested]",
)
def header_of_a_part_is_that_of_the_whole():
    """HEADER and TEXT behind part numbers are those of the outermost message."""

    def find_section(part, section, message):
        if section.specifier not in ("", "MIME"):
            section = replace(section, part=())
        return _find_section(part, section, message)

    fetching.find_section = find_section


@found_by("selected/fetch_sections/mime[rfc3501-6.4.5]", "selected/fetch_imapclient/attachment")
def mime_lacks_the_blank_line():
    """BODY[n.MIME] ends before the blank line."""

    def find_section(part, section, message):
        found = _find_section(part, section, message)
        if section.specifier == "MIME" and isinstance(found, Extent):
            return Extent(found.start, max(found.start, found.stop - 2))
        return found

    fetching.find_section = find_section


@found_by("selected/fetch_partial/substring_of_header_fields[fields]")
def partial_counts_in_the_whole_message():
    """A substring of HEADER.FIELDS is cut from the message instead of from the fields."""

    def text(self, section, partial):
        if partial is not None and section.fields:
            section = Section()
        return _text(self, section, partial)

    fetching._Message._text = text


@found_by("selected/fetch_partial/substring[far-beyond-the-end]")
def partial_beyond_the_end_is_nil():
    """A substring that starts beyond the end of the text is NIL."""

    def text(self, section, partial):
        found = _text(self, section, partial)
        return None if partial is not None and found == b"" else found

    fetching._Message._text = text


@found_by(
    "selected/fetch_seen/does_not_set_seen[peek]",
    "selected/fetch_imapclient/message_list_on_the_wire",
)
def peek_sets_seen():
    """BODY.PEEK sets \\Seen as BODY does."""

    def fetch_texts(view, uids, items, found):
        return _fetch_texts(view, uids, [replace(item, peek=False) for item in items], found)

    fetch.fetch_texts = fetch_texts


@found_by("selected/fetch_seen/section_sets_seen[BODY[]]", "selected/fetch_uid/sets_seen")
def body_does_not_set_seen():
    """BODY[...] leaves \\Seen alone, as BODY.PEEK does."""

    def fetch_texts(view, uids, items, found):
        items = [fetching._RFC822.get(item.name, item) for item in items]
        return _fetch_texts(view, uids, [replace(item, peek=True) for item in items], found)

    fetching._RFC822.update(
        {name: replace(item, peek=True) for name, item in fetching._RFC822.items()}
    )
    fetch.fetch_texts = fetch_texts


@found_by("selected/fetch_seen/examine_leaves_seen_alone")
def examine_sets_seen():
    """Fetching a text sets \\Seen in a mailbox that was opened by EXAMINE."""

    def fetch_texts(view, uids, items, found):
        view.mailbox.store_flags(list(uids), "add", frozenset({"\\Seen"}), view)
        return _fetch_texts(view, uids, items, found)

    fetch.fetch_texts = fetch_texts


@found_by("selected/fetch_uid/brings_the_uid_and_the_sequence_number[FLAGS]")
def uid_fetch_leaves_the_uid_out():
    """UID FETCH brings the UID only where it is asked for."""
    fetch._UID = FetchItem("FLAGS")


@found_by("selected/fetch_uid/uid_set[beyond-to-star]")
def uid_range_beyond_the_end_is_empty():
    """A range from a UID beyond the last one to * holds no message."""

    def span(self, low, high):
        greatest = self.uids[-1] if self.uids else 0
        first, last = (greatest if one is None else one for one in (low, high))
        return bisect_left(self.uids, first), bisect_right(self.uids, last)

    View._span_of_uids = span


@found_by("selected/fetch_command/sequence_set[range-reversed]")
def reversed_range_is_empty():
    """4:2 is no message instead of 2:4."""
    find = View._span_of_numbers

    def span(self, low, high):
        start, stop = find(self, low, high)
        return (start, start) if None not in (low, high) and low > high else (start, stop)

    View._span_of_numbers = span


@found_by("selected/fetch_envelope/envelope_of[folded]")
def envelope_keeps_folds():
    """What was folded in the header comes with its line ends in ENVELOPE."""

    def first(self, name):
        values = self.fields.get(name)
        return None if values is None else values[0].strip()

    Header.first = first

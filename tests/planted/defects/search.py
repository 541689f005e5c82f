"""SEARCH and UID SEARCH."""

from dataclasses import replace
from datetime import UTC

from reference_server.message import decoding, digests
from reference_server.protocol import search_arguments
from reference_server.protocol.commands import SearchNot, SearchSequence, SearchSize
from reference_server.protocol.responses import Condition, Data
from reference_server.session import searching
from reference_server.session.commands import search
from reference_server.session.outcome import Bad
from reference_server.session.searching import Compiler, Cost, Filter
from tests.planted.defects import found_by

_compile = Compiler.compile
_date = Compiler._date


@found_by("selected/search_response/nothing_found", "selected/search_uid/nothing_found")
def nothing_found_is_not_said():
    """No SEARCH response comes where no message matches."""

    def data(name, numbers):
        numbers = tuple(numbers)
        return Data(name, numbers) if numbers else Condition("OK", "nothing found")

    search.Data = data


@found_by("selected/search_sizes/excludes_the_size_itself")
def larger_includes_the_size():
    """LARGER n matches messages of n octets."""

    def compile(self, key):
        if isinstance(key, SearchSize) and key.larger:
            key = replace(key, octets=key.octets - 1)
        return _compile(self, key)

    Compiler.compile = compile


@found_by(
    "selected/search_dates/disregards_time_and_timezone_of_the_internal_date[last-second-in-the-west]",
    "selected/search_dates/disregards_time_and_timezone_of_the_internal_date[first-second-in-the-east]",
)
def internal_dates_count_in_utc():
    """BEFORE, ON and SINCE take the day of the internal date in UTC."""

    def by_date(self, key):
        if key.sent:
            return _date(self, key)
        matches = searching._COMPARE[key.when]
        return self._rows(
            Cost.COLUMN,
            ["internal_date"],
            lambda when: matches(when.astimezone(UTC).date(), key.day),
        )

    Compiler._date = by_date


@found_by("selected/search_dates/internal_date_and_date_field_are_two_things")
def sent_goes_by_the_internal_date():
    """SENTON and its kin look at the internal date."""
    Compiler._date = lambda self, key: _date(self, replace(key, sent=False))


@found_by(
    "selected/search_combined/flags_combined[or]",
    "selected/search_combined/flags_combined[not-or-not]",
)
def or_is_exclusive():
    """OR leaves out the messages that match both keys."""

    def any_of(left, right):
        def select(uids):
            return sorted(set(left.select(uids)) ^ set(right.select(uids)))

        return Filter(max(left.cost, right.cost), select)

    searching._any_of = any_of


@found_by("selected/search_combined/flags_combined[not-binds-one-key]")
def not_takes_all_that_follows():
    """NOT negates all keys up to the end instead of one."""

    def negation(cursor, depth):
        keys = []
        while not cursor.at_end() and cursor.peek() != b")":
            cursor.space("a search key")
            keys.append(search_arguments._search_key(cursor, depth + 1))
        return SearchNot(search_arguments._all_of(keys))

    search_arguments.SEARCH_KEYS[b"NOT"] = negation


@found_by("selected/search_flags/recent_new_and_old")
def old_is_the_opposite_of_new():
    """OLD is NOT NEW, so that it matches what is recent and seen."""
    new = search_arguments.SEARCH_KEYS[b"NEW"]
    search_arguments.SEARCH_KEYS[b"OLD"] = lambda *arguments: SearchNot(new(*arguments))


@found_by(
    "selected/search_uid/sequence_set_means_sequence_numbers",
    "selected/search_uid/intersection_of_both_kinds_of_numbers",
)
def sequence_sets_are_uids():
    """A sequence set means UIDs."""

    def compile(self, key):
        if isinstance(key, SearchSequence):
            key = replace(key, uid=True)
        return _compile(self, key)

    Compiler.compile = compile


@found_by("selected/search_strings/header_with_the_empty_string")
def empty_string_matches_no_header():
    """HEADER with a zero-length string matches nothing."""
    contains = searching.header_contains
    searching.header_contains = lambda *arguments: bool(arguments[-1]) and contains(*arguments)


@found_by("selected/search_strings/body_and_text")
def body_looks_into_the_header():
    """BODY matches what TEXT matches."""
    searching.body_contains = searching.text_contains


@found_by(
    "selected/search_charset/content_transfer_encoding[quoted-printable]",
    "selected/search_charset/content_transfer_encoding[alternative]",
)
def quoted_printable_is_not_decoded():
    """Bodies in quoted-printable are searched as they stand."""
    decoding._quoted_printable_chunks = lambda chunks: chunks


@found_by("selected/search_charset/encoded_words")
def encoded_words_are_not_decoded():
    """Fields of the envelope are searched as they stand."""
    digests.decode_words = lambda value: value.decode("latin-1")


@found_by("selected/search_charset/unknown_charset")
def unknown_charset_is_bad():
    """A charset that is not supported is answered BAD."""
    search.No = lambda *_: Bad("unknown charset")

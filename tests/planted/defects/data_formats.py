"""Framing and the tokens of commands."""

import re
from dataclasses import replace

from reference_server.protocol import encoder, framing, lexer, parser
from reference_server.protocol.framing import FrameError, Framer, NeedContinuation
from reference_server.protocol.lexer import Cursor
from reference_server.session import session
from tests.planted.defects import found_by


@found_by("data_formats/strings/quoted_string_escapes_quotes_and_backslashes")
def escapes_stay_in_quoted_strings():
    """A quoted string keeps the backslashes of its escapes."""
    lexer._ESCAPED = re.compile(rb"(?!)")


@found_by("data_formats/strings/nil_is_an_atom_where_an_astring_stands")
def nil_is_an_empty_string():
    """NIL is taken for no string at all where an astring stands."""
    astring = Cursor.astring

    def without_nil(self, what="a string"):
        value = astring(self, what)
        return b"" if value == b"NIL" else value

    Cursor.astring = without_nil


@found_by("data_formats/strings/empty_literal_is_waited_for")
def empty_literal_gets_no_continuation():
    """The server waits for no octets of an empty literal, so it asks for none."""
    end_line = Framer._end_line

    def silent_about_empty(self, line):
        event = end_line(self, line)
        empty = re.search(rb"\{0\}\Z", line)
        return None if isinstance(event, NeedContinuation) and empty else event

    Framer._end_line = silent_about_empty


@found_by(
    "data_formats/commands/letters_may_be_of_either_case[lower]",
    "data_formats/commands/letters_may_be_of_either_case[mixed]",
)
def command_names_are_case_sensitive():
    """Only the upper-case name of a command is known."""
    parser._look_up = lambda table, cursor, _=(): (
        table.get(cursor.atom()) or cursor.fail("a command")
    )


@found_by("data_formats/commands/tags_are_case_sensitive_text")
def tags_come_back_in_upper_case():
    """The tag is normalised like the name of the command."""
    read_tag = parser.read_tag

    def upper(line):
        tag = read_tag(line)
        return tag and tag.upper()

    parser.read_tag = upper
    skip = Cursor.skip
    Cursor.skip = lambda self, octets: (
        self.take(re.compile(re.escape(octets), re.IGNORECASE)) is not None
        if self._position == 0
        else skip(self, octets)
    )


@found_by("data_formats/commands/may_be_split_at_any_octet[noop]")
def line_end_is_sought_in_first_octets_only():
    """The CRLF of a command that arrives in pieces is overlooked."""
    read_line = Framer._read_line

    def overlooking(self):
        line = read_line(self)
        if line is None and self._buffer:
            self._scanned = 1 << 30
        return line

    Framer._read_line = overlooking


@found_by(
    "data_formats/malformed/bad_and_the_next_command_is_understood[trailing-space]",
    "data_formats/malformed/bad_and_the_next_command_is_understood[argument-too-many]",
)
def what_follows_a_command_is_ignored():
    """Nobody looks whether a command ends where its arguments do."""
    Cursor.end = lambda _: None


@found_by(
    "data_formats/malformed/literal_that_does_not_wait_is_not_executed[NOSUCHCOMMAND]",
    "data_formats/malformed/literal_that_does_not_wait_is_not_executed[STATUS x]",
)
def non_synchronizing_literal_of_a_refused_command_is_left():
    """After a malformed line the reader forgets that a literal follows it."""
    end_line = Framer._end_line

    def forgetting(self, line):
        if line.endswith(b"+}") and re.search(rb"NOSUCHCOMMAND|STATUS x", line):
            line = line[: line.rfind(b"{")]
        return end_line(self, line)

    Framer._end_line = forgetting


@found_by("data_formats/malformed/huge_literal_before_login[10000000]")
def refused_literal_is_waited_for():
    """A literal that is refused is still taken for announced: what follows vanishes in it."""
    end_line = Framer._end_line

    def waiting(self, line):
        event = end_line(self, line)
        if isinstance(event, FrameError) and line.endswith(b"}"):
            self._missing = 1000
            self._refusal = event
        return event

    Framer._end_line = waiting


@found_by("data_formats/malformed/nul_in_a_message")
def nul_is_taken_in_messages():
    """A literal may hold NUL, and gives it back."""
    read_literal = Framer._read_literal

    def with_nul(self):
        self._binary = True
        return read_literal(self)

    Framer._read_literal = with_nul
    encoder._without_nul = lambda octets: octets


@found_by(
    "data_formats/limits/sequence_set_of_8000_octets",
    "data_formats/limits/quoted_string_of_nearly_8000_octets",
    "data_formats/limits/many_search_keys",
)
def lines_end_at_4096_octets():
    """A command line has 4096 octets at most."""
    next_event = Framer.next

    def limited(self):
        self.limits = replace(self.limits, line=4096)
        return next_event(self)

    Framer.next = limited


@found_by("data_formats/limits/absurdly_long_line_before_login")
def long_lines_are_dropped_in_silence():
    """What is too long is read over, and nothing is said."""
    next_event = Framer.next

    def silent(self):
        event = next_event(self)
        too_long = isinstance(event, FrameError) and event.text.startswith("line too long")
        return silent(self) if too_long and not event.fatal else None if too_long else event

    Framer.next = silent


@found_by(
    "data_formats/limits/absurdly_deep_search[parentheses]",
    "data_formats/limits/absurdly_deep_search[not-closed]",
)
def deep_lists_end_the_session():
    """A parser that goes too deep takes its session along."""
    parse = session.parse_command

    def fragile(frame, **options):
        first = frame.parts[0]
        if isinstance(first, bytes) and first.count(b"(") > 1000:
            raise RecursionError
        return parse(frame, **options)

    session.parse_command = fragile


@found_by("data_formats/strings/literal_where_a_string_may_stand[header-fields]")
def header_fields_are_no_literals():
    """The names of header fields may be atoms and quoted strings only."""
    end_line = Framer._end_line

    def refusing(self, line):
        if re.search(rb"HEADER\.FIELDS \(\{", line):
            return FrameError(framing.read_tag(line), "a header field name is no literal")
        return end_line(self, line)

    Framer._end_line = refusing


@found_by("data_formats/commands/different_ones_in_one_packet")
def rest_of_a_packet_is_lost():
    """Of several commands in one packet the first is executed."""
    feed = Framer.feed

    def first_line(self, data):
        end = data.find(b"\n")
        feed(self, data if end < 0 or self._missing else data[: end + 1])

    Framer.feed = first_line
